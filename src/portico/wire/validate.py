"""What a model says of a request's values, all violations at once, in AWS's words."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import OperationModel


class Validator:
    """The checks of one service in one protocol."""

    def __init__(self, service: str, protocol: str) -> None:
        self._service = service

    def request(self, operation: "OperationModel") -> Callable[[dict[str, Any]], None]:
        return lambda params: None

"""Operations that are the same for several kinds of thing (`PutUserPolicy`, `PutGroupPolicy`, `PutRolePolicy`): one body, bound to each."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import update_wrapper
from typing import Any, Protocol, TypeVar

from portico.calls.call import Call
from portico.calls.operation import Body


class Kind(Protocol):
    """A kind of thing whose operations are like those of others."""

    @property
    def name(self) -> str:
        """What its operations are named for: `User`."""


K = TypeVar("K", bound=Kind)
BodyOf = Callable[[K, Any, Call, Any], Awaitable[Any]]


def bind_each(
    kinds: Iterable[K], bodies: Mapping[str, BodyOf[K]], bound: Callable[[K], Callable[[Body], object]]
) -> None:
    """Bind each body to an operation of each kind. `bodies` are by the operation's name, in which `{}` is the kind's; `bound` makes the
    decorator for a kind (`operation(...)`).

    Raises:
        LookupError: the service has no such operation (at import).
    """
    for kind in kinds:
        for name, body in bodies.items():
            bound(kind)(_of(kind, body, name.format(kind.name)))


def _of(kind: K, body: BodyOf[K], name: str) -> Body:
    async def operate(service: Any, call: Call, request: Any) -> Any:
        return await body(kind, service, call, request)

    update_wrapper(operate, body)
    operate.__name__ = name  # which operations are bound by
    return operate

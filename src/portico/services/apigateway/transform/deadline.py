"""Integrations have a time to answer in. A function that is called goes on when it is over, as on AWS: only nobody waits for it."""

from collections.abc import Awaitable
from typing import TypeVar

from portico.base.deadline import Deadline
from portico.services.apigateway.transform.seam import GatewayRefusal

T = TypeVar("T")


async def within(timeout_ms: int, call: Awaitable[T]) -> T:
    """What `call` returns.

    Raises:
        GatewayRefusal: `INTEGRATION_TIMEOUT`, it took longer.
    """
    try:
        with Deadline(timeout_ms / 1000) as limit:
            return await call
    except TimeoutError as error:
        if not limit.expired:
            raise
        raise GatewayRefusal(
            "INTEGRATION_TIMEOUT",
            detail=f"Execution failed due to a timeout error: no answer within {timeout_ms} ms",
        ) from error

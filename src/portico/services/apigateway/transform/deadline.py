"""Integrations have a time to answer in. What is called goes on when it is over, as on AWS."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from portico.services.apigateway.transform.seam import GatewayRefusal

T = TypeVar("T")
_unfinished: set["asyncio.Task[Any]"] = set()


async def within(timeout_ms: int, call: Coroutine[Any, Any, T]) -> T:
    """What `call` returns.

    Raises:
        GatewayRefusal: `INTEGRATION_TIMEOUT`, it took longer.
    """
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait((task,), timeout=timeout_ms / 1000)
    except asyncio.CancelledError:
        _leave(task)
        raise
    if done:
        return task.result()
    _leave(task)
    raise GatewayRefusal(
        "INTEGRATION_TIMEOUT",
        detail=f"Execution failed due to a timeout error: no answer within {timeout_ms} ms",
    )


def _leave(task: "asyncio.Task[Any]") -> None:
    """Let it end by itself; how it does interests nobody any more."""
    _unfinished.add(task)
    task.add_done_callback(_ended)


def _ended(task: "asyncio.Task[Any]") -> None:
    _unfinished.discard(task)
    if not task.cancelled():
        task.exception()

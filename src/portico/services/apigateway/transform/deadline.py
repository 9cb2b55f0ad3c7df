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
    loop = asyncio.get_running_loop()
    task, waiter = loop.create_task(call), loop.create_future()
    task.add_done_callback(lambda _: _release(waiter))
    timer = loop.call_later(timeout_ms / 1000, _release, waiter)  # `asyncio.wait` costs three times as much
    try:
        await waiter
    except asyncio.CancelledError:
        _leave(task)
        raise
    finally:
        timer.cancel()
    if task.done():
        return task.result()
    _leave(task)
    raise GatewayRefusal(
        "INTEGRATION_TIMEOUT",
        detail=f"Execution failed due to a timeout error: no answer within {timeout_ms} ms",
    )


def _release(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def _leave(task: "asyncio.Task[Any]") -> None:
    """Let it end by itself; how it does interests nobody any more."""
    _unfinished.add(task)
    task.add_done_callback(_ended)


def _ended(task: "asyncio.Task[Any]") -> None:
    _unfinished.discard(task)
    if not task.cancelled():
        task.exception()

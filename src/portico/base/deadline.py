"""A limit on how long is waited. As `asyncio.timeout`, at a third of its cost: one is on the path of every request to an API.

Source: Python's `asyncio.timeouts`, for how cancellations of others are told from its own.
"""

import asyncio
from types import TracebackType
from typing import Any


class Deadline:
    """`with Deadline(seconds):` ends what is awaited in there when the time is over, and raises TimeoutError.

    `expired` tells that from a TimeoutError that was raised inside.
    """

    __slots__ = ("_before", "_seconds", "_task", "_timer", "expired")

    _task: "asyncio.Task[Any]"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.expired = False

    def __enter__(self) -> "Deadline":
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("nothing is awaited outside of a task")
        self._task, self._before = task, task.cancelling()
        self._timer = loop.call_later(self._seconds, self._expire)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self.expired and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _expire(self) -> None:
        self.expired = True
        self._task.cancel()

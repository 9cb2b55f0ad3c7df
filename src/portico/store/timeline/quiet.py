"""Invocations of which nothing is told but that they began and ended well: by far the most. Kept as values, and as lines when they are
read.

Source: Lambda Developer Guide, "View CloudWatch logs" (START, END, REPORT).
"""

import math
from collections.abc import Iterator

import msgspec

QUIET_MS_MAX = 1_000
"""How long one may take to be kept so: a row of the timeline is short in time."""

_FIXED_BYTES = len(
    "START RequestId:  Version: \n"
    "END RequestId: \n"
    "REPORT RequestId: \tDuration:  ms\tBilled Duration:  ms\tMemory Size:  MB\tMax Memory Used:  MB\t\n"
)


class Quiet(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The three lines of one, as what is in them: times in milliseconds since the epoch, the version's number and its memory."""

    started_at_ms: int
    ended_at_ms: int
    request_id: str
    version: str
    memory_mb: int
    duration_ms: float
    max_memory_mb: int

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The time and the text of each line."""
        request_id = self.request_id
        yield self.started_at_ms, f"START RequestId: {request_id} Version: {self.version}\n"
        yield self.ended_at_ms, f"END RequestId: {request_id}\n"
        report = (
            f"REPORT RequestId: {request_id}\tDuration: {self.duration_ms:.2f} ms\t"
            f"Billed Duration: {math.ceil(self.duration_ms)} ms\tMemory Size: {self.memory_mb} MB\t"
            f"Max Memory Used: {self.max_memory_mb} MB\t\n"
        )
        yield self.ended_at_ms, report

    @property
    def text_bytes(self) -> int:
        """How long the lines are together."""
        figures = f"{self.duration_ms:.2f}{math.ceil(self.duration_ms)}{self.memory_mb}{self.max_memory_mb}"
        return _FIXED_BYTES + 3 * len(self.request_id) + len(self.version) + len(figures)

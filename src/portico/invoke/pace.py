"""How fast a streamed answer is sent: the first megabytes at once, the rest at a steady rate.

Source: Lambda Developer Guide, "Response streaming" (6 MB without a limit, then 2 MB/s).
"""

import asyncio
from collections.abc import Callable

FREE_BYTES = 6 * 1024 * 1024
_LAG_S = 0.01  # less than this is not worth waiting for


class Pace:
    """Says how long to wait before the next bytes. `bytes_per_s` 0 is no limit."""

    __slots__ = ("_began_at", "_bytes_per_s", "_free_bytes", "_monotonic", "_sent")

    def __init__(
        self, bytes_per_s: int, monotonic: Callable[[], float], free_bytes: int = FREE_BYTES
    ) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_bytes = free_bytes
        self._monotonic = monotonic
        self._sent = 0
        self._began_at = 0.0

    def due_in_s(self, size: int) -> float:
        """Count `size` bytes more; how many seconds they are ahead of what the rate allows."""
        before = self._sent
        self._sent += size
        beyond = self._sent - self._free_bytes
        if not self._bytes_per_s or beyond <= 0:
            return 0.0
        if before <= self._free_bytes:
            self._began_at = self._monotonic()
        return max(self._began_at + beyond / self._bytes_per_s - self._monotonic(), 0.0)

    async def wait(self, size: int) -> None:
        """Wait until `size` bytes more may be sent."""
        due_s = self.due_in_s(size)
        if due_s > _LAG_S:
            await asyncio.sleep(due_s)

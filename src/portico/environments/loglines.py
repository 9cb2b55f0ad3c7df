"""What a function writes, cut into log lines within bounds. Pure: bytes in, lines out.

Plain text is an event per line. A message between marks (see `runtimes/python/logs.py`) is one event however many lines it has.
"""

import struct
from collections.abc import Callable

from portico.environments.work import LogLine

LINE_BYTES_MAX = 256 * 1024
TOTAL_BYTES_MAX = 4 * 1024 * 1024
MARK = b"\xa5\x5a\x00\x03"

_HEAD = struct.Struct("!4sIQ")
_SKEW_MS_MAX = 60_000


class LineCollector:
    """The lines of one invocation. A longer line is split at `LINE_BYTES_MAX`; what exceeds `TOTAL_BYTES_MAX` in one
    invocation is dropped, and a last line says how much. `on_line` sees each line when it is whole, `on_dropped` how many lines and
    bytes were dropped."""

    __slots__ = ("_buffer", "_dropped", "_dropped_lines", "_lines", "_on_dropped", "_on_line", "taken")

    def __init__(
        self,
        on_line: Callable[[LogLine], None] | None = None,
        on_dropped: Callable[[int, int], None] | None = None,
    ) -> None:
        self._on_line = on_line
        self._on_dropped = on_dropped
        self._buffer = bytearray()
        self._lines: list[LogLine] = []
        self.taken = 0  # bytes fed since the last `take`
        self._dropped = 0
        self._dropped_lines = 0

    @property
    def full(self) -> bool:
        """Whether this invocation has written all that is kept of it."""
        return self.taken >= TOTAL_BYTES_MAX

    def feed(self, data: bytes, at_ms: int) -> None:
        """Take what was read at `at_ms` (epoch)."""
        kept = data[: max(0, TOTAL_BYTES_MAX - self.taken)]
        self.taken += len(kept)
        self._dropped += len(data) - len(kept)
        self._dropped_lines += data.count(b"\n", len(kept))
        self._buffer += kept
        start = 0
        while (end := self._cut(start, at_ms)) > start:
            start = end
        del self._buffer[:start]

    def take(self, at_ms: int) -> tuple[LogLine, ...]:
        """The lines so far, an unfinished one included; the next invocation's begin after them."""
        if not (self._lines or self._buffer or self._dropped):
            self.taken = 0
            return ()
        if self._buffer:
            self._add(bytes(self._buffer), at_ms)
        if self._dropped:
            words = f"LOGS_DROPPED {self._dropped} bytes: more than {TOTAL_BYTES_MAX} bytes in one invocation"
            self._lines.append(LogLine(at_ms, words))
            if self._on_dropped is not None:
                self._on_dropped(max(self._dropped_lines, 1), self._dropped)
        lines = tuple(self._lines)
        self._buffer.clear()
        self._lines.clear()
        self.taken = self._dropped = self._dropped_lines = 0
        return lines

    def _cut(self, start: int, at_ms: int) -> int:
        """Add the event at `start` and return where it ends; `start` itself when it is not complete yet."""
        buffer = self._buffer
        if buffer.startswith(MARK, start):
            return self._cut_message(start, at_ms)
        newline = buffer.find(b"\n", start)
        stop = newline if newline >= 0 else len(buffer)
        mark = buffer.find(MARK, start, stop)
        if (
            mark > start
        ):  # a message after text without a newline; the mark is no UTF-8, so no text contains it
            self._add(bytes(buffer[start:mark]), at_ms)
            return mark
        if stop - start > LINE_BYTES_MAX:
            self._add(bytes(buffer[start : start + LINE_BYTES_MAX]), at_ms)
            return start + LINE_BYTES_MAX
        if newline < 0:
            return start
        self._add(bytes(buffer[start:stop]), at_ms)
        return newline + 1

    def _cut_message(self, start: int, at_ms: int) -> int:
        if len(self._buffer) - start < _HEAD.size:
            return start
        _, length, at_us = _HEAD.unpack_from(self._buffer, start)
        if length > LINE_BYTES_MAX:
            # Longer than an event may be: read on as text, without the frame's head.
            del self._buffer[start : start + _HEAD.size]
            return self._cut(start, at_ms) if len(self._buffer) > start else start
        end = start + _HEAD.size + int(length)
        if end > len(self._buffer):
            return start
        written_ms = at_us // 1000
        plausible = at_ms - _SKEW_MS_MAX <= written_ms <= at_ms
        self._add(bytes(self._buffer[start + _HEAD.size : end]), written_ms if plausible else at_ms)
        return end

    def _add(self, text: bytes, at_ms: int) -> None:
        line = LogLine(at_ms, text.decode("utf-8", "replace"))
        self._lines.append(line)
        if self._on_line is not None:
            self._on_line(line)

"""The store's one counter: versions, message rows and log sequences, each larger than every one before it.

Numbers are reserved a block at a time, so that a batch needs no write for them; those left of a block are skipped after a restart.
"""

import sqlite3

_BLOCK = 1 << 20


class Numbers:
    """Used by the writer's thread only. A number given out in a batch that is undone is not given out again."""

    __slots__ = ("_connection", "_next", "_reserved", "_reserved_durably")

    def __init__(self, connection: sqlite3.Connection) -> None:
        (reserved,) = connection.execute("SELECT reserved FROM counter").fetchone()
        self._connection = connection
        self._next = self._reserved = self._reserved_durably = int(reserved)

    def next(self) -> int:
        """The next number."""
        number = self._next
        self._next = number + 1
        return number

    def save(self) -> None:
        """Before the commit of a batch: see that the numbers it used are reserved."""
        if self._next > self._reserved_durably:
            self._reserved = self._next + _BLOCK
            self._connection.execute("UPDATE counter SET reserved = ?", (self._reserved,))

    def saved(self) -> None:
        """After the commit: the reservation holds."""
        self._reserved_durably = self._reserved

    def forget(self) -> None:
        """After a batch was undone: so was its reservation."""
        self._reserved = self._reserved_durably

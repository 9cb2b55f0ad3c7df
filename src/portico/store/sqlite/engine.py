"""The engine: performs batches of requests on the one connection that writes, each batch one transaction.

Synchronous, and without a thought of who calls it: the writer process does for a database on disk, the event loop for one in memory.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from portico.store.port import StoreError, StoreFailed
from portico.store.sqlite import failures
from portico.store.sqlite.decide import Batch, named
from portico.store.sqlite.lease import receive_all, void_worker_leases
from portico.store.sqlite.messages import (
    Answer,
    CommittedAt,
    Discard,
    Discarded,
    Erase,
    Forget,
    Forgotten,
    Received,
    Request,
    failed,
)
from portico.store.sqlite.numbers import Numbers
from portico.store.sqlite.receive import Receive
from portico.store.sqlite.rows import Prepared
from portico.store.sqlite.schema import migrate
from portico.store.sqlite.statements import (
    discard,
    erase,
    forget,
    read_facts,
    write_plan,
)

if TYPE_CHECKING:
    from logging import Logger

_PAGES_PER_ROW = (
    3  # the record's page and those of its two indexes; messages that are written together share theirs
)
# A checkpoint copies pages into the database and syncs it, tens of milliseconds for this many. Idle moments come first; an engine
# that is never idle does it when the log has grown to the second figure.
_CHECKPOINT_PAGES_IDLE = 1_000
_CHECKPOINT_PAGES_BUSY = 8_000


class Engine:
    """`directory` is where a database on disk lies, None for one in memory.

    Opening brings the database to the current format, and voids the leases of workers: there are none yet.
    """

    def __init__(self, connection: sqlite3.Connection, directory: Path | None) -> None:
        migrate(connection, str(directory or "memory"))
        void_worker_leases(connection)
        self._connection = connection
        self._directory = directory
        self._numbers = Numbers(connection)
        self._failure: StoreFailed | None = None
        self._unsaved_pages = 0

    def perform(self, requests: Sequence[Request]) -> list[Answer]:
        """Do what the requests ask, all of them durably or, when the database fails, none."""
        if self._failure is not None:
            return [failed(self._failure)] * len(requests)
        try:
            return self._transact(requests)
        except Exception as error:
            return [failed(self._translate(error))] * len(requests)

    def checkpoint(self, *, idle: bool) -> None:
        """Move the write-ahead log into the database if that is due."""
        if self._unsaved_pages < (_CHECKPOINT_PAGES_IDLE if idle else _CHECKPOINT_PAGES_BUSY):
            return
        self._unsaved_pages = 0
        if self._directory is None or self._failure is not None:
            return
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            # Everything is still in the log. On a full disk the next one may go better; a failed fsync is the end.
            _log().warning("checkpoint of the database: %s", self._translate(error))

    def _transact(self, requests: Sequence[Request]) -> list[Answer]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            answers = self._apply(requests)
            self._numbers.save()
            connection.execute("COMMIT")
        except BaseException:
            self._numbers.forget()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._numbers.saved()
        return answers

    def _apply(self, requests: Sequence[Request]) -> list[Answer]:
        """Commits first, then receives, which get what the commits have sent, then the rest. All of them wait at the same time, so
        any order is one in which they could have come."""
        answers: dict[int, Answer] = {}
        commits = [(place, each) for place, each in enumerate(requests) if isinstance(each, Prepared)]
        while commits:
            commits = self._commit_some(commits, answers)
        receives = [(place, each) for place, each in enumerate(requests) if isinstance(each, Receive)]
        found = receive_all(self._connection, [receive for _, receive in receives], self._numbers.next)
        for (place, _), (messages, moved) in zip(receives, found, strict=True):
            answers[place] = Received(messages, moved)
            self._unsaved_pages += len(messages)
        for place, request in enumerate(requests):
            match request:
                case Discard():
                    removed = discard(self._connection, request.queue, request.sent_before_us, request.limit)
                    answers[place] = Discarded(removed)
                    self._unsaved_pages += removed
                case Forget():
                    forget(self._connection, request.now_us)
                    answers[place] = Forgotten([])
                case Erase():
                    answers[place] = Forgotten(erase(self._connection))
        return [answers[place] for place in range(len(requests))]

    def _commit_some(
        self, commits: list[tuple[int, Prepared]], answers: dict[int, Answer]
    ) -> list[tuple[int, Prepared]]:
        """Decide and write the commits up to one that needs the facts to be read again; those that are left."""
        facts = read_facts(self._connection, named(commit for _, commit in commits))
        batch = Batch(facts, self._numbers.next)
        decided = 0
        for place, commit in commits:
            if decided and not batch.can_decide(commit):
                break
            decided += 1
            answers[place] = CommittedAt(*batch.decide(commit))
            self._unsaved_pages += len(commit.rows) if commit.each else _PAGES_PER_ROW * len(commit.rows)
        write_plan(self._connection, batch.plan)
        return commits[decided:]

    def _translate(self, error: Exception) -> StoreError:
        """The port's error. After a failed fsync the kernel may have dropped what was to be written, so nothing is tried again."""
        if isinstance(error, sqlite3.Error):
            translated = failures.of_database(error, self._directory)
        else:
            translated = StoreFailed(f"the writer failed: {error!r}")
        if isinstance(translated, StoreFailed):
            _log().critical("the store has failed and accepts nothing more", exc_info=error)
            self._failure = translated
        return translated


def _log() -> "Logger":
    """Imported when there is something to say, because a writer that is well never has."""
    import logging

    return logging.getLogger(__name__)

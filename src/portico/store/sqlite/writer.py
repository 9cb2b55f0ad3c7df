"""The writer: the one thread that changes the database.

It gathers what waits, decides and writes it in one transaction, and answers after the fsync with one call to the event loop. Everything
that waits while a batch is being synced makes up the next batch, so the more there is to do the larger the batches are.

A thread and not a process: see docs/store.md for the figures.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from portico.store.port import Conflict, Key, Message, StoreError, StoreFailed
from portico.store.sqlite import failures
from portico.store.sqlite.database import Database
from portico.store.sqlite.decide import Batch, named
from portico.store.sqlite.numbers import Numbers
from portico.store.sqlite.receive import Receive, receive_all
from portico.store.sqlite.rows import Prepared
from portico.store.sqlite.statements import read_facts, write_plan

_log = logging.getLogger(__name__)

_BATCH_MAX = 512
_PAGES_PER_ROW = 3  # the record's page and those of its two indexes
# Passive checkpoints copy pages into the database and sync it, tens of milliseconds for this many. Idle moments come first; a
# writer that is never idle does it when the log has grown to the second figure.
_CHECKPOINT_PAGES_IDLE = 1_000
_CHECKPOINT_PAGES_BUSY = 8_000

Answer = int | list[Message] | None
Task = Callable[[sqlite3.Connection], object]


class Waiting(msgspec.Struct):
    """Something for the writer to do, and who waits for it."""

    work: Prepared | Receive | Task
    future: "asyncio.Future[Any]"


class Writer:
    """The thread and its inbox. `settled` is called on the loop with the changed keys of a batch, before its callers go on;
    `failed` once, on the loop, when the database can't be trusted any more."""

    def __init__(
        self,
        database: Database,
        now_us: Callable[[], int],
        settled: Callable[[Sequence[Key]], None],
        failed: Callable[[StoreFailed], None],
    ) -> None:
        self._database = database
        self._now_us = now_us
        self._settled = settled
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._inbox: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._numbers = Numbers(database.writer)
        self._failure: StoreFailed | None = None
        self._closed = False
        self._unsaved_pages = 0
        self._thread = threading.Thread(target=self._run, name="portico-store-write", daemon=True)
        self._thread.start()

    def submit(self, work: Prepared | Receive | Task) -> "asyncio.Future[Any]":
        """Hand over a piece of work; its answer comes once it is durable."""
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise StoreError("the store is closed")
        future = self._loop.create_future()
        self._inbox.put(Waiting(work, future))
        return future

    async def close(self) -> None:
        """Finish what waits and end the thread."""
        if not self._closed:
            self._closed = True
            self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._gather()
            if batch:
                self._perform(batch)
            self._checkpoint()

    def _gather(self) -> tuple[list[Waiting], bool]:
        """What waits, at least one thing; and False when the last thing has come."""
        batch: list[Waiting] = []
        waiting = self._inbox.get()
        while waiting is not None:
            batch.append(waiting)
            if len(batch) >= _BATCH_MAX:
                return batch, True
            try:
                waiting = self._inbox.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _perform(self, batch: list[Waiting]) -> None:
        answers: list[Answer | object | StoreError]
        changed: list[Key] = []
        if self._failure is not None:
            answers = [self._failure] * len(batch)
        else:
            try:
                answers = self._transact(batch, changed)
            except Exception as error:
                changed = []
                answers = [self._translate(error)] * len(batch)
        try:
            self._loop.call_soon_threadsafe(self._settle, batch, answers, changed)
        except RuntimeError:
            # The loop has gone while a batch was under way: there is nobody left to tell.
            _log.debug("%d commits ended after the event loop", len(batch))

    def _transact(self, batch: list[Waiting], changed: list[Key]) -> list[Any]:
        connection = self._database.writer
        with self._database.exclusive():
            connection.execute("BEGIN IMMEDIATE")
            try:
                answers = self._apply(connection, batch, changed)
                self._numbers.save()
                connection.execute("COMMIT")
            except BaseException:
                self._numbers.forget()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._numbers.saved()
        return answers

    def _apply(self, connection: sqlite3.Connection, batch: list[Waiting], changed: list[Key]) -> list[Any]:
        """Commits first, then receives (which get what the commits sent), then the rest."""
        answers: list[Any] = [None] * len(batch)
        commits = [(place, each.work) for place, each in enumerate(batch) if type(each.work) is Prepared]
        while commits:
            commits = self._commit_some(connection, commits, answers, changed)
        receives = [(place, each.work) for place, each in enumerate(batch) if type(each.work) is Receive]
        found = receive_all(connection, [receive for _, receive in receives])
        for (place, _), messages in zip(receives, found, strict=True):
            answers[place] = messages
        self._unsaved_pages += sum(map(len, found))
        for place, each in enumerate(batch):
            if not isinstance(each.work, Prepared | Receive):
                answers[place] = each.work(connection)
        return answers

    def _commit_some(
        self,
        connection: sqlite3.Connection,
        commits: list[tuple[int, Prepared]],
        answers: list[Any],
        changed: list[Key],
    ) -> list[tuple[int, Prepared]]:
        """Decide and write the commits up to one that needs the facts to be read again; those that are left."""
        now_us = self._now_us()
        facts = read_facts(connection, named(commit for _, commit in commits), now_us)
        batch = Batch(facts, self._numbers.next, now_us)
        decided = 0
        for place, commit in commits:
            if decided and not batch.can_decide(commit):
                break
            decided += 1
            version = batch.decide(commit)
            if not version:
                answers[place] = Conflict("what this commit depends on has changed")
                continue
            answers[place] = version
            changed.extend(commit.changed)
            self._unsaved_pages += _PAGES_PER_ROW * len(commit.rows)
        write_plan(connection, batch.plan)
        return commits[decided:]

    def _translate(self, error: Exception) -> StoreError:
        if isinstance(error, sqlite3.Error):
            directory = self._database.path.parent if self._database.path else None
            translated = failures.of_database(error, directory)
        else:
            translated = StoreFailed(f"the writer failed: {error!r}")
        if isinstance(translated, StoreFailed):
            self._fail(translated, error)
        return translated

    def _fail(self, failure: StoreFailed, cause: Exception) -> None:
        """After a failed fsync the kernel may have dropped what was to be written, so nothing is tried again."""
        _log.critical("the store failed and nothing more is accepted: %s", failure, exc_info=cause)
        self._failure = failure
        try:
            self._loop.call_soon_threadsafe(self._failed, failure)
        except RuntimeError:
            _log.debug("the store failed after the event loop had ended")

    def _settle(self, batch: list[Waiting], answers: Sequence[Any], changed: Sequence[Key]) -> None:
        if changed:
            self._settled(changed)
        for waiting, answer in zip(batch, answers, strict=True):
            future = waiting.future
            if future.done():  # its caller was cancelled; what it asked for is done all the same
                continue
            if isinstance(answer, StoreError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _checkpoint(self) -> None:
        idle = self._inbox.empty()
        if self._unsaved_pages < (_CHECKPOINT_PAGES_IDLE if idle else _CHECKPOINT_PAGES_BUSY):
            return
        self._unsaved_pages = 0
        if self._database.path is None or self._failure is not None:
            return
        try:
            self._database.writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            # Everything is still in the log. With a full disk the next checkpoint may go better; a failed fsync ends the process.
            _log.warning("checkpoint of the database: %s", self._translate(error))

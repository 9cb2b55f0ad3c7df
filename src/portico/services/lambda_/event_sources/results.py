"""`LastProcessingResult`: what is wrong with a mapping, kept as long as it is."""

import asyncio
import logging

from portico.services.lambda_.event_sources.records import MAPPINGS, RESULTS, EventSourceMapping, Result
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Delete, Op, Put, StoreError, VersionIs

log = logging.getLogger("portico.lambda")

_PAUSE_S = 0.5  # what changes with each batch is not written with each


class Results:
    """Writes what is wrong with one mapping: `polling`, or with its `calls`; "" when nothing is."""

    def __init__(self, cache: RecordCache, mapping: EventSourceMapping) -> None:
        self._cache = cache
        self._mapping = mapping
        held = cache.peek(RESULTS, *mapping.key)
        self._stored = held.value.text if held is not None else ""
        self._polling = ""
        self._calls = ""
        self._writing: asyncio.Task[None] | None = None

    def polling(self, problem: str) -> None:
        """What is wrong with polling."""
        if problem and problem != self._polling:
            log.warning("%s (%s) can't be polled: %s", self._mapping.arn, self._mapping.source_arn, problem)
        self._polling = problem
        self._tell()

    def calls(self, problem: str) -> None:
        """What was wrong with the last call."""
        self._calls = problem
        self._tell()

    @property
    def _wanted(self) -> str:
        problem = self._polling or self._calls
        return f"PROBLEM: {problem}" if problem else ""

    def _tell(self) -> None:
        if self._wanted != self._stored and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._wanted != self._stored:
            text = self._wanted
            try:
                await self._commit(text)
            except StoreError as error:
                log.warning("the last result of %s was not written: %s", self._mapping.arn, error)
            self._stored = text
            await asyncio.sleep(_PAUSE_S)

    async def _commit(self, text: str) -> None:
        """Write it, unless the mapping is gone."""
        key = self._mapping.key
        while (held := await self._cache.get(MAPPINGS, *key)) is not None:
            at = RESULTS.key(*key)
            op: Op = Put(at, RESULTS.encode(Result(text))) if text else Delete(at)
            try:
                await self._cache.store.commit([op], [VersionIs(MAPPINGS.key(*key), held.version)])
            except Conflict:
                continue
            return

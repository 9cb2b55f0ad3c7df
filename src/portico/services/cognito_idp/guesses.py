"""Who may guess a password or a code, and how often.

From the fifth failure on, a user waits 1 s, then 2, 4, 8, ... up to about a quarter of an hour; tries in that time are refused and do not
count, and a quarter of an hour without a failure forgets them all. Tries of one user come one after the other, so that many at once are not
many for the price of one. Names that nobody has are treated alike, in memory: their failures may be forgotten, not told apart.

Source: Cognito Developer Guide, "Authentication flow", on lockout after failed sign-in attempts.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal
from weakref import WeakValueDictionary

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import ATTEMPTS, Attempts
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Key, Op, Put, VersionIs
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

What = Literal["sign-in", "factor"]

_FREE = 5
_LOCKED_S_MAX = 900
_FORGET_S = 900
_STRANGERS_MAX = 10_000


class Guesser(msgspec.Struct, frozen=True, gc=False):
    """Whose secret is guessed, by name as it is looked up, and what it is. `known`: there is such a user."""

    pool: str
    name: str
    what: What = "sign-in"
    known: bool = True

    @property
    def key(self) -> Key:
        """Under which failures are kept."""
        return ATTEMPTS.key(self.pool, self.name, self.what)


class Guesses:
    """Failures of all users, and who is trying just now."""

    __slots__ = ("_cache", "_locks", "_strangers")

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        self._strangers: dict[Key, Attempts] = {}

    @contextlib.asynccontextmanager
    async def one(self, guesser: Guesser) -> AsyncIterator[None]:
        """Let this be the user's only try for as long as it lasts."""
        lock = self._locks.get(guesser.key)
        if lock is None:
            lock = self._locks[guesser.key] = asyncio.Lock()
        async with lock:
            yield

    async def check(self, guesser: Guesser, now: float) -> None:
        """Refuse who has to wait.

        Raises:
            AwsError: NotAuthorizedException for passwords, LimitExceededException for codes.
        """
        held = await self._held(guesser)
        if held is not None and now < held.until and not _forgotten(held, now):
            raise _refusal(guesser)

    async def failed(self, guesser: Guesser, now: float, *along: Op) -> None:
        """Count a failure, on disk before the caller is told of it; `along` is committed with it."""
        if not guesser.known:
            self._note_stranger(guesser, now)
            if along:
                await self._cache.store.commit(along)
            return
        while True:
            held = await self._cache.get(ATTEMPTS, guesser.pool, guesser.name, guesser.what)
            after = _after_failure(None if held is None else held.value, now)
            is_same = VersionIs(guesser.key, 0 if held is None else held.version)
            try:
                await self._cache.store.commit([Put(guesser.key, ATTEMPTS.encode(after)), *along], [is_same])
            except Conflict:
                continue
            return

    async def succeeded(self, guesser: Guesser, tx: Transaction) -> None:
        """Forget the failures, when `tx` is committed."""
        if await tx.get(ATTEMPTS, guesser.pool, guesser.name, guesser.what) is not None:
            tx.delete(ATTEMPTS, guesser.pool, guesser.name, guesser.what)

    async def _held(self, guesser: Guesser) -> Attempts | None:
        if not guesser.known:
            return self._strangers.get(guesser.key)
        held = await self._cache.get(ATTEMPTS, guesser.pool, guesser.name, guesser.what)
        return None if held is None else held.value

    def _note_stranger(self, guesser: Guesser, now: float) -> None:
        after = _after_failure(self._strangers.pop(guesser.key, None), now)
        if len(self._strangers) >= _STRANGERS_MAX:
            del self._strangers[next(iter(self._strangers))]
        self._strangers[guesser.key] = after


def _forgotten(attempts: Attempts, now: float) -> bool:
    return now - attempts.last > max(_FORGET_S, attempts.until - attempts.last)


def _after_failure(before: Attempts | None, now: float) -> Attempts:
    if before is None or _forgotten(before, now):
        before = Attempts(since=now)
    count = before.count + 1
    wait_s = 0 if count < _FREE else min(2 ** min(count - _FREE, 10), _LOCKED_S_MAX)
    return Attempts(count, before.since, now, now + wait_s if wait_s else 0.0)


def _refusal(guesser: Guesser) -> AwsError:
    if guesser.what == "factor":
        return errors.limit_exceeded()
    return errors.not_authorized("Password attempts exceeded")

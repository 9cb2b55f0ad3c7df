"""What was allowed and refused, and why: for `portico explain`.

Refusals go to a log in the store, in batches and trimmed by age: an explanation survives a restart. Allowed decisions are kept in a
ring in memory: they cost an append on the path of a call.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from portico.base.clock import Clock
from portico.identity.policy.evaluate import Decision
from portico.identity.policy.explain import reasons
from portico.store.port import Append, Op, Store, StoreError, Trim

REFUSALS = ("identity.refusals",)
OTHER_IDS = ("identity.other_ids",)
_KEEP_S = 7 * 24 * 3600
_BATCH_PAUSE_S = 0.1
_PENDING_MAX = 10_000


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One decision as it is shown. `at` is in seconds on the `now` clock; `why` names the statements that decided."""

    request_id: str
    at: float
    principal: str
    action: str
    resource: str
    allowed: bool
    message: str = ""
    why: tuple[str, ...] = ()


class OtherId(msgspec.Struct, frozen=True, gc=False):
    """An id of API Gateway's that a client was given of a request, `at` some time (seconds, `now` clock)."""

    given: str
    request_id: str
    at: float


_Allowed = tuple[str, float, str, str, str, Decision]


class Decisions:
    """The record of decisions of one server. `run` is its background loop."""

    def __init__(self, store: Store, clock: Clock, *, ring: int = 10_000) -> None:
        self._store = store
        self._clock = clock
        self._allowed: deque[_Allowed] = deque(maxlen=ring)
        self._given: deque[tuple[str, str]] = deque(maxlen=ring)
        self._pending: deque[Verdict | OtherId] = deque(maxlen=_PENDING_MAX)
        self._wake = asyncio.Event()
        self._flushing = asyncio.Lock()
        self.refused_total = 0

    def allowed(
        self, request_id: str, at: float, principal: str, action: str, resource: str, decision: Decision
    ) -> None:
        """Remember an allowed call; it is put into words only when somebody asks."""
        self._allowed.append((request_id, at, principal, action, resource, decision))

    def refused(self, verdict: Verdict) -> None:
        """Remember a refusal, durably within a moment. Under a flood the oldest that wait are dropped."""
        self.refused_total += 1
        self._pending.append(verdict)
        self._wake.set()

    def given(self, own_id: str, request_id: str, *, refused: bool = True) -> None:
        """Whoever asks for `own_id`, an id of API Gateway's that a client was given, means `request_id` as well. It is as durable
        as what was decided: a request of which nothing was `refused` is in memory only."""
        if not refused:
            self._given.append((own_id, request_id))
            return
        self._pending.append(OtherId(own_id, request_id, self._clock.now()))
        self._wake.set()

    async def explain(self, request_id: str) -> list[Verdict]:
        """Every decision made under a request id, oldest first."""
        await self._flush()
        ids = await self._meant(request_id)
        stored = [verdict for each in ids for verdict in await self._stored(each)]
        return [*stored, *(_worded(row) for row in self._allowed if row[0] in ids)]

    async def _meant(self, given: str) -> tuple[str, ...]:
        """The ids under which there may be decisions of the request that an id is of: first the id itself."""
        found = [msgspec.json.decode(value, type=OtherId) for value in await self._naming(OTHER_IDS, given)]
        durable = [one.request_id for one in found if one.given == given]
        return tuple(dict.fromkeys([given, *durable, *(own for known, own in self._given if known == given)]))

    async def _stored(self, request_id: str) -> list[Verdict]:
        return [
            msgspec.json.decode(value, type=Verdict) for value in await self._naming(REFUSALS, request_id)
        ]

    async def _naming(self, log: tuple[str], text: str) -> list[bytes]:
        """The entries of a log that have a text in them."""
        after, found = 0, []
        while entries := await self._store.read_log(log, after=after):
            after = entries[-1].sequence
            found += [entry.value for entry in entries if text.encode() in entry.value]
        return found

    async def run(self) -> None:
        """Write what waits, in batches, and forget what is older than a week."""
        while True:
            await self._wake.wait()
            await self._flush()
            await asyncio.sleep(_BATCH_PAUSE_S)

    async def close(self) -> None:
        """Write what still waits, once `run` has ended; a store that has failed takes nothing any more."""
        with suppress(StoreError):
            await self._flush()

    async def _flush(self) -> None:
        """Write what waits; when this returns, what is being written by another is on disk as well."""
        async with self._flushing:
            self._wake.clear()
            batch = list(self._pending)
            self._pending.clear()
            if batch:
                try:
                    await self._store.commit(self._ops(batch))
                except StoreError:
                    self._pending.extendleft(reversed(batch))
                    raise

    def _ops(self, batch: Sequence[Verdict | OtherId]) -> list[Op]:
        ops: list[Op] = [
            Append(REFUSALS if isinstance(one, Verdict) else OTHER_IDS, msgspec.json.encode(one), one.at)
            for one in batch
        ]
        old = self._clock.now() - _KEEP_S
        return [*ops, Trim(REFUSALS, old), Trim(OTHER_IDS, old)]


def _worded(row: _Allowed) -> Verdict:
    request_id, at, principal, action, resource, decision = row
    return Verdict(request_id, at, principal, action, resource, True, "", tuple(reasons(decision)))

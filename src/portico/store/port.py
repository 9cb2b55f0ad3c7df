"""The store's port: four primitives and one commit.

Guarantees, for every implementation (the suite in `tests/conformance/store` holds each to them):

- `commit` applies all of its operations or none, and is durable when it returns. If any condition does not hold, nothing is
  applied and `Conflict` is raised.
- Versions are positive and grow over the whole store: of two commits the later one has the larger version.
- Reads see every acknowledged commit. A scan is ordered as the keys' tuples are (see `keys.py`).
- A message that was sent is received at least once until it is acked; a receipt is valid for one lease only.
- A log's sequence numbers grow, readers never see a gap that is filled later.

Errors: `Conflict` (run the operation again), `StoreFull` (the disk is full; nothing was applied, later commits may succeed),
`StoreFailed` (fsync or the database failed; the process must end), `StoreLocked` (another server has this data directory).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Protocol

import msgspec

KeyPart = str | int | bytes
Key = tuple[KeyPart, ...]


class StoreError(Exception):
    """The store could not do what was asked."""


class Conflict(StoreError):
    """A condition of the commit did not hold; nothing was applied. Read again and decide again."""


class StoreFull(StoreError):
    """The disk is full: nothing of this commit was applied and nothing acknowledged is lost. Free space and try again."""


class StoreFailed(StoreError):
    """The database can't be trusted to be durable any more; the process has to end and be started again."""


class StoreLocked(StoreError):
    """Another Portico server is using this data directory."""


class StoreUnusable(StoreError):
    """The data directory can't be used (read-only, no permission, made by a newer Portico); the message says what to do."""


class Versioned(msgspec.Struct, frozen=True, gc=False):
    """A record as it is stored: `value` is a JSON document, `version` that of the commit which wrote it."""

    key: Key
    value: bytes
    version: int


# Conditions ------------------------------------------------------------------------------------------------------------


class VersionIs(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The record at `key` still has `version`; 0 means that there is none."""

    key: Key
    version: int


class RangeIs(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The records below `prefix`, after `after` (exclusive; None from the start) and up to `until` (inclusive; None to the end) in
    the direction of the scan, are as they were: `count` of them, the highest version being `newest` (0 for none).

    A scan that `limit` has cut is a range up to its last key. (Count and newest version of "the first n" would not do: delete one
    of them, and an older record moves up unseen.)
    """

    prefix: Key
    after: Key | None
    until: Key | None
    reverse: bool
    count: int
    newest: int


Condition = VersionIs | RangeIs

# Operations ------------------------------------------------------------------------------------------------------------


class Put(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Write the record at `key`."""

    key: Key
    value: bytes


class Delete(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Remove the record at `key`; nothing happens when there is none."""

    key: Key


class Send(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Put a message on `queue`.

    `visible_at` is on Portico's `now` clock, in seconds. Messages of one `group` are received in order, one lease at a time.
    A message whose `deduplication` was seen on the queue before `deduplicate_until` is dropped (and its id not stored); so is one
    of which any name in `duplicates` was seen, which is not itself remembered. `names_in`, if given, is seen in place of the queue: what
    other queues have seen with the same one counts as well. `ordered` is False for groups that only name whose
    message it is: these are received in any order, by many at once.
    """

    queue: Key
    body: bytes
    visible_at: float = 0.0
    message_id: str = ""
    group: str | None = None
    deduplication: str | None = None
    deduplicate_until: float = 0.0
    duplicates: tuple[str, ...] = ()
    ordered: bool = True
    names_in: Key | None = None


class Ack(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Remove a received message. The commit conflicts when the receipt's lease is over and another has taken it; with `at`
    (seconds, `now` clock) also when the lease is over by then, taken or not."""

    queue: Key
    receipt: str
    at: float | None = None


class ChangeVisibility(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Let a received message be visible again at `visible_at`, with `body` in place of its own if given (attempt counters).

    Without a body a lease is made longer or shorter. With one, a `worker` lease ends as well: the message now waits for its next
    attempt, which a restart does not bring forward; unless it is `kept`, by a worker that notes how far it has come. The receipt stays
    valid until another has taken the message. `at` as in `Ack`.
    """

    queue: Key
    receipt: str
    visible_at: float
    body: bytes | None = None
    at: float | None = None
    kept: bool = False


class Append(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Append an entry to `log`; its sequence number is larger than all before it, though not always the next one.

    `at` (seconds, `now` clock) is what trimming looks at.
    """

    log: Key
    value: bytes
    at: float


class Trim(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Forget the entries of `log` that are older than `before` (seconds, `now` clock); None forgets the whole log."""

    log: Key
    before: float | None


class Refer(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`owner` needs the blob `digest` (which `put_blob` has stored): it is kept while anybody does. The commit conflicts when the
    store does not have it (any more)."""

    digest: str
    owner: Key


class Unrefer(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`owner` no longer needs the blob `digest`."""

    digest: str
    owner: Key


Op = Put | Delete | Send | Ack | ChangeVisibility | Append | Trim | Refer | Unrefer


class Message(msgspec.Struct, frozen=True, gc=False):
    """A received message. `receives` counts its receipts, this one included; `receipt` is what acks it. `sequence` grows with each
    message that the store takes; `moved_from` is the queue that gave the message up as a dead letter."""

    queue: Key
    message_id: str
    body: bytes
    receipt: str
    receives: int
    sent_at: float
    first_received_at: float
    group: str | None
    sequence: int = 0
    moved_from: Key | None = None


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What became of a `Send`: the message's id and sequence. Of a `duplicate` they are those of the message that was first."""

    message_id: str
    sequence: int
    duplicate: bool = False


class Settled(msgspec.Struct, frozen=True, gc=False):
    """What became of an `Ack` or a `ChangeVisibility`: done; `gone`, when there is no such message (any more); `lost`, when another
    has taken it; `expired`, when the lease was over at the operation's `at`."""

    state: Literal["done", "gone", "lost", "expired"]


Outcome = Sent | Settled


class DeadLetters(msgspec.Struct, frozen=True, gc=False):
    """Where a message goes that was received `receives_max` times, when it would be received once more. It keeps its id, its count
    and, with `keeps_age`, the instant at which it was sent."""

    queue: Key
    receives_max: int
    keeps_age: bool = True


class Taking(msgspec.Struct, frozen=True, gc=False):
    """What a receive may take.

    `per_group`: so many messages of a group, in order, up to the first that is not visible; 0 if the queue's groups keep no order.
    `sent_after`: older messages have expired (seconds, `now` clock); they are removed where the receive meets them. `attempt`: a
    receive of that name that comes again until `attempt_until`, while the leases of the first last, is given the same messages and
    receipts, leased anew; a change of visibility ends that for its message. `last`: messages of these groups come after all others
    (of as many as a receive looks at).
    """

    per_group: int = 1
    sent_after: float | None = None
    dead_letters: DeadLetters | None = None
    attempt: str = ""
    attempt_until: float = 0.0
    last: tuple[str, ...] = ()


PLAIN_TAKING = Taking()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry of a log."""

    sequence: int
    value: bytes
    at: float


class QueueDepth(msgspec.Struct, frozen=True, gc=False):
    """Messages of a queue: to be received now, leased, and delayed."""

    visible: int
    in_flight: int
    delayed: int


Lease = Literal["client", "worker"]
Committed = Callable[[Sequence[Key]], None]


class Store(Protocol):
    """What every implementation offers. One instance belongs to one event loop."""

    def peek(self, key: Key) -> Versioned | None:
        """The record at `key`, if it can be had without waiting (embedded: a primary-key read, well under 0.1 ms)."""

    async def get(self, key: Key) -> Versioned | None:
        """The record at `key`."""

    async def scan(
        self, prefix: Key, *, after: Key | None = None, limit: int | None = None, reverse: bool = False
    ) -> list[Versioned]:
        """The records whose keys begin with `prefix`, in key order, those after `after` (a whole key, exclusive)."""

    async def commit(self, ops: Sequence[Op], conditions: Sequence[Condition] = ()) -> int:
        """Apply `ops` in order if all `conditions` hold; the commit's version.

        Raises:
            Conflict: a condition did not hold, or a receipt was no longer valid; nothing was applied.
            StoreFull, StoreFailed: see above.
        """

    async def commit_each(
        self, ops: Sequence[Send | Ack | ChangeVisibility], conditions: Sequence[Condition] = ()
    ) -> list[Outcome]:
        """Apply, in one commit, those of `ops` that hold, and tell what became of each, in their order.

        Raises:
            Conflict: a condition did not hold; nothing was applied.
            StoreFull, StoreFailed: see above.
        """

    async def receive(
        self,
        queue: Key,
        *,
        limit: int,
        lease_s: float,
        lease: Lease,
        now: float,
        taking: Taking = PLAIN_TAKING,
    ) -> list[Message]:
        """Up to `limit` visible messages, leased until `now + lease_s` (durably, before this returns).

        A `worker` lease is void once a new server has opened the store; a `client` lease runs to its end. A receive that meets very
        many messages that have expired or are dead letters may return fewer than there are.
        """

    async def discard(self, queue: Key, *, sent_before: float | None = None, limit: int = 1000) -> int:
        """Remove up to `limit` messages of the queue, leased ones as well, oldest first; with `sent_before` those sent earlier
        only. How many that were."""

    async def oldest(self, queue: Key) -> float | None:
        """When the oldest message of the queue was sent (seconds, `now` clock), or None if there is none."""

    async def depth(self, queue: Key, *, now: float) -> QueueDepth:
        """How many messages the queue holds, in each state."""

    async def in_flight(self, queue: Key, *, now: float) -> int:
        """How many messages of the queue are leased: `depth`'s figure, without a count of the visible ones."""

    async def in_flight_of_groups(self, queue: Key, *, now: float) -> dict[str, int]:
        """How many messages of each group are leased; groups without any are not named."""

    async def next_visible(self, queue: Key) -> float | None:
        """When the next message can be received (seconds, `now` clock; in the past if at once), or None if there is none."""

    async def read_log(self, log: Key, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries with a sequence number above `after`, oldest first."""

    async def put_blob(self, data: bytes | AsyncIterator[bytes]) -> str:
        """Store bytes; their SHA-256 in hex. They are kept only if a commit refers to them within the grace (an hour)."""

    def open_blob(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The blob's bytes from `start` to `end` (exclusive), in pieces. Raises KeyError when there is no such blob."""

    async def read_blob(self, digest: str) -> bytes:
        """The whole blob. Raises KeyError when there is no such blob."""

    async def changes(self, *, after: int, limit: int = 1000) -> list[Versioned]:
        """The records that were written after version `after`, oldest first (deletions are not among them).

        All records of one commit come together, so there may be more than `limit`, and `after` the last one's version goes on.
        """

    def on_commit(self, hook: Committed) -> None:
        """Call `hook` with the keys that commits have changed (records, queues, logs), before these are acknowledged.

        Commits that end together are told together. Hooks drop cached values and wake workers; they do not block and do not raise.
        """

    async def backup(self, path: str) -> None:
        """Write a consistent copy of everything to the new file `path`, while the store is in use."""

    async def tend(self) -> None:
        """Housekeeping, to be called every few minutes: blobs that nobody needs and deduplications that are over."""

    async def erase(self) -> None:
        """Forget everything (development mode's reset)."""

    async def close(self) -> None:
        """Finish what is under way and release the data directory."""

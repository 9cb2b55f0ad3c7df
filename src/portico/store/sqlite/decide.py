"""Which commits of a batch hold, and what they come to together.

One savepoint and a handful of statements for each commit would hand the GIL back and forth for every one of them. So what the batch's
commits depend on is read in one statement (`Facts`), they are decided here one after the other against it and against the commits
before them, and their sum is written with one statement per kind of change (`Plan`). The outcome is that of running them in order.

Pure: no SQL, no clock.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from portico.store.sqlite.plan import Facts, Plan, Seen, Sending
from portico.store.sqlite.rows import (
    AckRow,
    AppendRow,
    Became,
    BlobRow,
    ChangeRow,
    CollectRow,
    DeleteRow,
    OwnerRow,
    Prepared,
    PutRow,
    RangeCheck,
    Row,
    SendRow,
    TrimRow,
)


class Batch:
    """Decides commits one by one; `next_number` gives versions, message rows and log sequences."""

    __slots__ = ("facts", "next_number", "now_us", "plan")

    def __init__(self, facts: Facts, next_number: Callable[[], int]) -> None:
        self.facts = facts
        self.plan = Plan()
        self.next_number = next_number
        self.now_us = 0  # that of the commit being decided

    def can_decide(self, commit: Prepared) -> bool:
        """False when an earlier commit has changed something of which only the database can say what it is now: then this one has
        to wait until the plan is written and facts are read again."""
        plan = self.plan
        if commit.ranges and plan.records and any(self._touched(each) for each in commit.ranges):
            return False
        return not (plan.owners or plan.collected) or not any(type(row) is CollectRow for row in commit.rows)

    def decide(self, commit: Prepared) -> tuple[int, list[Became]]:
        """The commit's version, its rows being in the plan; or 0 when it does not hold, nothing of it being there. Of a commit with
        `each` also what became of each row."""
        facts = self.facts
        self.now_us = commit.now_us
        for key, version in commit.versions:
            if facts.versions.get(key, 0) != version:
                return 0, []
        for check in commit.ranges:
            if facts.ranges[check.low, check.high] != (check.count, check.newest):
                return 0, []
        if commit.each:
            version = self.next_number()
            return version, [self._one(row, version) for row in commit.rows]
        for row in commit.rows:
            check_row = _CHECKS.get(type(row))
            if check_row is not None and check_row(self, row):
                return 0, []
        version = self.next_number()
        for row in commit.rows:
            _EFFECTS[type(row)](self, row, version)
        return version, []

    def _one(self, row: Row, version: int) -> Became:
        """A row for itself."""
        check = _CHECKS.get(type(row))
        against = check(self, row) if check is not None else ""
        return Became(against) if against else _EFFECTS[type(row)](self, row, version) or _DONE

    def _touched(self, check: RangeCheck) -> bool:
        return any(check.low <= key < check.high for key in self.plan.records)


def named(commits: Iterable[Prepared]) -> dict[str, Sequence[Any]]:
    """What these commits' decisions depend on: the parameter of the statement that reads the facts."""
    versions: set[str] = set()
    ranges: set[tuple[str, str]] = set()
    messages: set[int] = set()
    deduplications: set[tuple[str, str]] = set()
    blobs: set[str] = set()
    for commit in commits:
        versions.update([key for key, _ in commit.versions])
        ranges.update([(check.low, check.high) for check in commit.ranges])
        for row in commit.rows:
            match row:
                case AckRow() | ChangeRow():
                    messages.add(row.message)
                case SendRow(deduplication=str(name)):
                    deduplications.update([(row.names_in, each) for each in (name, *row.duplicates)])
                case OwnerRow(needed=True) | CollectRow():
                    blobs.add(row.digest)
    return {
        "versions": list(versions),
        "ranges": list(ranges),
        "messages": list(messages),
        "deduplications": list(deduplications),
        "blobs": list(blobs),
    }


def _lost(batch: Batch, row: AckRow | ChangeRow) -> str:
    held = batch.facts.receipts.get(row.message)
    if held is None or held.queue != row.queue:
        return "gone"
    if held.receipt != row.receipt:
        return "lost"
    return "expired" if row.at_us is not None and held.visible_at_us <= row.at_us else ""


def _blob_missing(batch: Batch, row: OwnerRow) -> str:
    return "lost" if row.needed and row.digest not in batch.facts.blobs else ""


def _needed(batch: Batch, row: CollectRow) -> str:
    stored_at_us, has_owner = batch.facts.blobs.get(row.digest, (0, True))
    return "lost" if has_owner or stored_at_us > row.before_us else ""


_DONE = Became("done")

# What speaks against a row, "" if nothing does.
_CHECKS: dict[type, Callable[[Batch, Any], str]] = {
    AckRow: _lost,
    ChangeRow: _lost,
    OwnerRow: _blob_missing,
    CollectRow: _needed,
}


def _put(batch: Batch, row: PutRow, version: int) -> None:
    batch.facts.versions[row.key] = version
    batch.plan.records[row.key] = (version, row.value)


def _delete(batch: Batch, row: DeleteRow, _: int) -> None:
    batch.facts.versions.pop(row.key, None)
    batch.plan.records[row.key] = None


def _send(batch: Batch, row: SendRow, _: int) -> Became:
    plan = batch.plan
    first = _first_of(batch, row)
    if first is not None:
        return Became("duplicate", first.message_id, first.sequence)
    number = batch.next_number()
    if row.deduplication is not None:
        name = (row.names_in, row.deduplication)
        batch.facts.seen[name] = Seen(row.deduplicate_until_us, row.message_id, number)
        plan.deduplications.append((*name, row.deduplicate_until_us, row.message_id, number))
    blocked = 0
    if row.grouped is not None and row.ordered:
        # Until the group is looked at as a whole, which is done after all sends and acks are written.
        blocked = 1
        plan.groups.add((row.queue, row.grouped))
    at_us = (row.visible_at_us, batch.now_us)
    plan.sends.append(Sending(row.queue, number, row.message_id, *at_us, row.grouped, blocked, row.body))
    return Became("done", row.message_id, number)


def _first_of(batch: Batch, row: SendRow) -> Seen | None:
    """The message that `row` is a duplicate of."""
    if row.deduplication is None:
        return None
    for name in (row.deduplication, *row.duplicates):
        seen = batch.facts.seen.get((row.names_in, name))
        if seen is not None and seen.until_us > batch.now_us:
            return seen
    return None


def _ack(batch: Batch, row: AckRow, _: int) -> None:
    plan = batch.plan
    held = batch.facts.receipts.pop(row.message, None)
    if held is not None and held.group is not None:
        plan.groups.add((row.queue, held.group))
    plan.changes.pop(row.message, None)
    plan.acks.add(row.message)


def _change(batch: Batch, row: ChangeRow, _: int) -> None:
    plan = batch.plan
    if row.message in plan.acks:
        return
    _, body, ends = plan.changes.get(row.message, (0, None, False))
    plan.changes[row.message] = (row.visible_at_us, body if row.body is None else row.body, ends or row.ends)
    held = batch.facts.receipts[row.message]
    batch.facts.receipts[row.message] = msgspec.structs.replace(held, visible_at_us=row.visible_at_us)


def _append(batch: Batch, row: AppendRow, _: int) -> None:
    batch.plan.entries.append((batch.next_number(), row.log, row.at_us, row.value))


def _trim(batch: Batch, row: TrimRow, _: int) -> None:
    plan = batch.plan
    before = row.before_us
    plan.entries = [
        entry for entry in plan.entries if entry[1] != row.log or (before is not None and entry[2] >= before)
    ]
    if row.log in plan.trims:
        earlier = plan.trims[row.log]
        before = None if before is None or earlier is None else max(before, earlier)
    plan.trims[row.log] = before


def _own(batch: Batch, row: OwnerRow, _: int) -> None:
    batch.plan.owners[row.digest, row.owner] = row.needed


def _blob(batch: Batch, row: BlobRow, _: int) -> None:
    batch.facts.blobs[row.digest] = (batch.now_us, True)
    batch.plan.collected.discard(row.digest)
    batch.plan.blobs[row.digest] = (row.size_bytes, batch.now_us, row.data)


def _collect(batch: Batch, row: CollectRow, _: int) -> None:
    batch.facts.blobs.pop(row.digest, None)
    batch.plan.blobs.pop(row.digest, None)
    batch.plan.collected.add(row.digest)


_EFFECTS: dict[type[Row], Callable[[Batch, Any, int], Became | None]] = {
    PutRow: _put,
    DeleteRow: _delete,
    SendRow: _send,
    AckRow: _ack,
    ChangeRow: _change,
    AppendRow: _append,
    TrimRow: _trim,
    OwnerRow: _own,
    BlobRow: _blob,
    CollectRow: _collect,
}

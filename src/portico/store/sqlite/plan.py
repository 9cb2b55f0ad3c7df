"""What a batch's commits are decided by and come to: facts from the database, and the plan of what is written. Pure."""

from typing import NamedTuple

import msgspec


class Held(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message that a receipt names: its row, what a holder of the current receipt would show, and the end of the lease."""

    message: int
    queue: str
    receipt: str | None
    group: str | None
    visible_at_us: int


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A message that was sent under a name: until when that name makes others duplicates of it, its id and its row."""

    until_us: int
    message_id: str
    sequence: int


class Facts(msgspec.Struct):
    """What the database says about the things that a batch's conditions name. The decisions keep it up to date as they go.

    `versions`: encoded key -> version, absent ones missing. `ranges`: (low, high) -> (count, newest version). `receipts`: message row
    -> what holds it. `seen`: (queue, deduplication) -> the first message of that name. `blobs`: digest -> (instant stored, has an
    owner).
    """

    versions: dict[str, int]
    ranges: dict[tuple[str, str], tuple[int, int]]
    receipts: dict[int, Held]
    seen: dict[tuple[str, str], "Seen"]
    blobs: dict[str, tuple[int, bool]]


class Sending(NamedTuple):
    """A message that is sent, as the statements' parameters have it."""

    queue: str
    row: int
    message_id: str
    visible_at_us: int
    sent_at_us: int
    grouped: str | None
    blocked: int
    body: str


class Plan:
    """The sum of the commits that hold: the end state of each thing, as JSON-ready rows.

    `groups` are those (queue, group) whose first message may be another one afterwards.
    """

    __slots__ = (
        "acks", "blobs", "changes", "collected", "deduplications", "entries", "groups", "owners", "records", "sends", "trims",
    )  # fmt: skip

    def __init__(self) -> None:
        self.records: dict[str, tuple[int, str] | None] = {}
        self.sends: list[Sending] = []
        self.deduplications: list[tuple[str, str, int, str, int]] = []
        self.changes: dict[int, tuple[int, str | None, bool]] = {}
        self.acks: set[int] = set()
        self.groups: set[tuple[str, str]] = set()
        self.entries: list[tuple[int, str, int, str]] = []
        self.trims: dict[str, int | None] = {}
        self.owners: dict[tuple[str, str], bool] = {}
        self.blobs: dict[str, tuple[int, int, str | None]] = {}
        self.collected: set[str] = set()

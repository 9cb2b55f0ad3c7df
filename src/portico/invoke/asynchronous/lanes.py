"""Lanes: one for each function that has events. A lane begins narrow and widens while its function is slow. Pure.

Fairness: a lane may hold as many events as there is room left for all others together, and one in any case; so no function fills the room,
however many events it has waiting, and each new lane finds some. A lane whose events are refused, since the function is throttled or
beyond its budget, rests, and tries one event after longer and longer rests until one is let through: a backlog that can't run costs next
to nothing.
"""

from collections import deque
from collections.abc import Callable

from portico.store.port import Key, Message

ROOM = 2_000  # events under way at once, all functions together
NARROW = 8
WIDEN_S = 0.05
_SLOW = 4  # fewer ends than this for each place in WIDEN_S: the function waits more than it computes
_HELD_MAX = 64
_SETTLING_MAX = 128
_HELD_BYTES = 4 * 1024 * 1024
_REST_S = (0.05, 1.0)  # the first rest, and the longest


class Lane:
    """The events of one function: how many run and how many may (`width`), those received that wait for a place (`held`), and
    those that have run of which it is still being written what became of them (`settling`).

    It rests until `rests_until` (seconds, `now` clock; 0: it does not) after an event was refused while none before it was let through.
    `more`: there may be something to receive; `due_at`: when the next event is due (seconds, `now` clock). While it is `full` it is
    looked back every `WIDEN_S` at how fast the function is.
    """

    __slots__ = (
        "_ended",
        "_refusals",
        "_stock",
        "due_at",
        "held",
        "looking",
        "message_bytes",
        "more",
        "queue",
        "receiving",
        "rests_until",
        "running",
        "settling",
        "width",
    )

    def __init__(self, queue: Key) -> None:
        self.queue = queue
        self.width = NARROW
        self.running = 0
        self.settling = 0
        self.held: deque[Message] = deque()
        self.more = True
        self.receiving = False
        self.looking = False
        self.due_at: float | None = None
        self.message_bytes = 0  # of the events received last, on average
        self.rests_until = 0.0
        self._ended = 0
        self._refusals = 0
        self._stock = 0

    @property
    def full(self) -> bool:
        """Whether as many run as may."""
        return self.running >= self.width

    @property
    def is_quiet(self) -> bool:
        """Whether nothing of it is under way."""
        return not (self.running or self.settling or self.held or self.receiving)

    @property
    def wide(self) -> int:
        """How many may run: one, to see whether it is let through, after others were refused; none while it rests."""
        if not self._refusals:
            return self.width
        return 0 if self.rests_until else 1

    def refused(self, now: float) -> None:
        """One was refused at `now` (seconds, `now` clock)."""
        least, most = _REST_S
        self.rests_until = now + min(least * 2 ** min(self._refusals, 16), most)
        self._refusals += 1

    def let_through(self) -> None:
        """One was let through: others may be."""
        self.rests_until, self._refusals = 0.0, 0

    def rested(self, now: float) -> None:
        """End its rest if that is over."""
        if self.rests_until <= now:
            self.rests_until = 0.0

    def ended(self) -> None:
        """One that ran has ended."""
        self.running -= 1
        self._ended += 1

    def look_back(self, *, may_widen: bool) -> None:
        """Widen it if few have ended since it was looked back last."""
        if may_widen and self._ended < self.width * _SLOW and self.full:
            self.width *= 2
        self._stock, self._ended = self._ended, 0

    def quiet(self) -> None:
        """Nothing runs or waits: what was learnt of the function's speed may not hold for its next events."""
        self.width = NARROW
        self._stock = self._ended = 0

    @property
    def stock(self) -> int:
        """How many events to hold ready beside those that run: as many as ended a moment ago, so none for a slow function."""
        by_size = _HELD_BYTES // self.message_bytes if self.message_bytes else _HELD_MAX
        return min(self._stock, _HELD_MAX, by_size)


class Lanes:
    """All lanes, and the room that they share."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._lanes: dict[Key, Lane] = {}
        self.running = 0

    def lane(self, queue: Key) -> Lane:
        """The lane of this queue."""
        found = self._lanes.get(queue)
        if found is None:
            found = self._lanes[queue] = Lane(queue)
        return found

    def all(self) -> list[Lane]:
        """Every lane."""
        return list(self._lanes.values())

    def places(self, lane: Lane) -> int:
        """How many more events of the lane may run now."""
        if lane.settling >= _SETTLING_MAX:
            return 0
        left = max(self._room - self.running, 0)
        return max(min(lane.wide, max(left, 1)) - lane.running, 0)

    def wanted(self, lane: Lane) -> int:
        """How many events the lane should receive now; none before a good part of its stock is used up, and while it rests."""
        stock = lane.stock
        if lane.rests_until or len(lane.held) > stock // 2:
            return 0
        return max(self.places(lane) + stock - len(lane.held), 0)

    def begin(self, lane: Lane) -> "tuple[Message, Place] | None":
        """The lane's next event that may run now, and its place."""
        if not lane.held or not self.places(lane):
            return None
        lane.running += 1
        self.running += 1
        return lane.held.popleft(), Place(self, lane)

    def __repr__(self) -> str:
        busy = {
            lane.queue[-1]: f"{lane.running}/{lane.width}+{len(lane.held)}"
            for lane in self.all()
            if lane.running
        }
        return f"Lanes(running={self.running}, {busy})"


class Place:
    """An event's place in its lane. It is free again when the function has ended, while what became of the event is still being
    written; of those there is a bound as well. `on_free` is called when another event may run."""

    __slots__ = ("_lane", "_lanes", "_refused", "_runs", "on_free")

    def __init__(self, lanes: Lanes, lane: Lane) -> None:
        self.on_free: Callable[[], None] = lambda: None
        self._lanes = lanes
        self._lane = lane
        self._refused = False
        self._runs = True

    def ran(self) -> None:
        """The function has ended, or is not to be run."""
        if self._runs:
            self._runs = False
            if not self._refused:
                self._lane.let_through()
            self._lane.ended()
            self._lane.settling += 1
            self._lanes.running -= 1
            self.on_free()

    def refused(self, now: float) -> None:
        """The event was refused at `now` (seconds, `now` clock), and waits: others of the function would be refused as well."""
        self._refused = True
        self._lane.refused(now)

    def throttled(self) -> None:
        """There was no place for the function itself: the lane need not have so many."""
        self._lane.width = max(min(self._lane.width, self._lane.running - 1), 1)
        self.ran()

    def settled(self) -> None:
        """Nothing is to be done about the event any more."""
        self.ran()
        self._lane.settling -= 1
        self.on_free()

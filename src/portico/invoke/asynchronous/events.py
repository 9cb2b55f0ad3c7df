"""Accepted events, and the queues that hold them: one for each function, so that none waits behind another function's backlog."""

import msgspec

from portico.store.port import Key, Send
from portico.store.table import Table
from portico.store.transaction import Transaction

WAITING = "lambda.events"


class Parcel(msgspec.Struct, frozen=True, gc=False):
    """Something that still has to be sent about an event that has ended: its record to a destination, or, if it is a
    `dead_letter`, the event itself. `tries` counts the failed attempts to send it."""

    arn: str
    dead_letter: bool = False
    tries: int = 0


class Report(msgspec.Struct, frozen=True, gc=False):
    """How an event has ended. `condition` is AWS's word; `count` says how often it was delivered to the function.

    `status`, `executed_version`, `function_error` and `answer` (a JSON document) are what the last attempt came to; where the
    function was never to be reached `executed_version` is empty. `error` is the reason in words. `ended_at` is in seconds on the `now`
    clock.
    """

    condition: str
    count: int
    ended_at: float
    status: int = 200
    executed_version: str = ""
    function_error: str = ""
    answer: bytes = b""
    error: str = ""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One accepted event. `qualifier` is empty for the unqualified function; `accepted_at` on the `now` clock, in seconds.

    Three counters tell its history: `errors` of the function, `deliveries` to it, and, of the leases that the queue counts, those
    that were `settled`: any other ended together with the server. `refusals` are those since the last delivery. `alone` counts the
    deliveries that were made while no other suspect ran. `report` and `parcels` are there once the event has ended and something about
    it is still to be sent.
    """

    request_id: str
    account: str
    region: str
    function: str
    qualifier: str
    invoked_arn: str
    payload: bytes
    accepted_at: float
    trace: str = ""
    errors: int = 0
    deliveries: int = 0
    settled: int = 0
    refusals: int = 0
    alone: int = 0
    report: Report | None = None
    parcels: tuple[Parcel, ...] = ()

    @property
    def queue(self) -> Key:
        """The store's queue that it waits in."""
        return queue_of(self.account, self.region, self.function)

    @property
    def qualified_arn(self) -> str:
        """The ARN that it was sent to, with `$LATEST` where no qualifier was said."""
        arn = f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}"
        return f"{arn}:{self.qualifier or '$LATEST'}"


class Backlog(msgspec.Struct, frozen=True, gc=False):
    """That a function has, or has had, a queue of events: what a new server looks for."""

    account: str
    region: str
    function: str

    @property
    def queue(self) -> Key:
        """The store's queue of this function's events."""
        return queue_of(self.account, self.region, self.function)


BACKLOGS = Table("lambda.backlog", Backlog)  # account, region, function

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Event).decode


def queue_of(account: str, region: str, function: str) -> Key:
    """The store's queue of a function's events."""
    return (WAITING, account, region, function)


async def accept(tx: Transaction, event: Event) -> None:
    """Put an event into the transaction: once that is committed the event is durable, and will run."""
    place = (event.account, event.region, event.function)
    if await tx.get(BACKLOGS, *place) is None:
        tx.put(BACKLOGS, Backlog(*place), *place)
    tx.add(Send(event.queue, encode(event), message_id=event.request_id))

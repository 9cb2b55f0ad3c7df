"""What SQS's operations get, and how they find the queue that a request names."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base import arn
from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.calls.call import Call
from portico.services.sqs import errors, queue_url
from portico.services.sqs.counters import Counts
from portico.services.sqs.in_flight import InFlight
from portico.services.sqs.queue_url import Address
from portico.services.sqs.records import QUEUES, Queue, queue_arn
from portico.services.sqs.tenants import Tenants
from portico.store.cache import RecordCache
from portico.store.metrics.counters import Counters
from portico.store.port import Store


class Sqs(msgspec.Struct, frozen=True):
    """The service's dependencies. `origin` is the server's own address, for callers that come without one."""

    store: Store
    cache: RecordCache
    bus: Bus
    clock: Clock
    counters: Counters[Counts]
    in_flight: InFlight
    tenants: Tenants
    origin: str

    def queue(self, account: str, region: str, name: str) -> Queue | None:
        """The queue as it is now, outside of any transaction."""
        held = self.cache.peek(QUEUES, account, region, name)
        return None if held is None else held.value

    def url(self, call: Call, queue: Queue) -> str:
        """The queue's URL, at the address that the caller has used."""
        host = call.origin.host
        scheme = "https" if call.origin.secure else "http"
        return queue_url.url(f"{scheme}://{host}" if host else self.origin, queue.account, queue.name)


def addressed(call: Call, request: Mapping[str, Any]) -> Address:
    """The queue that `QueueUrl` names, with the caller's account and region where it does not say.

    A signed call is about the region that it is signed for, whatever host the URL has.

    Raises:
        AwsError: InvalidAddress.
    """
    url = request["QueueUrl"]
    found = queue_url.parse(url)
    if found is None:
        raise errors.bad_address(url)
    region = ""
    if call.principal.kind == "anonymous":
        region = found.region or queue_url.region_of(call.origin.host)
    region = region or call.scope.region
    return Address(found.account or call.scope.account, region, found.name)


def addressed_arn(call: Call, request: Mapping[str, Any]) -> str:
    """The ARN of the queue that `QueueUrl` names."""
    address = addressed(call, request)
    return queue_arn(address.account, address.region, address.name)


def named_by_arn(text: str) -> Address | None:
    """The queue of an ARN, or None when it is not one of a queue."""
    parsed = arn.parse(text)
    if parsed is None or parsed.service != "sqs" or not parsed.resource or ":" in parsed.resource:
        return None
    return Address(parsed.account, parsed.region, parsed.resource)


async def existing(call: Call, address: Address) -> Queue:
    """The queue at an address; that it is there is a condition of the call's commit.

    Raises:
        AwsError: QueueDoesNotExist.
    """
    found = await call.tx.get(QUEUES, address.account, address.region, address.name)
    if found is None:
        raise errors.no_queue()
    return found


async def requested(call: Call, request: Mapping[str, Any]) -> Queue:
    """The queue that `QueueUrl` names; errors as `addressed`'s and `existing`'s."""
    return await existing(call, addressed(call, request))


def put_queue(call: Call, queue: Queue) -> None:
    """Store a queue."""
    call.tx.put(QUEUES, queue, *queue.key)

"""ListDeadLetterSourceQueues, and what it is found by."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.sqs import access
from portico.services.sqs.paging import page_limit, position, token_after
from portico.services.sqs.records import QUEUES, Queue
from portico.services.sqs.redrive import redrive
from portico.services.sqs.service import Sqs, requested

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_PAGE_MAX = 1_000


@access.shared()
async def list_dead_letter_source_queues(
    sqs: Sqs, call: Call, request: "shapes.ListDeadLetterSourceQueuesRequest"
) -> dict[str, Any]:
    """The URLs of the queues whose dead letters this queue takes, by name; pages only if `MaxResults` is given.

    Raises:
        NonExistentQueue: there is no such queue. InvalidParameterValue: `MaxResults` is not from 1 to 1,000.
    """
    queue = await requested(call, request)
    given = request.get("MaxResults")
    limit, after = page_limit(given, _PAGE_MAX), position(request.get("NextToken"))
    found = [source for source in await sources(call, queue) if source.name > after]
    answer: dict[str, Any] = {"queueUrls": [sqs.url(call, source) for source in found[:limit]]}
    if len(found) > limit and given is not None:
        answer["NextToken"] = token_after(found[limit - 1].name)
    return answer


async def sources(call: Call, queue: Queue) -> list[Queue]:
    """The queues whose redrive policy names this queue, by name."""
    found = await call.tx.scan(QUEUES, queue.account, queue.region)
    return [each for each in found if _leads_to(each, queue)]


def _leads_to(source: Queue, queue: Queue) -> bool:
    policy = redrive(source)
    return policy is not None and policy.dead_letters.name == queue.name

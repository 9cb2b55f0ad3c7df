"""Subscribe: at once where the endpoint is the subscriber's own, else after a confirmation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import access, errors
from portico.services.sns.archives import begun
from portico.services.sns.confirmation import ask
from portico.services.sns.endpoints import check_endpoint, needs_confirmation
from portico.services.sns.records import ENDPOINTS, SUBSCRIPTIONS, Subscription, Topic
from portico.services.sns.service import Sns, count, put_subscription, requested, tally_of
from portico.services.sns.subscription_attributes import check_filters, in_subscribe, kept
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sns import shapes

_FIFO_SUBSCRIPTIONS_MAX = 100


@operation(on=access.on_topic, keys=access.keys_of_subscribe, policy=access.topic_policy)
async def subscribe(sns: Sns, call: Call, request: "shapes.SubscribeInput") -> dict[str, Any]:
    """Subscribe an endpoint to a topic, or find the subscription that it has.

    Raises:
        NotFound: there is no such topic. InvalidParameter: protocol, endpoint or an attribute; or the endpoint is subscribed with
        another attribute. SubscriptionLimitExceeded, FilterPolicyLimitExceeded.
    """
    topic = await requested(call, request)
    protocol = request["Protocol"].lower()
    endpoint = check_endpoint(protocol, request.get("Endpoint"), fifo=topic.fifo)
    try:
        attributes = kept(protocol, endpoint, topic, {}, request.get("Attributes") or {}, call.now)
    except AwsError as error:
        raise in_subscribe(error) from None
    found = await _found(call, topic, protocol, endpoint)
    if found is None:
        found = await _made(call, topic, protocol, endpoint, attributes)
        if found.pending:
            found = await ask(sns, call, topic, found)
        put_subscription(call, begun(call, found, topic))
    else:
        _check_same(found, request.get("Attributes") or {}, attributes)
        if found.pending:
            put_subscription(call, await ask(sns, call, topic, found))
    shown = not found.pending or request.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": found.arn if shown else "pending confirmation"}


async def _found(call: Call, topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
    wanted = Subscription(*topic.key, topic.identity, "", "", "", protocol, endpoint, 0.0)
    pointer = await call.tx.get(ENDPOINTS, *wanted.endpoint_key)
    return None if pointer is None else await call.tx.get(SUBSCRIPTIONS, *pointer.key)


async def _made(
    call: Call, topic: Topic, protocol: str, endpoint: str, attributes: Mapping[str, str]
) -> Subscription:
    tally = await tally_of(call, topic.identity)
    if topic.fifo and tally.confirmed + tally.pending >= _FIFO_SUBSCRIPTIONS_MAX:
        raise errors.too_many_subscriptions("Subscription limit of the topic exceeded")
    more = await check_filters(call, topic.identity, {}, attributes)
    pending = needs_confirmation(protocol, endpoint, call.scope.account)
    made = Subscription(
        *topic.key,
        topic.identity,
        ids.uuid(),
        call.scope.account,
        call.principal.principal_arn,
        protocol,
        endpoint,
        call.now,
        attributes,
        pending,
        authenticated=not pending,
    )
    await count(call, topic.identity, pending=int(pending), confirmed=int(not pending), filters=more)
    return made


def _check_same(found: Subscription, given: Mapping[str, str], attributes: Mapping[str, str]) -> None:
    has = {"RawMessageDelivery": "false", **found.attributes}
    if any(has.get(name, "") != attributes.get(name, "") for name in given):
        raise errors.invalid_because("Attributes", "Subscription already exists with different attributes")

"""Subscriptions: listed, ended."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.sns import access, due, errors
from portico.services.sns.confirmation import renewed, send
from portico.services.sns.paging import PAGE, position, token_after
from portico.services.sns.records import OWNED, RESTORABLE, SUBSCRIPTIONS, TOPICS, Subscription
from portico.services.sns.service import (
    Sns,
    count,
    delete_subscription,
    requested,
    subscription_at,
    subscription_of,
)
from portico.services.sns.shown import listed

if TYPE_CHECKING:
    from portico.services.sns import shapes

_ASKING = frozenset({"http", "https", "email", "email-json"})


@operation()
async def list_subscriptions(
    sns: Sns, call: Call, request: "shapes.ListSubscriptionsInput"
) -> dict[str, Any]:
    """The caller's subscriptions, to topics of any account, 100 at a time.

    Raises:
        InvalidParameter: `NextToken` is not one of ours.
    """
    here = (call.scope.account, call.scope.region)
    after = position(request.get("NextToken"))
    pointers = await call.tx.scan(
        OWNED, *here, after=OWNED.key(*here, after) if after else None, limit=PAGE + 1
    )
    found = [await call.tx.get(SUBSCRIPTIONS, *pointer.key) for pointer in pointers[:PAGE]]
    answer: dict[str, Any] = {"Subscriptions": [listed(each) for each in found if each is not None]}
    if len(pointers) > PAGE and found[-1] is not None:
        answer["NextToken"] = token_after(found[-1].arn)
    return answer


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def list_subscriptions_by_topic(
    sns: Sns, call: Call, request: "shapes.ListSubscriptionsByTopicInput"
) -> dict[str, Any]:
    """A topic's subscriptions, 100 at a time.

    Raises:
        NotFound: there is no such topic. InvalidParameter: `NextToken` is not one of ours.
    """
    topic = await requested(call, request)
    after = position(request.get("NextToken"))
    start = SUBSCRIPTIONS.key(*topic.key, after) if after else None
    found = await call.tx.scan(SUBSCRIPTIONS, *topic.key, after=start, limit=PAGE + 1)
    shown = [listed(each) for each in found[:PAGE] if each.identity == topic.identity]
    answer: dict[str, Any] = {"Subscriptions": shown}
    if len(found) > PAGE:
        answer["NextToken"] = token_after(found[PAGE - 1].id)
    return answer


async def _signed_checks(sns: Sns, call: Call, request: "shapes.UnsubscribeInput") -> list[Check]:
    return [] if call.principal.kind == "anonymous" else [Check("sns:Unsubscribe", "*")]


@operation(action=None, also=_signed_checks, anonymous=True)
async def unsubscribe(sns: Sns, call: Call, request: "shapes.UnsubscribeInput") -> dict[str, Any]:
    """End a subscription; one that is not there has ended already. Unless the confirmation asked for authentication, an unsigned call may
    do so too; the endpoint is then told how to take it back.

    Raises:
        InvalidParameter: the ARN; or the subscription is not confirmed yet. AuthorizationError: it is another's.
    """
    found = await subscription_at(call, subscription_of(call, request["SubscriptionArn"]))
    if found is None:
        return {}
    signed = call.principal.kind != "anonymous"
    if signed and call.scope.account not in (found.owner, found.account):
        raise errors.not_authorized(f"User: {call.principal.arn} is not the owner of {found.arn}")
    if not signed and found.authenticated:
        raise errors.not_authorized("Unsubscribe of this subscription needs a signed call")
    if found.pending:
        raise errors.invalid_because("SubscriptionArn", "the subscription is pending confirmation")
    delete_subscription(call, found)
    filters = int("FilterPolicy" in found.attributes)
    await count(call, found.identity, confirmed=-1, deleted=1, filters=-filters)
    if not signed:
        await _tell(sns, call, found)
    return {}


async def _tell(sns: Sns, call: Call, ended: Subscription) -> None:
    """Tell the endpoint how to restore a subscription that anybody may have ended."""
    topic = await call.tx.get(TOPICS, *ended.topic_key)
    if topic is None or topic.identity != ended.identity or ended.protocol not in _ASKING:
        return
    asked = renewed(ended, call.now)
    call.tx.put(RESTORABLE, asked, *asked.key)
    call.tx.add(due.at(call.now + due.PENDING_S, "restorable", asked.key, asked.token))
    await send(sns, call, topic, asked, "UnsubscribeConfirmation", ended.arn)

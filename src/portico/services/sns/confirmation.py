"""Confirmation: an endpoint's owner agrees, or takes back an unsubscription, with the token that the endpoint was sent.

A token names its subscription and has 96 random bytes; it is good for two days, and a subscription that is not confirmed goes after
three.

Source: SNS API reference, ConfirmSubscription; Developer Guide, "HTTP/HTTPS subscription confirmation JSON format".
"""

import contextlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.sns import due, errors
from portico.services.sns.archives import begun
from portico.services.sns.caller import principal_of
from portico.services.sns.delivery import KINDS, of_confirmation
from portico.services.sns.notification import confirmation, signed_text, with_signature
from portico.services.sns.plans import queue_at
from portico.services.sns.records import RESTORABLE, SUBSCRIPTIONS, TOPICS, Subscription, Topic
from portico.services.sns.service import (
    Address,
    Sns,
    count,
    existing,
    put_subscription,
    topic_of,
)
from portico.services.sns.topic_policy import policy_of
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sns import shapes

_SECRET_BYTES = 96
_GOOD_S = 2 * 24 * 3600.0
_TOKEN = re.compile(r"[0-9a-f]{33,1024}").fullmatch


async def ask(sns: Sns, call: Call, topic: Topic, subscription: Subscription) -> Subscription:
    """Have the endpoint asked to confirm; the subscription with the token that it is asked with."""
    asked = renewed(subscription, call.now)
    call.tx.add(due.at(call.now + due.PENDING_S, "pending", asked.key, asked.token))
    await send(sns, call, topic, asked, "SubscriptionConfirmation", topic.arn)
    return asked


def renewed(subscription: Subscription, now: float) -> Subscription:
    """The subscription with a new token."""
    token = subscription.id.replace("-", "") + secrets.token_hex(_SECRET_BYTES)
    return msgspec.structs.replace(subscription, token=token, asked_at=now)


async def send(sns: Sns, call: Call, topic: Topic, subscription: Subscription, kind: str, about: str) -> None:
    """Send a confirmation of a kind, about an ARN, to the endpoint."""
    members = confirmation(kind, about, topic.arn, subscription.token, ids.uuid(), call.now, sns.origin)
    if subscription.protocol in KINDS:
        call.tx.add(of_confirmation(subscription, msgspec.json.encode(members)))
        return
    queue = queue_at(subscription.endpoint)
    if queue is None:
        return
    await sns.signer.ready()
    signature = sns.signer.sign(signed_text(members), topic.attributes.get("SignatureVersion", "1"))
    body = with_signature(members, signature).decode()
    client = sns.clients.of(principal_of(topic.arn, topic.account), queue.scope, request_id=call.request_id)
    fifo = {"MessageGroupId": "confirmation", "MessageDeduplicationId": members["MessageId"]}
    # One that is not allowed to send there can't ask either: the subscription stays pending.
    with contextlib.suppress(AwsError):
        more = fifo if subscription.endpoint.endswith(".fifo") else {}
        await client.call_within(call.tx, "sqs", "SendMessage", QueueUrl=queue.url, MessageBody=body, **more)


async def _signed_checks(sns: Sns, call: Call, request: "shapes.ConfirmSubscriptionInput") -> list[Check]:
    """The token is the permission of who is not signed; who is needs one as well."""
    if call.principal.kind == "anonymous":
        return []
    address = _topic_of(call, request)
    topic = await call.tx.get(TOPICS, *address.key)
    own = address.account == call.scope.account
    resource = address.topic_arn if own else "*"
    return [Check("sns:ConfirmSubscription", resource, policy=policy_of(topic) if topic and own else None)]


@operation(action=None, also=_signed_checks, anonymous=True)
async def confirm_subscription(
    sns: Sns, call: Call, request: "shapes.ConfirmSubscriptionInput"
) -> dict[str, Any]:
    """Confirm a subscription with the token that its endpoint was sent. With `AuthenticateOnUnsubscribe` a signed call is needed to end it.

    Raises:
        NotFound: there is no such topic. InvalidParameter: the token is not one of the topic's, or too old.
        AuthorizationError: `AuthenticateOnUnsubscribe` without a signature.
    """
    address = _topic_of(call, request)
    token = request["Token"]
    if not _TOKEN(token):
        raise errors.invalid("Token")
    topic = await existing(call, address)
    found, restored = await _by_token(call, topic, token)
    authenticated = (request.get("AuthenticateOnUnsubscribe") or "").lower() == "true"
    if authenticated and call.principal.kind == "anonymous":
        raise errors.not_authorized("AuthenticateOnUnsubscribe needs a signed call")
    if not found.pending and not restored:
        return {"SubscriptionArn": found.arn}
    if call.now - found.asked_at > _GOOD_S:
        raise errors.refused_words("Invalid token")
    confirmed = msgspec.structs.replace(found, pending=False, authenticated=authenticated)
    put_subscription(call, begun(call, confirmed, topic))
    if restored:
        call.tx.delete(RESTORABLE, *found.key)
        filters = int("FilterPolicy" in found.attributes)
        await count(call, topic.identity, confirmed=1, deleted=-1, filters=filters)
    else:
        await count(call, topic.identity, confirmed=1, pending=-1)
    return {"SubscriptionArn": found.arn}


def _topic_of(call: Call, request: Mapping[str, Any]) -> Address:
    """The topic of a confirmation, which has words of its own for one that can't be."""
    try:
        return topic_of(call, request["TopicArn"])
    except AwsError:
        raise errors.invalid("Topic") from None


async def _by_token(call: Call, topic: Topic, token: str) -> tuple[Subscription, bool]:
    """The topic's subscription of a token, and whether it is one that was ended and may be restored."""
    parts = (token[:8], token[8:12], token[12:16], token[16:20], token[20:32])
    key = (*topic.key, "-".join(parts))
    for table in (SUBSCRIPTIONS, RESTORABLE):
        found = await call.tx.get(table, *key)
        if (
            found is not None
            and found.identity == topic.identity
            and found.token
            and hmac.compare_digest(found.token, token)
        ):
            return found, table is RESTORABLE
    raise errors.refused_words("Invalid token")

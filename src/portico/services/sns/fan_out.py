"""What becomes of a message: a message in each subscribed queue, and a delivery for every other subscription, in the publisher's commit.

Queues are sent to as `sns.amazonaws.com` for the topic, under their own policies. One that is gone or does not allow it gets nothing,
now and later: the message goes to the subscription's dead-letter queue, if it has one.

Source: SNS Developer Guide, "Amazon SNS message delivery retries" (client-side errors are not retried) and "dead-letter queues".
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.clients import Client
from portico.services.sns.attributes import FEEDBACK_ROLES
from portico.services.sns.caller import principal_of
from portico.services.sns.delivery import KINDS, of_message
from portico.services.sns.filter_policy import Body, Verdict
from portico.services.sns.message import Attribute, Message
from portico.services.sns.notification import Envelope, Letter, envelope, letter, signed_text
from portico.services.sns.plans import Queue, Route
from portico.services.sns.records import Topic, deliveries
from portico.services.sns.service import Sns
from portico.services.sns.status_log import Happened
from portico.store.port import Send
from portico.wire.errors import AwsError

_ATTRIBUTES_MAX = 10  # SQS takes no more; a raw message with more can't be delivered
_PART_MAX = 1_000
_PART_BYTES_MAX = 32 * 1024 * 1024
_TURN = 50
REST = "rest"
_FILTERED: dict[Verdict, str] = {
    "attributes": "filtered_out_attributes",
    "no_attributes": "filtered_out_no_attributes",
    "body": "filtered_out_body",
    "invalid_body": "filtered_out_invalid_body",
}


class Rest(msgspec.Struct, frozen=True, gc=False):
    """A message of the topic (key, identity) that is still to go to the subscriptions after one of an id."""

    topic: tuple[str, str, str]
    identity: str
    message: Message
    after: str


Enveloped = Callable[[str], Envelope]
"""The envelope of a message for a protocol."""
UNDELIVERED = {
    "sms": "Portico does not send text messages",
    "application": "Portico does not send push notifications",
    "firehose": "Portico does not have Amazon Data Firehose",
}


async def fan_out(sns: Sns, call: Call, topic: Topic, messages: Sequence[Message]) -> None:
    """Put the deliveries of messages into the call's transaction; of very many those that one commit can hold, and a note to go on."""
    routes = await sns.plans.of(call, topic)
    if not routes:
        return
    await sns.signer.ready()
    for message in messages:
        after = await _part(sns, call, topic, message, routes)
        if after:
            rest = Rest(topic.key, topic.identity, message, after)
            call.tx.add(Send(deliveries(REST), msgspec.json.encode(rest)))


async def go_on(sns: Sns, call: Call, topic: Topic, rest: Rest) -> Rest | None:
    """Put the next deliveries of a message into the call's transaction; what is left after them."""
    routes = await sns.plans.of(call, topic)
    await sns.signer.ready()
    # Ids tell nothing of age: one that came after the message is not to have it.
    later = [
        route
        for route in routes
        if route.subscription.id > rest.after and route.subscription.created_at <= rest.message.published_at
    ]
    after = await _part(sns, call, topic, rest.message, later)
    return msgspec.structs.replace(rest, after=after) if after else None


async def _part(sns: Sns, call: Call, topic: Topic, message: Message, routes: Sequence[Route]) -> str:
    """Deliver to as many subscriptions as one commit can hold; the id of the last, `""` if that were all. The queues of a FIFO topic, of
    which there are few, all get their messages in one order."""
    share = len(routes) if topic.fifo else max(min(_PART_MAX, _PART_BYTES_MAX // message.bytes_about), 1)
    await _Publication(sns, call, topic, message).to(routes[:share])
    return routes[share - 1].subscription.id if share < len(routes) else ""


class _Publication:
    """One message on its way to the subscriptions of a topic."""

    def __init__(self, sns: Sns, call: Call, topic: Topic, message: Message) -> None:
        self._sns = sns
        self._call = call
        self._topic = topic
        self._message = message
        self._letter = letter(message, topic.arn, sns.origin, topic.attributes.get("SignatureVersion", "1"))
        self._counted: Counter[str] = Counter()
        self._logs = any(name in topic.attributes for name in FEEDBACK_ROLES)
        self._principal = principal_of(topic.arn, topic.account)
        self._clients: dict[tuple[str, str], Client] = {}
        self._envelopes: dict[str, Envelope] = {}
        self._bodies: dict[str, Body] = {}

    async def to(self, routes: Sequence[Route]) -> None:
        """Deliver, or have delivered, to every subscription that takes the message."""
        self._call.tx.then(self._tell)
        for at, route in enumerate(routes):
            if at % _TURN == _TURN - 1:
                await asyncio.sleep(0)  # others get their turn
            subscription = route.subscription
            verdict = self._verdict(route)
            if verdict:
                self._count("filtered_out", _FILTERED[verdict])
            elif route.queue is not None:
                await self._to_queue(route, route.queue)
            elif subscription.protocol in KINDS:
                self._call.tx.add(of_message(subscription, self._message))
            else:
                await self._give_up(route, UNDELIVERED[subscription.protocol])

    def _verdict(self, route: Route) -> Verdict:
        if route.filter is None:
            return ""
        protocol = route.subscription.protocol
        body = self._bodies.get(protocol)
        if body is None:
            body = self._bodies[protocol] = Body(self._message.body(protocol))
        return route.filter.against(self._message.attributes, body)

    async def _to_queue(self, route: Route, queue: Queue) -> None:
        try:
            answer = await self._send(queue, route)
        except AwsError as error:
            await self._give_up(route, json.dumps(_refusal(error)), error.status)
            return
        self._count("delivered")
        if self._logs:
            response = {"sqsRequestId": self._call.request_id, "sqsMessageId": answer["MessageId"]}
            self._note(route, delivered=True, response=json.dumps(response), status=200)

    async def _give_up(self, route: Route, why: str, status: int = 0) -> None:
        """It can't be delivered: the dead-letter queue has it, or nobody."""
        self._count("failed")
        self._note(route, delivered=False, response=why, status=status)
        if route.dead_letters is None:
            return
        try:
            await self._send(route.dead_letters, route, dead=True)
        except AwsError:
            self._count("failed_to_redrive")
        else:
            self._count("redriven")

    async def _send(self, queue: Queue, route: Route, *, dead: bool = False) -> Any:
        request = queue_request(self._letter, route, self._enveloped, dead=dead)
        return await self._client(queue).call_within(
            self._call.tx,
            "sqs",
            "SendMessage",
            QueueUrl=queue.url,
            **request,
            **ordering(queue, self._topic, self._message),
        )

    def _count(self, *names: str) -> None:
        self._counted.update(names)

    def _tell(self) -> None:
        """It is committed: count what has become of it."""
        counts = self._sns.counters.of(self._topic.key)
        for name, times in self._counted.items():
            setattr(counts, name, getattr(counts, name) + times)

    def _note(self, route: Route, *, delivered: bool, response: str, status: int) -> None:
        """Log the delivery's status once it is committed, if the topic wants it."""
        if not self._logs:
            return
        message, subscription = self._message, route.subscription
        happened = Happened(
            self._topic,
            subscription.protocol,
            subscription.endpoint,
            message.id,
            message.body(subscription.protocol),
            message.published_at,
            self._call.now,
            delivered,
            response,
            status,
            attempts=1,
        )
        self._call.tx.then(partial(self._sns.status.note, happened))

    def _enveloped(self, protocol: str) -> Envelope:
        """The envelope for a protocol, signed but for FIFO topics."""
        found = self._envelopes.get(protocol)
        if found is None:
            text = signed_text(self._letter.members(protocol))
            signature = None if self._topic.fifo else self._sns.signer.sign(text, self._letter.version)
            found = self._envelopes[protocol] = envelope(self._letter, protocol, signature)
        return found

    def _client(self, queue: Queue) -> Client:
        key = (queue.scope.account, queue.scope.region)
        found = self._clients.get(key)
        if found is None:
            origin = self._call.origin
            found = self._clients[key] = self._sns.clients.of(
                self._principal, queue.scope, request_id=origin.request_id, trace=origin.trace
            )
        return found


def queue_request(
    letter: Letter, route: Route, enveloped: Enveloped, *, dead: bool = False
) -> dict[str, Any]:
    """What a message is in a queue: itself and its attributes if raw, else its envelope; the latter also as a `dead` letter that can't be
    raw.

    Raises:
        AwsError: it is raw and has more attributes than a message of SQS may have.
    """
    protocol, message = route.subscription.protocol, letter.message
    attributes = {} if message.structured else message.attributes
    fits = len(attributes) <= _ATTRIBUTES_MAX
    if not route.subscription.raw or (dead and not fits):
        return {"MessageBody": enveloped(protocol).to(route.arn)}
    if not fits:
        words = f"A raw message can't have more than {_ATTRIBUTES_MAX} attributes"
        raise AwsError("InvalidParameterValue", words)
    request: dict[str, Any] = {"MessageBody": message.body(protocol)}
    if attributes:
        request["MessageAttributes"] = {name: _for_queue(each) for name, each in attributes.items()}
    return request


def _refusal(error: AwsError) -> dict[str, str]:
    """A refusal as delivery status tells it."""
    return {"ErrorCode": error.code, "ErrorMessage": error.message or "", "sqsRequestId": "Unrecoverable"}


def _for_queue(attribute: Attribute) -> dict[str, Any]:
    if attribute.binary is not None:
        return {"DataType": attribute.data_type, "BinaryValue": attribute.binary}
    return {"DataType": attribute.data_type, "StringValue": attribute.text}


def ordering(queue: Queue, topic: Topic, message: Message) -> dict[str, str]:
    """Group and deduplication of a message for a queue: a FIFO queue gets both, a standard one the group of a standard topic's."""
    if queue.url.endswith(".fifo"):
        return {"MessageGroupId": message.group, "MessageDeduplicationId": message.deduplication}
    return {"MessageGroupId": message.group} if message.group and not topic.fifo else {}

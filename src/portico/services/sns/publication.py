"""One message on its way to the subscriptions of a topic.

Queues are sent to as `sns.amazonaws.com` for the topic, under their own policies. One that is gone or does not allow it gets nothing,
now and later: the message goes to the subscription's dead-letter queue, if it has one.

Source: SNS Developer Guide, "Amazon SNS message delivery retries" (client-side errors are not retried) and "dead-letter queues".
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from portico.calls.call import Call
from portico.calls.clients import Client
from portico.services.sns import sms
from portico.services.sns.attributes import FEEDBACK_ROLES
from portico.services.sns.caller import principal_of
from portico.services.sns.delivery import KINDS, of_message
from portico.services.sns.filter_policy import Body, Verdict
from portico.services.sns.message import Message
from portico.services.sns.notification import Envelope, envelope, letter, signed_text
from portico.services.sns.plans import Queue, Route
from portico.services.sns.queue_messages import ordering, queue_request
from portico.services.sns.records import Topic
from portico.services.sns.service import Sns
from portico.services.sns.status_log import Happened
from portico.wire.errors import AwsError

_TURN = 50
_FILTERED: dict[Verdict, str] = {
    "attributes": "filtered_out_attributes",
    "no_attributes": "filtered_out_no_attributes",
    "body": "filtered_out_body",
    "invalid_body": "filtered_out_invalid_body",
}
UNDELIVERED = {
    "application": "Portico does not send push notifications",
    "firehose": "Portico does not have Amazon Data Firehose",
}


class Publication:
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
            elif subscription.protocol == "sms":
                await self._to_phone(route)
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
        if self._message.replayed:
            self._count("replayed_delivered")
        if self._logs:
            response = {"sqsRequestId": self._call.request_id, "sqsMessageId": answer["MessageId"]}
            self._note(route, delivered=True, response=json.dumps(response), status=200)

    async def _to_phone(self, route: Route) -> None:
        if await sms.text(self._sns, self._call, self._message, route.subscription.endpoint):
            self._count("delivered")
        else:
            await self._give_up(route, "Phone number is opted out")

    async def _give_up(self, route: Route, why: str, status: int = 0) -> None:
        """It can't be delivered: the dead-letter queue has it, or nobody."""
        self._count("failed")
        if self._message.replayed:
            self._count("replayed_failed")
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


def _refusal(error: AwsError) -> dict[str, str]:
    """A refusal as delivery status tells it."""
    return {"ErrorCode": error.code, "ErrorMessage": error.message or "", "sqsRequestId": "Unrecoverable"}

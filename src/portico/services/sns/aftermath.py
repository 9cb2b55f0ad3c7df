"""What follows a delivery's end: dead letters, counts and delivery status."""

from typing import Any

from portico.base.clock import Clock
from portico.calls.clients import Clients
from portico.services.sns.caller import principal_of
from portico.services.sns.counters import Counts
from portico.services.sns.notification import Envelope, envelope, letter, signed_text
from portico.services.sns.plans import route_of
from portico.services.sns.queue_messages import ordering, queue_request
from portico.services.sns.signing import Signer
from portico.services.sns.status_log import Happened, StatusLog
from portico.services.sns.worker import Job, Tried
from portico.store.metrics.counters import Counters
from portico.wire.errors import AwsError


class Ends:
    """Does so for one server."""

    def __init__(
        self,
        clients: Clients,
        signer: Signer,
        counters: Counters[Counts],
        status: StatusLog,
        clock: Clock,
        origin: str,
    ) -> None:
        self._clients = clients
        self._signer = signer
        self._counters = counters
        self._status = status
        self._clock = clock
        self._origin = origin

    async def give_up(self, job: Job) -> bool:
        """Put the message into the dead-letter queue, in one commit with the job's `ack`; False when there is none that takes it."""
        message, route = job.delivery.message, route_of(job.subscription)
        queue = route.dead_letters
        if message is None or queue is None:
            return False
        await self._signer.ready()
        sent = letter(message, job.topic.arn, self._origin, job.topic.attributes.get("SignatureVersion", "1"))

        def enveloped(protocol: str) -> Envelope:
            text = signed_text(sent.members(protocol))
            signature = None if job.topic.fifo else self._signer.sign(text, sent.version)
            return envelope(sent, protocol, signature)

        client = self._clients.of(
            principal_of(job.topic.arn, job.topic.account),
            queue.scope,
            request_id=message.id,
            trace=message.trace,
        )
        counts = self._counters.of(job.topic.key)
        try:
            request: dict[str, Any] = {
                **queue_request(sent, route, enveloped, dead=True),
                **ordering(queue, job.topic, message),
            }
            await client.call_along([job.ack], "sqs", "SendMessage", QueueUrl=queue.url, **request)
        except AwsError:
            counts.failed_to_redrive += 1
            return False
        counts.redriven += 1
        return True

    def ended(self, job: Job, tried: Tried) -> None:
        """Count a delivery that has ended, and log its status; a message that asks to confirm is neither."""
        message, subscription = job.delivery.message, job.subscription
        if message is None:
            return
        delivered = tried.state == "delivered"
        counts = self._counters.of(job.topic.key)
        counts.delivered += delivered
        counts.failed += not delivered
        self._status.note(
            Happened(
                job.topic,
                subscription.protocol,
                subscription.endpoint,
                message.id,
                message.body(subscription.protocol),
                message.published_at,
                self._clock.now(),
                delivered,
                tried.response,
                tried.status,
                job.delivery.failures + 1,
            )
        )

    def failed(self, job: Job, tried: Tried) -> None:
        """Count a try that has failed, as AWS counts those over HTTP."""
        if job.subscription.protocol in ("http", "https"):
            self._counters.of(job.topic.key).failed += 1

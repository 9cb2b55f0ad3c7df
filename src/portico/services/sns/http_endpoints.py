"""Deliveries over HTTP and HTTPS: notifications, and the messages that ask to confirm, signed.

An answer below 300 ends a delivery. One of 429 or from 500 on, and none within 15 seconds, is tried again as the delivery policy says; any
other is final. Redirects are not followed. Portico itself, and in production every private address, is refused at each try. A name and a
password in the address become basic authentication.

Source: SNS Developer Guide, "Using HTTP/S endpoints", "Amazon SNS message delivery retries".
"""

import base64
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from portico.base.outbound import Outbound, OutboundError
from portico.services.sns.delivery_policy import HttpPolicy, http_policy
from portico.services.sns.notification import envelope, letter, signed_text, with_signature
from portico.services.sns.retries import Phases
from portico.services.sns.signing import Signer
from portico.services.sns.worker import Job, Tried

_TIMEOUT_S = 15.0
_ANSWER_BYTES_MAX = 64 * 1024
_SHOWN_CHARS_MAX = 200
_WINDOW_S = 1.0
_PACED_MAX = 10_000


class Post(msgspec.Struct, frozen=True, gc=False):
    """What is sent to an endpoint."""

    kind: str
    message_id: str
    body: bytes


class HttpEndpoints:
    """Posts; `origin` is where a message's links lead, `monotonic` a clock for pacing."""

    def __init__(
        self, outbound: Outbound, signer: Signer, origin: str, monotonic: Callable[[], float]
    ) -> None:
        self._outbound = outbound
        self._signer = signer
        self._origin = origin
        self._pace = Pace(monotonic)

    async def deliver(self, job: Job) -> Tried:
        """Post once."""
        policy = _policy(job)
        wait_s = self._pace.wait_s(job.subscription.arn, policy.per_second)
        if wait_s:
            return Tried("later", later_s=wait_s)
        await self._signer.ready()
        post = self._confirmation(job) if job.delivery.message is None else self._notification(job)
        url, authorization = _addressed(job.subscription.endpoint)
        try:
            answer = await self._outbound.request(
                "POST",
                url,
                headers={**_headers(job, post, policy), **authorization},
                body=post.body,
                timeout_s=_TIMEOUT_S,
                bytes_max=_ANSWER_BYTES_MAX,
            )
        except OutboundError as error:
            return Tried("refused" if error.reason in ("url", "refused") else "failed", str(error))
        said = answer.body[:_SHOWN_CHARS_MAX].decode(errors="replace")
        if answer.status < 300:
            return Tried("delivered", said, answer.status)
        again = answer.status >= 500 or answer.status == 429
        return Tried("failed" if again else "refused", said, answer.status)

    def phases(self, job: Job) -> Phases:
        """As the delivery policies of subscription and topic say."""
        return _policy(job).phases

    def _notification(self, job: Job) -> Post:
        message, subscription = job.delivery.message, job.subscription
        assert message is not None
        protocol = subscription.protocol
        if subscription.raw:
            return Post("Notification", message.id, message.body(protocol).encode())
        version = job.topic.attributes.get("SignatureVersion", "1")
        sent = letter(message, job.topic.arn, self._origin, version)
        signature = self._signer.sign(signed_text(sent.members(protocol)), version)
        body = envelope(sent, protocol, signature).to(subscription.arn).encode()
        return Post("Notification", message.id, body)

    def _confirmation(self, job: Job) -> Post:
        members = msgspec.json.decode(job.delivery.confirmation)
        version = job.topic.attributes.get("SignatureVersion", "1")
        signature = self._signer.sign(signed_text(members), version)
        return Post(members["Type"], members["MessageId"], with_signature(members, signature))


class Pace:
    """How fast each endpoint may be posted to (`maxReceivesPerSecond`)."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[str, tuple[float, int]] = {}

    def wait_s(self, endpoint: str, per_second: int | None) -> float:
        """0 when a post may be made now, which is counted; else how long to wait."""
        if per_second is None:
            return 0.0
        now = self._monotonic()
        began, posted = self._windows.get(endpoint, (now, 0))
        if now - began >= _WINDOW_S:
            began, posted = now, 0
        if posted >= per_second:
            return _WINDOW_S - (now - began)
        if len(self._windows) >= _PACED_MAX:
            self._windows.clear()
        self._windows[endpoint] = (began, posted + 1)
        return 0.0


def _policy(job: Job) -> HttpPolicy:
    return http_policy(
        job.subscription.attributes.get("DeliveryPolicy"), job.topic.attributes.get("DeliveryPolicy")
    )


def _addressed(endpoint: str) -> tuple[str, dict[str, str]]:
    """An endpoint's URL without the name and password in it, and the header that they become."""
    parts = urlsplit(endpoint)
    credentials, found, host = parts.netloc.rpartition("@")
    if not found:
        return endpoint, {}
    given = base64.b64encode(unquote(credentials).encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {given}"}


def _headers(job: Job, post: Post, policy: HttpPolicy) -> Mapping[str, str]:
    headers = {
        "x-amz-sns-message-type": post.kind,
        "x-amz-sns-message-id": post.message_id,
        "x-amz-sns-topic-arn": job.topic.arn,
        "Content-Type": policy.content_type if post.kind == "Notification" else "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "Accept-Encoding": "gzip,deflate",
    }
    if post.kind != "SubscriptionConfirmation":
        headers["x-amz-sns-subscription-arn"] = job.subscription.arn
    if post.kind == "Notification" and job.subscription.raw:
        headers["x-amz-sns-rawdelivery"] = "true"
    return headers

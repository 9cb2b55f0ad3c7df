"""Delivery status: what became of deliveries, in CloudWatch Logs, for topics that name a role for it.

Successes go to the group `sns/REGION/ACCOUNT/TOPIC`, failures to `.../Failure`, written as the role that the topic names for the kind of
endpoint, which has to trust SNS and may write logs. A role that may not has no log; the refusals are found with `portico explain`
under the message's id. Lines are buffered and not acknowledged.

Source: SNS Developer Guide, "Amazon SNS message delivery status".
"""

import asyncio
import hashlib
import json
import logging
import random
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from portico.base import ids
from portico.base.clock import Clock
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.doors.log_streams import as_role, make_group, make_stream
from portico.identity.sessions import Sessions, TokenInvalid
from portico.services.sns.caller import principal_of
from portico.services.sns.records import Topic
from portico.wire.errors import AwsError

log = logging.getLogger("portico.sns")

_KINDS = {
    "http": "HTTP",
    "https": "HTTP",
    "lambda": "Lambda",
    "sqs": "SQS",
    "application": "Application",
    "firehose": "Firehose",
}
_WAITING_MAX = 10_000
_PAUSE_S = 0.2
_ROLE_S = 1_800.0
_random = random.Random()  # a sample, no secret  # noqa: S311


class Happened(msgspec.Struct, frozen=True, gc=False):
    """What became of a delivery to `endpoint`: `response` is what the provider said, as JSON or text. Instants in seconds on the `now`
    clock."""

    topic: Topic
    protocol: str
    endpoint: str
    message_id: str
    body: str
    published_at: float
    at: float
    delivered: bool
    response: str
    status: int
    attempts: int


class _Target(NamedTuple):
    role: str
    account: str
    region: str
    group: str
    topic_arn: str


class StatusLog:
    """Takes what happened and writes it. Start `run` as a background loop."""

    def __init__(self, clients: Clients, sessions: Sessions, clock: Clock) -> None:
        self._clients = clients
        self._sessions = sessions
        self._clock = clock
        self._waiting: deque[tuple[_Target, int, str]] = deque(maxlen=_WAITING_MAX)
        self._wake = asyncio.Event()
        self._streams: dict[_Target, tuple[Client, str, float]] = {}

    def note(self, happened: Happened) -> None:
        """Take it, if its topic has a role for it; neither waits nor fails."""
        target = _target(happened)
        if target is not None:
            self._waiting.append((target, int(happened.at * 1000), _line(happened)))
            self._wake.set()

    async def run(self) -> None:
        """Write what waits, in batches."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.write()
            await asyncio.sleep(_PAUSE_S)

    async def write(self) -> None:
        """Write what waits now."""
        batches: dict[_Target, list[tuple[int, str]]] = {}
        while self._waiting:
            target, at_ms, line = self._waiting.popleft()
            batches.setdefault(target, []).append((at_ms, line))
        for target, lines in batches.items():
            try:
                await self._put(target, sorted(lines))
            except (AwsError, TokenInvalid) as error:
                self._streams.pop(target, None)
                log.info("delivery status of %s can't be logged: %s", target.topic_arn, error)

    async def _put(self, target: _Target, lines: Sequence[tuple[int, str]]) -> None:
        client, stream, until = self._streams.get(target) or (None, "", 0.0)
        if client is None or self._clock.now() > until:
            client, stream = await self._open(target)
            self._streams[target] = (client, stream, self._clock.now() + _ROLE_S)
        events = [{"timestamp": at_ms, "message": line} for at_ms, line in lines]
        await client.call(
            "logs", "PutLogEvents", logGroupName=target.group, logStreamName=stream, logEvents=events
        )

    async def _open(self, target: _Target) -> tuple[Client, str]:
        """A client that is the role, and a new stream of its own."""
        scope = Scope(target.account, target.region)
        client = await as_role(
            self._clients,
            self._sessions,
            principal_of(target.topic_arn, target.account),
            scope,
            role=target.role,
            session_name="SNSDeliveryStatus",
        )
        stream = ids.uuid()
        await make_group(client, target.group)
        await make_stream(client, target.group, stream)
        return client, stream


def _target(happened: Happened) -> _Target | None:
    """Where it is logged, or None if it is not."""
    attributes: Mapping[str, str] = happened.topic.attributes
    kind = _KINDS.get(happened.protocol)
    if kind is None:
        return None
    role = attributes.get(f"{kind}{'Success' if happened.delivered else 'Failure'}FeedbackRoleArn")
    if not role:
        return None
    share = int(attributes.get(f"{kind}SuccessFeedbackSampleRate", "100"))
    if happened.delivered and _random.random() * 100 >= share:
        return None
    topic = happened.topic
    group = f"sns/{topic.region}/{topic.account}/{topic.name}"
    return _Target(
        role, topic.account, topic.region, group + ("" if happened.delivered else "/Failure"), topic.arn
    )


def _line(happened: Happened) -> str:
    moment = datetime.fromtimestamp(happened.published_at, UTC)
    notification = {
        "messageMD5Sum": hashlib.md5(happened.body.encode(), usedforsecurity=False).hexdigest(),
        "messageId": happened.message_id,
        "topicArn": happened.topic.arn,
        "timestamp": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}",
    }
    delivery: dict[str, Any] = {
        "deliveryId": ids.uuid(),
        "destination": happened.endpoint,
        "providerResponse": happened.response,
        "dwellTimeMs": max(int((happened.at - happened.published_at) * 1000), 0),
    }
    if happened.protocol in ("http", "https"):
        delivery["attempts"] = happened.attempts
    if happened.status:
        delivery["statusCode"] = happened.status
    status = "SUCCESS" if happened.delivered else "FAILURE"
    return json.dumps(
        {"notification": notification, "delivery": delivery, "status": status}, ensure_ascii=False
    )

"""Where the outcome of an event goes: invocation records to destinations, the event itself to a dead letter queue.

A kind of destination is a row of `KINDS`. Messages are sent as the function's execution role; what the event's queue is to know of it goes
into the same commit, so that an outcome has one effect, whenever the server ends.

Source: Developer Guide, "Retaining records of asynchronous invocations"; recorded invocation records.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from portico.base.arn import Arn, parse
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.environments.work import EnvironmentSpec
from portico.identity.principal import Principal, root
from portico.invoke.asynchronous.events import Event, Parcel, Report
from portico.store.port import Op
from portico.wire.errors import AwsError

_ERROR_BYTES_MAX = 1024
_TOPIC_BYTES_MAX = 262_144

Request = dict[str, Any]


class Letter(msgspec.Struct, frozen=True, gc=False):
    """A message that is to be sent: its body, and a dead letter's attributes."""

    body: bytes
    attributes: Request


class Kind(msgspec.Struct, frozen=True):
    """A kind of destination: the service and the call that takes a message, and how its request is made; how it is asked whether
    the target is there (an operation and its request); what AWS calls the permission when it is missing.

    `dead_letters`: it can be a dead letter queue too. `bytes_max`: of larger records the payloads are left out.
    """

    service: str
    operation: str
    request: Callable[[Arn, Letter], Request]
    look: tuple[str, Callable[[Arn], Request]]
    permission: str
    dead_letters: bool = False
    bytes_max: int = 0


def _queue_url(arn: Arn) -> str:
    return f"/{arn.account}/{arn.resource}"


def _to_queue(arn: Arn, letter: Letter) -> Request:
    request: Request = {"QueueUrl": _queue_url(arn), "MessageBody": letter.body.decode(errors="replace")}
    return {**request, "MessageAttributes": letter.attributes} if letter.attributes else request


def _to_topic(arn: Arn, letter: Letter) -> Request:
    request: Request = {"TopicArn": str(arn), "Message": letter.body.decode(errors="replace")}
    return {**request, "MessageAttributes": letter.attributes} if letter.attributes else request


def _to_function(arn: Arn, letter: Letter) -> Request:
    return {"FunctionName": str(arn), "InvocationType": "Event", "Payload": letter.body}


KINDS: dict[str, Kind] = {
    "sqs": Kind(
        "sqs",
        "SendMessage",
        _to_queue,
        ("GetQueueAttributes", lambda arn: {"QueueUrl": _queue_url(arn)}),
        "SendMessage on SQS",
        dead_letters=True,
    ),
    "sns": Kind(
        "sns",
        "Publish",
        _to_topic,
        ("GetTopicAttributes", lambda arn: {"TopicArn": str(arn)}),
        "Publish on SNS",
        dead_letters=True,
        bytes_max=_TOPIC_BYTES_MAX,
    ),
    "lambda": Kind(
        "lambda",
        "Invoke",
        _to_function,
        ("GetFunctionConfiguration", lambda arn: {"FunctionName": str(arn)}),
        "InvokeFunction on Lambda",
    ),
}
"""The kinds that are here, by the service in their ARN."""

NOT_HERE = {"events": "EventBridge", "s3": "S3"}
"""The kinds that AWS has too, and their services' names."""


class Destinations:
    """Sends, and asks whether it could. `role` is a session of the execution role of a function's environments, or None when there
    is no such role (any more)."""

    __slots__ = ("_clients", "_role")

    def __init__(self, *, clients: Clients, role: Callable[[EnvironmentSpec], Principal | None]) -> None:
        self._clients = clients
        self._role = role

    async def send(
        self, spec: EnvironmentSpec, event: Event, report: Report, parcel: Parcel, along: Sequence[Op]
    ) -> None:
        """Send a parcel of an event that has ended; `along` is committed with it.

        Raises:
            AwsError: the role is gone or may not, there is no such target, or it takes no such message.
        """
        arn = parse(parcel.arn)
        kind = KINDS.get(arn.service) if arn is not None else None
        if arn is None or kind is None:
            raise AwsError("InvalidParameterValueException", f"nothing can be sent to {parcel.arn}")
        letter = dead_letter(event, report) if parcel.dead_letter else _fitting(kind, event, report)
        client = self._client(spec, arn, event)
        await client.call_along(along, kind.service, kind.operation, **kind.request(arn, letter))

    async def exists(self, arn: Arn) -> bool:
        """Whether there is such a target. In another account than the function's nobody may be told."""
        operation, request = KINDS[arn.service].look
        owner = self._clients.of(root(arn.account), Scope(arn.account, arn.region))
        try:
            await owner.call(KINDS[arn.service].service, operation, **request(arn))
        except AwsError as error:
            return error.code == "NotImplemented"
        return True

    async def is_permitted(self, spec: EnvironmentSpec, arn: Arn) -> bool:
        """Whether the function's execution role may send to the target."""
        kind = KINDS[arn.service]
        request = kind.request(arn, Letter(b"{}", {}))
        try:
            await self._client(spec, arn, None).require(kind.service, kind.operation, **request)
        except AwsError as error:
            return error.code == "NotImplemented"
        return True

    def _client(self, spec: EnvironmentSpec, arn: Arn, event: Event | None) -> Client:
        role = self._role(spec)
        if role is None:
            raise AwsError("AccessDeniedException", f"there is no role {spec.role}", 403)
        scope = Scope(spec.account, arn.region)
        if event is None:
            return self._clients.of(role, scope)
        return self._clients.of(role, scope, request_id=event.request_id, trace=event.trace)


def record(event: Event, report: Report, *, payloads: bool = True) -> bytes:
    """The invocation record of an event, as JSON."""
    members: dict[str, Any] = {
        "version": "1.0",
        "timestamp": _timestamp(report.ended_at),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.qualified_arn,
            "condition": report.condition,
            "approximateInvokeCount": report.count,
        },
    }
    if payloads:
        members["requestPayload"] = msgspec.Raw(event.payload)
    if report.executed_version:
        context: dict[str, Any] = {"statusCode": report.status, "executedVersion": report.executed_version}
        if report.function_error:
            context["functionError"] = report.function_error
        members["responseContext"] = context
        if payloads and report.answer:
            members["responsePayload"] = msgspec.Raw(_json(report.answer))
    return msgspec.json.encode(members)


def dead_letter(event: Event, report: Report) -> Letter:
    """The event as it was sent, and why it could not be processed."""
    shown = report.error.encode()[:_ERROR_BYTES_MAX].decode(errors="ignore")
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": event.request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": str(report.status)},
    }
    if shown:
        attributes["ErrorMessage"] = {"DataType": "String", "StringValue": shown}
    return Letter(event.payload, attributes)


def _fitting(kind: Kind, event: Event, report: Report) -> Letter:
    body = record(event, report)
    if kind.bytes_max and len(body) > kind.bytes_max:
        body = record(event, report, payloads=False)
    return Letter(body, {})


def _json(answer: bytes) -> bytes:
    """An answer that is no JSON (an OS-only runtime can give any) as a JSON string."""
    try:
        msgspec.json.decode(answer)
    except (ValueError, RecursionError):
        return msgspec.json.encode(answer.decode(errors="replace"))
    return answer


def _timestamp(seconds: float) -> str:
    whole = int(seconds * 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole // 1000))}.{whole % 1000:03d}Z"

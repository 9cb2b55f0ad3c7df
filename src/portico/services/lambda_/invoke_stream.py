"""InvokeWithResponseStream: run a function and read its answer while it is made."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.environments.work import PreparationFailed
from portico.invoke.admit import Throttled
from portico.invoke.invoker import Finished, Streaming
from portico.invoke.pace import Pace
from portico.invoke.report import error_message
from portico.services.lambda_ import access, names, payload
from portico.services.lambda_.durable import refusals
from portico.services.lambda_.invoke import (
    active,
    invocation_of,
    refuse_unavailable,
    throttled_answer,
    trace_of,
    unprepared,
)
from portico.services.lambda_.service import Lambda
from portico.services.lambda_.urls.streamed import content_type

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        InvokeWithResponseStreamRequest,
        InvokeWithResponseStreamResponse,
    )

_PLATFORM_ERRORS = ("Runtime.", "Sandbox.", "Extension.", "Function.ResponseSizeTooLarge")


@operation(
    action="lambda:InvokeFunction",
    on=access.function_arn,
    keys=access.resource_tags,
    policy=access.function_policy,
)
async def invoke_with_response_stream(
    lam: Lambda, call: Call, request: "InvokeWithResponseStreamRequest"
) -> "InvokeWithResponseStreamResponse":
    """Invoke a function; its answer comes as `PayloadChunk` events, and `InvokeComplete` tells how it ended.

    A function that does not stream answers in one chunk.

    Raises:
        ResourceNotFoundException, ResourceConflictException, TooManyRequestsException: as Invoke.
        RequestEntityTooLargeException, InvalidRequestContentException: the payload or the client context.

    Source: API reference, InvokeWithResponseStream.
    """
    name = names.named(call, request)
    refuse_unavailable(request)
    resolved = lam.resolver.resolve(name.account, name.region, name.name, name.qualifier)
    if resolved is None or resolved.version.state != "Active":
        resolved = await active(lam, name)
    if resolved.version.durable is not None:
        raise refusals.not_streamed()
    event = payload.sync_event(request.get("Payload") or b"")
    context = request.get("ClientContext")
    decoded = payload.client_context(context) if context else ""
    if request.get("InvocationType") == "DryRun":
        return {"StatusCode": 204, "EventStream": ()}  # type: ignore[typeddict-item]  # no events
    invocation = invocation_of(call, event, name, trace_of(call, resolved), decoded)
    try:
        streaming = await lam.invoker.stream(resolved, invocation)
    except Throttled as throttled:
        raise throttled_answer(throttled) from throttled
    except PreparationFailed as failed:
        raise unprepared(failed) from failed
    events = _events(lam, streaming, tail=request.get("LogType") == "Tail")
    return {
        "StatusCode": 200,
        "ExecutedVersion": resolved.version.version,
        "ResponseStreamContentType": content_type(streaming.head),
        "EventStream": events,  # type: ignore[typeddict-item]  # they are read while they are made
    }


async def _events(lam: Lambda, streaming: Streaming, *, tail: bool) -> AsyncIterator[dict[str, Any]]:
    pace = Pace(lam.stream_bytes_per_s, lam.clock.monotonic)
    async for part in streaming.parts(pace):
        yield {"PayloadChunk": {"Payload": part}}
    if streaming.finished is not None:
        yield {"InvokeComplete": _completion(streaming.finished, tail=tail)}


def _completion(finished: Finished, *, tail: bool) -> dict[str, str]:
    outcome = finished.outcome
    said: dict[str, str] = {}
    if outcome.function_error:
        said["ErrorCode"] = outcome.function_error
        said["ErrorDetails"] = _details(outcome.error_type, outcome.payload)
    if tail:
        said["LogResult"] = finished.tail
    return said


def _details(error_type: str, document: bytes) -> str:
    """The platform's errors are told in its words, a function's own by the document that Invoke would answer with."""
    if error_type.startswith(_PLATFORM_ERRORS):
        return error_message(document)
    return document.decode(errors="replace")

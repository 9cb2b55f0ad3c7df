"""Invoke: run a function and wait, accept an event for later, or only ask whether it would be allowed."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Answer, Ready, operation
from portico.environments.work import Invocation, PreparationFailed
from portico.invoke import own_keys, recursion
from portico.invoke.admit import Throttled
from portico.invoke.asynchronous.counts import RECEIVED
from portico.invoke.asynchronous.events import Event, accept
from portico.invoke.budget import OverBudget
from portico.invoke.invoker import Finished
from portico.invoke.records import VERSIONS
from portico.invoke.resolve import Resolved
from portico.services.lambda_ import access, errors, names, payload
from portico.services.lambda_.durable import refusals as durable_refusals
from portico.services.lambda_.durable.invoke import invoke as invoke_durable
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        InvocationRequest,
        InvocationResponse,
        InvokeAsyncRequest,
        InvokeAsyncResponse,
    )

_PENDING_S = 10.0
_UNAVAILABLE = ("TenantId",)
_NOT_PREPARED = {
    "AccessDeniedException": 403,
    "InvalidZipFileException": 502,
    recursion.CODE: 400,
    **dict.fromkeys(own_keys.CODES, 502),
}


def _prepare(lam: Lambda, call: Call, request: "InvocationRequest") -> Ready | None:
    """Invocations by a caller who waits, of what a head has named; not of sessions, which tell the function who they are, nor where a
    budget has to be waited for."""
    waits = request.get("InvocationType", "RequestResponse") == "RequestResponse"
    if not waits or "DurableExecutionName" in request or call.principal.session is not None:
        return None
    name = names.named(call, request)
    place = (name.account, name.region, name.name, name.qualifier)
    known = lam.resolver.resolve(*place)
    if known is None or not _can_run(known) or lam.invoker.has_budgets(known):
        return None
    drawn = lam.resolver.is_drawn(*place)
    context = request.get("ClientContext")
    decoded = payload.client_context(context) if context else ""
    tail = request.get("LogType") == "Tail"
    usual = None if drawn or tail else partial(_succeeded, known.version.version)

    def again(request_id: str, now: float, trace: str, body: bytes, answer: Answer) -> bool:
        resolved = known if not drawn else lam.resolver.resolve(*place)
        if resolved is None or (drawn and not _can_run(resolved)):
            return False
        event = payload.sync_event(body)
        trace = trace or new_trace(request_id, now, resolved)

        def told(finished: Finished | PreparationFailed) -> None:
            if not isinstance(finished, Finished):
                answer(unprepared(finished))
            elif usual is None or finished.outcome.function_error:
                answer(_told(finished, tail=tail))
            else:
                answer(finished.outcome.payload)

        try:
            inside = lam.invoker.entered(resolved, trace, request_id)
            lam.invoker.begin(resolved, Invocation(request_id, event, name.asked_arn, inside, decoded), told)
        except Throttled as throttled:
            raise throttled_answer(throttled) from throttled
        except PreparationFailed as failed:
            raise unprepared(failed) from failed
        return True

    return Ready(again, usual)


def _can_run(resolved: Resolved) -> bool:
    """Whether it runs as it is, without being waited for."""
    return resolved.version.state == "Active" and resolved.version.durable is None


@operation(
    action="lambda:InvokeFunction",
    on=access.function_arn,
    keys=access.resource_tags,
    policy=access.function_policy,
    prepare=_prepare,
)
async def invoke(lam: Lambda, call: Call, request: "InvocationRequest") -> "InvocationResponse":
    """Invoke a function.

    A function's own error is an answer with status 200 and `FunctionError`. An `Event` is answered with 202 once it is on disk.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        ResourceConflictException: it is being created, or creating it failed.
        RequestEntityTooLargeException, InvalidRequestContentException: the payload or the client context.
        TooManyRequestsException: no concurrency is left, or a budget is used up.
        RecursiveInvocationException: the function goes on calling itself.

    Source: API reference, Invoke.
    """
    name = names.named(call, request)
    refuse_unavailable(request)
    resolved = lam.resolver.resolve(name.account, name.region, name.name, name.qualifier)
    if resolved is None or resolved.version.state != "Active":
        resolved = await active(lam, name)
    if resolved.version.durable is not None:
        trace = trace_of(call, resolved)
        return await invoke_durable(lam, call, request, name, resolved, trace=trace)  # type: ignore[return-value]
    if "DurableExecutionName" in request:
        raise durable_refusals.not_durable()
    kind = request.get("InvocationType")
    if kind == "Event":
        event = payload.queued_event(request.get("Payload") or b"")
        await _accept(lam, call, name, event, trace_of(call, resolved))
        return {"StatusCode": 202, "Payload": b""}
    event = payload.sync_event(request.get("Payload") or b"")
    context = request.get("ClientContext")
    decoded = payload.client_context(context) if context else ""
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    invocation = invocation_of(call, event, name, trace_of(call, resolved), decoded)
    try:
        finished = await lam.invoker.invoke(resolved, invocation)
    except Throttled as throttled:
        raise throttled_answer(throttled) from throttled
    except PreparationFailed as failed:
        raise unprepared(failed) from failed
    return _told(finished, tail=request.get("LogType") == "Tail")


def unprepared(failed: PreparationFailed) -> AwsError:
    """What the caller of a function is told that has no environment."""
    return AwsError(failed.code, failed.message, _NOT_PREPARED.get(failed.code, 500))


def _told(finished: Finished, *, tail: bool) -> "InvocationResponse":
    outcome = finished.outcome
    answer = _succeeded(finished.executed_version, outcome.payload)
    if outcome.function_error:
        answer["FunctionError"] = outcome.function_error
    if tail:
        answer["LogResult"] = finished.tail
    return answer


def _succeeded(version: str, payload: bytes) -> "InvocationResponse":
    return {"StatusCode": 200, "ExecutedVersion": version, "Payload": payload}


@access.on_qualified
async def invoke_async(lam: Lambda, call: Call, request: "InvokeAsyncRequest") -> "InvokeAsyncResponse":
    """Accept an event, in the way that was there before `InvocationType`.

    Raises:
        ResourceNotFoundException, ResourceConflictException, RequestEntityTooLargeException, InvalidRequestContentException: as Invoke.

    Source: API reference, InvokeAsync (deprecated).
    """
    name = names.named(call, request)
    resolved = await active(lam, name)
    if resolved.version.durable is not None:
        event = {"InvocationType": "Event", "Payload": request["InvokeArgs"]}
        await invoke_durable(lam, call, event, name, resolved, trace=trace_of(call, resolved))
        return {"Status": 202}
    await _accept(lam, call, name, payload.queued_event(request["InvokeArgs"]), trace_of(call, resolved))
    return {"Status": 202}


def invocation_of(call: Call, event: bytes, name: Name, trace: str, client_context: str = "") -> Invocation:
    """What a function is handed, with the Cognito identity of its caller."""
    caller = call.origin.principal.cognito
    if caller is None:
        return Invocation(call.request_id, event, name.asked_arn, trace, client_context)
    identity = (caller.identity_id, caller.pool_id)
    return Invocation(call.request_id, event, name.asked_arn, trace, client_context, *identity)


def refuse_unavailable(request: Mapping[str, Any]) -> None:
    """Refuse what Portico does not have yet.

    Raises:
        InvalidParameterValueException: naming it.
    """
    for member in _UNAVAILABLE:
        if member in request:
            raise errors.unavailable(member)


def throttled_answer(throttled: Throttled) -> AwsError:
    """What the caller of a function is told that can't be run now."""
    if isinstance(throttled, OverBudget):
        return errors.over_budget(throttled.words, throttled.wait_s)
    return errors.throttled(throttled.reason)


async def active(lam: Lambda, name: Name) -> Resolved:
    """The version once it is active: what was made a moment ago is waited for.

    Raises:
        ResourceNotFoundException, ResourceConflictException: see `invoke`.
    """
    place = (name.account, name.region, name.name, name.qualifier)
    resolved = lam.resolver.resolve(*place)
    if resolved is not None and resolved.version.state == "Pending":
        await lam.states.settled(VERSIONS.key(*name.key, resolved.version.version), _PENDING_S)
        resolved = lam.resolver.resolve(*place)
    if resolved is None:
        raise errors.function_not_found(name.executed_arn)
    if resolved.version.state != "Active":
        raise errors.in_state(resolved.version.state)
    return resolved


async def _accept(lam: Lambda, call: Call, name: Name, payload: bytes, trace: str) -> None:
    """Put the event into the call's commit: the answer leaves after it is durable."""
    event = Event(
        request_id=call.request_id,
        account=name.account,
        region=name.region,
        function=name.name,
        qualifier=name.qualifier,
        invoked_arn=name.asked_arn,
        payload=payload,
        accepted_at=call.now,
        trace=trace,
    )
    await accept(call.tx, event)
    call.tx.then(lambda: lam.counts.add(RECEIVED, name.key))


def trace_of(call: Call, resolved: Resolved) -> str:
    """The caller's trace, or a new one."""
    return call.origin.trace or new_trace(call.request_id, call.now, resolved)


def new_trace(request_id: str, now: float, resolved: Resolved) -> str:
    """A trace that begins with the call `request_id` of a function at `now`, which names it as well; sampled when the function asks for
    active tracing."""
    digits = request_id.replace("-", "").zfill(32)
    sampled = "1" if resolved.version.tracing == "Active" else "0"
    return f"Root=1-{int(now):08x}-{digits[:24]};Parent={digits[16:]};Sampled={sampled}"

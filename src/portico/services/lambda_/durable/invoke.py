"""Invoking a durable function: an execution begins, and who waits gets its end.

Source: Developer Guide, "Invoking durable Lambda functions".
"""

from typing import Any

from portico.calls.call import Call
from portico.invoke.admit import Throttled
from portico.invoke.resolve import Resolved
from portico.services.lambda_ import errors, payload
from portico.services.lambda_.durable import refusals
from portico.services.lambda_.durable.ledger import committed
from portico.services.lambda_.durable.records import NAMES
from portico.services.lambda_.durable.start import SYNCHRONOUS_S, Answer, Wanted, answer_of, begin, ended
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda


async def invoke(
    lam: Lambda, call: Call, request: Any, name: Name, resolved: Resolved, *, trace: str
) -> Answer:
    """Invoke, for a version that has a `DurableConfig`. A synchronous call waits for the end of the whole execution.

    Raises:
        InvalidParameterValueException: no qualifier; or the execution may take longer than a synchronous call (15 minutes).
        DurableExecutionAlreadyStartedException: the name belongs to an execution with another payload.
        RequestEntityTooLargeException, InvalidRequestContentException, TooManyRequestsException: as for any function.
    """
    settings = resolved.version.durable
    if settings is None or not name.qualifier:
        raise refusals.needs_qualifier()
    kind = request.get("InvocationType")
    given = request.get("Payload") or b""
    event = _text(payload.queued_event(given) if kind == "Event" else payload.sync_event(given))
    wanted = Wanted(
        name,
        resolved.version.version,
        settings,
        request.get("DurableExecutionName") or "",
        event,
        kind != "Event",
        trace,
        call.request_id if kind == "Event" else "",
    )
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    if kind == "Event":
        execution = await begin(call.tx, wanted, call.now)
        return {"StatusCode": 202, "DurableExecutionArn": execution.arn, "Payload": b""}
    if settings.execution_timeout_s > SYNCHRONOUS_S:
        raise refusals.too_long_to_wait_for()
    if not wanted.name or lam.cache.peek(NAMES, *name.key, wanted.name) is None:
        _admit(lam, resolved)
    execution = await committed(lam.cache, lambda tx: begin(tx, wanted, lam.clock.now()))
    return await answer_of(lam.cache, await ended(lam.cache, lam.bus, execution))


def _text(event: bytes) -> str:
    """The event, which is stored and handed on as text.

    Raises:
        InvalidRequestContentException: it is not UTF-8.
    """
    try:
        return event.decode()
    except UnicodeDecodeError as error:
        raise errors.bad_payload(payload.why_not_json(event)) from error


def _admit(lam: Lambda, resolved: Resolved) -> None:
    """A caller who waits is told at once that there is no place; an execution that has begun waits for one."""
    try:
        lam.invoker.admission.admit(resolved).release()
    except Throttled as throttled:
        raise errors.throttled(throttled.reason) from throttled

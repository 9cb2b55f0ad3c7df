"""The event of an execution that nobody waits for goes to the function's dead letter queue if the execution fails or times out.

Durable functions have no destinations, on AWS neither.

Source: Developer Guide, "Invoking durable Lambda functions": dead letter queues are supported, destinations are not.
"""

import msgspec

from portico.invoke.asynchronous.course import EXHAUSTED
from portico.invoke.asynchronous.events import Event, Parcel, Report, accept
from portico.invoke.records import VERSIONS
from portico.services.lambda_.durable.ledger import Ledger


async def keep(ledger: Ledger) -> None:
    """Hand the event of an execution that has failed to those who send dead letters, if its version has a target for them."""
    execution = ledger.execution
    place = (execution.account, execution.region, execution.function)
    version = await ledger.tx.get(VERSIONS, *place, execution.version)
    begun_with = await ledger.numbered(0)
    if version is None or not version.dead_letter_arn or begun_with is None:
        return
    error = execution.error or {}
    report = Report(
        condition=EXHAUSTED,
        count=execution.begun,
        ended_at=ledger.now,
        executed_version=execution.version,
        function_error="Unhandled",
        answer=msgspec.json.encode(error),
        error=str(error.get("ErrorMessage") or error.get("ErrorType") or execution.status),
    )
    event = Event(
        request_id=execution.request_id,
        account=execution.account,
        region=execution.region,
        function=execution.function,
        qualifier=execution.version,
        invoked_arn=execution.function_arn,
        payload=(begun_with.input or "").encode(),
        accepted_at=execution.started_at,
        trace=execution.trace,
        report=report,
        parcels=(Parcel(version.dead_letter_arn, dead_letter=True),),
    )
    await accept(ledger.tx, event)

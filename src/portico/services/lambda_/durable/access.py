"""What authorisation asks of the operations on durable executions: which execution is meant."""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.services.lambda_.durable import identifiers, refusals
from portico.services.lambda_.durable.identifiers import Named

Request = Mapping[str, Any]


def execution_arn(call: Call, request: Request) -> tuple[str]:
    """The execution's ARN as it was given."""
    return (request["DurableExecutionArn"],)


def callback_execution_arn(call: Call, request: Request) -> tuple[str]:
    """The ARN of the execution that the callback belongs to; any, for an id that is none of ours."""
    place = identifiers.callback_place(request["CallbackId"])
    return ("*" if place is None else place.arn,)


def named(call: Call, request: Request) -> Named:
    """The execution of the request, in the caller's region.

    Raises:
        ResourceNotFoundException: it is of another region, or does not have the form of an ARN.
    """
    found = identifiers.parsed(request["DurableExecutionArn"])
    if found is None or found.region != call.scope.region:
        raise refusals.execution_not_found(request["DurableExecutionArn"])
    return found

"""What a replay needs: the operations that have been saved, for whoever has the execution's token."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_.durable import access, identifiers, markers, refusals, shown, state
from portico.services.lambda_.durable.records import EXECUTIONS, Execution
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        GetDurableExecutionStateRequest,
        GetDurableExecutionStateResponse,
    )


@operation(on=access.execution_arn)
async def get_durable_execution_state(
    lam: Lambda, call: Call, request: "GetDurableExecutionStateRequest"
) -> "GetDurableExecutionStateResponse":
    """The operations that a replay needs, in the order of their starts; at most `MaxItems` (100, no more than 1,000) and 4 MB at once.

    Raises:
        InvalidParameterValueException: the token is not the current one, or the marker is none.

    Source: API reference, GetDurableExecutionState.
    """
    named = access.named(call, request)
    execution = await call.tx.get(EXECUTIONS, *named.key)
    if execution is None or execution.arn != request["DurableExecutionArn"]:
        raise refusals.token_of_another()
    check_token(execution, request["CheckpointToken"])
    start = markers.number(request)
    page = await state.page(lam.cache, named.key, start=start, limit=markers.limit(request))
    return shown_page(page)  # type: ignore[return-value]


def check_token(execution: Execution, token: str) -> None:
    """Whether the token is the one that the execution takes now.

    Raises:
        InvalidParameterValueException: it is not, or belongs to another execution.
    """
    if execution.token and token == execution.token:
        return
    owner = identifiers.execution_of_token(token)
    if identifiers.is_execution_id(owner) and owner != execution.id:
        raise refusals.token_of_another()
    raise refusals.invalid_token()


def shown_page(page: state.Page) -> dict[str, Any]:
    """A page of operations as it is answered."""
    answer: dict[str, Any] = {"Operations": [shown.operation(each) for each in page.operations]}
    if page.following is not None:
        answer["NextMarker"] = str(page.following)
    return answer

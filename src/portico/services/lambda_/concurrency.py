"""Reserved concurrency: the share of the account's pool set aside for one function.

Source: API reference; quota "unreserved concurrency"; recorded answers.
"""

from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.invoke.records import ACCOUNTS, FUNCTIONS, AccountUsage, Function
from portico.services.lambda_ import access, errors, names
from portico.services.lambda_.functions import function_of, provisioned_of, set_aside, share_of
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        Concurrency,
        DeleteFunctionConcurrencyRequest,
        GetFunctionConcurrencyRequest,
        GetFunctionConcurrencyResponse,
        PutFunctionConcurrencyRequest,
    )


def _whole_function(call: Call, request: object) -> Name:
    name = names.named(call, request)  # type: ignore[arg-type]  # a request is a mapping
    if name.qualifier:
        raise errors.invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
            "Please specify either a function name or an unqualified function ARN."
        )
    return name


@access.on_function
async def put_function_concurrency(
    lam: Lambda, call: Call, request: "PutFunctionConcurrencyRequest"
) -> "Concurrency":
    """Set aside `ReservedConcurrentExecutions` (a count; 0 stops the function).

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the unreserved pool would fall below its minimum, or the function has more provisioned.
    """
    name = _whole_function(call, request)
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.executed_arn)
    wanted = request["ReservedConcurrentExecutions"]
    provisioned = provisioned_of(function)
    if wanted < provisioned:
        raise errors.under_provisioned(wanted, provisioned)
    usage = await call.tx.get(ACCOUNTS, name.account, name.region) or AccountUsage()
    others = usage.reserved_total + usage.provisioned_total - sum(share_of(function))
    if wanted and lam.invoker.admission.limit - others - wanted < lam.unreserved_min:
        raise errors.too_few_unreserved(lam.unreserved_min)
    await _reserve(call, name, function, wanted)
    return {"ReservedConcurrentExecutions": wanted}


@access.on_function
async def get_function_concurrency(
    lam: Lambda, call: Call, request: "GetFunctionConcurrencyRequest"
) -> "GetFunctionConcurrencyResponse":
    """What is set aside; an empty answer when nothing is.

    Raises:
        ResourceNotFoundException: no such function.
    """
    function = await function_of(call, _whole_function(call, request))
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


@access.on_function
async def delete_function_concurrency(
    lam: Lambda, call: Call, request: "DeleteFunctionConcurrencyRequest"
) -> None:
    """Let the function draw from the unreserved pool again.

    Raises:
        ResourceNotFoundException: no such function.
    """
    name = _whole_function(call, request)
    await _reserve(call, name, await function_of(call, name), None)


async def _reserve(call: Call, name: Name, function: Function, wanted: int | None) -> None:
    after = msgspec.structs.replace(function, reserved=wanted)
    await set_aside(call, name, before=function, after=after)
    call.tx.put(FUNCTIONS, after, *name.key)

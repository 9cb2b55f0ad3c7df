"""What happens to a function that goes on invoking itself: stopped, or let be.

Source: Developer Guide, "Use Lambda recursive loop detection"; recorded answers.
"""

from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.invoke.records import FUNCTIONS
from portico.services.lambda_ import access, names
from portico.services.lambda_.functions import function_of
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        GetFunctionRecursionConfigRequest,
        GetFunctionRecursionConfigResponse,
        PutFunctionRecursionConfigRequest,
        PutFunctionRecursionConfigResponse,
    )


@access.on_function
async def put_function_recursion_config(
    lam: Lambda, call: Call, request: "PutFunctionRecursionConfigRequest"
) -> "PutFunctionRecursionConfigResponse":
    """Set `RecursiveLoop`: `Allow` or `Terminate`.

    Raises:
        ResourceNotFoundException: no such function.
    """
    name = names.named(call, request)
    function = await function_of(call, name)
    changed = msgspec.structs.replace(function, recursive_loop=request["RecursiveLoop"])
    call.tx.put(FUNCTIONS, changed, *name.key)
    return {"RecursiveLoop": changed.recursive_loop}


@access.on_function
async def get_function_recursion_config(
    lam: Lambda, call: Call, request: "GetFunctionRecursionConfigRequest"
) -> "GetFunctionRecursionConfigResponse":
    """The setting; `Terminate` unless it was changed.

    Raises:
        ResourceNotFoundException: no such function.
    """
    return {"RecursiveLoop": (await function_of(call, names.named(call, request))).recursive_loop}

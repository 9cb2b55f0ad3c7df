"""GetAccountSettings: an account's limits in a region, and what it uses of them."""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import ACCOUNTS, AccountUsage
from portico.services.lambda_ import code_storage
from portico.services.lambda_.code import ZIPPED_BYTES_MAX
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import GetAccountSettingsRequest, GetAccountSettingsResponse


@operation()
async def get_account_settings(
    lam: Lambda, call: Call, request: "GetAccountSettingsRequest"
) -> "GetAccountSettingsResponse":
    """Limits and use.

    Source: API reference, GetAccountSettings; Developer Guide, "Lambda quotas" (300 GB of code storage).
    """
    from portico.invoke.unpack import UNZIPPED_BYTES_MAX  # which brings what unpacks along

    place = (call.scope.account, call.scope.region)
    usage = await call.tx.get(ACCOUNTS, *place) or AccountUsage()
    stored = await code_storage.total(call, place)
    limit = lam.invoker.admission.limit
    return {
        "AccountLimit": {
            "TotalCodeSize": lam.code_bytes_max,
            "CodeSizeUnzipped": UNZIPPED_BYTES_MAX,
            "CodeSizeZipped": ZIPPED_BYTES_MAX,
            "ConcurrentExecutions": limit,
            "UnreservedConcurrentExecutions": limit - usage.reserved_total,
        },
        "AccountUsage": {"TotalCodeSize": stored.zipped_bytes, "FunctionCount": stored.functions},
    }

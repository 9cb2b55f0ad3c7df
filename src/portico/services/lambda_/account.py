"""GetAccountSettings: an account's limits in a region, and what it uses of them."""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import ACCOUNTS, VERSIONS, AccountUsage
from portico.services.lambda_.code import ZIPPED_BYTES_MAX
from portico.services.lambda_.layer_records import LAYER_VERSIONS
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import GetAccountSettingsRequest, GetAccountSettingsResponse

CODE_BYTES_MAX = 300 * 1024**3


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
    versions = await call.tx.scan(VERSIONS, *place)
    layers = await call.tx.scan(LAYER_VERSIONS, *place)
    limit = lam.invoker.admission.limit
    return {
        "AccountLimit": {
            "TotalCodeSize": CODE_BYTES_MAX,
            "CodeSizeUnzipped": UNZIPPED_BYTES_MAX,
            "CodeSizeZipped": ZIPPED_BYTES_MAX,
            "ConcurrentExecutions": limit,
            "UnreservedConcurrentExecutions": limit - usage.reserved_total,
        },
        "AccountUsage": {
            "TotalCodeSize": sum(version.code_size for version in versions)
            + sum(layer.size for layer in layers),
            "FunctionCount": len({version.function for version in versions}),
        },
    }

"""ListFunctions."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import FUNCTIONS, LATEST, VERSIONS, Version
from portico.services.lambda_ import errors, markers, own_keys
from portico.services.lambda_.functions import page_size
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import ListFunctionsRequest, ListFunctionsResponse


@operation()
async def list_functions(lam: Lambda, call: Call, request: "ListFunctionsRequest") -> "ListFunctionsResponse":
    """The functions of the account in the region by name, at most 50 at once; with `FunctionVersion` ALL every version.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.

    Source: API reference, ListFunctions.
    """
    if request.get("MasterRegion"):
        raise errors.unavailable("MasterRegion")
    every = request.get("FunctionVersion") == "ALL"
    limit = page_size(request)
    after = markers.place_of(request.get("Marker"), 2)
    rows = await (_every_version if every else _latest_versions)(call, after, limit + 1)
    page = rows[:limit]
    found: dict[str, Any] = {
        "Functions": [await own_keys.listed(lam, call, row, qualified=every) for row in page]
    }
    if len(rows) > limit:
        found["NextMarker"] = markers.after(page[-1].function, page[-1].version)
    return found  # type: ignore[return-value]  # built member by member


async def _every_version(call: Call, after: tuple[str, ...], limit: int) -> list[Version]:
    place = (call.scope.account, call.scope.region)
    return await call.tx.scan(
        VERSIONS, *place, after=VERSIONS.key(*place, *after) if after else None, limit=limit
    )


async def _latest_versions(call: Call, after: tuple[str, ...], limit: int) -> list[Version]:
    place = (call.scope.account, call.scope.region)
    functions = await call.tx.scan(
        FUNCTIONS, *place, after=FUNCTIONS.key(*place, after[0]) if after else None, limit=limit
    )
    found = [await call.tx.get(VERSIONS, *place, function.name, LATEST) for function in functions]
    return [version for version in found if version is not None]

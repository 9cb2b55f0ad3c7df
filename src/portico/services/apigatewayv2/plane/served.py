"""Which stage of which API a request is for.

The first segment of the path names the stage if there is one of that name; if not, the `$default` stage serves the whole path.

Source: API Gateway Developer Guide, "Stages for HTTP APIs", "Disable the default endpoint for HTTP APIs".
"""

import msgspec

from portico.doors.address import Address
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigatewayv2.plane.paths import once_decoded
from portico.services.apigatewayv2.plane.plans import Plans, StagePlan
from portico.services.apigatewayv2.records import APIS, STAGE_NAMES
from portico.services.apigatewayv2.route_keys import DEFAULT
from portico.store.cache import RecordCache


class Served(msgspec.Struct, frozen=True, gc=False):
    """A stage, the path that its routes are for, and the path as events show it; both raw but for what is decoded at once."""

    stage: StagePlan
    route_path: str
    path: str


class Stages:
    """Finds stages."""

    __slots__ = ("_cache", "_plans")

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._plans = Plans(cache)

    def find(self, address: Address) -> Served | None:
        """The stage of an address; None if there is none, or the API does not answer there."""
        address = (
            msgspec.structs.replace(address, path=once_decoded(address.path))
            if "%" in address.path
            else address
        )
        held = self._cache.peek(API_POINTERS, address.id)
        if held is None or address.region not in ("", held.value.region):
            return None
        if address.kind == "domain" and address.stage is not None:
            return self._served(address, held.value, address.stage, address.path, address.path)
        closed = address.kind != "domain" and self._is_closed(address, held.value)
        return None if closed else self._by_path(address, held.value)

    def _by_path(self, address: Address, api: ApiPointer) -> Served | None:
        """The stage that the path's first segment names, or `$default`."""
        path = address.path if address.stage is None else f"/{address.stage}{address.path}"
        first, slash, rest = path[1:].partition("/")
        below = slash + rest or "/"
        if first == DEFAULT:
            return self._served(address, api, DEFAULT, below, below)
        names = self._cache.peek(STAGE_NAMES, api.account, api.region, address.id)
        if names is not None and first in names.value.names:
            return self._served(address, api, first, below, path)
        return self._served(address, api, DEFAULT, path, path)

    def _served(
        self, address: Address, api: ApiPointer, stage: str, route_path: str, path: str
    ) -> Served | None:
        plan = self._plans.find(api.account, api.region, address.id, stage)
        return None if plan is None else Served(plan, route_path, path)

    def _is_closed(self, address: Address, api: ApiPointer) -> bool:
        held = self._cache.peek(APIS, api.account, api.region, address.id)
        return held is None or held.value.disable_execute_api_endpoint

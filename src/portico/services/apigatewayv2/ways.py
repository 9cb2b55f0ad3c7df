"""The ways to a function by HTTP and WebSocket APIs, and who may use them: every deployed route whose integration invokes it."""

from collections.abc import AsyncIterator, Mapping

from portico.doors.leading import Census, Function, Leading, qualifier_in
from portico.doors.named import Named
from portico.doors.public import Public
from portico.doors.stage_variables import filled
from portico.services.apigatewayv2.records import APIS, DEPLOYED, STAGES, Api, Deployed, Route, Stage
from portico.services.apigatewayv2.route_keys import invoked
from portico.store.cache import RecordCache
from portico.store.port import Store

_WHO: Mapping[str, str] = {
    "NONE": "anybody, unsigned",
    "AWS_IAM": "signed callers who are allowed execute-api:Invoke",
    "JWT": "who has a token for the authorizer {authorizer}",
    "CUSTOM": "whom the authorizer {authorizer} lets in",
}
_REFUSED = "nobody: the function's policy does not let API Gateway in"
_ON_CONNECT = "whoever is connected"


class ApiWays:
    """Tells of one server's HTTP and WebSocket APIs."""

    def __init__(self, store: Store, cache: RecordCache, census: Census, origin: str) -> None:
        self._store = store
        self._cache = cache
        self._census = census
        self._public = Public(origin)
        self._named = Named(store, cache, self._public)

    async def __call__(self, function: Function) -> list[Leading]:
        """The routes that lead to `function`."""
        found: list[Leading] = []
        place = (function.account, function.region)
        for row in await self._store.scan((APIS.name, *place)):
            api = APIS.decode(row.value)
            for staged in await self._store.scan((STAGES.name, *place, api.api_id)):
                stage = STAGES.decode(staged.value)
                held = await self._cache.get(DEPLOYED, *place, api.api_id, stage.deployment_id or "")
                if held is not None:
                    found += [way async for way in self._of_stage(function, api, stage, held.value)]
        return found

    async def _of_stage(
        self, function: Function, api: Api, stage: Stage, deployed: Deployed
    ) -> AsyncIterator[Leading]:
        integrations = {each.integration_id: each for each in deployed.integrations}
        bases = await self._bases(function, api, stage)
        for route in deployed.routes:
            integration = integrations.get(route.integration_id)
            uri = (integration.integration_uri if integration else "") or ""
            qualifier = qualifier_in(function, filled(uri, stage.stage_variables))
            if integration is None or qualifier is None:
                continue
            source = f"{function.region}:{function.account}:{api.api_id}/{stage.stage_name}"
            ending = invoked(route.route_key) if api.is_http else route.route_key
            admitted = bool(integration.credentials_arn) or await self._census.lets_in(
                function, qualifier, "apigateway.amazonaws.com", f"arn:aws:execute-api:{source}/{ending}"
            )
            who = _who(api, route, deployed) if admitted else _REFUSED
            public = admitted and who == _WHO["NONE"]
            way = "HTTP API" if api.is_http else "WebSocket API"
            for base in bases:
                yield Leading(way, _address(base, api, route), (who,), public)

    async def _bases(self, function: Function, api: Api, stage: Stage) -> list[str]:
        """Where a stage answers, without a closing slash."""
        named = await self._named.bases(function.account, function.region, api.api_id, stage.stage_name)
        if not api.is_http:
            named = [base.replace("http", "ws", 1) for base in named]
        if api.disable_execute_api_endpoint:
            return named
        own = self._public.api(api.api_id, function.region, scheme="" if api.is_http else "ws")
        return [own if stage.stage_name == "$default" else f"{own}/{stage.stage_name}", *named]


def _address(base: str, api: Api, route: Route) -> str:
    verb, _, path = route.route_key.rpartition(" ")
    return f"{verb} {base}{path}" if api.is_http and verb else f"{base} ({route.route_key})"


def _who(api: Api, route: Route, deployed: Deployed) -> str:
    if not api.is_http and route.route_key != "$connect":
        return _ON_CONNECT
    names = {each.authorizer_id: each.name for each in deployed.authorizers}
    authorizer = names.get(route.authorizer_id or "", route.authorizer_id)
    who = _WHO.get(route.authorization_type, "nobody").format(authorizer=authorizer)
    return f"{who}, with an API key" if route.api_key_required else who

"""The ways to a function by REST APIs, and who may use them: every deployed method whose integration invokes it."""

from collections.abc import AsyncIterator, Mapping

from portico.doors.leading import Census, Function, Leading, qualifier_in
from portico.doors.named import Named
from portico.doors.public import Public
from portico.doors.stage_variables import filled
from portico.services.apigateway.records import REST_APIS, STAGES, Method, RestApi, Stage
from portico.services.apigateway.snapshot import Snapshot, read
from portico.store.cache import RecordCache
from portico.store.port import Store

_WHO: Mapping[str, str] = {
    "NONE": "anybody, unsigned",
    "AWS_IAM": "signed callers who are allowed execute-api:Invoke",
    "CUSTOM": "whom the authorizer {authorizer} lets in",
    "COGNITO_USER_POOLS": "users of a user pool, by the authorizer {authorizer}",
}
_REFUSED = "nobody: the function's policy does not let API Gateway in"
_PRIVATE = "nobody: the API is private, and there are no VPC endpoints"


class RestWays:
    """Tells of one server's REST APIs."""

    def __init__(self, store: Store, cache: RecordCache, census: Census, origin: str) -> None:
        self._store = store
        self._cache = cache
        self._census = census
        self._public = Public(origin)
        self._named = Named(store, cache, self._public)

    async def __call__(self, function: Function) -> list[Leading]:
        """The methods that lead to `function`."""
        found: list[Leading] = []
        for row in await self._store.scan((REST_APIS.name, function.account, function.region)):
            api = REST_APIS.decode(row.value)
            for staged in await self._store.scan((STAGES.name, api.id)):
                found += [way async for way in self._of_stage(function, api, STAGES.decode(staged.value))]
        return found

    async def _of_stage(self, function: Function, api: RestApi, stage: Stage) -> AsyncIterator[Leading]:
        snapshot = read(self._store, api.id, stage.deployment_id)
        if snapshot is None:
            return
        bases = await self._named.bases(function.account, function.region, api.id, stage.stage_name)
        if not snapshot.api.disable_execute_api_endpoint:
            bases = [f"{self._public.api(api.id, function.region)}/{stage.stage_name}", *bases]
        for resource in snapshot.resources:
            for verb, method in resource.resource_methods.items():
                integration = method.method_integration
                uri = (integration.uri if integration else "") or ""
                qualifier = qualifier_in(function, filled(uri, stage.variables or {}))
                if integration is None or qualifier is None:
                    continue
                place = f"{function.region}:{function.account}:{api.id}/{stage.stage_name}"
                source = f"arn:aws:execute-api:{place}/{verb}{resource.path}"
                admitted = bool(integration.credentials) or await self._census.lets_in(
                    function, qualifier, "apigateway.amazonaws.com", source
                )
                for base in bases:
                    yield _way(f"{verb} {base}{resource.path}", method, snapshot, admitted=admitted)


def _way(address: str, method: Method, snapshot: Snapshot, *, admitted: bool) -> Leading:
    """A method as it is told of; `admitted`: the function lets the API in."""
    private = "PRIVATE" in snapshot.api.endpoint_configuration.types
    closed = _PRIVATE if private else "" if admitted else _REFUSED
    guarded = method.authorization_type != "NONE" or method.api_key_required or snapshot.api.policy
    return Leading("REST API", address, (closed or _who(method, snapshot),), not (closed or guarded))


def _who(method: Method, snapshot: Snapshot) -> str:
    names = {each.id: each.name for each in snapshot.authorizers}
    who = _WHO.get(method.authorization_type, "nobody").format(
        authorizer=names.get(method.authorizer_id or "", method.authorizer_id)
    )
    if method.api_key_required:
        who += ", with an API key"
    return f"{who}, as the API's resource policy allows" if snapshot.api.policy else who

"""What a stage was compiled to: its routes as a tree, each with all that a request needs, so that a request parses nothing of it again.

A plan is made of a stage's record and of its deployment's, and holds as long as both are what they were.
"""

import re
from collections.abc import Mapping

import msgspec

from portico.base.arn import parse as parse_arn
from portico.doors.access_log import Format, Group, compiled_format, group_of
from portico.doors.buckets import Limit
from portico.doors.cors import Cors
from portico.doors.metrics import HTTP, Place
from portico.doors.stage_variables import filled
from portico.identity.principal import Principal, service
from portico.services.apigatewayv2.access import SERVICE_PRINCIPAL
from portico.services.apigatewayv2.plane.changes import Changes, mapping
from portico.services.apigatewayv2.plane.expressions import Value, compiled
from portico.services.apigatewayv2.plane.tree import RouteTree
from portico.services.apigatewayv2.records import (
    DEPLOYED,
    STAGES,
    Authorizer,
    Deployed,
    Integration,
    Route,
    Stage,
    Values,
)
from portico.services.apigatewayv2.route_keys import invoked, parse
from portico.store.cache import Held, RecordCache

ACCOUNT_RATE, ACCOUNT_BURST = 10_000.0, 5_000.0
_KEPT_MAX = 4_096
_NOWHERE = Route(route_id="", route_key="")
_INVOCATIONS = re.compile(
    r"arn:[^:]+:apigateway:[^:]+:lambda:path/[0-9-]+/functions/(.+)/invocations"
).fullmatch


class AuthorizerPlan(msgspec.Struct, frozen=True, gc=False):
    """An authorizer, the compiled sources of a caller's identity, and for a function whom it is called as."""

    authorizer: Authorizer
    sources: tuple[Value, ...]
    function: str
    caller: Principal


class RoutePlan(msgspec.Struct, frozen=True, gc=False):
    """A route with what it leads to: `request` and `responses` are changes on the way, `values` the parameters of a service's
    operation. `arn` is what callers are allowed to invoke of the API by their own policies, but for the request's method and path;
    `caller` whom a function is called as; `path` the route's own (`$default` for that route)."""

    route: Route
    path: str
    arn: str
    caller: Principal
    limits: tuple[Limit, ...]
    place: Place
    integration: Integration | None
    function: str
    request: Changes | None
    values: Mapping[str, Value]
    responses: Mapping[str, Changes]
    authorizer: AuthorizerPlan | None


class StagePlan(msgspec.Struct, frozen=True, gc=False):
    """A stage. `nowhere` stands for the route of what no route was found for; `reset_at` is when its authorizers' answers were
    forgotten last."""

    account: str
    region: str
    api_id: str
    name: str
    deployment_id: str
    tree: RouteTree[RoutePlan]
    cors: Cors | None
    variables: Mapping[str, str]
    nowhere: RoutePlan
    log: tuple[Group, Format] | None
    reset_at: float


class Plans:
    """Compiled stages, kept by the versions of the records that they were made of."""

    __slots__ = ("_cache", "_kept")

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._kept: dict[tuple[str, str, str, str], tuple[int, StagePlan]] = {}

    def find(self, account: str, region: str, api_id: str, name: str) -> StagePlan | None:
        """The plan of a stage; None if there is no such stage, or nothing was deployed to it."""
        key = (account, region, api_id, name)
        held = self._cache.peek(STAGES, *key)
        if held is None or held.value.deployment_id is None:
            return None
        kept = self._kept.get(key)
        if kept is not None and kept[0] == held.version:
            return kept[1]
        return self._compile(key, held)

    def _compile(self, key: tuple[str, str, str, str], held: Held[Stage]) -> StagePlan | None:
        account, region, api_id, _ = key
        deployed = self._cache.peek(DEPLOYED, account, region, api_id, held.value.deployment_id or "")
        if deployed is None:
            return None
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        plan = stage_plan(account, region, api_id, held.value, deployed.value)
        self._kept[key] = (held.version, plan)
        return plan


def stage_plan(account: str, region: str, api_id: str, stage: Stage, deployed: Deployed) -> StagePlan:
    """Compile a stage."""
    maker = _Maker(account, region, api_id, stage, deployed)
    tree: RouteTree[RoutePlan] = RouteTree()
    for route in deployed.routes:
        key = parse(route.route_key)
        if key is not None:
            tree.add(key, maker.route(route))
    return StagePlan(
        account,
        region,
        api_id,
        stage.stage_name,
        stage.deployment_id or "",
        tree,
        cors_of(deployed.cors),
        stage.stage_variables,
        maker.route(_NOWHERE),
        _log(stage),
        stage.authorizers_reset_at or stage.created_date,
    )


class _Maker:
    """Makes the plans of one stage's routes."""

    def __init__(self, account: str, region: str, api_id: str, stage: Stage, deployed: Deployed) -> None:
        self._account = account
        self._region = region
        self._stage = stage
        self._api_id = api_id
        self._api_arn = f"arn:aws:execute-api:{region}:{account}:{api_id}"
        self._integrations = {one.integration_id: one for one in deployed.integrations}
        self._authorizers = {one.authorizer_id: self._authorizer(one) for one in deployed.authorizers}

    def route(self, route: Route) -> RoutePlan:
        path = route.route_key.rpartition(" ")[2]
        source = f"{self._api_arn}/{self._stage.stage_name}/{invoked(route.route_key)}"
        integration = self._integrations.get(route.integration_id)
        if integration is not None:
            integration = self._substituted(integration)
        uri = integration.integration_uri or "" if integration is not None else ""
        return RoutePlan(
            route,
            path,
            f"{self._api_arn}/{self._stage.stage_name}",
            service(SERVICE_PRINCIPAL, source_arn=source, source_account=self._account),
            self._limits(route),
            self.place(route),
            integration,
            function_of(uri),
            self._request(integration),
            self._values(integration),
            self._responses(integration),
            self._authorizers.get(route.authorizer_id or ""),
        )

    def place(self, route: Route) -> Place:
        """Where answers are counted; for a route of its own if its settings say so."""
        api, stage = ("ApiId", self._api_id), ("Stage", self._stage.stage_name)
        dimensions = [(api,), (api, stage)]
        if route is not _NOWHERE and self._setting(route, "DetailedMetricsEnabled"):
            method, _, path = route.route_key.rpartition(" ")
            dimensions.append((api, ("Method", method or path), ("Resource", path), stage))
        return Place(self._account, self._region, HTTP, tuple(dimensions))

    def _setting(self, route: Route, name: str) -> object:
        own = self._stage.route_settings.get(route.route_key, {})
        return own.get(name, self._stage.default_route_settings.get(name))

    def _limits(self, route: Route) -> tuple[Limit, ...]:
        account = Limit(("account", self._account, self._region), ACCOUNT_RATE, ACCOUNT_BURST)
        rate, burst = (self._setting(route, f"Throttling{name}Limit") for name in ("Rate", "Burst"))
        if rate is None and burst is None:
            return (account,)
        key = (self._api_id, self._stage.stage_name, route.route_key)
        own = Limit(
            key,
            ACCOUNT_RATE if rate is None else float(str(rate)),
            ACCOUNT_BURST if burst is None else float(str(burst)),
        )
        return (own, account)

    def _substituted(self, integration: Integration) -> Integration:
        """The integration with the stage's variables in its address and its role."""
        uri, role = integration.integration_uri, integration.credentials_arn
        return msgspec.structs.replace(
            integration,
            integration_uri=None if uri is None else filled(uri, self._stage.stage_variables),
            credentials_arn=None if role is None else filled(role, self._stage.stage_variables),
        )

    def _request(self, integration: Integration | None) -> Changes | None:
        if integration is None or integration.integration_subtype or not integration.request_parameters:
            return None
        return mapping(integration.request_parameters)

    def _values(self, integration: Integration | None) -> Mapping[str, Value]:
        """The parameters of a service integration's operation."""
        if integration is None or not integration.integration_subtype:
            return {}
        return {name: compiled(text) for name, text in (integration.request_parameters or {}).items()}

    def _responses(self, integration: Integration | None) -> Mapping[str, Changes]:
        given = integration.response_parameters or {} if integration is not None else {}
        return {status: mapping(changes) for status, changes in given.items()}

    def _authorizer(self, authorizer: Authorizer) -> AuthorizerPlan:
        source = f"{self._api_arn}/authorizers/{authorizer.authorizer_id}"
        return AuthorizerPlan(
            authorizer,
            tuple(compiled(one) for one in authorizer.identity_source),
            function_of(filled(authorizer.authorizer_uri or "", self._stage.stage_variables)),
            service(SERVICE_PRINCIPAL, source_arn=source, source_account=self._account),
        )


def function_of(uri: str) -> str:
    """The ARN of the function that an integration's address names; "" if it names none."""
    found = _INVOCATIONS(uri)
    arn = found[1] if found is not None else uri
    parts = parse_arn(arn)
    return arn if parts is not None and parts.service == "lambda" else ""


def cors_of(given: Values | None) -> Cors | None:
    """The compiled form of a CORS configuration."""
    if not given:
        return None
    return Cors(
        tuple(given.get("AllowOrigins") or ()),
        tuple(given.get("AllowMethods") or ()),
        tuple(given.get("AllowHeaders") or ()),
        tuple(given.get("ExposeHeaders") or ()),
        bool(given.get("AllowCredentials")),
        given.get("MaxAge"),
    )


def _log(stage: Stage) -> tuple[Group, Format] | None:
    settings = stage.access_log_settings or {}
    group = group_of(settings.get("DestinationArn") or "")
    form = settings.get("Format")
    return None if group is None or not form else (group, compiled_format(form))

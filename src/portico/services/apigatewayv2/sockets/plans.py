"""What a stage serves: its deployment, prepared once for all messages to come.

Source: API Gateway Developer Guide, "Routes for WebSocket APIs" (route keys, `$default`), "Set up route responses".
"""

from collections.abc import Mapping

import msgspec

from portico.doors.connections import Served
from portico.doors.schemas import Schemas
from portico.services.apigatewayv2.records import (
    DEPLOYED,
    STAGES,
    Authorizer,
    Deployed,
    Integration,
    IntegrationResponse,
    Route,
    Stage,
    Values,
)
from portico.services.apigatewayv2.sockets.expressions import Expression, Lookup, compiled
from portico.store.cache import RecordCache

CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"
_LIFE = (CONNECT, DISCONNECT)
_KEPT_MAX = 1_000
_MODELS = "https://apigateway.amazonaws.com/restapis/{}/models/"


class Plan(msgspec.Struct, frozen=True, gc=False):
    """A route and all that belongs to it. `answers`: the client gets what the integration answers."""

    route: Route
    integration: Integration | None
    responses: Mapping[str, IntegrationResponse]
    authorizer: Authorizer | None
    answers: bool


UNROUTED = Plan(Route("", ""), None, {}, None, False)
"""What there is for a handshake or message that no route is for."""


class Plans(msgspec.Struct, frozen=True, gc=False):
    """The routes of a deployment by their keys."""

    selection: Expression
    key_selection: str
    routes: Mapping[str, Plan]
    models: frozenset[str]
    schemas: Schemas

    def select(self, is_json: bool, value_of: Lookup) -> Plan | None:
        """The route of a message; None if there is none for it. What is not JSON has no route of its own, and no message the routes of a
        connection's life."""
        key = self.selection.evaluate(value_of) if is_json or not self.selection.of_body else DEFAULT
        found = None if key in _LIFE else self.routes.get(key)
        return found or self.routes.get(DEFAULT)


class Serving(msgspec.Struct, frozen=True, gc=False):
    """A stage as it is now."""

    stage: Stage
    plans: Plans


class Stages:
    """Finds what a stage serves. A deployment never changes, so what was prepared of one stays."""

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._kept: dict[tuple[str, ...], Plans] = {}

    def find(self, served: Served) -> Serving | None:
        """The stage, if it is there and something was deployed to it."""
        key = (served.account, served.region, served.api)
        held = self._cache.peek(STAGES, *key, served.stage)
        if held is None or held.value.deployment_id is None:
            return None
        plans = self._plans(*key, held.value.deployment_id)
        return None if plans is None else Serving(held.value, plans)

    def _plans(self, *key: str) -> Plans | None:
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        held = self._cache.peek(DEPLOYED, *key)
        if held is None:
            return None
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        plans = self._kept[key] = prepared(key[2], held.value)
        return plans


def settings_of(stage: Stage, route_key: str) -> Values:
    """The settings that hold for a route: its own before the stage's."""
    own = stage.route_settings.get(route_key)
    return {**stage.default_route_settings, **own} if own else stage.default_route_settings


def prepared(api: str, deployed: Deployed) -> Plans:
    """A deployment of an API, prepared."""
    integrations = {one.integration_id: one for one in deployed.integrations}
    authorizers = {one.authorizer_id: one for one in deployed.authorizers}
    routes = {}
    for route in deployed.routes:
        responses = deployed.integration_responses.get(route.integration_id, ())
        routes[route.route_key] = Plan(
            route,
            integrations.get(route.integration_id),
            {one.integration_response_key: one for one in responses},
            authorizers.get(route.authorizer_id or ""),
            any(
                one.route_response_key == DEFAULT for one in deployed.route_responses.get(route.route_id, ())
            ),
        )
    return Plans(
        compiled(deployed.route_selection_expression),
        deployed.api_key_selection_expression,
        routes,
        frozenset(model.name for model in deployed.models),
        Schemas(_MODELS.format(api), {model.name: model.schema for model in deployed.models}),
    )

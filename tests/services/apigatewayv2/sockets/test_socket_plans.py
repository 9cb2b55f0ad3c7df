"""Which route a message has."""

import pytest

from portico.services.apigatewayv2.records import Deployed, Integration, Route, RouteResponse
from portico.services.apigatewayv2.sockets.expressions import of_request
from portico.services.apigatewayv2.sockets.plans import Plans, prepared


def plans(*keys: str, expression: str = "$request.body.action") -> Plans:
    routes = [Route(route_id=key, route_key=key, target="integrations/i") for key in keys]
    integration = Integration(integration_id="i", integration_type="MOCK")
    answers = {"join": [RouteResponse(route_response_id="r", route_response_key="$default")]}
    deployed = Deployed(
        "WEBSOCKET", expression, "$request.header.x-api-key", None, routes, [integration], [], [], answers
    )
    return prepared("api", deployed)


def selected(of: Plans, body: object) -> str | None:
    plan = of.select(isinstance(body, dict), of_request(body, {}, {}))
    return None if plan is None else plan.route.route_key


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"action": "join"}, "join"),
        ({"action": "leave"}, "$default"),
        ({}, "$default"),
        ("join", "$default"),
        (None, "$default"),
        ({"action": "$connect"}, "$default"),
        ({"action": "$disconnect"}, "$default"),
        ({"action": "$default"}, "$default"),
    ],
)
def test_with_a_default(body: object, key: str):
    assert selected(plans("$connect", "$disconnect", "$default", "join"), body) == key


@pytest.mark.parametrize("body", [{"action": "leave"}, None, {"action": "$connect"}, {"action": "$default"}])
def test_without_one(body: object):
    assert selected(plans("$connect", "join"), body) is None


def test_a_static_expression_needs_no_json():
    assert selected(plans("all", expression="all"), None) == "all"


def test_an_empty_key_can_be_a_route_of_its_own():
    assert selected(plans("/", "$default", expression="${request.body.a}/${request.body.b}"), {}) == "/"


def test_only_routes_with_a_response_answer():
    made = plans("join", "leave")
    assert made.routes["join"].answers
    assert not made.routes["leave"].answers
    assert made.routes["leave"].integration is not None

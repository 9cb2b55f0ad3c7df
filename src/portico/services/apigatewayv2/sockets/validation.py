"""Messages against the models of their route: of integrations that map, and where the route selects a model.

Source: API Gateway Developer Guide, "Request validation for WebSocket APIs", "WebSocket selection expressions".
"""

from portico.doors.schemas import SchemaFailed
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.expressions import Lookup, compiled
from portico.services.apigatewayv2.sockets.integrations.port import IntegrationFailed
from portico.services.apigatewayv2.sockets.plans import DEFAULT, Plan, Plans

BAD_BODY = "Bad request body"
_MAPPING = ("AWS", "HTTP", "MOCK")


async def is_valid(exchange: Exchange, plans: Plans, value_of: Lookup) -> bool:
    """Whether a message is as its model says, or has none.

    Raises:
        IntegrationFailed: the model is none.
    """
    name = _model(exchange.plan, value_of)
    if not name or name not in plans.models:
        return True
    body = exchange.body.encode(errors="surrogatepass")
    try:
        return not await plans.schemas.wrong_in(name, body)
    except SchemaFailed as error:
        raise IntegrationFailed(500, str(error)) from error


def _model(plan: Plan, value_of: Lookup) -> str:
    route, integration = plan.route, plan.integration
    if integration is None or integration.integration_type not in _MAPPING:
        return ""
    if not route.model_selection_expression or not route.request_models:
        return ""
    key = compiled(route.model_selection_expression).evaluate(value_of)
    return route.request_models.get(key) or route.request_models.get(DEFAULT) or ""

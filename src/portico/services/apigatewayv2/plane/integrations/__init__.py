"""Where requests go: a function (`functions.py`), an HTTP backend (`backends.py`), or an operation of a service (`services.py`)."""

from portico.services.apigatewayv2.records import Integration


def kind_of(integration: Integration) -> str:
    """What an integration leads to: `function`, `backend` or `service`."""
    if integration.integration_type == "HTTP_PROXY":
        return "backend"
    return "service" if integration.integration_subtype else "function"

"""`x-amazon-apigateway-integration` as an integration, and back. Pure.

Source: API Gateway developer guide, "x-amazon-apigateway-integration object".
"""

import json
from collections.abc import Mapping
from typing import Any

from portico.services.apigateway.integration_checks import TIMEOUT_MS
from portico.services.apigateway.integrations import connection_type
from portico.services.apigateway.openapi.document import array, integer, mapping
from portico.services.apigateway.records import Integration, IntegrationResponse, TlsConfig

EXTENSION = "x-amazon-apigateway-integration"
_PASSED = "__passthrough__"


class Place:
    """Where in a definition something stands, and the warnings about it."""

    __slots__ = ("method", "path", "warnings")

    def __init__(self, path: str, method: str, warnings: list[str]) -> None:
        self.path = path
        self.method = method
        self.warnings = warnings

    def texts(self, given: Any, member: str) -> dict[str, str] | None:
        """An object of texts; entries of another type are left out, with a warning."""
        if not isinstance(given, dict):
            return None
        found = {}
        for name, value in given.items():
            if isinstance(value, str):
                found[name] = value
            else:
                shown = json.dumps(value) if not isinstance(value, str) else value
                self.warnings.append(
                    f"Invalid format for '{member}'. Expected type string for property '{name}' of resource "
                    f"'{self.path}' and method '{self.method}' but got '{shown}'"
                )
        return found


def integration(given: Mapping[str, Any], resource_id: str, place: Place) -> Integration:
    """The integration of an extension."""
    kind = str(given.get("type") or "").upper()
    tls = given.get("tlsConfig")
    return Integration(
        type=kind,
        http_method=None if kind == "MOCK" else _text(given, "httpMethod").upper() or None,
        uri=None if kind == "MOCK" else _text(given, "uri") or None,
        connection_type=connection_type(kind, _text(given, "connectionType").upper()),
        connection_id=_text(given, "connectionId"),
        credentials=_text(given, "credentials"),
        request_parameters=place.texts(given.get("requestParameters"), "requestParameters") or None,
        request_templates=_templates(given.get("requestTemplates")),
        passthrough_behavior=_text(given, "passthroughBehavior").upper() or "WHEN_NO_MATCH",
        cache_namespace=_text(given, "cacheNamespace") or resource_id,
        cache_key_parameters=tuple(map(str, array(given.get("cacheKeyParameters")))),
        content_handling=_text(given, "contentHandling").upper(),
        timeout_in_millis=integer(given.get("timeoutInMillis")) or TIMEOUT_MS,
        tls_config=TlsConfig(bool(tls.get("insecureSkipVerification"))) if isinstance(tls, dict) else None,
        response_transfer_mode=_text(given, "responseTransferMode").upper(),
        integration_target=_text(given, "integrationTarget"),
        integration_responses=_responses(given.get("responses"), place),
    )


def _text(given: Mapping[str, Any], member: str) -> str:
    value = given.get(member)
    return "" if value is None else str(value)


def _templates(given: Any) -> dict[str, str | None] | None:
    """Templates by content type; an object in place of a text is its JSON."""
    if not isinstance(given, dict) or not given:
        return None
    found: dict[str, str | None] = {}
    for name, template in given.items():
        text = template if isinstance(template, str) or template is None else json.dumps(template)
        found[name] = None if text in (_PASSED, "", None) else text
    return found


def _responses(given: Any, place: Place) -> dict[str, IntegrationResponse]:
    found = {}
    for pattern, one in mapping(given).items():
        response = mapping(one)
        status = str(response.get("statusCode") or "200")
        found[status] = IntegrationResponse(
            status_code=status,
            selection_pattern=None if pattern == "default" else pattern,
            response_parameters=place.texts(response.get("responseParameters"), "responseParameters") or None,
            response_templates=_templates(response.get("responseTemplates")),
            content_handling=_text(response, "contentHandling").upper(),
        )
    return dict(sorted(found.items()))


def written(held: Integration, resource_id: str) -> dict[str, Any]:
    """The extension of an integration: what is as it is by default is left out."""
    members = {
        "type": held.type.lower(),
        "httpMethod": held.http_method,
        "uri": held.uri,
        "credentials": held.credentials,
        "connectionType": held.connection_type if held.connection_type == "VPC_LINK" else "",
        "connectionId": held.connection_id,
        "responses": {
            one.selection_pattern or "default": _written_response(one)
            for one in held.integration_responses.values()
        },
        "requestParameters": held.request_parameters,
        "requestTemplates": _written_templates(held.request_templates),
        "passthroughBehavior": held.passthrough_behavior.lower(),
        "contentHandling": held.content_handling,
        "timeoutInMillis": held.timeout_in_millis if held.timeout_in_millis != TIMEOUT_MS else None,
        "cacheNamespace": held.cache_namespace if held.cache_namespace != resource_id else "",
        "cacheKeyParameters": list(held.cache_key_parameters),
        "tlsConfig": {"insecureSkipVerification": held.tls_config.insecure_skip_verification}
        if held.tls_config
        else None,
        "responseTransferMode": held.response_transfer_mode,
        "integrationTarget": held.integration_target,
    }
    return {name: value for name, value in members.items() if value}


def _written_response(held: IntegrationResponse) -> dict[str, Any]:
    members = {
        "statusCode": held.status_code,
        "responseParameters": held.response_parameters,
        "responseTemplates": _written_templates(held.response_templates),
        "contentHandling": held.content_handling,
    }
    return {name: value for name, value in members.items() if value}


def _written_templates(held: Mapping[str, str | None] | None) -> dict[str, str]:
    return {name: _PASSED if text is None else text for name, text in (held or {}).items()}

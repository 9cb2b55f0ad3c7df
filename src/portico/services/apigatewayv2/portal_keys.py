"""The condition values of requests about portals, products and pages: what they ask for, and what is there.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon API Gateway Management V2".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.services.apigatewayv2.portal_records import (
    PORTAL_PRODUCTS,
    PORTALS,
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
)
from portico.services.apigatewayv2.records import shown
from portico.store.table import Table

Paths = Mapping[str, str]
_METHOD = {
    name: f"RestEndpointIdentifier.IdentifierParts.{name}" for name in ("RestApiId", "Stage", "Method")
}
_PREFIX = "ProductRestEndpointPageEndpointPrefix"


class Kind(msgspec.Struct, frozen=True, gc=False):
    """A kind of resource: the members that name one, and where its condition values are in a request and in a record."""

    name: str
    table: Table[Any]
    ids: tuple[str, ...]
    request: Paths
    resource: Paths


_KINDS = (
    Kind(
        "ProductRestEndpointPage",
        REST_ENDPOINT_PAGES,
        ("PortalProductId", "ProductRestEndpointPageId"),
        _METHOD | {_PREFIX: "DisplayContent.Overrides.Endpoint"},
        _METHOD | {_PREFIX: "DisplayContent.Endpoint"},
    ),
    Kind(
        "ProductPage",
        PRODUCT_PAGES,
        ("PortalProductId", "ProductPageId"),
        {"ProductPageTitle": "DisplayContent.Title"},
        {"ProductPageTitle": "DisplayContent.Title"},
    ),
    Kind(
        "PortalProduct",
        PORTAL_PRODUCTS,
        ("PortalProductId",),
        {"PortalProductDisplayName": "DisplayName"},
        {"PortalProductDisplayName": "DisplayName"},
    ),
    Kind(
        "Portal",
        PORTALS,
        ("PortalId",),
        {
            "PortalDisplayName": "PortalContent.DisplayName",
            "PortalDomainName": "EndpointConfiguration.AcmManaged.DomainName",
            "CognitoUserPoolArn": "Authorization.CognitoConfig.UserPoolArn",
        },
        {
            "PortalDisplayName": "PortalContent.DisplayName",
            "PortalDomainName": "EndpointConfiguration.DomainName",
            "CognitoUserPoolArn": "Authorization.CognitoConfig.UserPoolArn",
            "PortalPublishStatus": "PublishStatus",
        },
    ),
)


async def portal_keys(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    """What the request asks for (`apigateway:Request/...`), and what the resource that it names is (`apigateway:Resource/...`, tags)."""
    created = next((kind for kind in _KINDS if call.operation == f"Create{kind.name}"), None)
    if created is not None:
        return _found("Request", created.request, request)
    kind = next((kind for kind in _KINDS if kind.ids[-1] in request), None)
    if kind is None or not all(name in request for name in kind.ids):
        return {}
    owner = request.get("ResourceOwnerAccountId") or call.scope.account
    record = await call.tx.get(kind.table, owner, call.scope.region, *(request[name] for name in kind.ids))
    keys = _found("Request", kind.request, request)
    if record is not None:
        keys |= _found("Resource", kind.resource, shown(record))
        keys |= {f"aws:ResourceTag/{name}": value for name, value in getattr(record, "tags", {}).items()}
    return keys


def _found(where: str, paths: Paths, values: Mapping[str, Any]) -> dict[str, Values]:
    """The values that are there, by their keys."""
    found: dict[str, Values] = {}
    for key, path in paths.items():
        value: Any = values
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            found[f"apigateway:{where}/{key}"] = value
    return found

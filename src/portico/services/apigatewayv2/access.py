"""What authorisation asks of an operation: an action named for the HTTP method, on the resource that the path names.

`apigateway:PATCH` on `arn:aws:apigateway:us-east-1::/apis/a1b2c3/routes/abc`: both come from the operation's own method and URI, so that
every operation is declared in the same way.

Source: Service Authorization Reference, "Amazon API Gateway Management V2"; Developer Guide, "Control access to API management with IAM".
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from portico.calls.call import Call
from portico.calls.operation import Also, Check, ResourcePolicy, Values, operation
from portico.services.apigatewayv2.index import INDEX
from portico.services.apigatewayv2.portal_keys import portal_keys
from portico.services.apigatewayv2.records import APIS

Request = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

SERVICE_PRINCIPAL = "apigateway.amazonaws.com"
CALLERS_CREDENTIALS = "arn:aws:iam::*:user/*"
_ACTIONS = {"PutRoutingRule": "UpdateRoutingRule"}
_PARTS = ("/publish", "/preview", "/sharingpolicy")  # of a resource, which have no ARN of their own
_LABEL = re.compile(r"\{([^}]+)\}").sub
_NAMES = {name.lower(): name for name in INDEX.operations}
_REQUEST_KEYS = {
    "ApiKeyRequired": "ApiKeyRequired",
    "AuthorizerType": "AuthorizerType",
    "AuthorizerUri": "AuthorizerUri",
    "AuthorizationType": "RouteAuthorizationType",
    "DisableExecuteApiEndpoint": "DisableExecuteApiEndpoint",
}
_ROLES = ("CredentialsArn", "AuthorizerCredentialsArn")


def managed(function: F) -> F:
    """Bind a function to the operation that its name says, checked as `apigateway:<method>` on what its path names."""
    return managed_also(dependent)(function)


def managed_also(also: Also) -> Callable[[F], F]:
    """Like `managed`, with dependent checks of its own."""

    def bind(function: F) -> F:
        action = f"apigateway:{INDEX.operations[_named(function)].method}"
        return operation(action=action, on=on_path, keys=condition_keys, also=also)(function)

    return bind


def managed_as_named(function: F) -> F:
    """Bind a function to the operation that its name says, checked as an action of that name, on an ARN with the account: rules and
    portals are younger than the actions that are named for methods."""
    return managed_as_named_with()(function)


def managed_as_named_with(
    *, policy: ResourcePolicy | None = None, also: Also | None = None
) -> Callable[[F], F]:
    """Like `managed_as_named`, with the policy of the resource and dependent checks."""

    def bind(function: F) -> F:
        name = _named(function)
        action = f"apigateway:{_ACTIONS.get(name, name)}"
        return operation(action=action, on=_on_own_path, keys=condition_keys, policy=policy, also=also)(
            function
        )

    return bind


def _named(function: Callable[..., Any]) -> str:
    return _NAMES[function.__name__.replace("_", "").lower()]


def _on_own_path(call: Call, request: Request) -> list[str]:
    """The ARN of what the path names; of a collection, any of its members; of what is in another account's product, the product."""
    owner = request.get("ResourceOwnerAccountId") or call.scope.account
    found, uri = on_path(call, request)[0], INDEX.operations[call.operation].uri
    if uri.endswith(_PARTS):
        found, uri = found.rpartition("/")[0], uri.rpartition("/")[0]
    found = found.replace("::/", f":{owner}:/", 1)
    if owner != call.scope.account:
        return ["/".join(found.split("/")[:3])]
    return [found if uri.endswith("}") else f"{found}/*"]


def on_path(call: Call, request: Request) -> list[str]:
    """The ARN of the resource that the operation's path names."""

    def value(label: "re.Match[str]") -> str:
        parts = [part[:1].upper() + part[1:] for part in label[1].split("-")]
        return quote(str(request["".join(parts)]), safe="" if label[1] == "resource-arn" else "/$")

    path = _LABEL(value, INDEX.operations[call.operation].uri).removeprefix("/v2")
    return [f"arn:{call.scope.partition}:apigateway:{call.scope.region}::{path}"]


async def condition_keys(call: Call, request: Request) -> dict[str, Values]:
    """The tags and members that the request gives, and those that the API has."""
    keys: dict[str, Values] = {}
    tags = request.get("Tags") or {}
    names = tuple(tags) or tuple(request.get("TagKeys") or ())
    if names:
        keys["aws:TagKeys"] = names
    keys |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if "Name" in request and call.operation in ("CreateApi", "UpdateApi"):
        keys["apigateway:Request/ApiName"] = request["Name"]
    for member, key in _REQUEST_KEYS.items():
        if member in request:
            keys[f"apigateway:Request/{key}"] = _text(request[member])
    return keys | await _keys_of_api(call, request) | await portal_keys(call, request)


async def _keys_of_api(call: Call, request: Request) -> dict[str, Values]:
    if "ApiId" not in request:
        return {}
    api = await call.tx.get(APIS, call.scope.account, call.scope.region, request["ApiId"])
    if api is None:
        return {}
    keys: dict[str, Values] = {f"aws:ResourceTag/{key}": value for key, value in api.tags.items()}
    keys["apigateway:Resource/ApiName"] = api.name
    keys["apigateway:Resource/DisableExecuteApiEndpoint"] = _text(api.disable_execute_api_endpoint)
    return keys


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def dependent(owner: Any, call: Call, request: Request) -> list[Check]:
    """`iam:PassRole` on the role that integrations and authorizers are to be called with, and `logs:CreateLogDelivery` for who has
    accesses logged: the log is then written for them."""
    roles = [request[name] for name in _ROLES if request.get(name)]
    checks = [
        Check("iam:PassRole", role, {"iam:PassedToService": SERVICE_PRINCIPAL})
        for role in roles
        if role != CALLERS_CREDENTIALS
    ]
    if (request.get("AccessLogSettings") or {}).get("DestinationArn"):
        checks.append(Check("logs:CreateLogDelivery", "*"))
    return checks

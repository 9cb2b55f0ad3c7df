"""What authorisation asks of an operation: API Gateway's actions are HTTP methods, and its resources the paths that they are called on.

`UpdateMethod` needs `apigateway:PATCH` on `arn:aws:apigateway:eu-west-1::/restapis/{id}/resources/{id}/methods/{method}`. Action and path
are those of the operation's model (`index.py`), so one decorator says it all. What is below an API is judged by the API's tags, a stage by
its own as well.

Source: API Gateway developer guide, "Actions, resources, and condition keys", "Attribute-based access control"; Service Authorization
Reference.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from portico.calls import operation as calls
from portico.calls.call import Call
from portico.calls.operation import Also, Check, Values
from portico.services.apigateway import request_keys, tagged
from portico.services.apigateway.index import INDEX

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])
Request = Mapping[str, Any]

SERVICE = "apigateway.amazonaws.com"
_CALLERS = "::*:user/*"
_VARIABLE = re.compile(r"\$\{stageVariables\.[^}]*\}")
_LABEL = re.compile(r"\{(\w+)\+?\}")
_MEMBERS = {
    "restapi_id": "restApiId",
    "parent_id": "parentId",
    "resource_id": "resourceId",
    "http_method": "httpMethod",
    "status_code": "statusCode",
    "authorizer_id": "authorizerId",
    "deployment_id": "deploymentId",
    "stage_name": "stageName",
    "part_id": "documentationPartId",
    "doc_version": "documentationVersion",
    "model_name": "modelName",
    "requestvalidator_id": "requestValidatorId",
    "response_type": "responseType",
    "domain_name": "domainName",
    "base_path": "basePath",
    "usageplanId": "usagePlanId",
    "keyId": "keyId",
    "vpclink_id": "vpcLinkId",
    "api_Key": "apiKey",
    "clientcertificate_id": "clientCertificateId",
    "export_type": "exportType",
    "sdk_type": "sdkType",
    "sdktype_id": "id",
    "resource_arn": "resourceArn",
    "domain_name_access_association_arn": "domainNameAccessAssociationArn",
}
_BY_NAME = {name.lower(): entry for name, entry in INDEX.operations.items()}


def operation(*, also: Also | None = None) -> Callable[[F], F]:
    """Bind a function to the operation of its name, authorised by its HTTP method and path; `also` are further checks."""

    def bind(function: F) -> F:
        entry = _BY_NAME[function.__name__.replace("_", "")]
        uri = entry.uri.partition("?")[0]
        return calls.operation(
            action=f"apigateway:{entry.method}",
            on=lambda call, request: (resource(call, path_of(uri, request), request),),
            keys=keys_of,
            also=also,
        )(function)

    return bind


def arn(call: Call, path: str) -> str:
    """The ARN of a path of the control plane in the region of the call."""
    return f"arn:{call.scope.partition}:apigateway:{call.scope.region}::{path}"


def resource(call: Call, path: str, request: Request) -> str:
    """The ARN of what a request is about: that of a private domain name, and of associations with one, tells the account as well."""
    identifier = request.get("domainNameId")
    if identifier:
        start, kind, name, *below = path.split("/")
        path = "/".join((start, kind, f"{name}+{quote(identifier, safe='')}", *below))
    elif not path.startswith("/domainnameaccessassociations"):
        return arn(call, path)
    return arn(call, path).replace("::/", f":{call.scope.account}:/", 1)


def path_of(uri: str, request: Request) -> str:
    """A model's URI with a request's own values, as policies name them."""
    return _LABEL.sub(lambda label: quote(str(request.get(_MEMBERS[label[1]], "")), safe="+{}"), uri)


async def keys_of(call: Call, request: Request) -> Mapping[str, Values]:
    """The condition values of a request: tags that are there and that it gives, and what else it would set."""
    tags = await tagged.of_request(call, request)
    keys: dict[str, Values] = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    given: Mapping[str, str] = request.get("tags") or {}
    keys |= {f"aws:RequestTag/{key}": value for key, value in given.items()}
    if names := tuple(given) or tuple(request.get("tagKeys") or ()):
        keys["aws:TagKeys"] = names
    return keys | await request_keys.of(call, request)


def passed(roles: Iterable[str | None]) -> list[Check]:
    """`iam:PassRole` on each role that API Gateway is to call others as; `arn:aws:iam::*:user/*`, the caller's own credentials, is none. A
    role that a stage's variable completes may be any that the variable could name."""
    named = dict.fromkeys(role for role in roles if role and not role.endswith(_CALLERS))
    return [
        Check("iam:PassRole", _VARIABLE.sub("*", role), {"iam:PassedToService": SERVICE}) for role in named
    ]

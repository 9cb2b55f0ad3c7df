"""Authorizers: who decides about the callers of methods."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.java_regex import BadPattern, matches
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import Patch, changed, patches
from portico.services.apigateway.records import AUTHORIZERS, RESOURCES, Authorizer
from portico.services.apigateway.service import ApiGateway, api_of, below, found_api
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

AUTHORIZERS_MAX = 10
TTL_MAX_S = 3_600
AUTH_TYPES = {"TOKEN": "custom", "REQUEST": "custom", "COGNITO_USER_POOLS": "cognito_user_pools"}
_FUNCTION_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:[^:]+:lambda:path/[\d-]+/functions/.+/invocations", re.DOTALL
).fullmatch
_POOL_ARN = re.compile(r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+").fullmatch
_SOURCE = re.compile(
    r"method\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.[^\s,]+"
    r"|stageVariables\.\w+|context\.[\w.]+"
).fullmatch
_TOKEN_SOURCE = re.compile(r"method\.request\.header\.[^\s,]+").fullmatch


def check(authorizer: Authorizer) -> None:
    """Check an authorizer: its type, and what that needs.

    Raises:
        AwsError: BadRequestException.
    """
    if authorizer.type not in AUTH_TYPES:
        raise errors.bad_request(
            f"Invalid authorizer type specified. Valid options are {', '.join(AUTH_TYPES)}"
        )
    if authorizer.type == "COGNITO_USER_POOLS":
        _check_pools(authorizer)
    else:
        _check_function(authorizer)
    ttl_s = authorizer.authorizer_result_ttl_in_seconds
    if ttl_s is not None and not 0 <= ttl_s <= TTL_MAX_S:
        raise errors.bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
    if authorizer.authorizer_credentials and ":iam::" not in authorizer.authorizer_credentials:
        raise errors.bad_request("Invalid ARN specified in the request")
    try:
        if authorizer.identity_validation_expression:
            matches(authorizer.identity_validation_expression, "")
    except BadPattern:
        raise errors.bad_request("Invalid identity validation expression specified") from None


def _check_pools(authorizer: Authorizer) -> None:
    arns = authorizer.provider_arns or ()
    if not arns or not all(map(_POOL_ARN, arns)):
        raise errors.bad_request("Invalid Cognito User Pool ARN specified in providerARNs")
    if authorizer.identity_source and not _TOKEN_SOURCE(authorizer.identity_source):
        raise _bad_source(authorizer.identity_source)


def _check_function(authorizer: Authorizer) -> None:
    if not _FUNCTION_URI(authorizer.authorizer_uri):
        raise errors.bad_request(
            f"Invalid Authorizer URI: {authorizer.authorizer_uri}. Authorizer URI should be a valid API Gateway ARN "
            "that represents a Lambda function invocation."
        )
    source = authorizer.identity_source
    if authorizer.type == "TOKEN":
        if not _TOKEN_SOURCE(source):
            raise _bad_source(source)
    elif source:
        for one in source.split(","):
            if not _SOURCE(one.strip()):
                raise _bad_source(one.strip())
    elif authorizer.authorizer_result_ttl_in_seconds != 0:
        raise errors.bad_request("Identity source is required when caching is enabled")


def _bad_source(source: str) -> Exception:
    return errors.invalid_mapping(f"Invalid mapping expression specified: {source}")


async def authorizer_of(call: Call, request: Mapping[str, Any]) -> Authorizer:
    """The authorizer that a request names.

    Raises:
        AwsError: NotFoundException, there is no such authorizer or API.
    """
    missing = errors.not_found("Invalid Authorizer identifier specified")
    return await below(call, request, AUTHORIZERS, request["authorizerId"], missing)


async def may_pass(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`iam:PassRole` on the role that the authorizer's function is to be called as."""
    given = [patch.value for patch in patches(request) if patch.path == "/authorizerCredentials"]
    return access.passed([request.get("authorizerCredentials"), *given])


@access.operation(also=may_pass)
async def create_authorizer(
    service: ApiGateway, call: Call, request: "shapes.CreateAuthorizerRequest"
) -> dict[str, Any]:
    """Add an authorizer to an API.

    Raises:
        ConflictException: there is no such API (so AWS puts it). BadRequestException: a member is not as the type needs it, or there is an
            authorizer of this name. LimitExceededException: there are ten.
    """
    api = await found_api(call, request)
    if api is None:
        raise errors.conflict(
            "Unable to complete operation due to concurrent modification. Please try again later."
        )
    pools = request.get("providerARNs")
    authorizer = Authorizer(
        id=ids.short_id(),
        name=request["name"],
        type=request["type"],
        provider_arns=None if pools is None else tuple(pools),
        auth_type=request.get("authType") or AUTH_TYPES.get(request["type"], ""),
        authorizer_uri=request.get("authorizerUri") or "",
        authorizer_credentials=request.get("authorizerCredentials") or "",
        identity_source=request.get("identitySource") or "",
        identity_validation_expression=request.get("identityValidationExpression") or "",
        authorizer_result_ttl_in_seconds=request.get("authorizerResultTtlInSeconds"),
    )
    check(authorizer)
    held = await call.tx.scan(AUTHORIZERS, api.id)
    _check_name(authorizer, held)
    if len(held) >= AUTHORIZERS_MAX:
        raise errors.limit_exceeded("Maximum number of Authorizers for this API has been reached.")
    call.tx.put(AUTHORIZERS, authorizer, api.id, authorizer.id)
    return shown(authorizer)


def _check_name(authorizer: Authorizer, held: Iterable[Authorizer]) -> None:
    if not authorizer.name:
        raise errors.bad_request("Authorizer name must be non-empty")
    if any(one.name == authorizer.name and one.id != authorizer.id for one in held):
        raise errors.bad_request(
            f"Authorizer name must be unique. Authorizer {authorizer.name} already exists in this RestApi."
        )


@access.operation()
async def get_authorizer(
    service: ApiGateway, call: Call, request: "shapes.GetAuthorizerRequest"
) -> dict[str, Any]:
    """An authorizer.

    Raises:
        NotFoundException: there is no such authorizer.
    """
    return shown(await authorizer_of(call, request))


@access.operation()
async def get_authorizers(
    service: ApiGateway, call: Call, request: "shapes.GetAuthorizersRequest"
) -> dict[str, Any]:
    """The authorizers of an API, by name.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    found = sorted(await call.tx.scan(AUTHORIZERS, api.id), key=lambda one: one.name)
    return page(found, request, lambda one: one.id, shown)


@access.operation()
async def delete_authorizer(
    service: ApiGateway, call: Call, request: "shapes.DeleteAuthorizerRequest"
) -> dict[str, Any]:
    """Remove an authorizer.

    Raises:
        NotFoundException: there is no such authorizer. ConflictException: a method has it.
    """
    authorizer = await authorizer_of(call, request)
    for resource in await call.tx.scan(RESOURCES, request["restApiId"]):
        for method in resource.resource_methods.values():
            if method.authorizer_id == authorizer.id:
                raise errors.conflict(
                    f"Cannot delete authorizer '{authorizer.name}', is referenced in method: "
                    f"{resource.path}/{method.http_method}"
                )
    call.tx.delete(AUTHORIZERS, request["restApiId"], authorizer.id)
    return {}


@access.operation(also=may_pass)
async def update_authorizer(
    service: ApiGateway, call: Call, request: "shapes.UpdateAuthorizerRequest"
) -> dict[str, Any]:
    """Change an authorizer; in force with the next deployment.

    Raises:
        NotFoundException: there is no such authorizer. BadRequestException: a path, operation or value is none.
    """
    authorizer = await authorizer_of(call, request)
    authorizer = changed(authorizer, patches(request), _SINGLE, {}, _GROUPS)
    check(authorizer)
    _check_name(authorizer, await call.tx.scan(AUTHORIZERS, request["restApiId"]))
    call.tx.put(AUTHORIZERS, authorizer, request["restApiId"], authorizer.id)
    return shown(authorizer)


Change = Callable[[Authorizer, Patch], Authorizer]


def _text(member: str) -> Change:
    return lambda authorizer, patch: msgspec.structs.replace(authorizer, **{member: patch.text})


def _ttl(authorizer: Authorizer, patch: Patch) -> Authorizer:
    if not patch.text.isdecimal():
        raise errors.bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
    return msgspec.structs.replace(authorizer, authorizer_result_ttl_in_seconds=int(patch.text))


def _source(authorizer: Authorizer, patch: Patch) -> Authorizer:
    held = [one.strip() for one in authorizer.identity_source.split(",") if one.strip()]
    given = [one.strip() for one in patch.text.split(",") if one.strip()]
    match patch.op:
        case "add":
            given = [*held, *given]
        case "remove":
            given = [one for one in held if patch.value and one not in given]
    return msgspec.structs.replace(authorizer, identity_source=",".join(dict.fromkeys(given)))


def _pools(authorizer: Authorizer, patch: Patch) -> Authorizer:
    left = tuple(arn for arn in authorizer.provider_arns or () if arn != patch.text)
    after = left if patch.op == "remove" else (*left, patch.text)
    return msgspec.structs.replace(authorizer, provider_arns=after)


_SINGLE: dict[str, Change] = {
    "/name": _text("name"),
    "/type": _text("type"),
    "/authType": _text("auth_type"),
    "/authorizerUri": _text("authorizer_uri"),
    "/authorizerCredentials": _text("authorizer_credentials"),
    "/identityValidationExpression": _text("identity_validation_expression"),
    "/authorizerResultTtlInSeconds": _ttl,
}
_GROUPS: dict[str, Change] = {"identitySource": _source, "providerARNs": _pools}

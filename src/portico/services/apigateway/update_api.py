"""Changes of APIs by patch operations."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.services.apigateway import access, endpoints, errors, policy
from portico.services.apigateway.apis import compression, show_one
from portico.services.apigateway.patch import Patch, bad_path, changed, patches
from portico.services.apigateway.records import REST_APIS, RestApi
from portico.services.apigateway.service import ApiGateway, api_of, execute_arn

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_KEY_SOURCES = ("HEADER", "AUTHORIZER")


async def _may_set_policy(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`apigateway:UpdateRestApiPolicy`, where the policy is to change."""
    if not any(patch.path == "/policy" for patch in patches(request)):
        return []
    return [Check("apigateway:UpdateRestApiPolicy", access.arn(call, f"/restapis/{request['restApiId']}"))]


@access.operation(also=_may_set_policy)
async def update_rest_api(
    service: ApiGateway, call: Call, request: "shapes.UpdateRestApiRequest"
) -> dict[str, Any]:
    """Change an API. What its data plane does changes with the next deployment.

    Raises:
        NotFoundException: there is no such API. BadRequestException: a path, operation or value is none.
    """
    api = changed(await api_of(call, request), patches(request), _SINGLE, _NESTED, _GROUPS)
    api = msgspec.structs.replace(api, policy=policy.checked(api.policy, execute_arn(call, api.id)))
    call.tx.put(REST_APIS, api, call.scope.account, call.scope.region, api.id)
    return show_one(api)


Change = Callable[[RestApi, Patch], RestApi]


def _text(member: str) -> Change:
    return lambda api, patch: msgspec.structs.replace(api, **{member: patch.text})


def _name(api: RestApi, patch: Patch) -> RestApi:
    if not patch.value:
        raise errors.bad_request("API name must not be empty")
    return msgspec.structs.replace(api, name=patch.value)


def _key_source(api: RestApi, patch: Patch) -> RestApi:
    if patch.value not in _KEY_SOURCES:
        raise errors.bad_request("Invalid API Key source. Valid options are HEADER,AUTHORIZER")
    return msgspec.structs.replace(api, api_key_source=patch.value)


def _compression(api: RestApi, patch: Patch) -> RestApi:
    return msgspec.structs.replace(api, minimum_compression_size=compression(patch.value or None))


def _disabled(api: RestApi, patch: Patch) -> RestApi:
    return msgspec.structs.replace(api, disable_execute_api_endpoint=patch.flag)


def _description(api: RestApi, patch: Patch) -> RestApi:
    return msgspec.structs.replace(api, description=None if patch.op == "remove" else patch.value)


def _media_type(api: RestApi, patch: Patch) -> RestApi:
    named = patch.parts[1]
    left = tuple(name for name in api.binary_media_types if name != named)
    match patch.op:
        case "add":
            after = (*left, named)
        case "replace":
            after = (*left, patch.value or named)
        case "remove":
            after = left
        case _:
            raise bad_path(patch)
    return msgspec.structs.replace(api, binary_media_types=after)


def _endpoint(api: RestApi, patch: Patch) -> RestApi:
    configuration = endpoints.patched(api.endpoint_configuration, patch)
    return msgspec.structs.replace(api, endpoint_configuration=configuration)


_SINGLE: dict[str, Change] = {
    "/name": _name,
    "/apiKeySource": _key_source,
    "/minimumCompressionSize": _compression,
    "/disableExecuteApiEndpoint": _disabled,
    "/policy": _text("policy"),
    "/version": _text("version"),
    "/securityPolicy": _text("security_policy"),
    "/endpointAccessMode": _text("endpoint_access_mode"),
}
_NESTED: dict[str, Change] = {"binaryMediaTypes": _media_type}
_GROUPS: dict[str, Change] = {"description": _description, "endpointConfiguration": _endpoint}

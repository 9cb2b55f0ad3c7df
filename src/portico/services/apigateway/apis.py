"""REST APIs themselves."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigateway import access, defaults, endpoints, errors, ids, policy, subtree
from portico.services.apigateway.paging import page
from portico.services.apigateway.records import MODELS, RESOURCES, REST_APIS, Resource, RestApi
from portico.services.apigateway.service import ApiGateway, api_of, execute_arn
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

COMPRESSION_MAX = 10_485_760


def show_api(api: RestApi) -> dict[str, Any]:
    """An API as it is shown in lists and when it is created."""
    return shown(api, **({"policy": policy.escaped(api.policy)} if api.policy else {}))


def show_one(api: RestApi) -> dict[str, Any]:
    """An API by itself, which always has its tags."""
    document = show_api(api)
    document.setdefault("tags", {})
    return document


def compression(size: Any) -> int | None:
    """A minimum compression size in bytes; None stays so.

    Raises:
        AwsError: BadRequestException, it is no number from 0 to 10 MB.
    """
    try:
        found = None if size is None else int(size)
    except (TypeError, ValueError, OverflowError):
        found = -1
    if found is not None and not 0 <= found <= COMPRESSION_MAX:
        raise errors.bad_request("Invalid minimum compression size, must be between 0 and 10485760")
    return found


async def may_set_policy(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`apigateway:UpdateRestApiPolicy`, where a new API has a policy."""
    return (
        [Check("apigateway:UpdateRestApiPolicy", access.arn(call, "/restapis"))]
        if request.get("policy")
        else []
    )


def create(call: Call, api: RestApi) -> None:
    """Write a new API, with its root and default models."""
    account, region = call.scope.account, call.scope.region
    call.tx.put(REST_APIS, api, account, region, api.id)
    call.tx.put(API_POINTERS, ApiPointer("rest", account, region), api.id)
    call.tx.put(RESOURCES, Resource(id=api.root_resource_id, path="/"), api.id, api.root_resource_id)
    for model in defaults.models():
        call.tx.put(MODELS, model, api.id, model.name)


@access.operation(also=may_set_policy)
async def create_rest_api(
    service: ApiGateway, call: Call, request: "shapes.CreateRestApiRequest"
) -> dict[str, Any]:
    """Make an API: empty, or with everything that `cloneFrom` has.

    Raises:
        BadRequestException: a member is not as it must be. NotFoundException: there is no API to clone.
    """
    if not request["name"]:
        raise errors.bad_request("API name must not be empty")
    if request.get("description") == "":
        raise errors.bad_request("Description cannot be an empty string")
    api_id = ids.long_id()
    api = RestApi(
        id=api_id,
        name=request["name"],
        created_date=call.now,
        description=request.get("description"),
        version=request.get("version") or "",
        binary_media_types=tuple(request.get("binaryMediaTypes") or ()),
        minimum_compression_size=compression(request.get("minimumCompressionSize")),
        api_key_source=request.get("apiKeySource") or "HEADER",
        endpoint_configuration=endpoints.requested(request.get("endpointConfiguration")),
        policy=policy.checked(request.get("policy") or "", execute_arn(call, api_id)),
        tags=dict(request.get("tags") or {}),
        disable_execute_api_endpoint=request.get("disableExecuteApiEndpoint", False),
        root_resource_id=ids.long_id(),
        security_policy=request.get("securityPolicy") or "",
        endpoint_access_mode=request.get("endpointAccessMode") or "",
    )
    create(call, api)
    if original := request.get("cloneFrom"):
        await subtree.copy(call, await api_of(call, {"restApiId": original}), api)
    return show_api(api)


@access.operation()
async def get_rest_api(
    service: ApiGateway, call: Call, request: "shapes.GetRestApiRequest"
) -> dict[str, Any]:
    """An API.

    Raises:
        NotFoundException: there is none of this id.
    """
    return show_one(await api_of(call, request))


@access.operation()
async def get_rest_apis(
    service: ApiGateway, call: Call, request: "shapes.GetRestApisRequest"
) -> dict[str, Any]:
    """The APIs of the account and region, oldest first."""
    found = await call.tx.scan(REST_APIS, call.scope.account, call.scope.region)
    apis = sorted(found, key=lambda api: (api.created_date, api.id))
    return page(apis, request, lambda api: api.id, show_api)


@access.operation()
async def delete_rest_api(
    service: ApiGateway, call: Call, request: "shapes.DeleteRestApiRequest"
) -> dict[str, Any]:
    """Remove an API with its stages, deployments and everything else below it.

    Raises:
        NotFoundException: there is none of this id. BadRequestException: a custom domain name leads to it.
    """
    api = await api_of(call, request)
    stages = await subtree.remove(call, api)
    call.tx.then(lambda: service.plane.forget(api.id, stages))
    return {}

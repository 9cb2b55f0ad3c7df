"""Client libraries of stages: the kinds that API Gateway can generate, and those in JavaScript, which Portico can."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.paging import page
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.snapshot import read
from portico.services.apigateway.stages import stage_of
from portico.wire.errors import not_implemented

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


def _property(name: str, friendly: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "friendlyName": friendly, "description": friendly, "required": required}


def _kind(name: str, friendly: str, *properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "friendlyName": friendly,
        "description": f"{friendly} SDK",
        "configurationProperties": list(properties),
    }


_PREFIX = _property("classPrefix", "Prefix", required=True)
# Source: developer guide, "Generate SDKs for REST APIs"; API reference, GetSdk.
_KINDS = (
    _kind(
        "android",
        "Android",
        _property("groupId", "Group ID", required=True),
        _property("invokerPackage", "Invoker package", required=True),
        _property("artifactId", "Artifact ID", required=True),
        _property("artifactVersion", "Artifact version", required=True),
    ),
    _kind(
        "java",
        "Java SDK",
        _property("service.name", "Service Name", required=True),
        _property("java.package-name", "Java Package Name", required=True),
        _property("java.build-system", "Java Build System", required=False),
        _property("java.group-id", "Java Group Id", required=False),
        _property("java.artifact-id", "Java Artifact Id", required=False),
        _property("java.artifact-version", "Java Artifact Version", required=False),
    ),
    _kind("javascript", "JavaScript"),
    _kind("objectivec", "iOS (Objective-C)", _PREFIX),
    _kind("ruby", "Ruby", _property("service.name", "Service Name", required=True)),
    _kind("swift", "iOS (Swift)", _PREFIX),
)


@access.operation()
async def get_sdk_types(
    service: ApiGateway, call: Call, request: "shapes.GetSdkTypesRequest"
) -> dict[str, Any]:
    """The kinds of libraries, and what has to be said of each."""
    return page(_KINDS, request, lambda kind: str(kind["id"]), lambda kind: kind)


@access.operation()
async def get_sdk_type(
    service: ApiGateway, call: Call, request: "shapes.GetSdkTypeRequest"
) -> dict[str, Any]:
    """One kind of library.

    Raises:
        NotFoundException: there is no such kind.
    """
    return _kind_of(request["id"])


def _kind_of(name: str) -> dict[str, Any]:
    found = next((kind for kind in _KINDS if kind["id"] == name), None)
    if found is None:
        raise errors.not_found(f"Invalid SDK type specified: {name}")
    return found


@access.operation()
async def get_sdk(service: ApiGateway, call: Call, request: "shapes.GetSdkRequest") -> dict[str, Any]:
    """The library for what is deployed under a stage: a zip.

    Raises:
        NotFoundException: there is no such stage, or no such kind of library. NotImplemented: the library would not be one in JavaScript.
    """
    from portico.services.apigateway.sdk import javascript  # seldom needed

    kind = _kind_of(request["sdkType"])["id"]
    if kind != "javascript":
        raise not_implemented("apigateway", f"GetSdk with the SDK type {kind}")
    stage, api_id, region = await stage_of(call, request), request["restApiId"], call.scope.region
    snapshot = read(service.store, api_id, stage.deployment_id)
    if snapshot is None:
        raise errors.not_found("Invalid Deployment identifier specified")
    url = f"{service.public.api(api_id, region)}/{stage.stage_name}"
    made_at = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%d_%H-%MZ")
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{kind}_{made_at}.zip"',
        "body": javascript.archive(snapshot, invoke_url=url, region=region),
    }

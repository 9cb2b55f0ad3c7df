"""The kinds of client libraries that API Gateway can generate. Portico generates none (`GetSdk` answers 501)."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.paging import page
from portico.services.apigateway.service import ApiGateway

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
    found = next((kind for kind in _KINDS if kind["id"] == request["id"]), None)
    if found is None:
        raise errors.not_found(f"Invalid SDK type specified: {request['id']}")
    return found

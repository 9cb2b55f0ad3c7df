"""Operations of definitions as methods. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigateway.openapi import integration as integrations
from portico.services.apigateway.openapi.document import Document, array, mapping
from portico.services.apigateway.openapi.integration import Place
from portico.services.apigateway.openapi.schemas import generated_name, local_name
from portico.services.apigateway.openapi.security import Required
from portico.services.apigateway.records import Method, MethodResponse

ANY = "x-amazon-apigateway-any-method"
VALIDATOR = "x-amazon-apigateway-request-validator"
METHODS = {
    **{name: name.upper() for name in ("get", "put", "post", "delete", "options", "head", "patch")},
    ANY: "ANY",
}
_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_JSON = "application/json"


class Schemas:
    """The models that operations refer to; `found` are those of schemas without a name, which get one."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def named(self, schema: Any) -> str | None:
        """The name of the model of a schema."""
        if not isinstance(schema, dict) or not schema:
            return None
        name = local_name(schema.get("$ref"))
        if name is None:
            name = generated_name(schema)
            self.found[name] = schema
        return name


class Read(msgspec.Struct, frozen=True):
    """What the operations of a definition are read with. `validators` are ids by name."""

    document: Document
    schemas: Schemas
    validators: Mapping[str, str]


def method(
    read: Read,
    item: Mapping[str, Any],
    operation: Mapping[str, Any],
    required: Required,
    resource_id: str,
    place: Place,
) -> Method:
    """The method of an operation below the path item `item`."""
    parameters = _parameters(read.document, item, operation)
    extension = read.document.resolved(operation.get(integrations.EXTENSION))
    validator = operation.get(VALIDATOR, read.document.root.get(VALIDATOR))
    return Method(
        http_method=place.method,
        authorization_type=required.authorization_type,
        authorizer_id=required.authorizer_id,
        authorization_scopes=required.scopes,
        api_key_required=required.api_key,
        operation_name=str(operation.get("operationId") or ""),
        request_validator_id=read.validators.get(str(validator), ""),
        request_parameters=_request_parameters(parameters) or None,
        request_models=_request_models(read, operation, parameters) or None,
        method_responses=_responses(read, operation),
        method_integration=integrations.integration(extension, resource_id, place)
        if isinstance(extension, dict)
        else None,
    )


def _parameters(
    document: Document, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The parameters of an operation, and those of its path that it has not itself."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for holder in (operation, item):
        for given in array(holder.get("parameters")):
            one = mapping(document.resolved(given))
            found.setdefault((str(one.get("in")), str(one.get("name") or "")), one)
    return list(found.values())


def _request_parameters(parameters: list[Mapping[str, Any]]) -> dict[str, bool]:
    return {
        f"method.request.{_PLACES[str(one.get('in'))]}.{one.get('name')}": bool(one.get("required"))
        for one in parameters
        if str(one.get("in")) in _PLACES and one.get("name")
    }


def _request_models(
    read: Read, operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]
) -> dict[str, str]:
    if read.document.version == 2:
        body = next((one for one in parameters if one.get("in") == "body"), None)
        name = read.schemas.named(body.get("schema")) if body else None
        types = array(operation.get("consumes")) or array(read.document.root.get("consumes")) or [_JSON]
        return {str(kind): name for kind in types} if name else {}
    body = mapping(read.document.resolved(operation.get("requestBody")))
    return _content(read, body)


def _content(read: Read, holder: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for kind, media in mapping(holder.get("content")).items():
        name = read.schemas.named(mapping(media).get("schema"))
        if name:
            found[kind] = name
    return found


def _responses(read: Read, operation: Mapping[str, Any]) -> dict[str, MethodResponse]:
    found = {}
    for status, given in mapping(operation.get("responses")).items():
        if not (len(status) == 3 and status.isdecimal()):
            continue  # `default` and `2XX` are not supported
        response = mapping(read.document.resolved(given))
        headers = {f"method.response.header.{name}": False for name in mapping(response.get("headers"))}
        found[status] = MethodResponse(
            status_code=status,
            response_parameters=headers or None,
            response_models=_response_models(read, operation, response) or None,
        )
    return dict(sorted(found.items()))


def _response_models(read: Read, operation: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, str]:
    if read.document.version == 3:
        return _content(read, response)
    name = read.schemas.named(response.get("schema"))
    types = array(operation.get("produces")) or array(read.document.root.get("produces")) or [_JSON]
    return {str(kind): name for kind in types} if name else {}

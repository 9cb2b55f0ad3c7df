"""Request validators: the parameters that must be there, and bodies by the API's models (JSON Schema, draft 4).

Models name each other by `https://apigateway.amazonaws.com/restapis/{api}/models/{name}`.

Source: API Gateway Developer Guide, "Request validation for REST APIs", "Data models for REST APIs"; answers seen.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from portico.doors.schemas import SchemaFailed, Schemas
from portico.services.apigateway.records import Method, Model, RequestValidator
from portico.services.apigateway.transform.media import JSON, header, media_type
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext

_PARAMETER = re.compile(r"method\.request\.(querystring|header|path)\.(.+)").fullmatch
_MODELS = "https://apigateway.amazonaws.com/restapis/{}/models/"


class Checks(msgspec.Struct, frozen=True):
    """What a validator checks of a method's requests: `parameters` (place, name), and `models` by content type, if bodies are checked."""

    parameters: tuple[tuple[str, str], ...]
    models: Mapping[str, "Schema"]

    async def check(self, request: RequestContext) -> None:
        """Check a request: parameters first.

        Raises:
            GatewayRefusal: `BAD_REQUEST_PARAMETERS`, `BAD_REQUEST_BODY`.
        """
        missing = [name for place, name in self.parameters if not _has(request, place, name)]
        if missing:
            raise GatewayRefusal(
                "BAD_REQUEST_PARAMETERS",
                f"Missing required request parameters: [{', '.join(missing)}]",
                validation=f"[{', '.join(missing)}]",
            )
        schema = self._schema(header(request.headers, "content-type"))
        if schema is None:
            return
        wrong = await schema.wrong_in(request.body)
        if wrong:
            raise GatewayRefusal(
                "BAD_REQUEST_BODY",
                validation=f"[{wrong}]",
                detail=f"Request body does not match model schema for content type {schema.content_type}: [{wrong}]",
            )

    def _schema(self, content_type: str) -> "Schema | None":
        found = media_type(content_type) or JSON
        return self.models.get(found) or self.models.get("$default")


def checks_of(
    method: Method, validator: RequestValidator | None, api_id: str, models: Mapping[str, Model]
) -> Checks | None:
    """What is to be checked; None if nothing."""
    if validator is None:
        return None
    required: list[tuple[str, str]] = []
    if validator.validate_request_parameters:
        for name, needed in (method.request_parameters or {}).items():
            found = _PARAMETER(name)
            if needed and found:
                required.append((found[1], found[2]))
    schemas: dict[str, Schema] = {}
    if validator.validate_request_body:
        texts = {model.name: model.schema or "" for model in models.values()}
        known = Schemas(_MODELS.format(api_id), texts)
        for content_type, model in (method.request_models or {}).items():
            key = content_type if content_type == "$default" else media_type(content_type)
            schemas[key] = Schema(model, content_type, known)
    return Checks(tuple(required), schemas) if required or schemas else None


class Schema:
    """A model that bodies of a content type are held against."""

    def __init__(self, name: str, content_type: str, schemas: Schemas) -> None:
        self.content_type = content_type
        self._name = name
        self._schemas = schemas

    async def wrong_in(self, body: bytes) -> str:
        """What of a body is not as the model says, "" if nothing.

        Raises:
            GatewayRefusal: `API_CONFIGURATION_ERROR`, the model is no schema.
        """
        try:
            return await self._schemas.wrong_in(self._name, body)
        except SchemaFailed as error:
            raise GatewayRefusal(
                "API_CONFIGURATION_ERROR", detail=f"Execution failed due to configuration error: {error}"
            ) from error


def _has(request: RequestContext, place: str, name: str) -> bool:
    return _PLACES[place](request, name) != ""


def _query_value(request: RequestContext, name: str) -> str:
    return next((value for key, value in reversed(request.query) if key == name), "")


_PLACES: Mapping[str, Callable[[RequestContext, str], str]] = {
    "header": lambda request, name: header(request.headers, name),
    "querystring": _query_value,
    "path": lambda request, name: request.path_parameters.get(name, ""),
}

"""Request validators: the parameters that must be there, and bodies by the API's models (JSON Schema, draft 4).

Models name each other by `https://apigateway.amazonaws.com/restapis/{api}/models/{name}`. Regular expressions of schemas give up after a
time, as any caller may have written what they are asked of.

Source: API Gateway Developer Guide, "Request validation for REST APIs", "Data models for REST APIs"; answers seen.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from portico.doors.java_regex import BadPattern, found_in
from portico.services.apigateway.records import Method, Model, RequestValidator
from portico.services.apigateway.transform.media import JSON, header, media_type
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext

_PARAMETER = re.compile(r"method\.request\.(querystring|header|path)\.(.+)").fullmatch
_MODELS = "https://apigateway.amazonaws.com/restapis/{}/models/"
_QUICK_BYTES = 4_096


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
        quick = len(request.body) <= _QUICK_BYTES
        wrong = (
            schema.wrong_in(request.body) if quick else await asyncio.to_thread(schema.wrong_in, request.body)
        )
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
        for content_type, model in (method.request_models or {}).items():
            key = content_type if content_type == "$default" else media_type(content_type)
            schemas[key] = Schema(model, content_type, api_id, models)
    return Checks(tuple(required), schemas) if required or schemas else None


class Schema:
    """A model, compiled when the first body comes."""

    def __init__(self, name: str, content_type: str, api_id: str, models: Mapping[str, Model]) -> None:
        self.content_type = content_type
        self._name = name
        self._base = _MODELS.format(api_id)
        self._models = models
        self._validator: Any = None

    def wrong_in(self, body: bytes) -> str:
        """What of a body is not as the model says, "" if nothing. An empty body counts as an empty object.

        Raises:
            GatewayRefusal: `API_CONFIGURATION_ERROR`, the model is no schema.
        """
        try:
            document = msgspec.json.decode(body or b"{}")
        except (msgspec.DecodeError, RecursionError) as error:
            return f"the body is not JSON: {error}"
        if self._validator is None:
            self._validator = self._compiled()
        try:
            wrong = next(self._validator.iter_errors(document), None)
        except RecursionError:
            return "the body is nested too deeply"
        except Exception as error:  # whatever a schema that is none makes of a document
            raise GatewayRefusal(
                "API_CONFIGURATION_ERROR",
                detail=f"Execution failed due to configuration error: the model {self._name} can't be used: {error}",
            ) from error
        return "" if wrong is None else str(wrong.message)

    def _compiled(self) -> Any:
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT4

        resource: Any = Resource
        resources = [
            (self._base + model.name, resource(_schema_of(model, self._base), DRAFT4))
            for model in self._models.values()
        ]
        registry: Any = Registry().with_resources(resources)
        return _validator_class()({"$ref": self._base + self._name}, registry=registry)


def _schema_of(model: Model, base: str) -> Any:
    """A model's schema; what it names relative to itself is below its own address."""
    try:
        schema = msgspec.json.decode(model.schema or "{}")
    except (msgspec.DecodeError, RecursionError):
        return False
    if isinstance(schema, dict):
        schema.pop("$schema", None)
        schema["id"] = base + model.name
    return schema


_classes: list[Any] = []


def _validator_class() -> Any:
    """Draft 4, with what a hostile body could make slow done otherwise."""
    if not _classes:
        import jsonschema

        own = {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique_items}
        _classes.append(jsonschema.validators.extend(jsonschema.Draft4Validator, own))
    return _classes[0]


def _error(message: str) -> Exception:
    import jsonschema

    error: Exception = jsonschema.ValidationError(message)
    return error


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Exception]:
    if isinstance(value, str) and not _found(pattern, value):
        yield _error(f"a text does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, schema: Any) -> Iterator[Exception]:
    if isinstance(value, dict):
        for pattern, below in patterns.items():
            for name, item in value.items():
                if _found(pattern, name):
                    yield from validator.descend(item, below, path=name, schema_path=pattern)


def _found(pattern: str, value: str) -> bool:
    try:
        return found_in(pattern, value)
    except BadPattern:
        return False


def _unique_items(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Exception]:
    if not wanted or not isinstance(value, list):
        return
    if len({msgspec.json.encode(item, order="sorted") for item in value}) < len(value):
        yield _error("items are not unique")


def _has(request: RequestContext, place: str, name: str) -> bool:
    return _PLACES[place](request, name) != ""


def _query_value(request: RequestContext, name: str) -> str:
    return next((value for key, value in reversed(request.query) if key == name), "")


_PLACES: Mapping[str, Callable[[RequestContext, str], str]] = {
    "header": lambda request, name: header(request.headers, name),
    "querystring": _query_value,
    "path": lambda request, name: request.path_parameters.get(name, ""),
}

"""What a REST API says of its methods, for the pages about them: read once, when a portal is published.

The definition is that of the stage, as it is exported; the words are the documentation parts of the API. Both are read for the owner of the
product, and only an API of theirs is.

Source: API Gateway Developer Guide, "Create a product REST endpoint in API Gateway", "Representation of API documentation".
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.doors.public import Public
from portico.identity.principal import root
from portico.services.apigatewayv2.portal_records import Parameter, Told
from portico.wire.errors import AwsError

Json = Mapping[str, Any]
_PARTS_MAX = 500
_PLACES = {"PATH_PARAMETER": "path", "QUERY_PARAMETER": "query", "REQUEST_HEADER": "header"}
_ANY = "x-amazon-apigateway-any-method"


class Method(msgspec.Struct, frozen=True, gc=False):
    """What is known of a method. `reachable`: it can be called from anywhere, as methods of private APIs can't."""

    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    request: Told = Told("")
    responses: tuple[Told, ...] = ()
    reachable: bool = False


def invoke_url(public: Public, region: str, parts: Json) -> str:
    """Where a method is called."""
    return f"{public.api(parts['RestApiId'], region)}/{parts['Stage']}{parts['Path']}"


class Documentation:
    """Reads what APIs of an account and region say, each definition once."""

    def __init__(self, clients: Clients, account: str, region: str) -> None:
        self._client: Client = clients.of(root(account), Scope(account, region))
        self._definitions: dict[tuple[str, str], Json | None] = {}
        self._parts: dict[str, list[Json]] = {}
        self._private: dict[str, bool] = {}

    async def of(self, parts: Json) -> Method:
        """What is said of a method; nothing where there is no such method, stage or API of the account."""
        api, stage, path, verb = (parts[name] for name in ("RestApiId", "Stage", "Path", "Method"))
        definition = await self._definition(api, stage)
        methods = (definition or {}).get("paths", {}).get(path, {})
        found = methods.get(verb.lower()) or methods.get(_ANY)
        if definition is None or found is None:
            return Method()
        words = {
            (part["location"]["type"], part["location"].get("name", ""), part["location"].get("statusCode", "")): _words(part)
            for part in self._parts[api]
            if _is_about(part["location"], path, verb)
        }  # fmt: skip
        return Method(
            about=words.get(("METHOD", "", ""), ""),
            parameters=tuple(_parameter(one, words) for one in found.get("parameters", ())),
            request=Told("", words.get(("REQUEST_BODY", "", ""), ""), _schema(definition, found.get("requestBody", {}))),
            responses=tuple(
                Told(status, words.get(("RESPONSE", "", status), "") or one.get("description", ""), _schema(definition, one))
                for status, one in sorted(found.get("responses", {}).items())
            ),
            reachable=not self._private[api],
        )  # fmt: skip

    async def _definition(self, api: str, stage: str) -> Json | None:
        key = (api, stage)
        if key not in self._definitions:
            try:
                shown = await self._client.call("apigateway", "GetRestApi", restApiId=api)
                self._private[api] = "PRIVATE" in (shown.get("endpointConfiguration") or {}).get("types", ())
                parts = await self._client.call(
                    "apigateway", "GetDocumentationParts", restApiId=api, limit=_PARTS_MAX
                )
                self._parts[api] = parts["items"]
                exported = await self._client.call(
                    "apigateway", "GetExport", restApiId=api, stageName=stage, exportType="oas30", accepts="application/json"
                )  # fmt: skip
            except AwsError:
                self._definitions[key] = None
            else:
                self._definitions[key] = json.loads(exported["body"])
        return self._definitions[key]


def _is_about(location: Json, path: str, verb: str) -> bool:
    return location.get("path", "/") == path and location.get("method", "*") in ("*", verb)


def _words(part: Json) -> str:
    try:
        said = json.loads(part["properties"])
    except ValueError:
        return ""
    found = (said.get(name) for name in ("summary", "description")) if isinstance(said, dict) else ()
    return "\n\n".join(one for one in found if isinstance(one, str))


def _parameter(one: Json, words: Mapping[tuple[str, str, str], str]) -> Parameter:
    kind = next((kind for kind, place in _PLACES.items() if place == one["in"]), "")
    return Parameter(
        one["name"], one["in"], bool(one.get("required")), words.get((kind, one["name"], ""), "")
    )


def _schema(definition: Json, of: Json) -> str:
    """The schema of the first content, as JSON text; a schema that is only named is looked up."""
    contents: Json = of.get("content") or {}
    schema = next((one.get("schema") for one in contents.values()), None)
    name = str((schema or {}).get("$ref", "")).rpartition("/")[2]
    known = definition.get("components", {}).get("schemas", {})
    return json.dumps(known.get(name, schema), indent=2) if schema else ""

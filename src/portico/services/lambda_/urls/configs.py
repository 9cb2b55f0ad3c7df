"""The configuration of function URLs.

Source: API reference, CreateFunctionUrlConfig to ListFunctionUrlConfigs; recorded answers.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.doors.cors import Cors
from portico.doors.records import URL_POINTERS, UrlPointer
from portico.invoke.records import ALIASES, FUNCTIONS
from portico.services.lambda_ import access, errors, markers, names
from portico.services.lambda_.functions import forget_url, page_size
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.services.lambda_.urls.records import URLS, UrlConfig, id_of

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        CreateFunctionUrlConfigRequest,
        CreateFunctionUrlConfigResponse,
        DeleteFunctionUrlConfigRequest,
        GetFunctionUrlConfigRequest,
        GetFunctionUrlConfigResponse,
        ListFunctionUrlConfigsRequest,
        ListFunctionUrlConfigsResponse,
        UpdateFunctionUrlConfigRequest,
        UpdateFunctionUrlConfigResponse,
    )

log = logging.getLogger("portico.lambda")

_METHODS = frozenset(("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"))
_NOT_AN_ALIAS = r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)"


async def _keys(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    keys = dict(await access.resource_tags(call, request))
    if request.get("AuthType"):
        keys["lambda:FunctionUrlAuthType"] = request["AuthType"]
    return keys


@operation(on=access.function_arn, keys=_keys, policy=access.function_policy)
async def create_function_url_config(
    lam: Lambda, call: Call, request: "CreateFunctionUrlConfigRequest"
) -> "CreateFunctionUrlConfigResponse":
    """Give a function or an alias a URL. Who may call it is a matter of its policy; nobody may without a statement.

    Raises:
        ResourceNotFoundException: no such function or alias.
        ResourceConflictException: it has one.
        InvalidParameterValueException: a method that CORS can't allow.
    """
    name = _named(call, request)
    cors = _cors(request)
    await _require(call, name)
    if await call.tx.get(URLS, *name.key, name.qualifier) is not None:
        raise errors.conflict(
            f"Failed to create function url config for [functionArn = {name.asked_arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        )
    mode = request.get("InvokeMode") or "BUFFERED"
    config = UrlConfig(id_of(name), name.qualifier, request["AuthType"], call.now, call.now, mode, cors)  # type: ignore[arg-type]  # the model has checked them
    call.tx.put(URLS, config, *name.key, config.qualifier)
    call.tx.put(URL_POINTERS, UrlPointer(*name.key, config.qualifier), config.id)
    _warn(name, config)
    shown = _shown(lam, name, config)
    del shown["LastModifiedTime"]
    return _as_given(shown, request)  # type: ignore[return-value]  # built member by member


@access.on_qualified
async def get_function_url_config(
    lam: Lambda, call: Call, request: "GetFunctionUrlConfigRequest"
) -> "GetFunctionUrlConfigResponse":
    """The URL of a function or an alias.

    Raises:
        ResourceNotFoundException: it has none.
    """
    name = _named(call, request)
    return _shown(lam, name, await _config(call, name))  # type: ignore[return-value]  # built member by member


@operation(on=access.function_arn, keys=_keys, policy=access.function_policy)
async def update_function_url_config(
    lam: Lambda, call: Call, request: "UpdateFunctionUrlConfigRequest"
) -> "UpdateFunctionUrlConfigResponse":
    """Change a URL; what is not given stays. An empty `Cors` takes it away.

    Raises:
        ResourceNotFoundException: there is none.
        InvalidParameterValueException: a method that CORS can't allow.
    """
    name = _named(call, request)
    before = await _config(call, name)
    config = msgspec.structs.replace(
        before,
        auth=request.get("AuthType") or before.auth,
        mode=request.get("InvokeMode") or before.mode,
        cors=_cors(request) if "Cors" in request else before.cors,
        modified_at=call.now,
    )
    call.tx.put(URLS, config, *name.key, config.qualifier)
    if config.auth != before.auth:
        _warn(name, config)
    return _as_given(_shown(lam, name, config), request)  # type: ignore[return-value]  # built member by member


@operation(on=access.function_arn, keys=_keys, policy=access.function_policy)
async def delete_function_url_config(
    lam: Lambda, call: Call, request: "DeleteFunctionUrlConfigRequest"
) -> None:
    """Take a URL away. The statements that let callers in stay in the policy.

    Raises:
        ResourceNotFoundException: there is none.
    """
    name = _named(call, request)
    await _config(call, name)
    await forget_url(call, name, name.qualifier)


@access.on_function
async def list_function_url_configs(
    lam: Lambda, call: Call, request: "ListFunctionUrlConfigsRequest"
) -> "ListFunctionUrlConfigsResponse":
    """The URLs of a function and its aliases, at most 50 at once.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the marker is not one of ours.
    """
    name = msgspec.structs.replace(names.named(call, request), qualifier="")
    limit, after = page_size(request), markers.place_of(request.get("Marker"), 2)
    await _require(call, name)
    start = URLS.key(*name.key, after[1]) if after else None
    rows = await call.tx.scan(URLS, *name.key, after=start, limit=limit + 1)
    shown = [_shown(lam, msgspec.structs.replace(name, qualifier=r.qualifier), r) for r in rows[:limit]]
    found: dict[str, Any] = {"FunctionUrlConfigs": shown}
    if len(rows) > limit:
        found["NextMarker"] = markers.after(name.name, rows[limit - 1].qualifier)
    return found  # type: ignore[return-value]  # built member by member


def _named(call: Call, request: Mapping[str, Any]) -> Name:
    """The function or alias that is meant; a version has no URL."""
    name = names.named(call, request)
    if name.qualifier and not name.names_alias:
        raise errors.validation(name.qualifier, "qualifier", _NOT_AN_ALIAS)
    return name


async def _require(call: Call, name: Name) -> None:
    found = await call.tx.get(FUNCTIONS, *name.key) is not None
    if found and name.qualifier:
        found = await call.tx.get(ALIASES, *name.key, name.qualifier) is not None
    if not found:
        raise errors.not_found("Function does not exist")


async def _config(call: Call, name: Name) -> UrlConfig:
    config = await call.tx.get(URLS, *name.key, name.qualifier)
    if config is None:
        raise errors.not_found("The resource you requested does not exist.")
    return config


def _cors(request: Mapping[str, Any]) -> Cors | None:
    given = request.get("Cors")
    if not given:
        return None
    methods = tuple(given.get("AllowMethods") or ())
    unknown = [method for method in methods if method not in _METHODS]
    if unknown:
        raise errors.invalid(
            f"Invalid value for AllowMethods: {unknown[0]}. It must be one of {sorted(_METHODS)}."
        )
    return Cors(
        tuple(given.get("AllowOrigins") or ()),
        methods,
        tuple(given.get("AllowHeaders") or ()),
        tuple(given.get("ExposeHeaders") or ()),
        bool(given.get("AllowCredentials")),
        given.get("MaxAge"),
    )


def _shown_cors(cors: Cors) -> dict[str, Any]:
    members = {
        "AllowCredentials": cors.credentials or None,
        "AllowHeaders": list(cors.headers),
        "AllowMethods": list(cors.methods),
        "AllowOrigins": list(cors.origins),
        "ExposeHeaders": list(cors.expose),
        "MaxAge": cors.max_age_s,
    }
    return {member: value for member, value in members.items() if value not in (None, [])}


def _shown(lam: Lambda, name: Name, config: UrlConfig) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "FunctionUrl": lam.public.function_url(config.id, name.region),
        "FunctionArn": name.asked_arn,
        "AuthType": config.auth,
        "CreationTime": _time(config.created_at),
        "LastModifiedTime": _time(config.modified_at),
        "InvokeMode": config.mode,
    }
    if config.cors is not None:
        shown["Cors"] = _shown_cors(config.cors)
    return shown


def _as_given(shown: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """What Create and Update answer: the mode only if the request had it."""
    return shown if "InvokeMode" in request else {k: v for k, v in shown.items() if k != "InvokeMode"}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _warn(name: Name, config: UrlConfig) -> None:
    if config.auth == "NONE":
        log.warning(
            "The URL of %s asks nobody who they are: whoever its policy allows (Principal *) may call it from anywhere",
            name.asked_arn,
        )

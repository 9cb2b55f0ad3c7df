"""Code signing configurations, and which functions have one.

Source: API reference, CreateCodeSigningConfig and its neighbours; recorded answers.
"""

import secrets
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.invoke.records import FUNCTIONS, Function
from portico.services.lambda_ import access, errors, markers, names, shown, tags
from portico.services.lambda_.code_signing_records import (
    CONFIGS,
    WARN,
    CodeSigningConfig,
    config_of,
    place_of,
    require_config,
)
from portico.services.lambda_.functions import function_of
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        CreateCodeSigningConfigRequest,
        CreateCodeSigningConfigResponse,
        DeleteCodeSigningConfigRequest,
        DeleteCodeSigningConfigResponse,
        DeleteFunctionCodeSigningConfigRequest,
        GetCodeSigningConfigRequest,
        GetCodeSigningConfigResponse,
        GetFunctionCodeSigningConfigRequest,
        GetFunctionCodeSigningConfigResponse,
        ListCodeSigningConfigsRequest,
        ListCodeSigningConfigsResponse,
        ListFunctionsByCodeSigningConfigRequest,
        ListFunctionsByCodeSigningConfigResponse,
        PutFunctionCodeSigningConfigRequest,
        PutFunctionCodeSigningConfigResponse,
        UpdateCodeSigningConfigRequest,
        UpdateCodeSigningConfigResponse,
    )

PAGE_MAX = 50
_ALPHABET = string.ascii_lowercase + string.digits
Request = Mapping[str, Any]


def _config_arn(call: Call, request: Request) -> tuple[str]:
    return (request["CodeSigningConfigArn"],)


async def _config_keys(call: Call, request: Request) -> Mapping[str, Values]:
    config = await call.tx.get(CONFIGS, *place_of(request["CodeSigningConfigArn"]))
    return {f"aws:ResourceTag/{key}": value for key, value in (config.tags if config else {}).items()}


def _config_and_function(call: Call, request: Request) -> tuple[str, str]:
    return (request["CodeSigningConfigArn"], names.named(call, request).arn)


async def _keys(call: Call, request: Request) -> Mapping[str, Values]:
    keys = dict(await access.resource_tags(call, request))
    return {**keys, "lambda:CodeSigningConfigArn": request["CodeSigningConfigArn"]}


@operation(keys=access.request_tags)
async def create_code_signing_config(
    lam: Lambda, call: Call, request: "CreateCodeSigningConfigRequest"
) -> "CreateCodeSigningConfigResponse":
    """Make a configuration; unsigned code is warned about unless it is said otherwise.

    Raises:
        InvalidParameterValueException: malformed tags.
    """
    tags.check(request.get("Tags") or {})
    config = CodeSigningConfig(
        id="csc-" + "".join(secrets.choice(_ALPHABET) for _ in range(17)),
        account=call.scope.account,
        region=call.scope.region,
        modified_at=call.now,
        tags=dict(request.get("Tags") or {}),
        policy=WARN,
        publishers=(),
    )
    return {"CodeSigningConfig": _write(call, config, request)}  # type: ignore[typeddict-item]


@operation(on=_config_arn, keys=_config_keys)
async def update_code_signing_config(
    lam: Lambda, call: Call, request: "UpdateCodeSigningConfigRequest"
) -> "UpdateCodeSigningConfigResponse":
    """Change a configuration; what is not given stays. It is asked at the next deployment.

    Raises:
        ResourceNotFoundException: there is none.
    """
    config = await config_of(call, request["CodeSigningConfigArn"])
    return {"CodeSigningConfig": _write(call, config, request)}  # type: ignore[typeddict-item]


@operation(on=_config_arn, keys=_config_keys)
async def get_code_signing_config(
    lam: Lambda, call: Call, request: "GetCodeSigningConfigRequest"
) -> "GetCodeSigningConfigResponse":
    """A configuration.

    Raises:
        ResourceNotFoundException: there is none.
    """
    return {"CodeSigningConfig": _shown(await config_of(call, request["CodeSigningConfigArn"]))}  # type: ignore[typeddict-item]


@operation()
async def list_code_signing_configs(
    lam: Lambda, call: Call, request: "ListCodeSigningConfigsRequest"
) -> "ListCodeSigningConfigsResponse":
    """The account's configurations in the region.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.
    """
    place = (call.scope.account, call.scope.region)
    limit = min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)
    after = markers.place_of(request.get("Marker"), 1)
    rows = await call.tx.scan(
        CONFIGS, *place, after=CONFIGS.key(*place, *after) if after else None, limit=limit + 1
    )
    answer: dict[str, Any] = {"CodeSigningConfigs": [_shown(row) for row in rows[:limit]]}
    if len(rows) > limit:
        answer["NextMarker"] = markers.after(rows[limit - 1].id)
    return answer  # type: ignore[return-value]  # built member by member


@operation(on=_config_arn, keys=_config_keys)
async def delete_code_signing_config(
    lam: Lambda, call: Call, request: "DeleteCodeSigningConfigRequest"
) -> "DeleteCodeSigningConfigResponse":
    """Delete a configuration that no function has.

    Raises:
        ResourceNotFoundException: there is none.
        ResourceConflictException: a function has it.
    """
    config = await config_of(call, request["CodeSigningConfigArn"])
    if await _functions_of(call, config):
        raise errors.conflict(
            f"The code signing configuration {config.arn} can't be deleted: functions are using it."
        )
    call.tx.delete(CONFIGS, config.account, config.region, config.id)
    return {}


@operation(on=_config_arn, keys=_config_keys)
async def list_functions_by_code_signing_config(
    lam: Lambda, call: Call, request: "ListFunctionsByCodeSigningConfigRequest"
) -> "ListFunctionsByCodeSigningConfigResponse":
    """The ARNs of the functions that have a configuration, by name.

    Raises:
        ResourceNotFoundException: there is no such configuration.
        InvalidParameterValueException: the marker is not one of ours.
    """
    config = await config_of(call, request["CodeSigningConfigArn"])
    limit = min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)
    after = markers.place_of(request.get("Marker"), 1)
    functions = await _functions_of(call, config, after=after[0] if after else "")
    answer: dict[str, Any] = {"FunctionArns": [function.arn for function in functions[:limit]]}
    if len(functions) > limit:
        answer["NextMarker"] = markers.after(functions[limit - 1].name)
    return answer  # type: ignore[return-value]  # built member by member


@operation(on=_config_and_function, keys=_keys)
async def put_function_code_signing_config(
    lam: Lambda, call: Call, request: "PutFunctionCodeSigningConfigRequest"
) -> "PutFunctionCodeSigningConfigResponse":
    """Give a function a configuration, which its next deployment has to satisfy.

    Raises:
        CodeSigningConfigNotFoundException, ResourceNotFoundException: no such configuration, no such function.
    """
    name = names.named(call, request)
    config = await require_config(call, request["CodeSigningConfigArn"])
    function = await function_of(call, name)
    call.tx.put(FUNCTIONS, msgspec.structs.replace(function, code_signing_arn=config.arn), *name.key)
    return {"CodeSigningConfigArn": config.arn, "FunctionName": function.name}


@access.on_function
async def get_function_code_signing_config(
    lam: Lambda, call: Call, request: "GetFunctionCodeSigningConfigRequest"
) -> "GetFunctionCodeSigningConfigResponse":
    """The function's configuration; an empty answer when it has none.

    Raises:
        ResourceNotFoundException: no such function.
    """
    function = await function_of(call, names.named(call, request))
    found: dict[str, str] = {}
    if function.code_signing_arn:
        found = {"CodeSigningConfigArn": function.code_signing_arn, "FunctionName": function.name}
    return found  # type: ignore[return-value]


@access.on_function
async def delete_function_code_signing_config(
    lam: Lambda, call: Call, request: "DeleteFunctionCodeSigningConfigRequest"
) -> None:
    """Take the function's configuration away; that it has none is no error.

    Raises:
        ResourceNotFoundException: no such function.
    """
    name = names.named(call, request)
    function = await function_of(call, name)
    if function.code_signing_arn:
        call.tx.put(FUNCTIONS, msgspec.structs.replace(function, code_signing_arn=""), *name.key)


async def _functions_of(call: Call, config: CodeSigningConfig, after: str = "") -> list[Function]:
    place = (config.account, config.region)
    functions = await call.tx.scan(FUNCTIONS, *place, after=FUNCTIONS.key(*place, after) if after else None)
    return [function for function in functions if function.code_signing_arn == config.arn]


def _write(call: Call, config: CodeSigningConfig, request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request.get("Description") is not None:
        fields["description"] = request["Description"]
    if request.get("AllowedPublishers") is not None:
        fields["publishers"] = tuple(request["AllowedPublishers"]["SigningProfileVersionArns"])
    policy = (request.get("CodeSigningPolicies") or {}).get("UntrustedArtifactOnDeployment")
    if policy is not None:
        fields["policy"] = policy
    changed = msgspec.structs.replace(config, **fields, modified_at=call.now)
    call.tx.put(CONFIGS, changed, *place_of(changed.arn))
    return _shown(changed)


def _shown(config: CodeSigningConfig) -> dict[str, Any]:
    return {
        "CodeSigningConfigId": config.id,
        "CodeSigningConfigArn": config.arn,
        "Description": config.description,
        "AllowedPublishers": {"SigningProfileVersionArns": list(config.publishers)},
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": config.policy},
        "LastModified": shown.timestamp(config.modified_at),
    }

"""Changes of stages by patch operations. Pure.

Source: developer guide, "Patch operations", UpdateStage; refusals as recorded.
"""

from collections.abc import Callable

import msgspec

from portico.services.apigateway import errors, method_settings, stage_checks
from portico.services.apigateway.patch import Patch
from portico.services.apigateway.records import AccessLogSettings, CanarySettings, Stage

_LOG_PATHS = ("/accessLogSettings/destinationArn", "/accessLogSettings/format")


def patched(stage: Stage, patch: Patch) -> Stage:
    """A stage after one operation.

    Raises:
        AwsError: BadRequestException.
    """
    first = patch.parts[0] if patch.parts else ""
    if patch.op == "copy":
        return _copied(stage, patch)
    if patch.path in _MEMBERS:
        if patch.op not in ("replace", "add", "remove"):
            raise method_settings.bad_path(patch)
        return _MEMBERS[patch.path](stage, patch)
    if first in _GROUPS:
        return _GROUPS[first](stage, patch)
    return method_settings.patched(stage, patch)


def _text(member: str) -> Callable[[Stage, Patch], Stage]:
    def change(stage: Stage, patch: Patch) -> Stage:
        return msgspec.structs.replace(stage, **{member: "" if patch.op == "remove" else patch.text})

    return change


def _description(stage: Stage, patch: Patch) -> Stage:
    return msgspec.structs.replace(stage, description=None if patch.op == "remove" else patch.value)


def _cache(stage: Stage, patch: Patch) -> Stage:
    return stage_checks.with_cache(stage, patch.flag, None)


def _cache_size(stage: Stage, patch: Patch) -> Stage:
    sized = stage_checks.with_cache(stage, True, patch.text)
    return (
        sized
        if stage.cache_cluster_enabled
        else msgspec.structs.replace(stage, cache_cluster_size=patch.text)
    )


def _tracing(stage: Stage, patch: Patch) -> Stage:
    return msgspec.structs.replace(stage, tracing_enabled=patch.flag)


def _variables(stage: Stage, patch: Patch) -> Stage:
    if len(patch.parts) != 2:
        raise method_settings.bad_path(patch)
    return msgspec.structs.replace(stage, variables=_set(stage.variables, patch.parts[1], patch))


def _set(held: dict[str, str], name: str, patch: Patch) -> dict[str, str]:
    left = {key: value for key, value in held.items() if key != name}
    return left if patch.op == "remove" else left | {name: patch.text}


def _access_log(stage: Stage, patch: Patch) -> Stage:
    if patch.op == "remove":
        if patch.path == "/accessLogSettings":
            return msgspec.structs.replace(stage, access_log_settings=None)
        raise method_settings.nothing_to_remove((patch.path or "").removeprefix("/"))
    if patch.path not in _LOG_PATHS:
        raise errors.bad_request(
            f"Invalid accessLogSettings path. Must be one of : [{', '.join(_LOG_PATHS)}]"
        )
    if not patch.value:
        raise errors.bad_request("Access Log value must not be empty")
    member = "destination_arn" if patch.parts[1] == "destinationArn" else "format"
    # Firehose and CloudWatch Logs: the `:*` that log groups' ARNs end with is not part of the name.
    value = patch.value.removesuffix(":*") if member == "destination_arn" else patch.value
    held = stage.access_log_settings or AccessLogSettings()
    return msgspec.structs.replace(
        stage, access_log_settings=msgspec.structs.replace(held, **{member: value})
    )


def _canary(stage: Stage, patch: Patch) -> Stage:
    held = stage.canary_settings
    if patch.path == "/canarySettings" and patch.op == "remove":
        return msgspec.structs.replace(stage, canary_settings=None)
    if held is None:
        held = CanarySettings(deployment_id=stage.deployment_id, percent_traffic=0.0, use_stage_cache=False)
    return msgspec.structs.replace(stage, canary_settings=_canary_with(held, patch))


def _canary_with(held: CanarySettings, patch: Patch) -> CanarySettings:
    match patch.parts[1:]:
        case ["percentTraffic"]:
            return msgspec.structs.replace(held, percent_traffic=_percentage(patch))
        case ["deploymentId"]:
            return msgspec.structs.replace(held, deployment_id=patch.text)
        case ["useStageCache"]:
            return msgspec.structs.replace(held, use_stage_cache=patch.flag)
        case ["stageVariableOverrides"] if patch.op == "remove":
            return msgspec.structs.replace(held, stage_variable_overrides=None)
        case ["stageVariableOverrides", name]:
            overrides = _set(held.stage_variable_overrides or {}, name, patch)
            return msgspec.structs.replace(held, stage_variable_overrides=overrides or None)
    raise errors.bad_request(
        "Invalid canarySettings path. Must be one of : [/canarySettings/percentTraffic, "
        "/canarySettings/deploymentId, /canarySettings/stageVariableOverrides/{variable_name}, "
        "/canarySettings/useStageCache]"
    )


def _percentage(patch: Patch) -> float:
    try:
        return float(patch.text)
    except ValueError:
        raise errors.bad_request("Percent traffic must be between 0.0 and 100.0") from None


def _copied(stage: Stage, patch: Patch) -> Stage:
    """What promotes a canary: its deployment and its variables become the stage's."""
    canary = stage.canary_settings
    if canary is None:
        raise errors.bad_request("Canary settings do not exist for this stage")
    if (patch.source, patch.path) == ("/canarySettings/deploymentId", "/deploymentId"):
        return msgspec.structs.replace(stage, deployment_id=canary.deployment_id)
    if (patch.source, patch.path) == ("/canarySettings/stageVariableOverrides", "/variables"):
        return msgspec.structs.replace(
            stage, variables=stage.variables | (canary.stage_variable_overrides or {})
        )
    raise method_settings.bad_path(patch)


_MEMBERS: dict[str | None, Callable[[Stage, Patch], Stage]] = {
    "/deploymentId": _text("deployment_id"),
    "/description": _description,
    "/cacheClusterEnabled": _cache,
    "/cacheClusterSize": _cache_size,
    "/clientCertificateId": _text("client_certificate_id"),
    "/documentationVersion": _text("documentation_version"),
    "/tracingEnabled": _tracing,
}
_GROUPS: dict[str, Callable[[Stage, Patch], Stage]] = {
    "variables": _variables,
    "accessLogSettings": _access_log,
    "canarySettings": _canary,
}

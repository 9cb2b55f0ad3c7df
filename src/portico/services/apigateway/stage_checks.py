"""What a stage may be. Pure.

Source: API reference, CreateStage; developer guide, "Stage variables", "Quotas".
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigateway import errors
from portico.services.apigateway.records import CanarySettings, Stage

CACHE_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}").fullmatch
_VARIABLE = re.compile(r"[A-Za-z0-9_]{1,64}").fullmatch
_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{0,512}").fullmatch
_VARIABLES_MAX = 100


def check_name(name: str) -> None:
    """Check a stage's name.

    Raises:
        AwsError: BadRequestException.
    """
    if not _NAME(name):
        raise errors.bad_request("Stage name only allows a-zA-Z0-9_")


def check_variables(variables: Mapping[str, str]) -> None:
    """Check stage variables.

    Raises:
        AwsError: BadRequestException, LimitExceededException.
    """
    if len(variables) > _VARIABLES_MAX:
        raise errors.limit_exceeded(f"A stage can have at most {_VARIABLES_MAX} variables.")
    for name, value in variables.items():
        if not _VARIABLE(name):
            raise errors.bad_request(
                "Invalid stage variable name. Please use only alphanumeric characters and underscores."
            )
        if not _VALUE(value):
            raise errors.bad_request(
                f"Invalid stage variable value: {value}. Please use values with alphanumeric characters and the "
                "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            )


def new(
    name: str,
    deployment_id: str,
    now: float,
    *,
    description: str | None = None,
    variables: dict[str, str] | None = None,
    tracing_enabled: bool = False,
    **further: Any,
) -> Stage:
    """A stage with no settings of its own, and no cache."""
    return Stage(
        stage_name=name,
        deployment_id=deployment_id,
        description=description,
        created_date=now,
        last_updated_date=now,
        cache_cluster_enabled=False,
        cache_cluster_status="NOT_AVAILABLE",
        method_settings={},
        variables=variables or {},
        tracing_enabled=tracing_enabled,
        **further,
    )


def with_cache(stage: Stage, enabled: bool, size: str | None) -> Stage:
    """A stage with its cache on (of `size` GB, 0.5 if not said) or off. It is there at once.

    Raises:
        AwsError: BadRequestException, there is no such size.
    """
    size = size or stage.cache_cluster_size or "0.5"
    if size not in CACHE_SIZES:
        raise errors.bad_request(f"Invalid cache cluster size. Must be one of: {', '.join(CACHE_SIZES)}")
    return msgspec.structs.replace(
        stage,
        cache_cluster_enabled=enabled,
        cache_cluster_size=size if enabled else stage.cache_cluster_size,
        cache_cluster_status="AVAILABLE" if enabled else "NOT_AVAILABLE",
    )


def canary(given: Mapping[str, Any]) -> CanarySettings:
    """Canary settings as a request has them.

    Raises:
        AwsError: BadRequestException.
    """
    settings = CanarySettings(
        deployment_id=given.get("deploymentId") or "",
        percent_traffic=float(given.get("percentTraffic") or 0.0),
        use_stage_cache=bool(given.get("useStageCache")),
        stage_variable_overrides=given.get("stageVariableOverrides"),
    )
    check_canary(settings)
    return settings


def check_canary(settings: CanarySettings) -> None:
    """Check canary settings.

    Raises:
        AwsError: BadRequestException.
    """
    if not 0.0 <= settings.percent_traffic <= 100.0:
        raise errors.bad_request("Percent traffic must be between 0.0 and 100.0")
    check_variables(settings.stage_variable_overrides or {})

"""What a stage's settings make of one method: its limits, cache, metrics and logs. Compiled once for each method that is called."""

import msgspec

from portico.doors.buckets import Limit
from portico.doors.metrics import REST, Place
from portico.services.apigateway.plane.deployments import AnyAuthorizer, Deployed
from portico.services.apigateway.plane.response_cache import Caching, caching
from portico.services.apigateway.plane.routes import Match
from portico.services.apigateway.records import (
    ALL_METHODS,
    Method,
    MethodSetting,
    Resource,
    Stage,
    setting_key,
)
from portico.services.apigateway.transform.compile import MethodRules


class Owner(msgspec.Struct, frozen=True, gc=False):
    """Whose stage it is: account, region and API, and the API's name."""

    account: str
    region: str
    api_id: str
    api_name: str


class Logging(msgspec.Struct, frozen=True, gc=False):
    """What of requests goes to the execution log: `level` is `ERROR` or `INFO`."""

    level: str
    data_trace: bool


class Plan(msgspec.Struct, frozen=True):
    """A method of a stage. `arn_prefix` is what the method's ARN begins with, up to the path; `authorizer` is None where the method names
    none, or one that there is not. `policy` is the API's resource policy (a document), None without one."""

    resource: Resource
    method: Method
    rules: MethodRules
    arn_prefix: str
    authorizer: AnyAuthorizer | None
    policy: str | None
    key_from_authorizer: bool
    limits: tuple[Limit, ...]
    caching: Caching | None
    place: Place
    logging: Logging | None


def planned(owner: Owner, stage: Stage, deployed: Deployed, match: Match, http_method: str) -> Plan:
    """The plan of a method."""
    method, path = match.method, match.resource.path
    own = stage.method_settings.get(setting_key(path, http_method)) or stage.method_settings.get(
        setting_key(path, method.http_method)
    )
    setting = own or stage.method_settings.get(ALL_METHODS)
    key = (owner.api_id, stage.stage_name, path, http_method)
    detailed = setting is not None and setting.metrics_enabled
    arn = (
        f"arn:aws:execute-api:{owner.region}:{owner.account}:{owner.api_id}/{stage.stage_name}/{http_method}/"
    )
    return Plan(
        match.resource,
        method,
        deployed.rules.method(match.resource.id, method.http_method),
        arn,
        deployed.authorizers.get(method.authorizer_id),
        deployed.policy,
        deployed.snapshot.api.api_key_source == "AUTHORIZER",
        _limits(setting, ("stage", *key)),
        _caching(stage, setting, method, http_method, own=own is not None),
        place_of(owner, stage.stage_name, (http_method, path) if detailed else None),
        _logging(setting),
    )


def place_of(owner: Owner, stage: str, method: tuple[str, str] | None) -> Place:
    """Where answers are counted: for the API, the stage, and the method (name and path of its resource) if there is to be detail."""
    name, of_stage = ("ApiName", owner.api_name), ("Stage", stage)
    dimensions: list[tuple[tuple[str, str], ...]] = [(name,), (name, of_stage)]
    if method is not None:
        dimensions.append((name, ("Method", method[0]), ("Resource", method[1]), of_stage))
    return Place(owner.account, owner.region, REST, tuple(dimensions))


def _limits(setting: MethodSetting | None, key: tuple[str, ...]) -> tuple[Limit, ...]:
    if setting is None or setting.throttling_rate_limit < 0 or setting.throttling_burst_limit < 0:
        return ()
    return (Limit(key, setting.throttling_rate_limit, setting.throttling_burst_limit),)


def _caching(
    stage: Stage, setting: MethodSetting | None, method: Method, http_method: str, *, own: bool
) -> Caching | None:
    if setting is None or method.method_integration is None:
        return None
    return caching(stage, setting, method.method_integration, http_method, own=own)


def _logging(setting: MethodSetting | None) -> Logging | None:
    if setting is None or setting.logging_level not in ("ERROR", "INFO"):
        return None
    return Logging(setting.logging_level, setting.data_trace_enabled)

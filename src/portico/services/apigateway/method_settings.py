"""A stage's settings of methods: what they are by default, and how patch operations change them. Pure.

A path is `/{resource}/{method}/{setting}`, a slash in the resource's path written `~1` (`/~1pets/GET/caching/enabled`), or `/*/*/...` for
all that have none of their own. Source: developer guide, "Patch operations", UpdateStage; words as recorded.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from portico.services.apigateway import errors
from portico.services.apigateway.patch import Patch
from portico.services.apigateway.records import ALL_METHODS, MethodSetting, Stage, setting_key

DEFAULT = MethodSetting(
    metrics_enabled=False,
    data_trace_enabled=False,
    throttling_burst_limit=5_000,
    throttling_rate_limit=10_000.0,
    caching_enabled=False,
    cache_ttl_in_seconds=300,
    cache_data_encrypted=False,
    require_authorization_for_cache_control=True,
    unauthorized_cache_control_header_strategy="SUCCEED_WITH_RESPONSE_HEADER",
)
_STRATEGIES = ("FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER")
_LEVELS = ("OFF", "ERROR", "INFO")
_TTL_MAX_S = 3_600


def bad_path(patch: Patch) -> Exception:
    """400 for a path that no stage has, with all that there are."""
    return errors.bad_request(f"Invalid method setting path: {patch.path}. Must be one of: [{_PATHS}]")


def nothing_to_remove(key: str) -> Exception:
    """400 for settings that were not made."""
    return errors.bad_request(
        f"Cannot remove method setting {key} because there is no method setting for this method "
    )


def patched(stage: Stage, patch: Patch) -> Stage:
    """A stage after an operation on the settings of a method.

    Raises:
        AwsError: BadRequestException.
    """
    if len(patch.parts) < 2:
        raise bad_path(patch)
    settings = dict(stage.method_settings)
    if patch.op == "remove":
        key = _key(patch.parts)
        if key not in settings:
            raise nothing_to_remove((patch.path or "").removeprefix("/"))
        del settings[key]
        return msgspec.structs.replace(stage, method_settings=settings)
    name = "/".join(patch.parts[-2:])
    if name not in _SETTINGS or len(patch.parts) < 4 or patch.op not in ("replace", "add"):
        raise bad_path(patch)
    member, read = _SETTINGS[name]
    # A method's first setting starts from those of all methods.
    key = _key(patch.parts[:-2])
    held = settings.get(key) or settings.get(ALL_METHODS) or DEFAULT
    settings[key] = msgspec.structs.replace(held, **{member: read(patch)})
    return msgspec.structs.replace(stage, method_settings=dict(sorted(settings.items())))


def _key(parts: Sequence[str]) -> str:
    """Clients also write the slashes of a resource's path as they are."""
    path, method = "/".join(parts[:-1]), parts[-1]
    return ALL_METHODS if (path, method) == ("*", "*") else setting_key(path or "/", method)


def _flag(patch: Patch) -> bool:
    return patch.flag


def _number(kind: type[int] | type[float], name: str, largest: float) -> Callable[[Patch], float]:
    def read(patch: Patch) -> float:
        try:
            value = kind(patch.text)
        except ValueError:
            raise errors.bad_request(f"Invalid {name} specified. Must be a number") from None
        if not -1 <= value <= largest:
            raise errors.bad_request(f"Invalid {name} specified. Must be between 0 and {largest:g}")
        return value

    return read


def _one_of(name: str, options: tuple[str, ...]) -> Callable[[Patch], str]:
    def read(patch: Patch) -> str:
        if patch.text not in options:
            raise errors.bad_request(f"Invalid {name} specified. Must be one of: [{', '.join(options)}]")
        return patch.text

    return read


_SETTINGS: dict[str, tuple[str, Callable[[Patch], Any]]] = {
    "metrics/enabled": ("metrics_enabled", _flag),
    "logging/dataTrace": ("data_trace_enabled", _flag),
    "logging/loglevel": ("logging_level", _one_of("logging level", _LEVELS)),
    "throttling/burstLimit": ("throttling_burst_limit", _number(int, "burst limit", 2**31 - 1)),
    "throttling/rateLimit": ("throttling_rate_limit", _number(float, "rate limit", 2.0**53)),
    "caching/enabled": ("caching_enabled", _flag),
    "caching/ttlInSeconds": ("cache_ttl_in_seconds", _number(int, "cache TTL", _TTL_MAX_S)),
    "caching/dataEncrypted": ("cache_data_encrypted", _flag),
    "caching/requireAuthorizationForCacheControl": ("require_authorization_for_cache_control", _flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorized_cache_control_header_strategy",
        _one_of("strategy", _STRATEGIES),
    ),
}
_METHOD = "/{resourcePath}/{httpMethod}"
# As AWS lists them, with the separators that it leaves out.
_PATHS = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, "
    f"{_METHOD}/metrics/enabled, {_METHOD}/logging/dataTrace, {_METHOD}/logging/loglevel, "
    f"{_METHOD}/throttling/burstLimit{_METHOD}/throttling/rateLimit{_METHOD}/caching/ttlInSeconds, "
    f"{_METHOD}/caching/enabled, {_METHOD}/caching/dataEncrypted, "
    f"{_METHOD}/caching/requireAuthorizationForCacheControl, "
    f"{_METHOD}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit "
    "/*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled"
)

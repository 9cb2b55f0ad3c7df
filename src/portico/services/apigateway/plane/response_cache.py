"""The cache of a stage: answers kept by the request's cache key, for as long as the method's settings say.

A key is made of the cache namespace, the path (as it was sent, and below the stage: a domain name's base path is no part of that) and the
values of the parameters that are cache keys; where a method authorises its callers, also of who the caller is, so that nobody is shown
what was made for another. (At AWS one has to make `Authorization` a cache key for that.) Keys have a deployment in them: what was kept of
another one is never shown. Ages are judged by `now`; a restart loses the cache.

Source: API Gateway Developer Guide, "Cache settings for REST APIs in API Gateway".
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from portico.identity.sealing import Sealer
from portico.services.apigateway.records import Integration, MethodSetting, Stage
from portico.services.apigateway.transform.seam import GatewayAnswer, Pairs, RequestContext

ENTRY_BYTES_MAX = 1_048_576
_GIGABYTE = 1_000_000_000
_TOTAL_BYTES_MAX = 256_000_000
_OVERHEAD_BYTES = 512
_PURPOSE = "cached response"
_INVALIDATES = re.compile(r"(?:^|[\s,])max-age\s*=\s*0+(?:$|[\s,;])", re.I).search

WARNING = ("Warning", "199 Cache-control headers were ignored because the caller was unauthorized.")

Value = str | tuple[str, ...]
CacheKey = tuple[Value, ...]


class Caching(msgspec.Struct, frozen=True, gc=False):
    """How answers of a method are cached: `parameters` are the places and names of its cache keys. `guarded`: invalidation needs a
    permission, and `unauthorized` is what happens without."""

    namespace: str
    parameters: tuple[tuple[str, str], ...]
    ttl_s: int
    encrypted: bool
    guarded: bool
    unauthorized: str

    def key(self, request: RequestContext, arn: str, caller: str) -> CacheKey:
        """The key of a request for what `arn` names; `caller` tells callers apart, "" where the method does not."""
        values = [_value(request, place, name) for place, name in self.parameters]
        return (
            request.deployment_id,
            self.namespace,
            request.http_method,
            arn,
            request.path,
            caller,
            *values,
        )


def caching(
    stage: Stage, setting: MethodSetting, integration: Integration, http_method: str, *, own: bool
) -> Caching | None:
    """How a method is cached, or None if it is not. `own`: the setting is the method's; those for all methods mean GET only."""
    usable = stage.cache_cluster_enabled and stage.cache_cluster_status != "NOT_AVAILABLE"
    if not (usable and setting.caching_enabled and setting.cache_ttl_in_seconds > 0):
        return None
    if (http_method != "GET" and not own) or integration.response_transfer_mode == "STREAM":
        return None
    return Caching(
        integration.cache_namespace,
        tuple(_place(parameter) for parameter in integration.cache_key_parameters),
        setting.cache_ttl_in_seconds,
        setting.cache_data_encrypted,
        setting.require_authorization_for_cache_control,
        setting.unauthorized_cache_control_header_strategy,
    )


def invalidates(headers: Mapping[str, str]) -> bool:
    """Whether a caller (headers by lower-case name) asks for an answer that is made anew."""
    return _INVALIDATES(headers.get("cache-control", "")) is not None


def bytes_of_cluster(size: str) -> int:
    """How many bytes a stage's cache may hold: its cluster's size (in GB), and no more than this server spares for one."""
    try:
        return min(int(float(size) * _GIGABYTE), _TOTAL_BYTES_MAX)
    except ValueError:
        return _TOTAL_BYTES_MAX


class _Entry(msgspec.Struct, frozen=True, gc=False):
    """An answer: its body, or what it is sealed as; `bytes` is what it counts."""

    until: float
    status: int
    headers: Pairs
    body: bytes
    sealed: str
    bytes: int


class _Stored:
    """What is kept for one stage."""

    __slots__ = ("bytes", "entries")

    def __init__(self) -> None:
        self.bytes = 0
        self.entries: dict[CacheKey, _Entry] = {}

    def drop(self, key: CacheKey) -> None:
        entry = self.entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.bytes


class ResponseCache:
    """The caches of all stages; the oldest entries of a stage go first when it is full, and when all together are."""

    __slots__ = ("_now", "_sealer", "_stages")

    def __init__(self, sealer: Sealer, now: Callable[[], float]) -> None:
        self._sealer = sealer
        self._now = now
        self._stages: dict[tuple[str, str], _Stored] = {}

    def get(self, api_id: str, stage: str, key: CacheKey) -> GatewayAnswer | None:
        """The answer that is kept for a key, if it still holds."""
        stored = self._stages.get((api_id, stage))
        entry = None if stored is None else stored.entries.get(key)
        if stored is None or entry is None:
            return None
        if self._now() >= entry.until:
            stored.drop(key)
            return None
        body = self._sealer.unseal(_PURPOSE, entry.sealed) if entry.sealed else entry.body
        return GatewayAnswer(entry.status, entry.headers, body)

    def put(
        self, api_id: str, stage: str, key: CacheKey, rules: Caching, answer: GatewayAnswer, bytes_max: int
    ) -> None:
        """Keep an answer, if it may be kept: one that went well, is not too large and sets no cookie."""
        if not _keepable(answer):
            return
        stored = self._stages.setdefault((api_id, stage), _Stored())
        stored.drop(key)
        size = (
            len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers) + _OVERHEAD_BYTES
        )
        sealed = self._sealer.seal(_PURPOSE, answer.body) if rules.encrypted else ""
        stored.entries[key] = _Entry(
            self._now() + rules.ttl_s,
            answer.status,
            answer.headers,
            b"" if sealed else answer.body,
            sealed,
            size,
        )
        stored.bytes += size
        while stored.bytes > bytes_max:
            stored.drop(next(iter(stored.entries)))
        self._spare()

    def flush(self, api_id: str, stage: str) -> None:
        """Forget all answers of a stage."""
        self._stages.pop((api_id, stage), None)

    def _spare(self) -> None:
        while sum(stored.bytes for stored in self._stages.values()) > _TOTAL_BYTES_MAX:
            largest = max(self._stages.values(), key=lambda stored: stored.bytes)
            largest.drop(next(iter(largest.entries)))


def _keepable(answer: GatewayAnswer) -> bool:
    return (
        200 <= answer.status < 300
        and not answer.response_type
        and answer.chunks is None
        and len(answer.body) <= ENTRY_BYTES_MAX
        and not any(name.lower() == "set-cookie" for name, _ in answer.headers)
    )


def _place(parameter: str) -> tuple[str, str]:
    """`method.request.querystring.q` as its place and name."""
    place, _, name = parameter.removeprefix("method.request.").partition(".")
    return place.removeprefix("multivalue"), name


def _value(request: RequestContext, place: str, name: str) -> Value:
    """A parameter's value, several apart; an empty one is none."""
    if place == "path":
        return request.path_parameters.get(name, "")
    if place == "querystring":
        found = tuple([value for key, value in request.query if key == name])
    else:
        name = name.lower()
        found = tuple([value for key, value in request.headers if key.lower() == name])
    return () if found == ("",) else found

"""The cache of a stage: what is kept, under which key, for how long, and how much of it."""

from typing import Any

import pytest

from portico.identity.sealing import Sealer
from portico.services.apigateway.plane.response_cache import (
    Caching,
    ResponseCache,
    bytes_of_cluster,
    caching,
    invalidates,
)
from portico.services.apigateway.records import Integration, MethodSetting, Stage
from portico.services.apigateway.transform.seam import GatewayAnswer, RequestContext

RULES = Caching("ns", (("querystring", "q"), ("header", "X-Team"), ("path", "id")), 60, False, True, "")
OK = GatewayAnswer(200, (("Content-Type", "text/plain"),), b"body")
MANY = 10_000_000


class Now:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def cache(now: Now) -> ResponseCache:
    return ResponseCache(Sealer(b"k" * 32), now)


def request(**changes: Any) -> RequestContext:
    given: dict[str, Any] = {
        "account": "1",
        "region": "r",
        "api_id": "api",
        "stage": "prod",
        "deployment_id": "d1",
        "resource_id": "r1",
        "resource_path": "/pets/{id}",
        "http_method": "GET",
        "path": "/pets/5",
        "full_path": "/prod/pets/5",
        "protocol": "HTTP/1.1",
        "request_id": "x",
        "extended_request_id": "y",
        "at": 0.0,
        "domain_name": "h",
        "domain_prefix": "h",
        "path_parameters": {"id": "5"},
    }
    return RequestContext(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"query": (("other", "1"),)}, True),
        ({"query": (("q", "1"),)}, False),
        ({"query": (("q", ""),)}, True),
        ({"headers": (("X-Other", "1"),)}, True),
        ({"headers": (("x-team", "1"),)}, False),
        ({"path": "/pets/6", "path_parameters": {"id": "6"}}, False),
        ({"http_method": "HEAD"}, False),
        ({"deployment_id": "d2"}, False),
    ],
)
def test_what_the_key_is_made_of(changes: dict[str, Any], same: bool) -> None:
    assert (RULES.key(request(), "arn", "") == RULES.key(request(**changes), "arn", "")) is same


def test_values_do_not_run_into_each_other() -> None:
    one = RULES.key(request(query=(("q", "ab"),), headers=(("X-Team", "c"),)), "arn", "")
    other = RULES.key(request(query=(("q", "a"),), headers=(("X-Team", "bc"),)), "arn", "")
    assert one != other


def test_callers_are_told_apart() -> None:
    assert RULES.key(request(), "arn", "alice") != RULES.key(request(), "arn", "bob")


def test_an_answer_holds_for_its_time(cache: ResponseCache, now: Now) -> None:
    cache.put("api", "prod", ("k",), RULES, OK, MANY)
    now.seconds += 59.9
    assert cache.get("api", "prod", ("k",)) == OK
    assert cache.get("api", "test", ("k",)) is None
    assert cache.get("api2", "prod", ("k",)) is None
    now.seconds += 0.1
    assert cache.get("api", "prod", ("k",)) is None


@pytest.mark.parametrize(
    "answer",
    [
        GatewayAnswer(500, (), b"x"),
        GatewayAnswer(404, (), b"x"),
        GatewayAnswer(200, (), b"x", response_type="THROTTLED"),
        GatewayAnswer(200, (), b"x" * 1_048_577),
        GatewayAnswer(200, (("Set-Cookie", "session=1"),), b"x"),
    ],
)
def test_what_is_not_kept(cache: ResponseCache, answer: GatewayAnswer) -> None:
    cache.put("api", "prod", ("k",), RULES, answer, MANY)
    assert cache.get("api", "prod", ("k",)) is None


def test_encrypted_answers_are_the_same_and_nowhere_in_the_clear(cache: ResponseCache) -> None:
    rules = Caching("ns", (), 60, True, True, "")
    cache.put("api", "prod", ("k",), rules, OK, MANY)
    assert cache.get("api", "prod", ("k",)) == OK
    (stored,) = cache._stages.values()
    (entry,) = stored.entries.values()
    assert entry.body == b""
    assert "body" not in entry.sealed


def test_the_oldest_go_when_it_is_full(cache: ResponseCache) -> None:
    large = GatewayAnswer(200, (), b"x" * 1_000_000)
    for number in range(20):
        cache.put("api", "prod", (str(number),), RULES, large, MANY)
    kept = [n for n in range(20) if cache.get("api", "prod", (str(n),)) is not None]
    assert kept == list(range(11, 20))


def test_a_flush_forgets_one_stage(cache: ResponseCache) -> None:
    cache.put("api", "prod", ("k",), RULES, OK, MANY)
    cache.put("api", "test", ("k",), RULES, OK, MANY)
    cache.flush("api", "prod")
    assert cache.get("api", "prod", ("k",)) is None
    assert cache.get("api", "test", ("k",)) == OK


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("max-age=0", True),
        ("no-store, max-age=0", True),
        ("Max-Age=0, x", True),
        ("max-age=00", True),
        ("max-age=10", False),
        ("s-max-age=0", False),
        ("no-cache", False),
        ("", False),
    ],
)
def test_who_asks_for_a_new_answer(value: str, wanted: bool) -> None:
    assert invalidates({"cache-control": value}) is wanted


@pytest.mark.parametrize(
    ("size", "count"), [("0.5", 256_000_000), ("237", 256_000_000), ("", 256_000_000), ("0.1", 100_000_000)]
)
def test_sizes_of_clusters(size: str, count: int) -> None:
    assert bytes_of_cluster(size) == count


SETTING = MethodSetting(
    metrics_enabled=False,
    data_trace_enabled=False,
    throttling_burst_limit=-1,
    throttling_rate_limit=-1,
    caching_enabled=True,
    cache_ttl_in_seconds=300,
    cache_data_encrypted=False,
    require_authorization_for_cache_control=True,
    unauthorized_cache_control_header_strategy="FAIL_WITH_403",
)


@pytest.mark.parametrize(
    ("method", "own", "cluster", "cached"),
    [
        ("GET", False, True, True),
        ("GET", False, False, False),
        ("POST", False, True, False),
        ("POST", True, True, True),
    ],
)
def test_which_methods_are_cached(method: str, own: bool, cluster: bool, cached: bool) -> None:
    stage = Stage(
        stage_name="prod",
        deployment_id="d",
        created_date=0,
        last_updated_date=0,
        cache_cluster_enabled=cluster,
        cache_cluster_status="AVAILABLE" if cluster else "NOT_AVAILABLE",
        method_settings={},
        tracing_enabled=False,
    )
    integration = Integration(
        type="MOCK",
        passthrough_behavior="",
        timeout_in_millis=1,
        cache_namespace="ns",
        cache_key_parameters=("method.request.multivaluequerystring.q", "method.request.path.id"),
    )
    found = caching(stage, SETTING, integration, method, own=own)
    assert (found is not None) is cached
    if found is not None:
        assert found.parameters == (("querystring", "q"), ("path", "id"))

"""Many requests at once: quotas and rates let through what they say, for each client apart."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from http_api import Came
from rest_doors import RestApi

TOGETHER = 24


@pytest.fixture
def keyed(rest: RestApi) -> RestApi:
    """`/a` and `/b`, for which one needs a key."""
    rest.method("/a", apiKeyRequired=True)
    rest.method("/b", apiKeyRequired=True)
    rest.deploy()
    return rest


def at_once(rest: RestApi, values: list[str], times: int, path: str = "/a") -> dict[str, Counter[int]]:
    """The statuses that the clients of these keys are answered with, `times` requests of each, all at once."""

    def ask(value: str) -> tuple[str, Came]:
        return value, rest.ask(path, headers={"X-Api-Key": value})

    found: dict[str, Counter[int]] = {value: Counter() for value in values}
    with ThreadPoolExecutor(TOGETHER) as pool:
        for value, answer in pool.map(ask, values * times):
            found[value][answer.status] += 1
    return found


def test_a_quota(keyed: RestApi) -> None:
    plan, first = keyed.plan(quota={"limit": 37, "period": "DAY"})
    values = [keyed.value(first), keyed.value(keyed.join(plan))]
    found = at_once(keyed, values, 60)
    assert [found[value] for value in values] == [Counter({429: 23, 200: 37})] * 2
    today = datetime.now(UTC).date()
    around = {"startDate": str(today - timedelta(40)), "endDate": str(today + timedelta(40))}
    used = keyed.control.get_usage(usagePlanId=plan, keyId=first, **around)["items"][first]
    assert [day for day in used if day[0]] == [[37, 0]]


def test_a_quota_that_is_changed_meanwhile(keyed: RestApi) -> None:
    plan, key = keyed.plan(quota={"limit": 1_000, "period": "DAY"})
    value = keyed.value(key)
    assert at_once(keyed, [value], 20)[value] == {200: 20}
    keyed.control.update_usage_plan(
        usagePlanId=plan, patchOperations=[{"op": "replace", "path": "/quota/limit", "value": "30"}]
    )
    assert at_once(keyed, [value], 40)[value] == {200: 10, 429: 30}
    keyed.control.delete_usage_plan_key(usagePlanId=plan, keyId=key)
    assert at_once(keyed, [value], 2)[value] == {403: 2}


def test_bursts_are_each_clients(keyed: RestApi) -> None:
    plan, first = keyed.plan(throttle={"rateLimit": 0.01, "burstLimit": 7})
    values = [keyed.value(first), keyed.value(keyed.join(plan))]
    found = at_once(keyed, values, 30)
    assert [found[value] for value in values] == [Counter({429: 23, 200: 7})] * 2
    found = at_once(keyed, values, 3, "/b")
    assert [found[value] for value in values] == [Counter({429: 3})] * 2


def test_keys_are_headers_and_nothing_else(keyed: RestApi) -> None:
    _, key = keyed.plan()
    value = keyed.value(key)
    assert keyed.ask("/a", headers={"x-aPI-keY": value}).status == 200
    for path, headers in (
        (f"/a?x-api-key={value}", {}),
        ("/a", {"Cookie": f"x-api-key={value}"}),
        ("/a", {"Authorization": value}),
        ("/a", {"X-Api-Key": value.upper()}),
        ("/a", {"X-Api-Key": f"{value},{value}"}),
        ("/a", {"X-Api-Key": key}),
        ("/a", {"X-Api-Key": value[:-1]}),
    ):
        assert keyed.ask(path, headers=headers).message == (403, "Forbidden"), (path, headers)

"""What is counted of a door's answers."""

from collections.abc import AsyncIterator

import pytest

from portico.doors.metrics import HTTP, REST, Answered, DoorMetrics, Names, Place
from portico.store.metrics import Metrics, Series

ACCOUNT, REGION = "111122223333", "us-east-1"
AT = 1_000_000 * 60
PLAIN = Names("AWS/Plain", "Requests", "4xxCount", "5xxCount", "Latency")
API, STAGE = ("ApiName", "pets"), ("Stage", "prod")


@pytest.fixture
async def metrics() -> AsyncIterator[Metrics]:
    made = Metrics(None)
    yield made
    await made.close()


def place(names: Names = REST) -> Place:
    return Place(ACCOUNT, REGION, names, ((API,), (API, STAGE)))


async def read(metrics: Metrics, name: str, names: Names = REST, at: int = AT) -> tuple[float, float] | None:
    series = Series(ACCOUNT, REGION, names.namespace, name, (API, STAGE))
    points = await metrics.read(series, at, at + 60)
    return (points[0].stats.count, points[0].stats.total) if points else None


async def test_answers_of_a_minute(metrics: Metrics) -> None:
    counted, stage = DoorMetrics(metrics), place()
    for answer in (
        Answered(200, 10, 5, cached=False),
        Answered(200, 2, cached=True),
        Answered(404, 3),
        Answered(502, 5, 4),
    ):
        counted.answered(stage, AT + 1, answer)
    counted.answered(stage, AT + 61, Answered(200, 1))
    assert await read(metrics, "Count") == (4, 4)
    assert await read(metrics, "4XXError") == (4, 1)
    assert await read(metrics, "5XXError") == (4, 1)
    assert await read(metrics, "Latency") == (4, 20)
    assert await read(metrics, "IntegrationLatency") == (2, 9)
    assert await read(metrics, "CacheHitCount") == (2, 1)
    assert await read(metrics, "CacheMissCount") == (2, 1)
    assert await read(metrics, "Count", at=AT + 60) == (1, 1)


async def test_what_a_kind_of_door_does_not_have_is_not_told(metrics: Metrics) -> None:
    counted = DoorMetrics(metrics)
    counted.answered(place(PLAIN), AT, Answered(200, 3, 2, cached=True))
    counted.answered(place(HTTP), AT, Answered(429, 3, data_bytes=7))
    assert await read(metrics, "Requests", PLAIN) == (1, 1)
    assert await read(metrics, "", PLAIN) is None
    assert await read(metrics, "4xx", HTTP) == (1, 1)
    assert await read(metrics, "DataProcessed", HTTP) == (1, 7)
    assert await read(metrics, "IntegrationLatency", HTTP) is None


async def test_what_else_happens(metrics: Metrics) -> None:
    counted, stage = DoorMetrics(metrics), place()
    counted.told(stage, AT, "ConnectCount", 1)
    counted.told(stage, AT, "ConnectCount", 1)
    assert await read(metrics, "ConnectCount") == (2, 2)


async def test_places_are_told_apart(metrics: Metrics) -> None:
    counted = DoorMetrics(metrics)
    for _ in range(3):  # each is gone before the next is made, were it not kept
        counted.answered(Place(ACCOUNT, REGION, REST, ((API, STAGE),)), AT, Answered(200, 1))
    assert await read(metrics, "Count") == (3, 3)

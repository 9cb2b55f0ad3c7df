"""CloudWatch for the tests: one metric put, and asked for again."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest

NAMESPACE = "Shop"


def now() -> dt.datetime:
    """The time, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def cw(client: Callable[..., Any]) -> Any:
    """CloudWatch as the root of this test's account."""
    return client("cloudwatch")


@pytest.fixture
def datapoints(cw: Any) -> Callable[..., list[dict[str, Any]]]:
    """`datapoints(name, *statistics, namespace=..., ...)`: a metric's datapoints of the last two hours in one period."""

    def ask(
        name: str,
        *statistics: str,
        namespace: str = NAMESPACE,
        dimensions: Sequence[tuple[str, str]] = (),
        **options: Any,
    ) -> list[dict[str, Any]]:
        simple = all(each in ("SampleCount", "Average", "Sum", "Minimum", "Maximum") for each in statistics)
        end = now() + dt.timedelta(minutes=60)
        found: list[dict[str, Any]] = cw.get_metric_statistics(
            **{
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions],
                "StartTime": end - dt.timedelta(hours=3),
                "EndTime": end,
                "Period": 4 * 3600,
                "Statistics" if simple else "ExtendedStatistics": list(statistics),
                **options,
            }
        )["Datapoints"]
        return found

    return ask

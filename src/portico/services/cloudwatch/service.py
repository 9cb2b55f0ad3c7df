"""What CloudWatch's operations get, and how they name a metric."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.services.cloudwatch import errors
from portico.store.metrics import Metrics, Sampling, Series
from portico.store.port import StoreError


class CloudWatch(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    metrics: Metrics
    sampling: Sampling


@contextlib.contextmanager
def reaching_metrics() -> Iterator[None]:
    """Around what is done with the metrics.

    Raises:
        AwsError: ServiceUnavailable (503), when their disk is full or has failed.
    """
    try:
        yield
    except StoreError as error:
        raise errors.unavailable(str(error)) from error


def series_of(call: Call, metric: Mapping[str, Any]) -> Series:
    """The series that `Namespace`, `MetricName` and `Dimensions` name, in the caller's account and region."""
    dimensions = sorted((each["Name"], each["Value"]) for each in metric.get("Dimensions") or ())
    scope = call.scope
    return Series(scope.account, scope.region, metric["Namespace"], metric["MetricName"], tuple(dimensions))


def shown(series: Series) -> dict[str, Any]:
    """A metric in CloudWatch's terms."""
    return {
        "Namespace": series.namespace,
        "MetricName": series.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
    }

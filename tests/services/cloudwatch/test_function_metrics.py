"""AWS/Lambda: what happens to functions is told in metrics."""

from collections.abc import Callable
from typing import Any

import pytest

FAILS = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("no")
    return 1
"""


def test_invocations_errors_and_durations(
    client: Callable[..., Any], deploy: Callable[..., str], datapoints: Callable[..., Any]
) -> None:
    name = deploy(FAILS)
    for payload in (b"{}", b"{}", b'{"fail": 1}'):
        client("lambda").invoke(FunctionName=name, Payload=payload)
    of_function = {"namespace": "AWS/Lambda", "dimensions": [("FunctionName", name)]}
    (invocations,) = datapoints("Invocations", "Sum", "SampleCount", **of_function)
    (errors,) = datapoints("Errors", "Sum", "Average", **of_function)
    (duration,) = datapoints("Duration", "SampleCount", "Minimum", "Maximum", **of_function)
    assert (invocations["Sum"], invocations["SampleCount"], invocations["Unit"]) == (3, 3, "Count")
    assert (errors["Sum"], errors["Average"]) == (1, pytest.approx(1 / 3))
    assert (duration["SampleCount"], duration["Unit"]) == (3, "Milliseconds")
    assert 0 < duration["Minimum"] <= duration["Maximum"] < 10_000

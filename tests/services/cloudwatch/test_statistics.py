"""Statistics, by their names, of what was measured."""

import pytest

from portico.services.cloudwatch.statistics import statistic
from portico.store.metrics import Stats, of_each, of_set, of_values

HUNDRED = of_each(float(number) for number in range(1, 101))
TEN = of_each(float(number) for number in range(1, 11))


@pytest.mark.parametrize(
    ("name", "stats", "value"),
    [
        ("SampleCount", HUNDRED, 100),
        ("Sum", HUNDRED, 5050),
        ("Average", HUNDRED, 50.5),
        ("Minimum", HUNDRED, 1),
        ("Maximum", HUNDRED, 100),
        ("p0", HUNDRED, 1),
        ("p50", HUNDRED, 50),
        ("p99", HUNDRED, 99),
        ("p99.9", HUNDRED, 100),
        ("p100", HUNDRED, 100),
        ("P90", HUNDRED, 90),
        ("p50", of_each([7.0]), 7),
        ("p50", of_values({1.0: 9.0, 5.0: 1.0}), 1),
        ("p95", of_values({1.0: 9.0, 5.0: 1.0}), 5),
        ("tm90", TEN, 5),
        ("TM(10%:90%)", TEN, 5.5),
        ("TM(:99%)", HUNDRED, 50),
        ("TM(95%:)", HUNDRED, 98),
        ("TM(3:7)", TEN, 5.5),
        ("TM(:7)", TEN, 4),
        ("tc90", TEN, 9),
        ("TC(0.5:3)", TEN, 3),
        ("TC(100:)", TEN, 0),
        ("ts90", TEN, 45),
        ("TS(80%:)", TEN, 19),
        ("wm90", TEN, 5.4),
        ("WM(10%:90%)", TEN, 5.5),
        ("IQM", TEN, 5.5),
        ("PR(:3)", TEN, 30),
        ("PR(3:)", TEN, 70),
        ("PR(100:2000)", TEN, 0),
        ("p50", of_set(3.0, 15.0, 5.0, 5.0), 5),
    ],
)
def test_known(name: str, stats: Stats, value: float) -> None:
    compute = statistic(name)
    assert compute is not None
    assert compute(stats) == pytest.approx(value)


@pytest.mark.parametrize("name", ["p50", "tm90", "TM(1:2)", "PR(:1)", "IQM"])
@pytest.mark.parametrize("stats", [of_set(2.0, 3.0, 1.0, 2.0), of_each([-1.0, 1.0])], ids=["set", "negative"])
def test_not_to_be_had(name: str, stats: Stats) -> None:
    compute = statistic(name)
    assert compute is not None
    assert compute(stats) is None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "sum",
            "SUM",
            "p",
            "p101",
            "p-1",
            "p1e3",
            "p99.12345678901",
            "px",
            " p50",
            "p50 ",
            "Median",
            "None",
        ),
        *(
            "TM()",
            "TM(:)",
            "TM(10%:5%)",
            "TM(10%:90)",
            "TM(0%:101%)",
            "PR(10%:90%)",
            "TM(7:3)",
            "TM(1:2:3)",
            "XX(1:2)",
        ),
    ],
)
def test_unknown(name: str) -> None:
    assert statistic(name) is None

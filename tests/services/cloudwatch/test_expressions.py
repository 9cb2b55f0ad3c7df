"""Metric math: expressions, what they come to, and what they can't be."""

import pytest

from portico.services.cloudwatch.evaluate import Impossible, Known, Line, Value, Work, evaluate
from portico.services.cloudwatch.expressions import Unreadable, names, parse
from portico.services.cloudwatch.math_functions import FUNCTIONS
from portico.services.cloudwatch.periods import Window

WINDOW = Window(0, 300, 60)
A = Line({0: 1.0, 60: 2.0, 120: 4.0}, WINDOW, "A")
B = Line({0: 10.0, 120: 0.0, 180: 5.0}, WINDOW, "B")
EMPTY = Line({}, WINDOW, "empty")
KNOWN = Known(
    {"m1": A, "m2": B, "none": EMPTY, "e1": [A, B], "three": 3.0},
    ["m1", "m2", "none"],
    {},
    WINDOW,
    Work(10_000),
)


def shown(value: Value) -> object:
    if isinstance(value, Line):
        return dict(value.values)
    return [shown(line) for line in value] if isinstance(value, list) else value


def compute(text: str) -> object:
    return shown(evaluate(parse(text), KNOWN, FUNCTIONS))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("2 ^ 3 * 2", 16.0),
        ("-2 ^ 2", -4.0),
        ("-m1", {0: -1.0, 60: -2.0, 120: -4.0}),
        ("8 / 2 / 2", 2.0),
        ("1.5e1 - .5", 14.5),
        ("m1 * 10", {0: 10.0, 60: 20.0, 120: 40.0}),
        ("100 - m1", {0: 99.0, 60: 98.0, 120: 96.0}),
        ("m1 + m2", {0: 11.0, 120: 4.0}),
        ("m1 / m2", {0: 0.1}),
        ("m1 > 1", {0: 0.0, 60: 1.0, 120: 1.0}),
        ("m1 >= 2 AND m1 < 4", {0: 0.0, 60: 1.0, 120: 0.0}),
        ("m1 == 1 || m1 == 4", {0: 1.0, 60: 0.0, 120: 1.0}),
        ("e1 * 2", [{0: 2.0, 60: 4.0, 120: 8.0}, {0: 20.0, 120: 0.0, 180: 10.0}]),
        ("e1 - [m1, m2]", [{0: 0.0, 60: 0.0, 120: 0.0}, {0: 0.0, 120: 0.0, 180: 0.0}]),
        ("e1 + m1", [{0: 2.0, 60: 4.0, 120: 8.0}, {0: 11.0, 120: 4.0}]),
        ("ABS(-three)", 3.0),
        ("SUM(m1)", 7.0),
        ("SUM(METRICS())", {0: 11.0, 60: 2.0, 120: 4.0, 180: 5.0}),
        ("SUM([m1, m2])", {0: 11.0, 60: 2.0, 120: 4.0, 180: 5.0}),
        ('MAX(METRICS("m"))', {0: 10.0, 60: 2.0, 120: 4.0, 180: 5.0}),
        ("AVG(METRICS('m1'))", {0: 1.0, 60: 2.0, 120: 4.0}),
        ("MIN(e1)", {0: 1.0, 60: 2.0, 120: 0.0, 180: 5.0}),
        ("STDDEV(m2)", pytest.approx(4.0824829)),
        ("AVG(none)", pytest.approx(float("nan"), nan_ok=True)),
        ("FILL(m1, 0)", {0: 1.0, 60: 2.0, 120: 4.0, 180: 0.0, 240: 0.0}),
        ("FILL(m2, REPEAT)", {0: 10.0, 60: 10.0, 120: 0.0, 180: 5.0, 240: 5.0}),
        ("FILL(m2, LINEAR)", {0: 10.0, 60: 5.0, 120: 0.0, 180: 5.0}),
        ("FILL(m1, AVG(none))", {0: 1.0, 60: 2.0, 120: 4.0}),
        ("FILL(none, LINEAR)", {}),
        ("FILL(none, 1)", dict.fromkeys(range(0, 300, 60), 1.0)),
        ("FILL(e1, 0) * 0", [dict.fromkeys(range(0, 300, 60), 0.0)] * 2),
        ("m1 / FILL(m2, 1)", {0: 0.1, 60: 2.0}),
        ("IF(m1 > 1, m1, 0)", {0: 0.0, 60: 2.0, 120: 4.0}),
        ("IF(m1 > 1, m2)", {120: 0.0}),
        ("IF(1 < 2, 5, 6)", 5.0),
        ("CEIL(m1 / 3)", {0: 1.0, 60: 1.0, 120: 2.0}),
        ("FLOOR(m1 / 3)", {0: 0.0, 60: 0.0, 120: 1.0}),
        ("LOG10(m2)", {0: 1.0, 180: pytest.approx(0.69897)}),
        ("LOG(m1 - 1)", {60: 0.0, 120: pytest.approx(1.0986123)}),
        ("DIFF(m1)", {60: 1.0, 120: 2.0}),
        ("DIFF_TIME(m2)", {120: 120.0, 180: 60.0}),
        ("RATE(m1)", {60: pytest.approx(1 / 60), 120: pytest.approx(2 / 60)}),
        ("RUNNING_SUM(m1)", {0: 1.0, 60: 3.0, 120: 7.0}),
        ("DATAPOINT_COUNT(m1)", 3.0),
        ("PERIOD(m1)", 60.0),
        (
            "m1 / PERIOD(m1)",
            {0: pytest.approx(1 / 60), 60: pytest.approx(2 / 60), 120: pytest.approx(4 / 60)},
        ),
        ("TIME_SERIES(three)", dict.fromkeys(range(0, 300, 60), 3.0)),
        ("MINUTE(m1)", {0: 0.0, 60: 1.0, 120: 2.0}),
        ("DAY(m1)", {0: 4.0, 60: 4.0, 120: 4.0}),
        ("YEAR(m1) * 0 + EPOCH(m1)", {0: 0.0, 60: 60.0, 120: 120.0}),
        ("REMOVE_EMPTY([m1, none])", [{0: 1.0, 60: 2.0, 120: 4.0}]),
        ("FIRST(SORT(e1, MAX, DESC))", {0: 10.0, 120: 0.0, 180: 5.0}),
        ("SORT(METRICS(), AVG, ASC, 1)", [{0: 1.0, 60: 2.0, 120: 4.0}]),
        ("SLICE(e1, 1)", [{0: 10.0, 120: 0.0, 180: 5.0}]),
        ("SLICE(e1, 0, 1)", [{0: 1.0, 60: 2.0, 120: 4.0}]),
        ("LAST(e1)", {0: 10.0, 120: 0.0, 180: 5.0}),
        ("10 ^ 400", pytest.approx(float("nan"), nan_ok=True)),
        ("(-8) ^ 0.5", pytest.approx(float("nan"), nan_ok=True)),
    ],
)
def test_computed(text: str, value: object) -> None:
    assert compute(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "m1 +",
        "* m1",
        "(m1",
        "m1)",
        "[m1",
        "SUM(m1",
        "m1 m2",
        "m1 $ 2",
        "'x",
        "SUM(,)",
        "m1 = 2",
        "1 +" * 600 + "1",
        "(" * 300 + "1" + ")" * 300,
        "-" * 300 + "1",
        "[" * 300,
    ],
)
def test_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "NOTHING(m1)",
            "m9 + 1",
            "SUM(m9)",
            "SUM()",
            "SUM(m1, m2)",
            "ABS('a')",
            "[m1, 2]",
            "e1 + [m1]",
            "IF(m1)",
            "IF(e1, 1, 2)",
        ),
        *(
            "FILL(m1)",
            "FILL(m1, SOMETHING)",
            "FILL(3, 1)",
            "PERIOD(3)",
            "TIME_SERIES(m1)",
            "METRICS(m1)",
            "FIRST([])",
        ),
        *("SORT(e1)", "SORT(e1, MEDIAN, ASC)", "SLICE(e1)", "IF(m1, e1, e1)", "REMOVE_EMPTY(3)"),
    ],
)
def test_impossible(text: str) -> None:
    with pytest.raises(Impossible):
        compute(text)


def test_names() -> None:
    assert names(parse("SUM([m1, e2]) / IF(m3 > 1, FILL(m1, REPEAT), 2)")) == {"m1", "e2", "m3", "REPEAT"}


def test_a_long_row_of_operators_is_computed() -> None:
    assert compute(" + ".join(["m1"] * 240)) == {0: 240.0, 60: 480.0, 120: 960.0}


def test_windows_of_too_many_periods_are_not_filled() -> None:
    line = Line({0: 1.0}, Window(0, 60 * 200_000, 60))
    known = Known({"m1": line}, ["m1"], {}, line.window, Work(10_000))
    with pytest.raises(Impossible, match="too many periods"):
        evaluate(parse("FILL(m1, 0)"), known, FUNCTIONS)


def test_work_is_bounded() -> None:
    known = Known({"m1": A}, ["m1"], {}, WINDOW, Work(10))
    tree = parse("ABS(m1)")
    for _ in range(3):
        evaluate(tree, known, FUNCTIONS)
    with pytest.raises(Impossible, match="too many values"):
        evaluate(tree, known, FUNCTIONS)

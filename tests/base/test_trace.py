"""Trace headers and lineage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.base.trace import carried, entered, furthest, lineage_of, mark_of

ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
A, B = mark_of("arn:a"), mark_of("arn:b")


def test_a_chain_of_one_function() -> None:
    trace = ROOT
    for turn in range(20):
        trace, count = entered(trace, A)
        assert (trace, count) == (f"{ROOT};Lineage=1:{A}:{turn}", turn)


def test_a_chain_of_two() -> None:
    trace = ROOT
    for turn in range(5):
        trace, first = entered(trace, A)
        trace, second = entered(trace, B)
        assert (first, second) == (turn, turn)
    assert lineage_of(trace) == {A: 4, B: 4}


def test_no_trace_at_all() -> None:
    assert entered("", A) == (f"Lineage=1:{A}:0", 0)
    assert entered(f"Lineage=1:{A}:0", A) == (f"Lineage=1:{A}:1", 1)


@pytest.mark.parametrize(
    ("header", "lineage"),
    [
        ("Lineage=a87bd80c:1|68fd508a:5", {"a87bd80c": 1, "68fd508a": 5}),
        ("Lineage=1:fe460cdd:0", {"fe460cdd": 0}),
        (f"{ROOT};Lineage=1:fe460cdd:7;Self=1", {"fe460cdd": 7}),
        ("Lineage=", {}),
        ("Lineage=x:y:z|:|1:short:1|fe460cdd:-1|fe460cdd:99999", {}),
        ("Lineage=fe460cdd:²", {}),
    ],
)
def test_what_is_read(header: str, lineage: dict[str, int]) -> None:
    assert lineage_of(header) == lineage


def test_a_header_can_not_take_lineage_away() -> None:
    inside = f"{ROOT};Lineage=1:{A}:9"
    assert carried("", inside) == inside
    assert carried("Root=1-other", inside) == f"Root=1-other;Lineage=1:{A}:9"
    assert carried(f"Root=1-other;Lineage=1:{A}:0", inside) == f"Root=1-other;Lineage=1:{A}:9"
    assert carried(f"Root=1-other;Lineage=1:{A}:12", inside) == f"Root=1-other;Lineage=1:{A}:12"
    assert carried("Root=1-other", ROOT) == "Root=1-other"


def test_a_batch_continues_all_its_chains() -> None:
    traces = [f"{ROOT};Lineage=1:{A}:1", "", f"Root=1-other;Lineage=1:{A}:7|{B}:2"]
    assert furthest(traces) == f"{ROOT};Lineage=1:{A}:7|{B}:2"
    assert furthest([]) == ""


def test_a_lineage_does_not_grow_without_end() -> None:
    trace = ROOT
    for name in range(100):
        trace, _ = entered(trace, mark_of(f"arn:{name}"))
    assert len(trace) < 700


@given(st.text())
def test_any_header_can_be_entered(header: str) -> None:
    trace, count = entered(header, A)
    assert lineage_of(trace)[A] == count

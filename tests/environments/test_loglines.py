"""What a function writes, cut into lines."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from portico.environments.loglines import LINE_BYTES_MAX, MARK, TOTAL_BYTES_MAX, LineCollector
from portico.environments.runtimes.python import logs


def _texts(*chunks: bytes) -> list[str]:
    collector = LineCollector()
    for chunk in chunks:
        collector.feed(chunk, 1_000)
    return [line.text for line in collector.take(1_000)]


def _message(text: bytes, at_us: int = 0) -> bytes:
    return MARK + struct.pack("!IQ", len(text), at_us) + text


def test_both_ends_mark_messages_alike() -> None:
    assert logs.MARK == MARK


def test_plain_text_is_a_line_each_and_the_last_needs_no_newline() -> None:
    assert _texts(b"one\ntwo\n\nth", b"ree") == ["one", "two", "", "three"]


def test_a_message_keeps_its_lines_and_its_time() -> None:
    collector = LineCollector()
    collector.feed(b"before\n" + _message(b"a\nb", 990_000) + b"after\n", 1_000)
    assert [(line.at_ms, line.text) for line in collector.take(1_000)] == [
        (1_000, "before"),
        (990, "a\nb"),
        (1_000, "after"),
    ]


def test_a_message_after_unfinished_text() -> None:
    assert _texts(b"text" + _message(b"m") + b"more") == ["text", "m", "more"]


def test_a_time_that_can_not_be_is_not_believed() -> None:
    collector = LineCollector()
    collector.feed(_message(b"future", 10**15) + _message(b"past", 1), 5_000_000)
    assert [line.at_ms for line in collector.take(5_000_000)] == [5_000_000, 5_000_000]


def test_an_endless_line_is_split() -> None:
    texts = _texts(b"x" * (LINE_BYTES_MAX + 10) + b"\n")
    assert [len(text) for text in texts] == [LINE_BYTES_MAX, 10]


def test_a_message_that_claims_to_be_huge_is_read_as_text() -> None:
    head = MARK + struct.pack("!IQ", 0xFFFFFFFF, 0)
    assert _texts(head + b"hello\n") == ["hello"]


def test_what_exceeds_the_total_is_dropped_and_counted() -> None:
    collector = LineCollector()
    line = b"y" * 1023 + b"\n"
    for _ in range(TOTAL_BYTES_MAX // 1024 + 3):
        collector.feed(line, 1)
    assert collector.full
    lines = collector.take(1)
    assert len(lines) == TOTAL_BYTES_MAX // 1024 + 1
    assert lines[-1].text == f"LOGS_DROPPED 3072 bytes: more than {TOTAL_BYTES_MAX} bytes in one invocation"
    assert not collector.full
    assert collector.take(2) == ()


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_no_bytes_make_it_fail_or_keep_more_than_arrived(chunks: list[bytes]) -> None:
    collector = LineCollector()
    for chunk in chunks:
        collector.feed(chunk, 1)
    text = "".join(line.text for line in collector.take(1))
    assert len(text) <= sum(map(len, chunks))

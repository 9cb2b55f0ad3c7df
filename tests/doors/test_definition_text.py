"""Texts of definitions: what is read, and texts that were written to exhaust who reads them."""

from itertools import pairwise

import pytest

from portico.doors.definition_text import Unreadable, parse, written

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n" for before, after in pairwise("abcdefghijkl")
)
MERGES = "a: &a {x: 1, y: 2}\n" + "".join(
    f"{after}: &{after} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n"
    for before, after in pairwise("abcdefghijkl")
)


@pytest.mark.parametrize("as_yaml", [True, False])
def test_what_was_written_is_read(as_yaml: bool) -> None:
    document = {"openapi": "3.0.1", "paths": {"/a": {"get": {"responses": {"200": {"description": "ü"}}}}}}
    assert parse(written(document, as_yaml=as_yaml)) == document


def test_yaml_is_taken_as_json_would_say_it() -> None:
    assert parse(b"a: 2026-11-21\n200: 1\ntrue: x\nb: &b {c: 1}\nd: {<<: *b, e: 2}\n") == {
        "a": "2026-11-21",
        "200": 1,
        "true": "x",
        "b": {"c": 1},
        "d": {"c": 1, "e": 2},
    }


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        "[" * 3_000_000,
        '{"a":' * 100_000,
        "- " * 2_000_000,
        "? " * 100_000,
        "- x\n" * 1_000_000,
        LAUGHS,
        MERGES,
        "a: &a [*a]",
        "a: &a {<<: *a}",
        "!!python/object/apply:os.system ['true']",
        "[]",
        "",
        "x" * (6 * 1024 * 1024 + 1),
    ],
    ids=range(14),
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text.encode())

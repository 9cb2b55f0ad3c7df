"""Where statements stand in a policy's text."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.services.iam.positions import of_statements


def places(document: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [((a.line, a.column), (b.line, b.column)) for a, b in of_statements(document)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('{"Statement":{}}', [((1, 15), (1, 16))]),
        ('{"Statement":[{},{"a":1}]}', [((1, 16), (1, 17)), ((1, 19), (1, 25))]),
        ('{"Version":"x",\n "Statement":\n  [ {\n}\n, {} ] }', [((3, 6), (4, 2)), ((5, 4), (5, 5))]),
        ('{"Id":"Statement","Statement":[]}', []),
        ("{}", []),
    ],
)
def test_places(document: str, expected: object) -> None:
    assert places(document) == expected


@given(
    st.lists(
        st.dictionaries(st.text(string.printable, max_size=5), st.text(max_size=5), max_size=3), max_size=4
    ),
    st.sampled_from([None, 0, 2, "\t"]),
)
def test_a_span_is_the_statement(statements: list[dict[str, str]], indent: int | str | None) -> None:
    document = json.dumps({"Version": "x", "Statement": statements}, indent=indent, ensure_ascii=False)
    lines = document.split("\n")
    offsets = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    found = [
        json.loads(document[offsets[a.line - 1] + a.column - 2 : offsets[b.line - 1] + b.column - 1])
        for a, b in of_statements(document)
    ]
    assert found == statements

"""What the simulator asks of a document: its condition keys, and where its statements stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.identity.policy.inspect import Span, context_keys, statement_spans
from portico.identity.policy.parse import compiled

PUT = {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}


def test_the_span_that_aws_answers() -> None:
    """Columns as in the recorded case TestIAMIntegrations::test_simulate_principle_policy: 41 to 113 of line 1."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [PUT]})
    assert statement_spans(document) == (Span(1, 41, 1, 113),)


@pytest.mark.parametrize(
    ("document", "spans"),
    [
        ('{"Statement":{"Effect":"Deny"}}', [(1, 14, 1, 30)]),
        ('{ "Statement" : [ {}\n, {} ] , "Id":"}" }', [(1, 19, 1, 20), (2, 3, 2, 4)]),
        ('{"Id":"x","Statement":[{\n"Sid":"]"\n}]}', [(1, 24, 3, 1)]),
    ],
)
def test_spans(document: str, spans: list[tuple[int, int, int, int]]) -> None:
    """Over lines, space and brackets within text."""
    assert list(statement_spans(document)) == [Span(*span) for span in spans]


@given(st.lists(st.dictionaries(st.text(), st.text(), max_size=2), min_size=1, max_size=3), st.integers(0, 4))
def test_spans_hold_their_statements(statements: list[dict[str, str]], indent: int) -> None:
    """Cutting a span out of the document gives the statement."""
    document = json.dumps({"Id": "a", "Statement": statements}, indent=indent or None)
    lines = document.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    for span, statement in zip(statement_spans(document), statements, strict=True):
        start = starts[span.start_line - 1] + span.start_column - 1
        end = starts[span.end_line - 1] + span.end_column
        assert json.loads(document[start:end]) == statement


def test_context_keys_of_conditions_and_variables() -> None:
    """Each once, whatever its case."""
    statement = PUT | {
        "Resource": ["arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::${s3:prefix, 'x'}"],
        "Condition": {
            "StringLike": {"s3:prefix": "${AWS:UserName}/${aws:userid}/*"},
            "Bool": {"aws:SecureTransport": "true", "AWS:securetransport": "true"},
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert sorted(context_keys(compiled(document)), key=str.lower) == [
        "aws:SecureTransport",
        "aws:userid",
        "AWS:UserName",
        "s3:prefix",
    ]

"""AWS's signing suite: every signed request of it is accepted, over exactly the canonical request that it names."""

import json
from pathlib import Path
from typing import Any

import pytest

from portico.identity import sigv4
from portico.wire.http import Head

CASES = json.loads((Path(__file__).parent / "sigv4_suite" / "vectors.json").read_text())


def parsed(text: str) -> tuple[Head, bytes]:
    """A request of the suite as the gateway would hand it on: names in lower case, folded lines joined, latin-1."""
    raw = text.encode().decode("latin-1")
    top, _, body = raw.partition("\n\n")
    request_line, *lines = top.split("\n")
    method, rest = request_line.split(" ", 1)
    target = rest.rsplit(" ", 1)[0]
    path, _, query = target.partition("?")
    headers: list[tuple[str, str]] = []
    for line in filter(None, lines):
        if line[0] == " ":
            name, value = headers.pop()
            headers.append((name, f"{value} {line.strip()}"))
        else:
            name, _, value = line.partition(":")
            headers.append((name.lower(), value.strip()))
    return Head(method, path, query, tuple(headers)), body.encode("latin-1")


@pytest.mark.parametrize("form", ["header", "query"])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_signed_request_of_the_suite_is_accepted(case: dict[str, Any], form: str) -> None:
    expected = case[form]
    head, body = parsed(expected["request"])
    found = sigv4.claim(head)
    assert found is not None
    payload = sigv4.sha256(body).hexdigest()
    texts = list(sigv4.canonical_requests(found, head, payload))
    wanted = expected["canonical"].encode().decode("latin-1")
    assert wanted in texts
    assert sigv4.string_to_sign(found.timestamp, found.scope, wanted) == expected["string_to_sign"]
    assert found.signature == expected["signature"]
    sigv4.verify(found, head, case["secret"], payload)


@pytest.mark.parametrize("case", CASES[:3], ids=[case["name"] for case in CASES[:3]])
def test_no_request_of_the_suite_is_accepted_for_another_secret(case: dict[str, Any]) -> None:
    head, _ = parsed(case["header"]["request"])
    found = sigv4.claim(head)
    assert found is not None
    with pytest.raises(sigv4.SignatureError, match="does not match the signature you provided"):
        sigv4.verify(found, head, case["secret"] + "x", sigv4.EMPTY_SHA256)

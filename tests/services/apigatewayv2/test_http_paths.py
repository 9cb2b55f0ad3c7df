"""What becomes of raw paths at HTTP APIs."""

import pytest

from portico.services.apigatewayv2.plane.paths import encoded, is_malformed, once_decoded


@pytest.mark.parametrize(
    ("raw", "once"),
    [
        ("/a/b", "/a/b"),
        ("/a%2Fb", "/a/b"),
        ("/a%252Fb", "/a%2Fb"),
        ("/a%20b", "/a%20b"),
        ("/a%3Fb/c", "/a"),
        ("/a%253Fb", "/a%3Fb"),
        ("/%61%23", "/a%23"),
        ("/%CE%BB\xce\xbb", "/%CE%BB%CE%BB"),
        ("/%ff", "/%EF%BF%BD"),
        ("/%25done", "/%done"),
    ],
)
def test_the_first_decoding(raw: str, once: str) -> None:
    assert once_decoded(raw) == once


@pytest.mark.parametrize(
    ("raw", "malformed"), [("/a", False), ("/%2F", False), ("/%", True), ("/%2", True), ("/%zz", True)]
)
def test_what_can_not_be_decoded_again(raw: str, malformed: bool) -> None:
    assert is_malformed(raw) is malformed


def test_encodings_stay_where_others_are_added() -> None:
    assert encoded("/a b%2F?#λ") == "/a%20b%2F%3F%23%CE%BB"

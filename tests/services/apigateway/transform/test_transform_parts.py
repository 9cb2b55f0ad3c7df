"""The pure parts of REST APIs' transformations, as tables: URIs, headers, media types, parameter sources, content codings."""

import pytest

from portico.services.apigateway.transform import remapping, uris
from portico.services.apigateway.transform.compression import accepted
from portico.services.apigateway.transform.context import at
from portico.services.apigateway.transform.media import Binary, first_accepted, selected
from portico.services.apigateway.transform.parameters import Values, source


@pytest.mark.parametrize(
    ("value", "within", "expected"),
    [
        ("a/b", False, "a/b"),
        ("a/b", True, "a%2Fb"),
        ("../x", False, "%2E%2E/x"),
        ("..", True, "%2E%2E"),
        ("a b?c#d%", False, "a%20b%3Fc%23d%25"),
        ("é\r\n", True, "%C3%A9%0D%0A"),
    ],
)
def test_parts_of_paths(value: str, within: bool, expected: str) -> None:
    assert uris.encoded(value, within=within) == expected


def test_uris() -> None:
    assert uris.with_path_parameters("http://x/{a}/{b+}/{c}", {"a": "1", "b": "2/3"}) == "http://x/1/2/3/{c}"
    assert uris.with_query("http://x/", [("a", "1 &"), ("b", "")]) == "http://x/?a=1%20%26&b="
    assert uris.with_query("http://x/?z=0", [("a", "1")]) == "http://x/?z=0&a=1"
    assert uris.with_query("http://x/", []) == "http://x/"


def test_headers_that_are_renamed_or_dropped() -> None:
    given = (("Server", "s"), ("Via", "v"), ("TE", "t"), ("Accept", "a"), ("X", "x"))
    kept = (("x-amzn-Remapped-Server", "s"), ("Accept", "a"), ("X", "x"))
    assert remapping.answered(given, "HTTP_PROXY") == kept
    assert remapping.answered(given, "HTTP") == (("x-amzn-Remapped-Server", "s"), ("Via", "v"), ("X", "x"))


@pytest.mark.parametrize(
    ("types", "asked", "is_binary"),
    [
        ((), "image/png", False),
        (("image/png",), "IMAGE/PNG; q=1", True),
        (("image/png",), "image/jpeg", False),
        (("image/*",), "image/jpeg", True),
        (("image/*",), "", False),
        (("*/*",), "", True),
    ],
)
def test_binary_media_types(types: tuple[str, ...], asked: str, is_binary: bool) -> None:
    assert Binary(types).has(asked) is is_binary


def test_types_that_are_accepted_and_chosen() -> None:
    assert first_accepted((("accept", "text/html;q=0.9, image/png"),)) == "text/html"
    assert first_accepted(()) == ""
    templates = {"application/json": 1, "Text/XML": 2}
    assert selected(templates, "text/xml; charset=utf-8") == ("Text/XML", 2)
    assert selected(templates, "") == ("application/json", 1)
    assert selected(templates, "text/csv") is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'fixed'", ("fixed",)),
        ("''", ("",)),
        ("method.request.header.x-a", ("2",)),
        ("method.request.multivalueheader.X-A", ("1", "2")),
        ("method.request.querystring.q", ("b",)),
        ("method.request.multivaluequerystring.q", ("a", "b")),
        ("method.request.path.id", ("7",)),
        ("method.request.body", ('{"a": {"b": [1, "x"]}}',)),
        ("method.request.body.a.b[1]", ("x",)),
        ("method.request.body.a", ('{"b":[1,"x"]}',)),
        ("method.request.body.none", ()),
        ("method.request.header.none", ()),
        ("method.request.elsewhere.x", ()),
        ("context.identity.sourceIp", ("1.2.3.4",)),
        ("context.none.at.all", ()),
        ("stageVariables.v", ("w",)),
        ("integration.response.header.X-A", ("2",)),
        ("nonsense", ()),
    ],
)
def test_sources(expression: str, expected: tuple[str, ...]) -> None:
    values = Values(
        headers=(("X-A", "1"), ("X-A", "2")),
        body=b'{"a": {"b": [1, "x"]}}',
        context={"identity": {"sourceIp": "1.2.3.4"}},
        stage_variables={"v": "w"},
        query=(("q", "a"), ("q", "b")),
        path={"id": "7"},
    )
    assert source(expression)(values) == expected


def test_names_with_dots() -> None:
    tree = {"authorizer": {"claims": {"cognito:groups": "g", "https://x.y/z": "u"}}}
    assert at(tree, "authorizer.claims.cognito:groups") == "g"
    assert at(tree, "authorizer.claims.https://x.y/z") == "u"
    assert at(tree, "authorizer.claims.none.deeper") is None


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("deflate, gzip;q=0.5", "deflate"),
        ("br, *", "gzip"),
        ("*;q=0", ""),
        ("gzip;q=0, deflate", "deflate"),
        ("gzip;q=x", ""),
        ("identity", ""),
    ],
)
def test_content_codings(header: str, coding: str) -> None:
    assert accepted(header) == coding

"""Raw paths in normal form, and which resource they lead to."""

import pytest

from portico.doors.paths import BadPath, decoded, normal
from portico.services.apigateway.plane.routes import Match, Routes
from portico.services.apigateway.records import Method, Resource


def resource(path: str, *methods: str) -> Resource:
    made = {
        name: Method(http_method=name, authorization_type="NONE", api_key_required=False) for name in methods
    }
    return Resource(id=path, path=path, resource_methods=made)


ROUTES = Routes(
    [
        resource("/", "GET"),
        resource("/pets", "GET", "ANY"),
        resource("/pets/{id}", "GET"),
        resource("/pets/mine", "GET"),
        resource("/pets/{id}/toys", "GET"),
        resource("/pets/mine/secret"),
        resource("/files/{path+}", "ANY"),
        resource("/files/special", "POST"),
        resource("/a/{b}/c/{rest+}", "GET"),
    ]
)


def found(path: str, method: str = "GET") -> Match | None:
    return ROUTES.find(normal(path), method)


@pytest.mark.parametrize(
    ("path", "where", "parameters"),
    [
        ("/", "/", {}),
        ("/pets", "/pets", {}),
        ("/pets/", "/pets", {}),
        ("/pets/5", "/pets/{id}", {"id": "5"}),
        ("/pets/mine", "/pets/mine", {}),
        ("/pets/mine/toys", "/pets/{id}/toys", {"id": "mine"}),
        ("/pets/a%20b", "/pets/{id}", {"id": "a b"}),
        ("/pets/a%2Fb", "/pets/{id}", {"id": "a/b"}),
        ("/pets/a%2fb/toys", "/pets/{id}/toys", {"id": "a/b"}),
        ("/%70ets/5", "/pets/{id}", {"id": "5"}),
        ("/pets/%C3%A4", "/pets/{id}", {"id": "ä"}),
        ("/pets/5;v=1", "/pets/{id}", {"id": "5;v=1"}),
        ("/pets/a+b", "/pets/{id}", {"id": "a+b"}),
        ("/files/a/b/c.txt", "/files/{path+}", {"path": "a/b/c.txt"}),
        ("/files/a//b", "/files/{path+}", {"path": "a//b"}),
        ("/files/a/", "/files/{path+}", {"path": "a"}),
        ("/a/1/c/2/3", "/a/{b}/c/{rest+}", {"b": "1", "rest": "2/3"}),
    ],
)
def test_what_is_found(path: str, where: str, parameters: dict[str, str]) -> None:
    match = found(path)
    assert match is not None
    assert (match.resource.path, match.parameters) == (where, parameters)


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/pets/5/6",
        "//pets",
        "/pets//5",
        "/files",
        "/files/",
        "/pets/mine/secret",
        "/PETS",
        "//",
        "/pets//",
    ],
)
def test_what_is_not(path: str) -> None:
    assert found(path) is None


def test_a_slash_at_the_end_means_nothing() -> None:
    match = found("/pets/5/toys/")
    assert match is not None
    assert match.resource.path == "/pets/{id}/toys"


def test_a_method_of_its_own_comes_before_any() -> None:
    match, other = found("/pets"), found("/pets", "DELETE")
    assert match is not None
    assert other is not None
    assert (match.method.http_method, other.method.http_method) == ("GET", "ANY")


def test_the_path_decides_alone() -> None:
    assert found("/files/special", "GET") is None
    assert found("/pets/5", "POST") is None


@pytest.mark.parametrize(
    "raw",
    ["/a/../b", "/..", "/a/%2e%2e/b", "/%2E/", "/a/.%2e", "/./a", "/%zz", "/%1", "/a%", "/a%0d%0ab", "/a%00"],
)
def test_paths_that_are_none(raw: str) -> None:
    with pytest.raises(BadPath):
        decoded(normal(raw))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("/a", "/a"),
        ("/%41%2d%7E", "/A-~"),
        ("/%2f%3B", "/%2F%3B"),
        ("/a%2F..%2Fb", "/a%2F..%2Fb"),
        ("/\xc3\xa4", "/%C3%A4"),
        ("/...", "/..."),
        ("/.well-known/x", "/.well-known/x"),
        ("/a b", "/a b"),
    ],
)
def test_normal_forms(raw: str, text: str) -> None:
    assert normal(raw) == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadPath):
        found("/pets/%FF")


def test_many_resources_cost_no_more_than_few() -> None:
    many = Routes([resource(f"/r{number}/{{id}}", "GET") for number in range(5_000)])
    match = many.find("/r4999/x", "GET")
    assert match is not None
    assert match.resource.path == "/r4999/{id}"

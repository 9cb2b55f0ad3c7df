"""Which route a request is for.

Source: API Gateway Developer Guide, "Create routes for HTTP APIs".
"""

import pytest

from portico.services.apigatewayv2.plane.tree import RouteTree
from portico.services.apigatewayv2.route_keys import RouteKey, invoked, parse, place


def key(text: str) -> RouteKey:
    found = parse(text)
    assert found is not None, text
    return found


def tree(*keys: str) -> RouteTree[str]:
    made: RouteTree[str] = RouteTree()
    for one in keys:
        made.add(key(one), one)
    return made


# The guide's own example, and what it says of it.
GUIDE = ("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("POST", "/test/5", "ANY /{proxy+}"),
        ("POST", "/pets/dog/1", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
        ("GET", "/pets/dog/", "GET /pets/{proxy+}"),
        ("GET", "/pets/dog//", "GET /pets/{proxy+}"),
        ("GET", "//pets/dog/1", "ANY /{proxy+}"),
        ("HEAD", "/pets/dog/1", "ANY /{proxy+}"),
    ],
)
def test_the_order(method: str, path: str, route: str) -> None:
    found = tree(*GUIDE).find(method, path)
    assert found is not None
    assert found[0] == route


def test_the_whole_path_counts_before_a_greedy_variable() -> None:
    routes = tree("GET /a/{proxy+}", "GET /{x}/b", "ANY /a/b/c", "GET /a/b/{z}")
    assert routes.find("GET", "/a/b") == ("GET /{x}/b", {"x": "a"})
    assert routes.find("GET", "/a/c") == ("GET /a/{proxy+}", {"proxy": "c"})
    assert routes.find("GET", "/a/b/c") == ("ANY /a/b/c", {})
    assert routes.find("GET", "/a/b/d") == ("GET /a/b/{z}", {"z": "d"})


def test_the_own_method_counts_before_any() -> None:
    routes = tree("ANY /a", "GET /a")
    assert routes.find("GET", "/a") == ("GET /a", {})
    assert routes.find("PUT", "/a") == ("ANY /a", {})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/a/1", {"id": "1"}),
        ("/a/a%20b", {"id": "a b"}),
        ("/a/x%2Fy", {"id": "x/y"}),
        ("/a/..", {"id": ".."}),
        ("/a/%2e%2e", {"id": ".."}),
        ("/a/b;c=d", {"id": "b;c=d"}),
        ("/a/%25", {"id": "%"}),
        ("/%61/1", {"id": "1"}),
    ],
)
def test_values_are_decoded_by_segment(path: str, values: dict[str, str]) -> None:
    assert tree("GET /a/{id}").find("GET", path) == ("GET /a/{id}", values)


@pytest.mark.parametrize(
    "path", ["/a", "/a/", "/a//", "/a/1/", "/a/1/2", "/A/1", "/a%2F1", "//a/1", "/x/../a/1"]
)
def test_what_does_not_match(path: str) -> None:
    assert tree("GET /a/{id}").find("GET", path) is None


def test_an_encoded_slash_reaches_no_other_route() -> None:
    routes = tree("GET /public/{proxy+}", "GET /private/{id}")
    assert routes.find("GET", "/public/..%2Fprivate%2F1") == (
        "GET /public/{proxy+}",
        {"proxy": "../private/1"},
    )
    assert routes.find("GET", "/public%2F..%2Fprivate/1") is None


def test_a_greedy_variable_takes_something() -> None:
    assert tree("ANY /{proxy+}").find("GET", "/") is None
    assert tree("ANY /a/{proxy+}").find("GET", "/a") is None
    assert tree("ANY /a/{proxy+}").find("GET", "/a/b//c/") == ("ANY /a/{proxy+}", {"proxy": "b//c/"})


def test_keys_that_lead_to_one_place() -> None:
    assert place(key("GET /a/{x}")) == place(key("GET /a/{y}"))
    assert place(key("GET /a/{x}")) != place(key("POST /a/{y}"))
    assert place(key("GET /a/{x}")) != place(key("GET /a/{x}/b"))
    assert place(key("GET /a/{x}")) != place(key("GET /a/{x+}"))


def test_depth_costs_and_breadth_does_not() -> None:
    """Walking back is bounded: a path of many segments that match variables and literals alike ends."""
    routes = tree(*(f"GET /{'/'.join(['a'] * n)}/{{v}}" for n in range(1, 12)), "GET /{a}/{b}/{c}/{d}")
    assert routes.find("GET", "/" + "/".join(["a"] * 30)) is None


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("GET /pets/{id}", "GET/pets/{id}"),
        ("ANY /{proxy+}", "*/{proxy+}"),
        ("$default", "$default"),
    ],
)
def test_what_a_function_is_invoked_for(text: str, ending: str) -> None:
    assert invoked(text) == ending

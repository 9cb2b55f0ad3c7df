"""JSONPath: Goessner's examples, what Jayway says of definite paths, and paths that would look at everything."""

from typing import Any

import pytest

from portico.doors.jsonpath import MISSING, PathError, compiled

STORE: dict[str, Any] = {
    "store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees", "title": "Sayings", "price": 8.95},
            {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword", "price": 12.99},
            {
                "category": "fiction",
                "author": "Herman Melville",
                "title": "Moby",
                "isbn": "0-553",
                "price": 8.99,
            },
        ],
        "bicycle": {"color": "red", "price": 19.95},
    },
    "a.b": {"c d": 1},
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.store.bicycle.color", "red"),
        ("$['store']['bicycle']['color']", "red"),
        ('$["a.b"]["c d"]', 1),
        ("$.store.book[0].title", "Sayings"),
        ("$.store.book[-1].title", "Moby"),
        ("$.store.book[0,2].title", ["Sayings", "Moby"]),
        ("$.store.book[:2].title", ["Sayings", "Sword"]),
        ("$.store.book[1:].title", ["Sword", "Moby"]),
        ("$.store.book[*].author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville"]),
        ("$..author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville"]),
        ("$.store..price", [8.95, 12.99, 8.99, 19.95]),
        ("$..book[2].isbn", ["0-553"]),
        ("$..book[?(@.isbn)].title", ["Moby"]),
        ("$..book[?(@.price < 10)].title", ["Sayings", "Moby"]),
        ("$..book[?(@.price<10 && @.category=='fiction')].title", ["Moby"]),
        ("$..book[?(@.category == 'reference' || @.price > 10)].title", ["Sayings", "Sword"]),
        ("$..book[?(!(@.isbn))].title", ["Sayings", "Sword"]),
        ("$..book[?(@.author =~ /.*REES/i)].title", ["Sayings"]),
        ("$..book[?(@.title in ['Moby', 'x'])].price", [8.99]),
        ("$..book[?(@['title'] == \"Moby\")].price", [8.99]),
        ("$.store.bicycle['color','price']", {"color": "red", "price": 19.95}),
        ("$.store.book.length()", 3),
        ("$.store.book[*].price.max()", 12.99),
        ("$.store.bicycle.keys()", ["color", "price"]),
        ("$.store.bicycle.*", ["red", 19.95]),
        ("$.none", None),
        ("$.nothing", MISSING),
        ("$.store.book[9]", MISSING),
        ("$.none.below", MISSING),
        ("$.store.book[*].nothing", []),
        ("$..nothing", []),
        ("$.store.bicycle.color.length()", 3),
    ],
)
def test_paths(path: str, found: Any) -> None:
    assert compiled(path).find(STORE) == found


def test_the_whole() -> None:
    assert compiled("$").find(STORE) is STORE
    assert compiled(" $ ").find([1]) == [1]


NONE = [
    "",
    "store",
    "$.",
    "$..",
    "$[",
    "$[0",
    "$['a]",
    "$.a[?(@.b]",
    "$.a[?(]",
    "$.a[?(@.b == )]",
    "$a b",
    "$.a[b]",
]
LONG = ["$." + "a." * 100 + "a", "$.a[?(" + "(" * 40 + "@.b" + ")" * 40 + ")]", "$" + ".a" * 3_000]


@pytest.mark.parametrize("path", NONE + LONG)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(PathError):
        compiled(path)


@pytest.mark.parametrize("path", ["$..*..*..*..*", "$..*.*..*..*", "$..[?(@..x =~ /(a|aa)+b/)]..*..*"])
def test_paths_that_find_too_much(path: str) -> None:
    document: Any = {"x": "a" * 50}
    for _ in range(8):
        document = [document] * 4
    with pytest.raises(PathError):
        compiled(path).find(document)


def test_a_pattern_that_takes_too_long() -> None:
    with pytest.raises(PathError):
        compiled("$[?(@.x =~ /(a|aa)+b/)]").find([{"x": "a" * 60}])

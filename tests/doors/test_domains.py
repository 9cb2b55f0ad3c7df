"""Which mapping a path of a custom domain name is for."""

import pytest

from portico.doors.domains import PathMapping, fitting, mapped

MAPPINGS = (
    PathMapping("3", "shop/v2", "deep", "prod"),
    PathMapping("2", "shop", "shop", "prod"),
    PathMapping("1", "", "rest"),
)


@pytest.mark.parametrize(
    ("path", "api", "base", "rest"),
    [
        ("/shop", "shop", "/shop", "/"),
        ("/shop/", "shop", "/shop", "/"),
        ("/shop/pets", "shop", "/shop", "/pets"),
        ("/shop/v2/pets", "deep", "/shop/v2", "/pets"),
        ("/shopping", "rest", "", "/shopping"),
        ("/Shop", "rest", "", "/Shop"),
        ("/shop%2fv2", "rest", "", "/shop%2fv2"),
        ("//shop", "rest", "", "//shop"),
        ("/", "rest", "", "/"),
    ],
)
def test_the_longest_that_fits(path: str, api: str, base: str, rest: str) -> None:
    mapping = fitting(MAPPINGS, path)
    assert mapping is not None
    address = mapped(mapping, path)
    assert (address.id, address.base, address.path) == (api, base, rest)
    assert address.stage == (mapping.stage or None)


def test_none_that_fits() -> None:
    assert fitting(MAPPINGS[:2], "/pets") is None

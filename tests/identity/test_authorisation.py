"""The authorisation reference as data: actions, resources and condition keys."""

import pytest

from portico.identity.authorisation import action, prefixes, service


def test_an_action() -> None:
    """What it is checked against and what else it needs; names in any case."""
    found = action("Lambda", "createfunction")
    assert found is not None
    assert found.access == "Write"
    assert found.resource_types == ("function",)
    assert "iam:PassRole" in found.dependent
    assert {"lambda:Layer", "aws:TagKeys"} <= found.keys


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("lambda", "Invoke"),
        ("nothing", "GetIt"),
        ("", ""),
        ("../managed/policies", "x"),
        ("lambda.json", "x"),
    ],
)
def test_unknown_actions(prefix: str, name: str) -> None:
    """Neither found nor looked for in other files."""
    assert action(prefix, name) is None
    assert service(prefix) is None or prefix == "lambda"


@pytest.mark.parametrize("prefix", sorted(prefixes()))
def test_every_file_is_whole(prefix: str) -> None:
    """Its prefix is its name, and actions refer to resources and keys that it has."""
    found = service(prefix)
    assert found is not None
    assert found.prefix == prefix
    assert found.actions
    for name, each in found.actions.items():
        assert action(prefix, name) == each
        assert set(each.resource_types) <= found.resources.keys(), name

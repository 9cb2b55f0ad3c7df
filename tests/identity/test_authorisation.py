"""The authorisation reference as data: actions, resources, condition keys and their types."""

import pytest

from portico.identity.authorisation import action, condition_type, is_multivalued, prefixes, service


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


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("aws:SourceArn", "ARN"),
        ("AWS:TAGKEYS", "ArrayOfString"),
        ("aws:CurrentTime", "Date"),
        ("aws:username", "String"),
        ("aws:ResourceTag/Team", "String"),
        ("aws:PrincipalTag/Team", "String"),
        ("lambda:FunctionArn", "ARN"),
        ("lambda:Layer", "ArrayOfString"),
        ("iam:ResourceTag/x", "String"),
        ("sts:DurationSeconds", "Numeric"),
        ("dynamodb:LeadingKeys", "ArrayOfString"),
        ("cognito-identity.amazonaws.com:aud", "String"),
        ("cognito-identity.amazonaws.com:amr", "ArrayOfString"),
        ("my:own", None),
        ("", None),
    ],
)
def test_condition_types(key: str, kind: str | None) -> None:
    """By key, those with a name of the caller's choice too."""
    assert condition_type(key) == kind
    assert is_multivalued(key) is (kind or "").startswith("ArrayOf")


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

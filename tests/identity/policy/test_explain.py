"""The words for refusals and decisions.

Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

import json

import msgspec
import pytest

from identity.policy.scenario import FUNCTION, NOBODY, ROLE, SNS, USER, Case, Statement, allow, deny, trust
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.explain import reasons, refusal
from portico.identity.policy.parse import compiled

INVOKE = "lambda:InvokeFunction"
ALL = [allow()]
DENY = [deny(INVOKE)]
OTHERS = [allow("s3:*")]

REFUSALS = [
    ({}, "because no identity-based policy allows the lambda:InvokeFunction action"),
    (
        {"identity": ALL, "boundary": OTHERS},
        "because no permissions boundary allows the lambda:InvokeFunction action",
    ),
    (
        {"identity": ALL, "session": OTHERS},
        "because no session policy allows the lambda:InvokeFunction action",
    ),
    (
        {"identity": ALL, "owner": "444455556666"},
        "because no resource-based policy allows the lambda:InvokeFunction action",
    ),
    (
        {"identity": ALL, "trust": True, "resource": OTHERS},
        "because no role trust policy allows the lambda:InvokeFunction action",
    ),
    ({"identity": DENY}, "with an explicit deny in an identity-based policy"),
    ({"identity": ALL, "boundary": DENY}, "with an explicit deny in a permissions boundary"),
    ({"identity": ALL, "session": DENY}, "with an explicit deny in a session policy"),
    ({"resource": [deny(to="*")]}, "with an explicit deny in a resource-based policy"),
    ({"trust": True, "resource": [deny(to="*")]}, "with an explicit deny in the role trust policy"),
]


@pytest.mark.parametrize(("policies", "why"), REFUSALS, ids=[why for _, why in REFUSALS])
def test_refusal(policies: dict[str, list[Statement]], why: str) -> None:
    """AWS's template: who, what, on what, why."""
    decision = Case("", "", ROLE, action=INVOKE, on=FUNCTION, **policies).decide()
    assert refusal(decision, ROLE, INVOKE, FUNCTION) == (
        f"User: arn:aws:sts::111122223333:assumed-role/deployer/build-7 is not authorized to perform: {INVOKE} "
        f"on resource: {FUNCTION} {why}"
    )


def test_refusal_where_no_resource_is_checked() -> None:
    """Then none is named."""
    decision = Case("", "").decide()
    assert refusal(decision, USER, "sts:GetSessionToken", "").endswith(
        "to perform: sts:GetSessionToken because no identity-based policy allows the sts:GetSessionToken action"
    )


@pytest.mark.parametrize(
    ("source", "resource", "told"),
    [
        ("arn:aws:iam::111122223333:policy/limits", FUNCTION, ": arn:aws:iam::111122223333:policy/limits"),
        ("arn:aws:iam::111122223333:policy/limits", "*", ": arn:aws:iam::111122223333:policy/limits"),
        ("arn:aws:iam::111122223333:policy/limits", FUNCTION.replace("111122223333", "444455556666"), ""),
        ("inline:limits on arn:aws:iam::111122223333:user/ann", FUNCTION, ""),
    ],
)
def test_the_managed_policy_that_denied_is_named_within_one_account(
    source: str, resource: str, told: str
) -> None:
    """Since 2026; an inline policy has no ARN, and another account learns nothing."""
    policy = Sourced(compiled(json.dumps({"Statement": DENY})), source)
    decision = evaluate(Request(INVOKE, resource, USER, "", {}), Policies(identity=(policy,)))
    assert refusal(decision, USER, INVOKE, resource).endswith(
        f"with an explicit deny in an identity-based policy{told}"
    )


def test_an_unsigned_caller_is_called_anonymous() -> None:
    """It has no ARN."""
    assert refusal(Case("", "", NOBODY).decide(), NOBODY, INVOKE, FUNCTION).startswith(
        "User: anonymous is not"
    )


def test_reasons_for_an_allow() -> None:
    """Each statement that had to allow, by its Sid or its number."""
    decision = Case("", "", ROLE, identity=[deny("iam:*"), allow(Sid="Read")], boundary=ALL).decide()
    assert reasons(decision) == [
        'allowed by statement "Read" of identity (identity-based policy)',
        "allowed by statement number 1 of boundary (permissions boundary)",
    ]


def test_reasons_for_an_explicit_deny() -> None:
    """The statement that denied."""
    decision = Case("", "", identity=[allow(), deny(Sid="Never")]).decide()
    assert reasons(decision) == ['denied by statement "Never" of identity (identity-based policy)']


def test_reasons_for_an_implicit_deny() -> None:
    """What was missing, and what nearly was it."""
    decision = Case(
        "",
        "",
        SNS,
        resource=[
            allow(to={"Service": "s3.amazonaws.com"}),
            allow(on=FUNCTION, to={"Service": "sns.amazonaws.com"}),
            allow(to={"Service": "sns.amazonaws.com"}, when={"StringEquals": {"aws:SourceAccount": "1"}}),
        ],
    ).decide()
    about = "of resource (resource-based policy) is about this action, but"
    assert reasons(decision) == [
        "no resource-based policy allows it",
        f"statement number 1 {about} does not name this caller",
        f"statement number 2 {about} not on this resource",
        f"statement number 3 {about} its condition StringEquals aws:SourceAccount is not met",
    ]


def test_reasons_for_root() -> None:
    """Root needs none, and is told so."""
    root = msgspec.structs.replace(USER, kind="root")
    assert reasons(Case("", "", root).decide()) == ["allowed: the root user of the account needs no policy"]


def test_reasons_of_a_trust_policy() -> None:
    """It is named as such."""
    decision = Case("", "", trust=True, resource=[trust("s3:GetObject", {"AWS": USER.arn})]).decide()
    assert reasons(decision) == ["allowed by statement number 1 of resource (role trust policy)"]

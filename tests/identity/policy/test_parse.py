"""What is a policy and what is not, in AWS's words.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; the messages are those that IAM gives.
"""

import json
import time
from typing import Any

import pytest

from portico.identity.managed import all_managed
from portico.identity.policy.parse import Kind, PolicyError, compiled, parse

SYNTAX = "Syntax errors in policy."
SID_FORM = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
NO_PRINCIPALS = (
    "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: "
    "The passed in policy has a statement with no principals!"
)
GOOD: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}


def document(*statements: Any, **members: Any) -> str:
    """A document of these statements; `members` replace or add to those of the top object."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)} | members)


def but(statement: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """The statement with other elements; None leaves one out."""
    return {name: value for name, value in (statement | elements).items() if value is not None}


ACCEPTED: list[tuple[str, Kind, str]] = [
    ("one statement in a list", "identity", document(GOOD)),
    ("one statement without a list", "identity", document(Statement=GOOD)),
    ("no version", "identity", json.dumps({"Statement": [GOOD]})),
    ("the old version", "identity", document(GOOD, Version="2008-10-17")),
    ("an id", "identity", document(GOOD, Id="mine")),
    ("lists of actions and resources", "identity",
     document(but(GOOD, Action=["s3:*", "sqs:*"], Resource=["*"]))),
    ("NotAction and NotResource", "identity",
     document({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::a"})),
    ("Action *", "identity", document(but(GOOD, Action="*"))),
    ("an alphanumeric Sid", "identity", document(but(GOOD, Sid="Read1"))),
    ("many without Sid", "identity", document(GOOD, GOOD)),
    ("empty Sids", "identity", document(but(GOOD, Sid=""), but(GOOD, Sid=""))),
    ("conditions of text, numbers and truth values", "identity",
     document(but(GOOD, Condition={"Bool": {"aws:SecureTransport": True},
         "NumericLessThan": {"s3:max-keys": [10, 1.5]}, "StringLike": {"s3:prefix": ["a*", ""]}}))),
    ("an operator in any case", "identity",
     document(but(GOOD, Condition={"foranyvalue:STRINGlike": {"aws:TagKeys": "a"}}))),
    ("a wildcard partition", "identity", document(but(GOOD, Resource="arn:*:s3:::a"))),
    ("an ARN that ends early with a star", "identity", document(but(GOOD, Resource="arn:aws:sqs:*"))),
    ("space around it", "identity", f"\n {document(GOOD)} \n"),
    ("a trusted service", "trust", document(TRUST)),
    ("a trusted account", "trust", document(but(TRUST, Principal={"AWS": "111122223333"}))),
    ("trusted ARNs", "trust",
     document(but(TRUST, Principal={"AWS": ["arn:aws:iam::111122223333:root",
         "arn:aws:iam::111122223333:user/a/b", "arn:aws:iam::111122223333:role/r",
         "arn:aws:sts::111122223333:assumed-role/r/s", "*"]}))),
    ("a trusted unique id", "trust", document(but(TRUST, Principal={"AWS": "AROADEPLOYER00000001"}))),
    ("a trusted provider", "trust",
     document(but(TRUST, Action="sts:AssumeRoleWithWebIdentity",
         Principal={"Federated": "arn:aws:iam::111122223333:oidc-provider/token.example.com/x"}))),
    ("identity pools trusted", "trust",
     document(but(TRUST, Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
         Principal={"Federated": "cognito-identity.amazonaws.com"}))),
    ("a resource's policy", "resource", document(but(GOOD, Principal="*"))),
    ("a resource's policy with a Sid of any form", "resource",
     document(but(GOOD, Sid="a b-c", Principal={"AWS": "111122223333"}))),
    ("a resource's policy with a canonical user", "resource",
     document(but(GOOD, Principal={"CanonicalUser": "0a" * 32}))),
    ("a resource's policy with a short ARN", "resource",
     document(but(GOOD, Principal="*", Resource="execute-api:/prod/*"))),
    ("a resource's policy with NotPrincipal", "resource",
     document({"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*",
         "Resource": "*"})),
    ("a session policy", "session", document(GOOD)),
]  # fmt: skip

REFUSED: list[tuple[str, Kind, str, str]] = [
    ("nothing", "identity", "", SYNTAX),
    ("no JSON", "identity", "{", SYNTAX),
    ("no JSON as trust policy", "trust", '{"Statement":', "This policy contains invalid Json"),
    ("a list", "identity", "[]", SYNTAX),
    ("a number", "identity", "1", SYNTAX),
    ("NaN", "identity", '{"Statement": NaN}', SYNTAX),
    ("a number too long to read", "identity", '{"Statement": ' + "1" * 9000 + "}", SYNTAX),
    ("very deep", "identity", '{"Statement":' + "[" * 100_000, SYNTAX),
    ("half a character", "identity", document(but(GOOD, Sid="\ud800")), SYNTAX),
    ("the same key twice", "identity", '{"Statement":[],"Statement":[]}', SYNTAX),
    ("the same element twice", "identity",
     '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}', SYNTAX),
    ("no statement", "identity", json.dumps({"Version": "2012-10-17"}), SYNTAX),
    ("an empty list of statements", "identity", document(), SYNTAX),
    ("a statement that is text", "identity", document("Allow"), SYNTAX),
    ("an unknown member", "identity", document(GOOD, Extra=1), SYNTAX),
    ("an unknown version", "identity", document(GOOD, Version="2012-10-18"), SYNTAX),
    ("a version that is a number", "identity", document(GOOD, Version=2012), SYNTAX),
    ("an Id that is a list", "identity", document(GOOD, Id=["a"]), SYNTAX),
    ("an unknown element", "identity", document(but(GOOD, Why="so")), SYNTAX),
    ("no effect", "identity", document(but(GOOD, Effect=None)), SYNTAX),
    ("an effect in lower case", "identity", document(but(GOOD, Effect="allow")), SYNTAX),
    ("an effect in a list", "identity", document(but(GOOD, Effect=["Allow"])), SYNTAX),
    ("a Sid that is a number", "identity", document(but(GOOD, Sid=1)), SYNTAX),
    ("Action and NotAction", "identity", document(but(GOOD, NotAction="s3:*")), SYNTAX),
    ("Resource and NotResource", "identity", document(but(GOOD, NotResource="*")), SYNTAX),
    ("Principal and NotPrincipal", "resource", document(but(GOOD, Principal="*", NotPrincipal="*")), SYNTAX),
    ("an action that is a number", "identity", document(but(GOOD, Action=1)), SYNTAX),
    ("an action that is an object", "identity", document(but(GOOD, Action={})), SYNTAX),
    ("a resource in two lists", "identity", document(but(GOOD, Resource=[["*"]])), SYNTAX),
    ("a condition that is text", "identity", document(but(GOOD, Condition="no")), SYNTAX),
    ("an operator whose keys are text", "identity", document(but(GOOD, Condition={"Bool": "x"})), SYNTAX),
    ("an unknown operator", "identity", document(but(GOOD, Condition={"StringMatch": {"a:b": "c"}})), SYNTAX),
    ("a value that is null", "identity", document(but(GOOD, Condition={"Bool": {"a:b": None}})), SYNTAX),
    ("a value that is an object", "identity", document(but(GOOD, Condition={"Bool": {"a:b": {}}})), SYNTAX),
    ("a principal that is a name", "resource", document(but(GOOD, Principal="ann")), SYNTAX),
    ("a principal of an unknown type", "resource", document(but(GOOD, Principal={"Person": "ann"})), SYNTAX),
    ("an empty principal", "resource", document(but(GOOD, Principal={})), SYNTAX),
    ("the same Sid twice", "identity", document(but(GOOD, Sid="a"), but(GOOD, Sid="a")),
     "Statement IDs (SID) in a single policy must be unique."),
    ("a Sid with a space", "identity", document(but(GOOD, Sid="a b")),
     SID_FORM),
    ("no action", "identity", document(but(GOOD, Action=None)), "Policy statement must contain actions."),
    ("no actions in the list", "identity", document(but(GOOD, Action=[])),
     "Policy statement must contain actions."),
    ("no resource", "identity", document(but(GOOD, Resource=None)),
     "Policy statement must contain resources."),
    ("no resources in the list", "session", document(but(GOOD, Resource=[])),
     "Policy statement must contain resources."),
    ("an action without its service", "identity", document(but(GOOD, Action="GetObject")),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ("a condition key without its service", "identity",
     document(but(GOOD, Condition={"Bool": {"x": "true"}})),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ("an action with two colons", "identity", document(but(GOOD, Action="s3:Get:Object")),
     "Actions/Condition can contain only one colon."),
    ("a service with a wildcard", "identity", document(but(GOOD, Action="s*:GetObject")),
     "Vendor s* is not valid"),
    ("a service with a space", "identity", document(but(GOOD, Action="a a:Get")), "Vendor a a is not valid"),
    ("a resource that is no ARN", "identity", document(but(GOOD, Resource="photos")),
     'Resource photos must be in ARN format or "*".'),
    ("an unknown partition", "identity", document(but(GOOD, Resource="arn:gcp:s3:::a")),
     'Partition "gcp" is not valid for resource "arn:gcp:s3:::a".'),
    ("a service with a wildcard in an ARN", "identity", document(but(GOOD, Resource="arn:aws:*:::a")),
     "Resource vendor must be fully qualified and cannot contain regexes."),
    ("an ARN that is too short", "identity", document(but(GOOD, Resource="arn:aws:s3::photos")),
     "The policy failed legacy parsing"),
    ("a region for IAM", "identity",
     document(but(GOOD, Resource="arn:aws:iam:us-east-1:111122223333:user/a")),
     "IAM resource arn:aws:iam:us-east-1:111122223333:user/a cannot contain region information."),
    ("a principal in an identity policy", "identity", document(but(GOOD, Principal="*")),
     "Policy document should not specify a principal."),
    ("a principal in a session policy", "session", document(but(GOOD, NotPrincipal="*")),
     "Policy document should not specify a principal."),
    ("a resource in a trust policy", "trust", document(but(TRUST, Resource="*")),
     "Has prohibited field Resource."),
    ("NotPrincipal in a trust policy", "trust",
     document({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "111122223333"}}),
     "Has prohibited field NotPrincipal."),
    ("no principal in a trust policy", "trust", document(but(TRUST, Principal=None)),
     NO_PRINCIPALS),
    ("everybody in a trust policy", "trust", document(but(TRUST, Principal="*")),
     'AssumeRolepolicy contained an invalid principal: "STAR":"*".'),
    ("another action in a trust policy", "trust", document(but(TRUST, Action="s3:GetObject")),
     "AssumeRole policy may only specify STS AssumeRole actions."),
    ("every action in a trust policy", "trust", document(but(TRUST, Action="*")),
     "AssumeRole policy may only specify STS AssumeRole actions."),
    ("a bad account in a trust policy", "trust", document(but(TRUST, Principal={"AWS": "1111"})),
     'Invalid principal in policy: "AWS":"1111"'),
    ("a group in a trust policy", "trust",
     document(but(TRUST, Principal={"AWS": "arn:aws:iam::111122223333:group/g"})),
     'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/g"'),
    ("a wildcard account", "trust", document(but(TRUST, Principal={"AWS": "arn:aws:iam::*:root"})),
     'Invalid principal in policy: "AWS":"arn:aws:iam::*:root"'),
    ("a service that is none", "trust", document(but(TRUST, Principal={"Service": "lambda"})),
     'Invalid principal in policy: "SERVICE":"lambda"'),
    ("no principal in a resource's policy", "resource", document(GOOD), "Missing required field Principal"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_accepted(kind: Kind, text: str) -> None:
    """What AWS takes."""
    assert parse(text, kind).statements == compiled(text).statements


@pytest.mark.parametrize(
    ("kind", "text", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(kind: Kind, text: str, message: str) -> None:
    """What AWS refuses, and its words."""
    with pytest.raises(PolicyError) as refused:
        parse(text, kind)
    assert (refused.value.code, refused.value.message) == ("MalformedPolicyDocument", message)


@pytest.mark.parametrize("members", [{"Version": "2008-10-17"}, {}])
def test_managed_policies_are_of_the_new_version(members: dict[str, str]) -> None:
    """The old version, and none, will do for inline policies only."""
    text = json.dumps({"Statement": [GOOD]} | members)
    parse(text, "identity")
    with pytest.raises(PolicyError, match=r"^Policy document must be version 2012-10-17 or greater\.$"):
        parse(text, "identity", managed=True)


def test_compiled_keeps_a_policy_by_its_text() -> None:
    """The same text is compiled once."""
    assert compiled(document(GOOD)) is compiled(document(GOOD))


def test_compiled_refuses_what_is_no_policy() -> None:
    """A stored document that can't be read must not silently allow or deny."""
    with pytest.raises(PolicyError):
        compiled('{"Statement": "Allow"}')


@pytest.mark.parametrize("policy", all_managed(), ids=lambda policy: policy.name)
def test_awss_own_policies_are_accepted(policy: Any) -> None:
    """Whatever AWS has published, the grammar takes."""
    assert parse(policy.document, "identity", managed=True).statements


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": ["a:b"] * 15_000},
        {"Action": "a:" + "*a" * 60_000},
        {"Resource": "arn:aws:s3:::" + "?*a" * 40_000},
        {"Resource": "arn:aws:s3:::" + "${a}" * 30_000},
        {"Resource": "arn:aws:s3:::" + "${" * 60_000},
        {"Resource": "arn:aws:s3:::${a" + " " * 120_000},
        {"Resource": "arn:aws:s3:::${a," + " " * 120_000 + "'"},
        {"Resource": "arn:aws:s3:::" + "${a, '" * 20_000},
        {"Condition": {"NumericEquals": {"a:b": "1" * 120_000}}},
        {"Condition": {"DateEquals": {"a:b": "1" * 120_000}}},
    ],
)
def test_hostile_documents_are_cheap(elements: dict[str, Any]) -> None:
    """As long as the API takes them; processor time, so that a busy machine does not matter."""
    text = document(GOOD | elements)
    started = time.process_time()
    parse(text, "identity")
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("kind", "principal"),
    [
        ("AWS", "arn:aws:iam::111122223333:user/" + "a" * 120_000 + "!"),
        ("AWS", "arn:aws:iam::111122223333:role/" + "a/" * 60_000 + "!"),
        ("AWS", "arn:aws:sts::111122223333:assumed-role/" + "a" * 120_000 + "!"),
        ("AWS", "A" * 120_000 + "!"),
        ("Service", "a." * 60_000 + "!"),
        ("Federated", "a." * 60_000 + "!"),
        ("Federated", "." + "a" * 120_000 + "!"),
        ("CanonicalUser", "0" * 120_000),
    ],
)
def test_hostile_principals_are_cheap(kind: str, principal: str) -> None:
    """The form of a principal is checked in one pass."""
    text = document(but(TRUST, Principal={kind: principal}))
    started = time.process_time()
    with pytest.raises(PolicyError, match="Invalid principal in policy"):
        parse(text, "trust")
    assert time.process_time() - started < 1.0

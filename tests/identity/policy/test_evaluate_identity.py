"""The caller's own side: identity policies, boundary, session policy, root.

Sources, by the first word of each row: logic = IAM User Guide, "Policy evaluation logic"; boundary = "Permissions
boundaries for IAM entities"; session = "Policies and permissions", session policies; action, resource, notaction,
notresource = "IAM JSON policy elements"; variable = "Policy variables"; condition = "Condition".
"""

import pytest

from identity.policy.scenario import (
    BUCKET,
    FUNCTION,
    NOBODY,
    ROLE,
    ROOT,
    SNS,
    USER,
    A,
    B,
    Case,
    allow,
    deny,
    told,
)

READ = allow("s3:GetObject")
ALL = allow()
TEAM = "${aws:PrincipalTag/team}"

# fmt: off
CASES = [
    # logic: deny by default, explicit deny above all
    Case("logic: nothing applies", "no identity"),
    Case("logic: an allow", "yes identity", identity=[READ]),
    Case("logic: an allow of another action", "no identity", identity=[allow("s3:PutObject")]),
    Case("logic: an allow on another resource", "no identity", identity=[allow("*", "arn:aws:s3:::other/*")]),
    Case("logic: an explicit deny beats an allow", "deny identity", identity=[ALL, deny("s3:GetObject")]),
    Case("logic: order does not matter", "deny identity", identity=[deny("s3:GetObject"), ALL]),
    Case("logic: a deny on another resource", "yes identity",
         identity=[ALL, deny("*", "arn:aws:s3:::other/*")]),
    Case("logic: a deny of another action", "yes identity", identity=[ALL, deny("s3:PutObject")]),
    Case("logic: a deny alone", "deny identity", identity=[deny()]),
    Case("logic: a role session is as a user", "yes identity", ROLE, identity=[READ]),
    Case("logic: a role session without policies", "no identity", ROLE),
    Case("logic: identity policies don't open what is another account's", "no resource", identity=[ALL],
         owner=B),
    Case("logic: the owner is the caller's account when it is not said", "yes identity", identity=[ALL],
         owner=""),
    Case("logic: root needs no policy", "yes root", ROOT),
    Case("logic: root is not held by an identity policy that isn't there", "yes root", ROOT,
         action="iam:CreateUser", on="*"),
    Case("logic: root of one account is nobody in another", "no resource", ROOT, owner=B),
    Case("logic: an unsigned caller has no identity policy", "no resource", NOBODY),
    Case("logic: identity policies are not asked for a service", "no resource", SNS, identity=[ALL]),
    # boundary: limits, never grants
    Case("boundary: both allow", "yes identity", identity=[ALL], boundary=[READ]),
    Case("boundary: grants nothing itself", "no identity", boundary=[ALL]),
    Case("boundary: does not allow", "no boundary", identity=[ALL], boundary=[allow("s3:PutObject")]),
    Case("boundary: denies", "deny boundary", identity=[ALL], boundary=[ALL, deny("s3:GetObject")]),
    Case("boundary: an empty one allows nothing", "no boundary", identity=[ALL], boundary=[deny("iam:*")]),
    Case("boundary: of a role", "no boundary", ROLE, identity=[ALL], boundary=[allow("sqs:*")]),
    Case("boundary: on another resource", "no boundary", identity=[ALL],
         boundary=[allow("*", "arn:aws:s3:::other/*")]),
    Case("boundary: identity is named before it", "no identity", identity=[allow("sqs:*")],
         boundary=[allow("sqs:*")]),
    # session: the intersection with what the role has
    Case("session: both allow", "yes identity", ROLE, identity=[ALL], session=[READ]),
    Case("session: grants nothing itself", "no identity", ROLE, session=[ALL]),
    Case("session: does not allow", "no session", ROLE, identity=[ALL], session=[allow("s3:PutObject")]),
    Case("session: denies", "deny session", ROLE, identity=[ALL], session=[ALL, deny("s3:*")]),
    Case("session: none given, none needed", "yes identity", ROLE, identity=[ALL], session=None),
    Case("session: three layers allow", "yes identity", ROLE, identity=[ALL], boundary=[READ],
         session=[READ]),
    Case("session: the boundary is asked first", "no boundary", ROLE, identity=[ALL],
         boundary=[allow("sqs:*")], session=[allow("sqs:*")]),
    Case("session: limits root too", "no session", ROOT, session=[allow("sqs:*")]),
    # action: wildcards and case
    Case("action: * is every action", "yes identity", identity=[allow("*")]),
    Case("action: of a service", "yes identity", identity=[allow("s3:*")]),
    Case("action: by its beginning", "yes identity", identity=[allow("s3:Get*")]),
    Case("action: by its end", "yes identity", identity=[allow("s3:*Object")]),
    Case("action: in the middle", "yes identity", identity=[allow("s3:G*t*ject")]),
    Case("action: one character", "yes identity", identity=[allow("s3:GetObjec?")]),
    Case("action: ? is not none", "no identity", identity=[allow("s3:GetObject?")]),
    Case("action: case does not matter", "yes identity", identity=[allow("S3:getobject")]),
    Case("action: nor in the request", "yes identity", identity=[READ], action="s3:GETOBJECT"),
    Case("action: the service must match", "no identity", identity=[allow("s3:*")], action="sqs:SendMessage"),
    Case("action: a prefix is no match", "no identity", identity=[allow("s3:Get")]),
    Case("action: one of a list", "yes identity", identity=[allow(["sqs:*", "s3:GetObject"])]),
    # notaction
    Case("notaction: all but those", "yes identity", identity=[allow(NotAction="iam:*")]),
    Case("notaction: not those", "no identity", identity=[allow(NotAction="s3:*")]),
    Case("notaction: a list", "no identity", identity=[allow(NotAction=["iam:*", "s3:Get*"])]),
    Case("notaction: with Deny", "deny identity", identity=[ALL, deny(NotAction="iam:*")]),
    Case("notaction: with Deny, spared", "yes identity", identity=[ALL, deny(NotAction="s3:*")]),
    # resource
    Case("resource: exact", "yes identity", identity=[allow("*", BUCKET)]),
    Case("resource: case matters", "no identity", identity=[allow("*", BUCKET.replace("cat", "Cat"))]),
    Case("resource: * crosses slashes", "yes identity", identity=[allow("*", "arn:aws:s3:::photos/*")],
         on="arn:aws:s3:::photos/a/b/c"),
    Case("resource: the bucket is not its objects", "no identity",
         identity=[allow("*", "arn:aws:s3:::photos")]),
    Case("resource: the objects are not the bucket", "no identity",
         identity=[allow("*", "arn:aws:s3:::photos/*")], on="arn:aws:s3:::photos"),
    Case("resource: ? is one character", "yes identity",
         identity=[allow("*", "arn:aws:s3:::photos/c?t.jpg")]),
    Case("resource: a trailing * goes over colons", "yes identity", identity=[allow("*", f"{FUNCTION}*")],
         on=f"{FUNCTION}:prod"),
    Case("resource: a function is not its alias", "no identity", identity=[allow("*", FUNCTION)],
         on=f"{FUNCTION}:prod"),
    Case("resource: any region", "yes identity",
         identity=[allow("*", f"arn:aws:lambda:*:{A}:function:hello")], on=FUNCTION),
    Case("resource: another region", "no identity",
         identity=[allow("*", f"arn:aws:lambda:eu-west-1:{A}:function:*")], on=FUNCTION),
    Case("resource: another account", "no identity",
         identity=[allow("*", f"arn:aws:lambda:*:{B}:function:*")], on=FUNCTION),
    Case("resource: one of a list", "yes identity",
         identity=[allow("*", ["arn:aws:s3:::a", "arn:aws:s3:::photos/*"])]),
    Case("resource: an action without resources needs *", "no identity",
         identity=[allow("*", "arn:aws:s3:::*")], action="s3:ListAllMyBuckets", on="*"),
    Case("resource: an action without resources", "yes identity", identity=[allow("s3:List*")],
         action="s3:ListAllMyBuckets", on="*"),
    # notresource
    Case("notresource: all but those", "yes identity", identity=[allow(NotResource="arn:aws:s3:::other/*")]),
    Case("notresource: not those", "no identity", identity=[allow(NotResource="arn:aws:s3:::photos/*")]),
    Case("notresource: with Deny", "deny identity", identity=[ALL, deny(NotResource="arn:aws:s3:::other/*")]),
    Case("notresource: with Deny, spared", "yes identity",
         identity=[ALL, deny(NotResource="arn:aws:s3:::photos/*")]),
    Case("notresource: a list", "no identity",
         identity=[allow(NotResource=["arn:aws:s3:::a/*", "arn:aws:s3:::ph*"])]),
    # variable
    Case("variable: in a resource", "yes identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")], on="arn:aws:s3:::home/ann/x",
         keys={"aws:username": "ann"}),
    Case("variable: somebody else's", "no identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")], on="arn:aws:s3:::home/bob/x",
         keys={"aws:username": "ann"}),
    Case("variable: without a value nothing matches", "no identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")], on="arn:aws:s3:::home//x"),
    Case("variable: its name in any case", "yes identity",
         identity=[allow("*", "arn:aws:s3:::home/${AWS:UserName}/*")], on="arn:aws:s3:::home/ann/x",
         keys={"aws:username": "ann"}),
    Case("variable: a default", "yes identity",
         identity=[allow("*", f"arn:aws:s3:::{TEAM[:-1]}, 'all'}}/*")], on="arn:aws:s3:::all/x"),
    Case("variable: a value before the default", "no identity",
         identity=[allow("*", f"arn:aws:s3:::{TEAM[:-1]}, 'all'}}/*")], on="arn:aws:s3:::all/x",
         keys={"aws:PrincipalTag/team": "red"}),
    Case("variable: a tag", "yes identity", identity=[allow("*", f"arn:aws:s3:::{TEAM}/*")],
         on="arn:aws:s3:::red/x", keys={"aws:PrincipalTag/team": "red"}),
    Case("variable: a * in its value is no wildcard", "no identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")], on="arn:aws:s3:::home/bob/x",
         keys={"aws:username": "*"}),
    Case("variable: nor a ?", "no identity", identity=[allow("*", "arn:aws:s3:::home/${aws:username}")],
         on="arn:aws:s3:::home/bob", keys={"aws:username": "b?b"}),
    Case("variable: literal text in version 2008-10-17", "no identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")], on="arn:aws:s3:::home/ann/x",
         keys={"aws:username": "ann"}, version="2008-10-17"),
    Case("variable: its literal text in version 2008-10-17", "yes identity",
         identity=[allow("*", "arn:aws:s3:::home/${aws:username}/*")],
         on="arn:aws:s3:::home/${aws:username}/x", version="2008-10-17"),
    Case("variable: ${*} is a star", "yes identity", identity=[allow("*", "arn:aws:s3:::a${*}b")],
         on="arn:aws:s3:::a*b"),
    Case("variable: ${*} is only a star", "no identity", identity=[allow("*", "arn:aws:s3:::a${*}b")],
         on="arn:aws:s3:::axxb"),
    Case("variable: ${?} is a question mark", "no identity", identity=[allow("*", "arn:aws:s3:::a${?}b")],
         on="arn:aws:s3:::axb"),
    Case("variable: ${$} is a dollar", "yes identity", identity=[allow("*", "arn:aws:s3:::a${$}{x}b")],
         on="arn:aws:s3:::a${x}b"),
    Case("variable: not before the fifth colon", "no identity",
         identity=[allow("*", "arn:aws:lambda:${aws:RequestedRegion}:*:*")], on=FUNCTION,
         keys={"aws:RequestedRegion": "us-east-1"}),
    Case("variable: a key with many values is none", "no identity",
         identity=[allow("*", "arn:aws:s3:::${aws:TagKeys}")], on="arn:aws:s3:::a",
         keys={"aws:TagKeys": ("a",)}),
    Case("variable: in a deny", "deny identity", identity=[ALL, deny("*", "arn:aws:s3:::${aws:username}/*")],
         on="arn:aws:s3:::ann/x", keys={"aws:username": "ann"}),
    Case("variable: in a condition", "yes identity",
         identity=[allow(when={"StringEquals": {"aws:ResourceTag/team": TEAM}})],
         keys={"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "red"}),
    Case("variable: in a condition, another value", "no identity",
         identity=[allow(when={"StringEquals": {"aws:ResourceTag/team": TEAM}})],
         keys={"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "blue"}),
    Case("variable: missing in a condition", "no identity",
         identity=[allow(when={"StringEquals": {"aws:ResourceTag/team": TEAM}})],
         keys={"aws:ResourceTag/team": "red"}),
    Case("variable: missing in a negated condition", "yes identity",
         identity=[allow(when={"StringNotEquals": {"aws:ResourceTag/team": TEAM}})],
         keys={"aws:ResourceTag/team": "red"}),
    # condition: blocks
    Case("condition: all keys must hold", "no identity",
         identity=[allow(when={"StringEquals": {"a:x": "1", "a:y": "2"}})], keys={"a:x": "1", "a:y": "1"}),
    Case("condition: all operators must hold", "no identity",
         identity=[allow(when={"StringEquals": {"a:x": "1"}, "Bool": {"a:b": "true"}})],
         keys={"a:x": "1", "a:b": "false"}),
    Case("condition: all hold", "yes identity",
         identity=[allow(when={"StringEquals": {"a:x": "1"}, "Bool": {"a:b": "true"}})],
         keys={"a:x": "1", "a:b": "true"}),
    Case("condition: on a deny that does not hold", "yes identity",
         identity=[ALL, deny(when={"Bool": {"aws:SecureTransport": "false"}})],
         keys={"aws:SecureTransport": "true"}),
    Case("condition: on a deny that holds", "deny identity",
         identity=[ALL, deny(when={"Bool": {"aws:SecureTransport": "false"}})],
         keys={"aws:SecureTransport": "false"}),
    Case("condition: an empty block holds", "yes identity", identity=[allow(when={})]),
    Case("condition: MFA by BoolIfExists", "yes identity",
         identity=[allow(when={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})]),
    Case("condition: MFA by Bool, long-term key", "no identity",
         identity=[allow(when={"Bool": {"aws:MultiFactorAuthPresent": "true"}})]),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shows)
def test_case(case: Case) -> None:
    """Each row of the table."""
    assert told(case.decide()) == case.outcome


def test_reasons_name_the_statement_of_every_layer() -> None:
    """An allow says which statement of each type of policy allowed."""
    decision = Case("", "", ROLE, identity=[deny("iam:*"), READ], boundary=[ALL], session=[READ]).decide()
    assert [(reason.source, reason.statement.index) for reason in decision.because] == [
        ("identity", 1),
        ("boundary", 0),
        ("session", 0),
    ]


def test_a_refusal_tells_the_near_misses() -> None:
    """Statements about the action that did not apply are told with what kept them from it."""
    statements = [
        allow("s3:Get*", "arn:aws:s3:::other/*"),
        allow("s3:GetObject", when={"StringEquals": {"aws:username": "bob"}}),
        allow("s3:PutObject"),
    ]
    decision = Case("", "", USER, identity=statements, keys={"aws:username": "ann"}).decide()
    assert [reason.missed for reason in decision.because] == ["resource", "StringEquals aws:username"]


def test_lazy_values_are_asked_only_when_a_condition_does() -> None:
    """A callable in the context is called by the condition that needs it."""
    asked: list[str] = []
    keys = {"a:x": lambda: asked.append("x") or "1", "a:y": lambda: asked.append("y") or "2"}
    case = Case("", "", identity=[allow(when={"StringEquals": {"a:x": "1"}})], keys=keys)
    assert case.decide().allowed
    assert asked == ["x"]

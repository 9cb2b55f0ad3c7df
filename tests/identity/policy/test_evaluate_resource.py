"""The resource's side: resource policies in one account and across two, services, anonymous callers, trust.

Sources, by the first word of each row: same = IAM User Guide, "Policy evaluation logic" (what a resource-based policy's
Allow overcomes, by its principal); cross = "Cross-account policy evaluation logic"; service, anonymous = "AWS JSON policy
elements: Principal"; notprincipal = its page; trust = "IAM roles", trust policies, and "AssumeRole" in the STS reference;
id = "IAM identifiers", unique ids in stored policies.
"""

import msgspec
import pytest

from identity.policy.scenario import (
    FEDERATED,
    FEDERATED_ARN,
    FUNCTION,
    NOBODY,
    PROVIDER,
    ROLE,
    ROLE_ARN,
    ROOT,
    SESSION_ARN,
    SNS,
    USER,
    USER_ARN,
    WEB,
    A,
    B,
    Case,
    allow,
    deny,
    told,
    trust,
)

ALL = allow()
TIGHT = [allow("sqs:*")]
ACCOUNT = {"AWS": A}
ACCOUNT_ARN = {"AWS": f"arn:aws:iam::{A}:root"}
ROLE_A = f"arn:aws:iam::{A}:role/app"
ASSUME = "sts:AssumeRole"
WEB_ASSUME = "sts:AssumeRoleWithWebIdentity"
LISTED = [USER_ARN, f"arn:aws:iam::{A}:root"]
LISTED_ROLE = [ROLE_ARN, SESSION_ARN, A]
FROM_TOPIC = {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{A}:*"}, "StringEquals": {"aws:SourceAccount": A}}
NOT_A_SERVICE = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
FOR_APP = {"StringEquals": {"token.example.com:aud": "app"}}
POOL = "cognito-identity.amazonaws.com"
SIGNED_IN = {"ForAnyValue:StringLike": {f"{POOL}:amr": "authenticated"}}
TOPIC_KEYS = {"aws:SourceArn": SNS.source_arn, "aws:SourceAccount": A}

# fmt: off
CASES = [
    # same account, user
    Case("same: the user is named, no identity policy", "yes resource",
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: the user is named, boundary bypassed", "yes resource", boundary=TIGHT,
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: another user is named", "no identity",
         resource=[allow(to={"AWS": f"arn:aws:iam::{A}:user/bob"})]),
    Case("same: one of a list", "yes resource", resource=[allow(to={"AWS": [B, USER_ARN]})]),
    Case("same: an explicit identity deny still wins", "deny identity", identity=[deny()],
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: a boundary's deny still wins", "deny boundary", boundary=[deny()],
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: the resource denies what the identity allows", "deny resource", identity=[ALL],
         resource=[deny(to={"AWS": USER_ARN})]),
    Case("same: the resource denies the whole account", "deny resource", identity=[ALL],
         resource=[deny(to=ACCOUNT)]),
    Case("same: the resource denies everybody", "deny resource", identity=[ALL], resource=[deny(to="*")]),
    Case("same: the resource denies another user", "yes identity", identity=[ALL],
         resource=[deny(to={"AWS": f"arn:aws:iam::{A}:user/bob"})]),
    Case("same: the resource's policy may be silent", "yes identity", identity=[ALL],
         resource=[allow("s3:PutObject", to="*")]),
    Case("same: the account delegates, the identity must allow", "no identity", resource=[allow(to=ACCOUNT)]),
    Case("same: the account delegates, the identity allows", "yes identity", identity=[ALL],
         resource=[allow(to=ACCOUNT_ARN)]),
    Case("same: the account delegates, the boundary limits", "no boundary", identity=[ALL], boundary=TIGHT,
         resource=[allow(to=ACCOUNT)]),
    Case("same: everybody", "yes resource", resource=[allow(to="*")]),
    Case("same: everybody as AWS", "yes resource", resource=[allow(to={"AWS": "*"})]),
    Case("same: everybody, boundary bypassed", "yes resource", boundary=TIGHT, resource=[allow(to="*")]),
    Case("same: everybody of this ARN", "yes resource", boundary=TIGHT,
         resource=[allow(to="*", when={"ArnEquals": {"aws:PrincipalArn": USER_ARN}})],
         keys={"aws:PrincipalArn": USER_ARN}),
    Case("same: on another object", "no identity",
         resource=[allow("*", "arn:aws:s3:::photos/dog.jpg", to={"AWS": USER_ARN})]),
    Case("same: its condition", "no identity",
         resource=[allow(to={"AWS": USER_ARN}, when={"Bool": {"aws:SecureTransport": "true"}})]),
    Case("same: a service is named, not the user", "no identity",
         resource=[allow(to={"Service": "sns.amazonaws.com"})]),
    Case("same: a group can't be a principal", "no identity",
         resource=[allow(to={"AWS": f"arn:aws:iam::{A}:group/devs"})]),
    Case("same: wildcards in an ARN are literal", "no identity",
         resource=[allow(to={"AWS": f"arn:aws:iam::{A}:user/*"})]),
    Case("same: the best of two statements counts", "yes resource",
         resource=[allow(to=ACCOUNT), allow(to={"AWS": USER_ARN})]),
    Case("same: root is in its account", "yes root", ROOT, resource=[allow("sqs:*", to="*")]),
    Case("same: root can be denied by the resource", "deny resource", ROOT, resource=[deny(to="*")]),
    # same account, role session
    Case("same: the role is named", "yes resource", ROLE, resource=[allow(to={"AWS": ROLE_ARN})]),
    Case("same: the role is named, boundary limits", "no boundary", ROLE, boundary=TIGHT,
         resource=[allow(to={"AWS": ROLE_ARN})]),
    Case("same: the role is named, session limits", "no session", ROLE, session=TIGHT,
         resource=[allow(to={"AWS": ROLE_ARN})]),
    Case("same: the role is named, all allow", "yes resource", ROLE, boundary=[ALL], session=[ALL],
         resource=[allow(to={"AWS": ROLE_ARN})]),
    Case("same: the role without its path is another", "no identity", ROLE,
         resource=[allow(to={"AWS": f"arn:aws:iam::{A}:role/deployer"})]),
    Case("same: the session is named", "yes resource", ROLE, resource=[allow(to={"AWS": SESSION_ARN})]),
    Case("same: the session is named, all bypassed", "yes resource", ROLE, boundary=TIGHT, session=TIGHT,
         resource=[allow(to={"AWS": SESSION_ARN})]),
    Case("same: another session is named", "no identity", ROLE,
         resource=[allow(to={"AWS": SESSION_ARN + "8"})]),
    Case("same: the account, for a session", "no session", ROLE, identity=[ALL], session=TIGHT,
         resource=[allow(to=ACCOUNT)]),
    Case("same: everybody, session bypassed", "yes resource", ROLE, session=TIGHT, resource=[allow(to="*")]),
    Case("same: a deny of the role hits its sessions", "deny resource", ROLE, identity=[ALL],
         resource=[deny(to={"AWS": ROLE_ARN})]),
    # same account, federated user
    Case("same: the federated session is named", "yes resource", FEDERATED, session=TIGHT,
         resource=[allow(to={"AWS": FEDERATED_ARN})]),
    Case("same: its user is named, session limits", "no session", FEDERATED, session=TIGHT,
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: its user is named, boundary limits", "no boundary", FEDERATED, boundary=TIGHT, session=[ALL],
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: its user is named, identity bypassed", "yes resource", FEDERATED, session=[ALL],
         resource=[allow(to={"AWS": USER_ARN})]),
    Case("same: a federated user needs identity and session", "yes identity", FEDERATED, identity=[ALL],
         session=[ALL]),
    # id: unique ids
    Case("id: the user's", "yes resource", resource=[allow(to={"AWS": USER.unique_id})]),
    Case("id: the role's", "yes resource", ROLE, resource=[allow(to={"AWS": ROLE.unique_id})]),
    Case("id: the role's, boundary limits", "no boundary", ROLE, boundary=TIGHT,
         resource=[allow(to={"AWS": ROLE.unique_id})]),
    Case("id: one of an entity that is gone", "no identity",
         resource=[allow(to={"AWS": "AIDAGONE000000000001"})]),
    Case("id: a user made again has another", "no identity",
         msgspec.structs.replace(USER, unique_id="AIDAANN0000000000002"),
         resource=[allow(to={"AWS": "AIDAANN0000000000001"})]),
    # cross account: the resource is B's
    Case("cross: both sides allow", "yes identity", identity=[ALL], resource=[allow(to={"AWS": USER_ARN})],
         owner=B),
    Case("cross: both sides allow, by account", "yes identity", identity=[ALL], resource=[allow(to=ACCOUNT)],
         owner=B),
    Case("cross: both sides allow, by *", "yes identity", identity=[ALL], resource=[allow(to="*")], owner=B),
    Case("cross: only the identity", "no resource", identity=[ALL], resource=[allow(to={"AWS": B})], owner=B),
    Case("cross: only the resource", "no identity", resource=[allow(to={"AWS": USER_ARN})], owner=B),
    Case("cross: only the resource, by *", "no identity", resource=[allow(to="*")], owner=B),
    Case("cross: the boundary is not bypassed", "no boundary", identity=[ALL], boundary=TIGHT,
         resource=[allow(to={"AWS": USER_ARN})], owner=B),
    Case("cross: the session policy is not bypassed", "no session", ROLE, identity=[ALL], session=TIGHT,
         resource=[allow(to={"AWS": SESSION_ARN})], owner=B),
    Case("cross: the role is named", "yes identity", ROLE, identity=[ALL],
         resource=[allow(to={"AWS": ROLE_ARN})], owner=B),
    Case("cross: the role is named, no identity policy", "no identity", ROLE,
         resource=[allow(to={"AWS": ROLE_ARN})], owner=B),
    Case("cross: the resource denies", "deny resource", identity=[ALL],
         resource=[allow(to="*"), deny(to=ACCOUNT)], owner=B),
    Case("cross: root, named by its account", "yes resource", ROOT, resource=[allow(to=ACCOUNT)], owner=B),
    Case("cross: root, not named", "no resource", ROOT, resource=[allow(to={"AWS": B})], owner=B),
    # services
    Case("service: named", "yes resource", SNS,
         resource=[allow("lambda:InvokeFunction", to={"Service": "sns.amazonaws.com"})],
         action="lambda:InvokeFunction", on=FUNCTION),
    Case("service: another is named", "no resource", SNS,
         resource=[allow(to={"Service": "s3.amazonaws.com"})]),
    Case("service: no policy at all", "no resource", SNS),
    Case("service: an account is not a service", "no resource", SNS, resource=[allow(to=ACCOUNT)]),
    Case("service: everybody", "yes resource", SNS, resource=[allow(to="*")]),
    Case("service: for this source", "yes resource", SNS,
         resource=[allow(to={"Service": "sns.amazonaws.com"}, when=FROM_TOPIC)], keys=TOPIC_KEYS),
    Case("service: for another account's source", "no resource", SNS,
         resource=[allow(to={"Service": "sns.amazonaws.com"}, when=FROM_TOPIC)],
         keys=TOPIC_KEYS | {"aws:SourceAccount": B}),
    Case("service: for another source", "no resource", SNS,
         resource=[allow(to={"Service": "sns.amazonaws.com"}, when=FROM_TOPIC)],
         keys={"aws:SourceArn": f"arn:aws:sns:us-east-1:{B}:news", "aws:SourceAccount": A}),
    Case("service: no source at all", "no resource", SNS,
         resource=[allow(to={"Service": "sns.amazonaws.com"}, when=FROM_TOPIC)]),
    Case("service: in any account", "yes resource", SNS,
         resource=[allow(to={"Service": "sns.amazonaws.com"})], owner=B),
    Case("service: denied", "deny resource", SNS,
         resource=[allow(to="*"), deny(to={"Service": "sns.amazonaws.com"})]),
    Case("service: a deny of all but services spares it", "yes resource", SNS,
         resource=[allow(to="*"), deny(to="*", when=NOT_A_SERVICE)],
         keys={"aws:PrincipalIsAWSService": "true"}),
    Case("service: a deny of all but services hits a user", "deny resource", USER,
         resource=[allow(to="*"), deny(to="*", when=NOT_A_SERVICE)],
         keys={"aws:PrincipalIsAWSService": "false"}),
    # anonymous
    Case("anonymous: everybody", "yes resource", NOBODY, resource=[allow(to="*")]),
    Case("anonymous: everybody as AWS", "yes resource", NOBODY, resource=[allow(to={"AWS": "*"})]),
    Case("anonymous: an account is not everybody", "no resource", NOBODY, resource=[allow(to=ACCOUNT)]),
    Case("anonymous: no policy", "no resource", NOBODY),
    Case("anonymous: denied", "deny resource", NOBODY, resource=[allow(to="*"), deny(to="*")]),
    Case("anonymous: its condition", "no resource", NOBODY,
         resource=[allow(to="*", when={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
         keys={"aws:SourceIp": "192.0.2.1"}),
    # NotPrincipal
    Case("notprincipal: the listed user is spared", "yes identity", identity=[ALL],
         resource=[deny(not_to={"AWS": LISTED})]),
    Case("notprincipal: another user is not", "deny resource", identity=[ALL],
         resource=[deny(not_to={"AWS": [f"arn:aws:iam::{A}:user/bob", A]})]),
    Case("notprincipal: the account must be listed too", "deny resource", identity=[ALL],
         resource=[deny(not_to={"AWS": USER_ARN})]),
    Case("notprincipal: the account alone spares nobody", "deny resource", identity=[ALL],
         resource=[deny(not_to={"AWS": A})]),
    Case("notprincipal: role, session and account", "yes identity", ROLE, identity=[ALL],
         resource=[deny(not_to={"AWS": LISTED_ROLE})]),
    Case("notprincipal: without the session", "deny resource", ROLE, identity=[ALL],
         resource=[deny(not_to={"AWS": [ROLE_ARN, A]})]),
    Case("notprincipal: without the role", "deny resource", ROLE, identity=[ALL],
         resource=[deny(not_to={"AWS": [SESSION_ARN, A]})]),
    Case("notprincipal: a boundary takes the sparing away", "deny resource", identity=[ALL], boundary=[ALL],
         resource=[deny(not_to={"AWS": LISTED})]),
    Case("notprincipal: the listed service", "yes resource", SNS,
         resource=[allow(to="*"), deny(not_to={"Service": "sns.amazonaws.com"})]),
    Case("notprincipal: another service", "deny resource", SNS,
         resource=[allow(to="*"), deny(not_to={"Service": "s3.amazonaws.com"})]),
    Case("notprincipal: the anonymous are never listed", "deny resource", NOBODY,
         resource=[allow(to="*"), deny(not_to={"AWS": LISTED})]),
    Case("notprincipal: everybody listed", "yes identity", identity=[ALL], resource=[deny(not_to="*")]),
    Case("notprincipal: root, by its account", "yes root", ROOT, resource=[deny(not_to={"AWS": A})]),
    Case("notprincipal: with Allow, all others", "yes resource", USER,
         resource=[allow(not_to={"AWS": f"arn:aws:iam::{A}:user/bob"})]),
    Case("notprincipal: with Allow, not the listed", "no identity", USER,
         resource=[allow(not_to={"AWS": USER_ARN})]),
    # trust policies
    Case("trust: the user is named", "yes trust", trust=True, resource=[trust(ASSUME, {"AWS": USER_ARN})],
         action=ASSUME, on=ROLE_A),
    Case("trust: the account, and the identity allows", "yes identity", identity=[allow(ASSUME)], trust=True,
         resource=[trust(ASSUME, ACCOUNT)], action=ASSUME, on=ROLE_A),
    Case("trust: the account alone is not enough", "no identity", trust=True,
         resource=[trust(ASSUME, ACCOUNT)], action=ASSUME, on=ROLE_A),
    Case("trust: the identity alone is not enough", "no trust", identity=[ALL], trust=True,
         resource=[trust(ASSUME, {"Service": "lambda.amazonaws.com"})], action=ASSUME, on=ROLE_A),
    Case("trust: somebody else is trusted", "no trust", identity=[ALL], trust=True,
         resource=[trust(ASSUME, {"AWS": f"arn:aws:iam::{A}:user/bob"})], action=ASSUME, on=ROLE_A),
    Case("trust: the identity denies", "deny identity", identity=[deny(ASSUME)], trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN})], action=ASSUME, on=ROLE_A),
    Case("trust: ExternalId", "yes trust", trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN}, when={"StringEquals": {"sts:ExternalId": "k"}})],
         action=ASSUME, on=ROLE_A, keys={"sts:ExternalId": "k"}),
    Case("trust: a wrong ExternalId", "no trust", trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN}, when={"StringEquals": {"sts:ExternalId": "k"}})],
         action=ASSUME, on=ROLE_A, keys={"sts:ExternalId": "x"}),
    Case("trust: another account needs both", "no identity", trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN})], action=ASSUME, on=ROLE_A, owner=B),
    Case("trust: another account, both", "yes identity", identity=[allow(ASSUME)], trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN})], action=ASSUME, on=ROLE_A, owner=B),
    Case("trust: a role, by unique id", "yes trust", ROLE, trust=True,
         resource=[trust(ASSUME, {"AWS": ROLE.unique_id})], action=ASSUME, on=ROLE_A),
    Case("trust: TagSession must be allowed as well", "no trust", identity=[ALL], trust=True,
         resource=[trust(ASSUME, {"AWS": USER_ARN})], action="sts:TagSession", on=ROLE_A),
    Case("trust: sts:* covers TagSession", "yes trust", trust=True,
         resource=[trust("sts:*", {"AWS": USER_ARN})], action="sts:TagSession", on=ROLE_A),
    Case("trust: a service", "yes trust", SNS, trust=True,
         resource=[trust(ASSUME, {"Service": "sns.amazonaws.com"})], action=ASSUME, on=ROLE_A),
    Case("trust: a service that is not named", "no trust", SNS, trust=True,
         resource=[trust(ASSUME, {"Service": "lambda.amazonaws.com"})], action=ASSUME, on=ROLE_A),
    Case("trust: root is not in its own account's roles unless trusted", "no trust", ROOT, trust=True,
         resource=[trust(ASSUME, {"AWS": B})], action=ASSUME, on=ROLE_A),
    Case("trust: a web identity", "yes trust", WEB, trust=True,
         resource=[trust(WEB_ASSUME, {"Federated": PROVIDER})], action=WEB_ASSUME, on=ROLE_A),
    Case("trust: a web identity of another provider", "no trust", WEB, trust=True,
         resource=[trust(WEB_ASSUME, {"Federated": PROVIDER + ".org"})], action=WEB_ASSUME, on=ROLE_A),
    Case("trust: a web identity's audience", "no trust", WEB, trust=True,
         resource=[trust(WEB_ASSUME, {"Federated": PROVIDER}, when=FOR_APP)],
         action=WEB_ASSUME, on=ROLE_A, keys={"token.example.com:aud": "other"}),
    Case("trust: a web identity is not its account", "no trust", msgspec.structs.replace(WEB, account=A),
         trust=True, resource=[trust(WEB_ASSUME, ACCOUNT)], action=WEB_ASSUME, on=ROLE_A),
    Case("trust: a web identity may not AssumeRole", "no trust", WEB, trust=True,
         resource=[trust(WEB_ASSUME, {"Federated": PROVIDER})], action=ASSUME, on=ROLE_A),
    Case("trust: an identity pool's amr", "yes trust",
         msgspec.structs.replace(WEB, arn=POOL), trust=True,
         resource=[trust(WEB_ASSUME, {"Federated": POOL}, when=SIGNED_IN)],
         action=WEB_ASSUME, on=ROLE_A, keys={f"{POOL}:amr": ("authenticated", "x")}),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shows)
def test_case(case: Case) -> None:
    """Each row of the table."""
    assert told(case.decide()) == case.outcome


def test_a_resource_policy_without_principal_admits_and_denies_nobody() -> None:
    """What could not be saved through `parse` does not become a door."""
    assert told(Case("", "", resource=[ALL]).decide()) == "no identity"
    assert told(Case("", "", identity=[ALL], resource=[deny()]).decide()) == "yes identity"


def test_a_near_miss_tells_that_the_caller_is_not_named() -> None:
    """For the operator, the statement about the action that names somebody else."""
    decision = Case("", "", SNS, resource=[allow(to={"Service": "s3.amazonaws.com"})]).decide()
    assert [reason.missed for reason in decision.because] == ["principal"]

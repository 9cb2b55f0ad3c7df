"""STS with boto3 against a server: who I am, roles, sessions, and every refusal in AWS's words."""

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from harness import Server, new_account

ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
Make = Callable[..., Any]


def trust(principal: Any, *, action: Any = "sts:AssumeRole", effect: str = "Allow", **condition: Any) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, int, str]:
    """Code, status and message of the error that a call answers."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return (
        answer["Error"]["Code"],
        answer["ResponseMetadata"]["HTTPStatusCode"],
        answer["Error"]["Message"],
    )


class People:
    """An account with users and roles, and clients that are them."""

    def __init__(self, server: Server, account: str) -> None:
        self.server = server
        self.account = account
        self.iam = server.client("iam", account)

    def arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self.account}:{resource}"

    def user(self, name: str = "alice", policy: str = "") -> Any:
        """An STS client of a new user with this inline policy."""
        self.iam.create_user(UserName=name)
        if policy:
            self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return self.server.client("sts", self.account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def role(self, name: str, document: str, **fields: Any) -> str:
        """The ARN of a new role."""
        made: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **fields)["Role"][
            "Arn"
        ]
        return made

    def session(self, answer: Any, service: str = "sts") -> Any:
        """A client with temporary credentials."""
        given = answer["Credentials"]
        return self.server.client(
            service,
            self.account,
            key=given["AccessKeyId"],
            secret=given["SecretAccessKey"],
            token=given["SessionToken"],
        )


@pytest.fixture
def people(server: Server, account: str) -> People:
    return People(server, account)


# GetCallerIdentity


def test_root_is_told_who_it_is(client: Make, account: str) -> None:
    answer = client("sts").get_caller_identity()
    assert answer["Arn"] == f"arn:aws:iam::{account}:root"
    assert (answer["Account"], answer["UserId"]) == (account, account)


def test_a_user_is_told_who_it_is_without_any_permission(people: People) -> None:
    deny = ALLOW_ALL.replace("Allow", "Deny")
    answer = people.user("alice", deny).get_caller_identity()
    assert answer["Arn"] == people.arn("user/alice")
    assert answer["UserId"].startswith("AIDA")


def test_an_unsigned_caller_is_told_nothing(server: Server) -> None:
    import botocore

    sts = server.client("sts", signature_version=botocore.UNSIGNED)
    assert refused(sts.get_caller_identity) == (
        "MissingAuthenticationToken",
        403,
        "Request is missing Authentication Token",
    )


def test_a_wrong_secret_and_an_unknown_key_are_refused(server: Server, account: str) -> None:
    wrong = server.client("sts", account, secret="wrong")
    assert refused(wrong.get_caller_identity)[:2] == ("SignatureDoesNotMatch", 403)
    unknown = server.client("sts", account, key="AKIAIOSFODNN7EXAMPLE")
    assert refused(unknown.get_caller_identity) == (
        "InvalidClientTokenId",
        403,
        "The security token included in the request is invalid.",
    )


# AssumeRole


def test_a_role_that_trusts_a_user_is_assumed_without_further_permission(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    answer = sts.assume_role(RoleArn=role, RoleSessionName="run-1")
    assumed = f"arn:aws:sts::{people.account}:assumed-role/worker/run-1"
    assert answer["AssumedRoleUser"]["Arn"] == assumed
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    assert answer["AssumedRoleUser"]["AssumedRoleId"].endswith(":run-1")
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert "PackedPolicySize" not in answer
    assert people.session(answer).get_caller_identity()["Arn"] == assumed


def test_a_role_that_trusts_the_account_needs_the_callers_permission_too(people: People) -> None:
    role = people.role("worker", trust({"AWS": people.account}))
    nobody = people.user("alice")
    code, status, message = refused(nobody.assume_role, RoleArn=role, RoleSessionName="run")
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(
        f"User: {people.arn('user/alice')} is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
    allowed = people.user("bob", ALLOW_ALL)
    assert allowed.assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]


def test_an_absent_role_and_one_that_does_not_trust_are_told_alike(people: People) -> None:
    sts = people.user("alice", ALLOW_ALL)
    people.role("closed", trust({"Service": "lambda.amazonaws.com"}))
    for name in ("closed", "absent"):
        arn = people.arn(f"role/{name}")
        code, status, message = refused(sts.assume_role, RoleArn=arn, RoleSessionName="run")
        assert (code, status) == ("AccessDenied", 403)
        assert message == (
            f"User: {people.arn('user/alice')} is not authorized to perform: sts:AssumeRole on resource: {arn} "
            "because no role trust policy allows the sts:AssumeRole action"
        )


def test_a_deny_in_the_trust_policy_wins(people: People) -> None:
    role = people.role(
        "worker",
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": effect, "Principal": {"AWS": people.account}, "Action": "sts:AssumeRole"}
                    for effect in ("Allow", "Deny")
                ],
            }
        ),
    )
    sts = people.user("alice", ALLOW_ALL)
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="run")[2].endswith(
        "with an explicit deny in the role trust policy"
    )


def test_root_may_not_assume_roles(client: Make, people: People) -> None:
    role = people.role("worker", trust({"AWS": "*"}))
    assert refused(client("sts").assume_role, RoleArn=role, RoleSessionName="run") == (
        "AccessDenied",
        403,
        "Roles may not be assumed by root accounts.",
    )


def test_what_is_no_role_is_told_so(people: People) -> None:
    sts = people.user("alice", ALLOW_ALL)
    for arn in (people.arn("user/alice"), "arn:aws:lambda:us-east-1:1:function:f", "x" * 20):
        assert refused(sts.assume_role, RoleArn=arn, RoleSessionName="run") == (
            "ValidationError",
            400,
            f"{arn} is invalid",
        )


def test_the_external_id_has_to_be_right(people: People) -> None:
    sts = people.user("alice")
    document = trust({"AWS": people.arn("user/alice")}, StringEquals={"sts:ExternalId": "agreed"})
    role = people.role("worker", document)
    for given in ({}, {"ExternalId": "other"}):
        assert refused(sts.assume_role, RoleArn=role, RoleSessionName="run", **given)[0] == "AccessDenied"
    assert sts.assume_role(RoleArn=role, RoleSessionName="run", ExternalId="agreed")["Credentials"]


def test_another_accounts_role_needs_both_sides(people: People, server: Server) -> None:
    other = People(server, new_account())
    document = trust({"AWS": people.account})
    role = other.role("shared", document)
    assert refused(people.user("alice").assume_role, RoleArn=role, RoleSessionName="run")[0] == "AccessDenied"
    answer = people.user("bob", ALLOW_ALL).assume_role(RoleArn=role, RoleSessionName="run")
    assert people.session(answer).get_caller_identity()["Account"] == other.account


def test_a_session_ends_with_its_role_and_a_new_role_of_that_name_inherits_nothing(people: People) -> None:
    sts = people.user("alice")
    document = trust({"AWS": people.arn("user/alice")})
    role = people.role("worker", document)
    session = people.session(sts.assume_role(RoleArn=role, RoleSessionName="run"))
    people.iam.delete_role(RoleName="worker")
    people.role("worker", document)
    assert refused(session.get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_user_made_again_under_its_name_is_not_trusted(people: People) -> None:
    people.iam.create_user(UserName="alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    people.iam.delete_user(UserName="alice")
    again = people.user("alice", ALLOW_ALL)
    assert refused(again.assume_role, RoleArn=role, RoleSessionName="run")[0] == "AccessDenied"


# Durations


def test_a_session_lasts_as_long_as_was_asked(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}), MaxSessionDuration=7200)
    answer = sts.assume_role(RoleArn=role, RoleSessionName="run", DurationSeconds=7200)
    lasts_s = answer["Credentials"]["Expiration"].timestamp() - _date(answer)
    assert lasts_s == pytest.approx(7200, abs=5)
    default = sts.assume_role(RoleArn=role, RoleSessionName="run")
    assert default["Credentials"]["Expiration"].timestamp() - _date(default) == pytest.approx(3600, abs=5)


def _date(answer: Any) -> float:
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()


def test_a_session_lasts_no_longer_than_its_role_allows(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="run", DurationSeconds=3601) == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    assert (
        refused(sts.assume_role, RoleArn=role, RoleSessionName="run", DurationSeconds=899)[0]
        == "ValidationError"
    )


def test_a_chain_of_roles_lasts_an_hour_at_most(people: People) -> None:
    sts = people.user("alice")
    first = people.role("first", trust({"AWS": people.arn("user/alice")}))
    second = people.role("second", trust({"AWS": first}), MaxSessionDuration=43200)
    session = people.session(sts.assume_role(RoleArn=first, RoleSessionName="one"))
    people.iam.put_role_policy(RoleName="first", PolicyName="own", PolicyDocument=ALLOW_ALL)
    assert refused(session.assume_role, RoleArn=second, RoleSessionName="two", DurationSeconds=3601) == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
    answer = session.assume_role(RoleArn=second, RoleSessionName="two", DurationSeconds=3600)
    assert people.session(answer).get_caller_identity()["Arn"].endswith("assumed-role/second/two")


# Session policies


def test_a_session_policy_only_takes_away(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    people.iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=ALLOW_ALL)
    policy = ALLOW_ALL.replace('"Action": "*"', '"Action": "iam:ListRoles"')
    answer = sts.assume_role(RoleArn=role, RoleSessionName="run", Policy=policy)
    assert 0 < answer["PackedPolicySize"] <= 100
    iam = people.session(answer, "iam")
    assert iam.list_roles()["Roles"]
    message = refused(iam.list_users)[2]
    assert message.endswith("because no session policy allows the iam:ListUsers action")


def test_managed_session_policies_count_too(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    people.iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=ALLOW_ALL)
    own = people.iam.create_policy(
        PolicyName="users", PolicyDocument=ALLOW_ALL.replace('"Action": "*"', '"Action": "iam:ListUsers"')
    )["Policy"]["Arn"]
    answer = sts.assume_role(RoleArn=role, RoleSessionName="run", PolicyArns=[{"arn": own}])
    iam = people.session(answer, "iam")
    assert iam.list_users()["Users"]
    assert refused(iam.list_roles)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Policy": "not a policy"}, "MalformedPolicyDocument"),
        ({"Policy": ALLOW_ALL.replace("Allow", "Perhaps")}, "MalformedPolicyDocument"),
        ({"Policy": " " * 2049}, "ValidationError"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicy"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}] * 11}, "ValidationError"),
    ],
)
def test_a_session_policy_that_is_none_is_refused(people: People, given: Any, code: str) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="run", **given)[:2] == (code, 400)


def test_policy_and_tags_that_are_too_large_are_refused(people: People) -> None:
    import random

    letters = random.Random(1)
    text = "".join(letters.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=1700))
    sts = people.user("alice")
    role = people.role(
        "worker", trust({"AWS": people.arn("user/alice")}, action=["sts:AssumeRole", "sts:TagSession"])
    )
    policy = ALLOW_ALL.replace('"Resource": "*"', f'"Resource": "arn:aws:s3:::{text}"')
    code, status, message = refused(sts.assume_role, RoleArn=role, RoleSessionName="run", Policy=policy)
    assert (code, status) == ("PackedPolicyTooLarge", 400)
    assert message.startswith("Packed policy consumes 1")
    tags = [{"Key": f"{n}", "Value": text[n * 250 : n * 250 + 250]} for n in range(6)]
    code, status, message = refused(sts.assume_role, RoleArn=role, RoleSessionName="run", Tags=tags)
    assert (code, status) == ("PackedPolicyTooLarge", 400)
    assert message.startswith("Packed size of session tags consumes ")


# Tags and source identity


def test_tags_need_a_permission_of_their_own(people: People) -> None:
    sts = people.user("alice")
    alice = {"AWS": people.arn("user/alice")}
    closed = people.role("closed", trust(alice))
    opened = people.role("opened", trust(alice, action=["sts:AssumeRole", "sts:TagSession"]))
    tags = [{"Key": "Team", "Value": "a"}]
    message = refused(sts.assume_role, RoleArn=closed, RoleSessionName="run", Tags=tags)[2]
    assert "is not authorized to perform: sts:TagSession on resource" in message
    assert sts.assume_role(RoleArn=opened, RoleSessionName="run", Tags=tags)["PackedPolicySize"] > 0


def test_transitive_tags_ride_along_and_can_not_be_set_again(people: People) -> None:
    sts = people.user("alice")
    both = ["sts:AssumeRole", "sts:TagSession"]
    first = people.role("first", trust({"AWS": people.arn("user/alice")}, action=both))
    people.iam.put_role_policy(RoleName="first", PolicyName="own", PolicyDocument=ALLOW_ALL)
    tagged = trust({"AWS": first}, action=both, StringEquals={"aws:RequestTag/Team": "a"})
    second = people.role("second", tagged)
    request = {"RoleArn": first, "RoleSessionName": "one", "Tags": [{"Key": "Team", "Value": "a"}]}
    plain = people.session(sts.assume_role(**request))
    assert refused(plain.assume_role, RoleArn=second, RoleSessionName="two")[0] == "AccessDenied"
    riding = people.session(sts.assume_role(**request, TransitiveTagKeys=["Team"]))
    assert riding.assume_role(RoleArn=second, RoleSessionName="two")["Credentials"]
    again = [{"Key": "team", "Value": "b"}]
    assert (
        refused(riding.assume_role, RoleArn=second, RoleSessionName="two", Tags=again)[0]
        == "InvalidParameterValue"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"TransitiveTagKeys": ["a"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_tags_that_can_not_be(people: People, given: Any, message: str) -> None:
    sts = people.user("alice", ALLOW_ALL)
    role = people.role("worker", trust({"AWS": people.account}, action="sts:*"))
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="run", **given) == (
        "InvalidParameterValue",
        400,
        message,
    )


def test_a_source_identity_stays_through_a_chain(people: People) -> None:
    sts = people.user("alice")
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    first = people.role("first", trust({"AWS": people.arn("user/alice")}, action=both))
    people.iam.put_role_policy(RoleName="first", PolicyName="own", PolicyDocument=ALLOW_ALL)
    second = people.role("second", trust({"AWS": first}, action=both))
    closed = people.role("closed", trust({"AWS": first}))
    answer = sts.assume_role(RoleArn=first, RoleSessionName="one", SourceIdentity="alice")
    assert answer["SourceIdentity"] == "alice"
    session = people.session(answer)
    assert session.assume_role(RoleArn=second, RoleSessionName="two")["SourceIdentity"] == "alice"
    request = {"RoleArn": second, "RoleSessionName": "two", "SourceIdentity": "bob"}
    assert refused(session.assume_role, **request)[0] == "AccessDenied"
    assert "sts:SetSourceIdentity" in refused(session.assume_role, RoleArn=closed, RoleSessionName="two")[2]


def test_there_is_no_multi_factor_device_to_give_a_code(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    device = {"SerialNumber": people.arn("mfa/alice"), "TokenCode": "123456"}
    expected = (
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    )
    code, status, message = refused(sts.assume_role, RoleArn=role, RoleSessionName="run", **device)
    assert (code, status, message.strip()) == (*expected[:2], expected[2].strip())
    assert refused(sts.get_session_token, **device)[0] == "AccessDenied"


def test_provided_contexts_are_refused_by_name(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    context = {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "abcd"}
    code, status, message = refused(
        sts.assume_role, RoleArn=role, RoleSessionName="run", ProvidedContexts=[context]
    )
    assert (code, status) == ("NotImplemented", 501)
    assert "ProvidedContexts" in message


# GetSessionToken, GetFederationToken


def test_a_users_session_token_calls_no_iam_and_little_sts(people: People) -> None:
    sts = people.user("alice", ALLOW_ALL)
    answer = sts.get_session_token()
    assert answer["Credentials"]["Expiration"].timestamp() - _date(answer) == pytest.approx(43200, abs=5)
    session = people.session(answer)
    assert session.get_caller_identity()["Arn"] == people.arn("user/alice")
    assert refused(people.session(answer, "iam").list_users)[0] == "AccessDenied"
    for call in (session.get_session_token, lambda: session.get_federation_token(Name="bob")):
        assert refused(call)[:2] == ("AccessDenied", 403)
    role = people.role("worker", trust({"AWS": people.account}))
    assert session.assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]


def test_roots_session_token_lasts_an_hour_at_most(client: Make, people: People) -> None:
    answer = client("sts").get_session_token(DurationSeconds=43200)
    assert answer["Credentials"]["Expiration"].timestamp() - _date(answer) == pytest.approx(3600, abs=5)
    assert people.session(answer).get_caller_identity()["Arn"] == people.arn("root")


def test_a_role_session_gets_no_session_token(people: People) -> None:
    sts = people.user("alice")
    role = people.role("worker", trust({"AWS": people.arn("user/alice")}))
    session = people.session(sts.assume_role(RoleArn=role, RoleSessionName="run"))
    assert refused(session.get_session_token) == (
        "AccessDenied",
        403,
        "Cannot call GetSessionToken with session credentials",
    )


def test_a_federated_user_may_what_its_issuer_and_its_policy_allow(people: People) -> None:
    policy = ALLOW_ALL.replace(
        '"Action": "*"', '"Action": ["lambda:ListFunctions", "sts:GetFederationToken"]'
    )
    sts = people.user("alice", policy)
    answer = sts.get_federation_token(Name="bob", Policy=ALLOW_ALL)
    arn = f"arn:aws:sts::{people.account}:federated-user/bob"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{people.account}:bob", "Arn": arn}
    assert people.session(answer).get_caller_identity()["Arn"] == arn
    functions = people.session(answer, "lambda")
    assert functions.list_functions()["Functions"] == []
    assert refused(functions.get_account_settings)[0] == "AccessDeniedException"
    bare = people.session(sts.get_federation_token(Name="bob"), "lambda")
    assert refused(bare.list_functions)[0] == "AccessDeniedException"


def test_a_federation_token_needs_a_permission(people: People) -> None:
    message = refused(people.user("alice").get_federation_token, Name="bob")[2]
    assert message.startswith(
        f"User: {people.arn('user/alice')} is not authorized to perform: sts:GetFederationToken on resource: "
        f"arn:aws:sts::{people.account}:federated-user/bob"
    )


# Tokens in the wrong hands


def test_a_session_token_is_for_its_own_key_only(people: People, server: Server) -> None:
    sts = people.user("alice")
    one, other = (sts.get_session_token()["Credentials"] for _ in range(2))
    mixed = server.client(
        "sts", key=one["AccessKeyId"], secret=one["SecretAccessKey"], token=other["SessionToken"]
    )
    without = server.client("sts", key=one["AccessKeyId"], secret=one["SecretAccessKey"])
    for impostor in (mixed, without):
        assert refused(impostor.get_caller_identity) == (
            "InvalidClientTokenId",
            403,
            "The security token included in the request is invalid.",
        )


# GetAccessKeyInfo, DecodeAuthorizationMessage


def test_a_key_id_tells_its_account(people: People, client: Make, server: Server) -> None:
    people.iam.create_user(UserName="alice")
    key = people.iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    stranger = server.client("sts", new_account())
    assert stranger.get_access_key_info(AccessKeyId=key)["Account"] == people.account
    temporary = client("sts").get_session_token()["Credentials"]["AccessKeyId"]
    assert stranger.get_access_key_info(AccessKeyId=temporary)["Account"] == people.account
    assert refused(stranger.get_access_key_info, AccessKeyId="X" * 20)[:2] == ("ValidationError", 400)
    assert "sts:GetAccessKeyInfo" in refused(people.user("bob").get_access_key_info, AccessKeyId=key)[2]


def test_a_message_that_was_not_made_here_is_not_decoded(client: Make, people: People) -> None:
    assert refused(client("sts").decode_authorization_message, EncodedMessage="bm90aGluZw==") == (
        "InvalidAuthorizationMessageException",
        400,
        "Message is not valid",
    )
    nobody = people.user("alice")
    assert refused(nobody.decode_authorization_message, EncodedMessage="x")[0] == "AccessDenied"


# AssumeRoleWithWebIdentity, as far as it goes without an issuer (test_web_identity.py has one)


def test_a_web_identity_token_that_is_none_is_refused(server: Server, people: People) -> None:
    import botocore

    role = people.role(
        "worker",
        trust(
            {"Federated": people.arn("oidc-provider/issuer.example")}, action="sts:AssumeRoleWithWebIdentity"
        ),
    )
    sts = server.client("sts", signature_version=botocore.UNSIGNED)
    request = {"RoleArn": role, "RoleSessionName": "run", "WebIdentityToken": "a.b.c"}
    assert refused(sts.assume_role_with_web_identity, **request) == (
        "InvalidIdentityToken",
        400,
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    )

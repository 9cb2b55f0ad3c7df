"""Who may use a key: by its policy, by identity policies that it lets allow, by grants; and who may not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import new_account

Make = Callable[..., Any]


def policy(*statements: dict[str, Any]) -> str:
    """A key's policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, *actions: str, **condition: Any) -> dict[str, Any]:
    """A statement of a key's policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"}
    return statement | ({"Condition": condition} if condition else {})


def own(*actions: str, resource: str = "*", effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    """A statement of an identity policy."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def refusal(call: Callable[..., Any], **request: Any) -> str:
    """The words with which a call is refused for want of permission."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    assert (error["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "AccessDeniedException",
        400,
    )
    return str(error["Message"])


def code(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_the_default_policy_lets_identity_policies_allow(key: str, user: Make) -> None:
    ada, bob = user("ada", own("kms:Encrypt", resource=key)), user("bob")
    assert ada.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key
    assert refusal(ada.describe_key, KeyId=key) == (
        f"User: {ada.arn} is not authorized to perform: kms:DescribeKey on resource: {key} "
        "because no identity-based policy allows the kms:DescribeKey action"
    )
    assert "no identity-based policy" in refusal(bob.encrypt, KeyId=key, Plaintext=b"x")


def test_an_identity_policy_alone_is_not_enough(kms: Any, account: str, user: Make) -> None:
    ada, bob = user("ada"), user("bob", own("kms:*"))
    arn = kms.create_key(
        Policy=policy(allow({"AWS": ada.arn}, "kms:*")), BypassPolicyLockoutSafetyCheck=True
    )["KeyMetadata"]["Arn"]
    assert refusal(bob.encrypt, KeyId=arn, Plaintext=b"x") == (
        f"User: {bob.arn} is not authorized to perform: kms:Encrypt on resource: {arn} "
        "because no resource-based policy allows the kms:Encrypt action"
    )
    assert ada.encrypt(KeyId=arn, Plaintext=b"x")  # who is named needs no policy of her own
    assert "no resource-based policy" in refusal(
        kms.put_key_policy, KeyId=arn, Policy=policy(), PolicyName="default"
    )
    blob = ada.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    assert "no resource-based policy" in refusal(kms.decrypt, CiphertextBlob=blob)  # the root user


def test_a_policy_that_locks_out(kms: Any, key: str, account: str, user: Make) -> None:
    ada = user("ada")
    alone = policy(allow({"AWS": ada.arn}, "kms:*"))
    for call in (lambda: kms.create_key(Policy=alone), lambda: kms.put_key_policy(KeyId=key, Policy=alone)):
        with pytest.raises(ClientError, match="will not allow you to update the key policy in the future"):
            call()
    nobody = policy(allow({"AWS": f"arn:aws:iam::{account}:user/nobody"}, "kms:*"))
    with pytest.raises(ClientError, match="one or more invalid principals"):
        kms.put_key_policy(KeyId=key, Policy=nobody)
    assert code(kms.put_key_policy, KeyId=key, Policy="{}") == "MalformedPolicyDocumentException"
    both = policy(
        allow({"AWS": f"arn:aws:iam::{account}:root"}, "kms:*"), allow({"AWS": ada.arn}, "kms:Encrypt")
    )
    kms.put_key_policy(KeyId=key, Policy=both)
    shown = kms.get_key_policy(KeyId=key)
    assert (json.loads(shown["Policy"]), shown["PolicyName"]) == (json.loads(both), "default")


def test_who_is_made_again_inherits_nothing(
    kms: Any, client: Make, key: str, account: str, user: Make
) -> None:
    ada = user("ada")
    root = allow({"AWS": f"arn:aws:iam::{account}:root"}, "kms:*")
    kms.put_key_policy(KeyId=key, Policy=policy(root, allow({"AWS": ada.arn}, "kms:Encrypt")))
    kms.create_grant(KeyId=key, GranteePrincipal=ada.arn, Operations=["GenerateDataKey"])
    assert ada.encrypt(KeyId=key, Plaintext=b"x")
    assert ada.generate_data_key(KeyId=key, KeySpec="AES_256")
    iam = client("iam")
    for made in iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="ada", AccessKeyId=made["AccessKeyId"])
    iam.delete_user(UserName="ada")
    other = user("ada")
    assert refusal(other.encrypt, KeyId=key, Plaintext=b"x")
    assert refusal(other.generate_data_key, KeyId=key, KeySpec="AES_256")


def test_other_accounts_need_both_sides(kms: Any, client: Make, key: str, account: str, user: Make) -> None:
    there = new_account()
    ada, bob = user("ada", own("kms:*"), account=there), user("bob", account=there)
    assert "no resource-based policy" in refusal(ada.encrypt, KeyId=key, Plaintext=b"x")
    root = allow({"AWS": f"arn:aws:iam::{account}:root"}, "kms:*")
    kms.put_key_policy(KeyId=key, Policy=policy(root, allow({"AWS": f"arn:aws:iam::{there}:root"}, "kms:*")))
    blob = ada.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert ada.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert "no identity-based policy" in refusal(bob.encrypt, KeyId=key, Plaintext=b"x")
    assert refusal(ada.disable_key, KeyId=key)  # does not work across accounts, whatever the policy says
    assert refusal(ada.get_key_policy, KeyId=key)
    kms.create_alias(AliasName="alias/shared", TargetKeyId=key)
    assert (
        ada.describe_key(KeyId=f"arn:aws:kms:us-east-1:{account}:alias/shared")["KeyMetadata"]["Arn"] == key
    )


def test_conditions(kms: Any, key: str, user: Make) -> None:
    kms.create_alias(AliasName="alias/one", TargetKeyId=key)
    ada = user(
        "ada",
        own("kms:Encrypt", StringEquals={"kms:EncryptionContext:team": "a"}),
        own("kms:Decrypt", **{"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["team", "part"]}}),
        own("kms:GenerateDataKey", StringEquals={"kms:RequestAlias": "alias/one"}),
        own(
            "kms:DescribeKey", StringEquals={"aws:ResourceTag/team": "a", "kms:KeySpec": "SYMMETRIC_DEFAULT"}
        ),
        own(
            "kms:ScheduleKeyDeletion", NumericGreaterThan={"kms:ScheduleKeyDeletionPendingWindowInDays": "20"}
        ),
    )
    blob = ada.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"team": "a", "part": "b"})[
        "CiphertextBlob"
    ]
    assert refusal(ada.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext={"team": "b"})
    assert refusal(ada.encrypt, KeyId=key, Plaintext=b"x")
    assert ada.decrypt(CiphertextBlob=blob, EncryptionContext={"team": "a", "part": "b"})["Plaintext"] == b"x"
    assert refusal(ada.decrypt, CiphertextBlob=blob, EncryptionContext={"other": "a"})
    assert ada.generate_data_key(KeyId="alias/one", KeySpec="AES_256")
    assert refusal(ada.generate_data_key, KeyId=key, KeySpec="AES_256")
    assert refusal(ada.describe_key, KeyId=key)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "a"}])
    assert ada.describe_key(KeyId=key)
    assert refusal(ada.schedule_key_deletion, KeyId=key, PendingWindowInDays=20)
    assert ada.schedule_key_deletion(KeyId=key)["PendingWindowInDays"] == 30


def test_aliases_need_both(kms: Any, key: str, account: str, user: Make) -> None:
    alias = f"arn:aws:kms:us-east-1:{account}:alias/a"
    ada = user("ada", own("kms:CreateAlias", resource=alias))
    assert key in refusal(ada.create_alias, AliasName="alias/a", TargetKeyId=key)
    bob = user("bob", own("kms:CreateAlias", resource=key))
    assert alias in refusal(bob.create_alias, AliasName="alias/a", TargetKeyId=key)
    eve = user(
        "eve",
        own("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias", resource=alias),
        own("kms:*Alias", resource=key),
    )
    eve.create_alias(AliasName="alias/a", TargetKeyId=key)
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert other in refusal(eve.update_alias, AliasName="alias/a", TargetKeyId=other)
    eve.delete_alias(AliasName="alias/a")


def test_reencrypting_needs_both_keys(kms: Any, key: str, user: Make) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    ada = user("ada", own("kms:ReEncryptFrom", resource=key))
    assert f"kms:ReEncryptTo on resource: {other}" in refusal(
        ada.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other
    )
    bob = user("bob", own("kms:ReEncryptTo", resource=other))
    assert "kms:ReEncryptFrom" in refusal(bob.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)
    eve = user("eve", own("kms:ReEncrypt*"))
    assert eve.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)["KeyId"] == other


def test_tags_at_creation_need_their_own_permission(user: Make) -> None:
    ada = user("ada", own("kms:CreateKey"))
    assert ada.create_key()["KeyMetadata"]["KeyState"] == "Enabled"
    assert "kms:TagResource" in refusal(ada.create_key, Tags=[{"TagKey": "a", "TagValue": "b"}])


def test_a_grant_is_enough(kms: Any, key: str, user: Make) -> None:
    ada = user("ada")
    made = kms.create_grant(KeyId=key, GranteePrincipal=ada.arn, Operations=["Encrypt", "Decrypt"], Name="n")
    blob = ada.encrypt(KeyId=key, Plaintext=b"x", GrantTokens=[made["GrantToken"]])["CiphertextBlob"]
    assert ada.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert refusal(ada.generate_data_key, KeyId=key, KeySpec="AES_256")
    assert code(ada.encrypt, KeyId=key, Plaintext=b"x", GrantTokens=["x"]) == "InvalidGrantTokenException"
    again = kms.create_grant(KeyId=key, GranteePrincipal=ada.arn, Operations=["Encrypt", "Decrypt"], Name="n")
    assert again["GrantId"] == made["GrantId"]
    (shown,) = kms.list_grants(KeyId=key, GranteePrincipal=ada.arn)["Grants"]
    assert (shown["GranteePrincipal"], shown["Operations"], shown["Name"]) == (
        ada.arn,
        ["Encrypt", "Decrypt"],
        "n",
    )
    assert shown["KeyId"] == key
    kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])
    assert refusal(ada.encrypt, KeyId=key, Plaintext=b"x")
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert code(kms.revoke_grant, KeyId=key, GrantId=made["GrantId"]) == "NotFoundException"


def test_a_deny_overcomes_a_grant(kms: Any, key: str, user: Make) -> None:
    ada = user("ada", own("kms:Encrypt", effect="Deny"))
    kms.create_grant(KeyId=key, GranteePrincipal=ada.arn, Operations=["Encrypt"])
    assert "explicit deny in an identity-based policy" in refusal(ada.encrypt, KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize(
    ("constraint", "right", "wrong"),
    [
        ("EncryptionContextSubset", [{"a": "1"}, {"a": "1", "b": "2"}], [{}, {"a": "2"}, {"b": "1"}]),
        ("EncryptionContextEquals", [{}], [{"a": "1"}]),
        ("EncryptionContextEquals", [{"a": "1"}], [{}, {"a": "2"}, {"a": "1", "b": "2"}]),
        ("EncryptionContextSubset", [{"a": "1", "b": "${aws:username}"}], [{"a": "1", "b": "ada"}]),
    ],
)
def test_constraints(
    kms: Any, key: str, user: Make, constraint: str, right: list[Any], wrong: list[Any]
) -> None:
    ada = user("ada")
    limits = right[0] if constraint.endswith("Subset") else right[-1]
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=ada.arn,
        Operations=["Encrypt", "DescribeKey"],
        Constraints={constraint: limits},
    )
    for context in right:
        assert ada.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    for context in wrong:
        assert refusal(ada.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)
    assert ada.describe_key(KeyId=key)  # has no encryption context, and is not constrained


def test_a_grantee_passes_on_no_more_than_it_has(kms: Any, key: str, user: Make) -> None:
    ada, bob = user("ada"), user("bob")
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=ada.arn,
        Operations=["CreateGrant", "Decrypt"],
        Constraints={"EncryptionContextSubset": {"a": "1"}},
    )
    limits = {"EncryptionContextSubset": {"a": "1", "b": "2"}}
    give = {"KeyId": key, "GranteePrincipal": bob.arn}
    assert refusal(ada.create_grant, **give, Operations=["Decrypt"])
    assert refusal(ada.create_grant, **give, Operations=["Encrypt"], Constraints=limits)
    ada.create_grant(**give, Operations=["Decrypt"], Constraints=limits)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "1", "b": "2"})["CiphertextBlob"]
    assert bob.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "1", "b": "2"})["Plaintext"] == b"x"


def test_who_retires_a_grant(kms: Any, key: str, user: Make) -> None:
    ada, bob, eve = user("ada"), user("bob"), user("eve")
    give = {"KeyId": key, "GranteePrincipal": ada.arn, "RetiringPrincipal": bob.arn}
    made = kms.create_grant(**give, Operations=["Encrypt"])
    assert refusal(eve.retire_grant, GrantToken=made["GrantToken"])
    assert refusal(ada.retire_grant, GrantToken=made["GrantToken"])
    (listed,) = kms.list_retirable_grants(RetiringPrincipal=bob.arn)["Grants"]
    assert listed["GrantId"] == made["GrantId"]
    bob.retire_grant(GrantToken=made["GrantToken"])
    assert kms.list_retirable_grants(RetiringPrincipal=bob.arn)["Grants"] == []
    assert refusal(ada.encrypt, KeyId=key, Plaintext=b"x")
    own_end = kms.create_grant(**give, Operations=["Encrypt", "RetireGrant"])
    ada.retire_grant(KeyId=key, GrantId=own_end["GrantId"])
    last = kms.create_grant(**give, Operations=["Encrypt"])
    kms.retire_grant(KeyId=key, GrantId=last["GrantId"])
    assert code(kms.retire_grant, GrantToken="x") == "InvalidGrantTokenException"
    assert code(kms.retire_grant, KeyId=key) == "ValidationException"


def test_grants_that_can_not_be(kms: Any, key: str, account: str, user: Make) -> None:
    ada = user("ada")
    nobody = f"arn:aws:iam::{account}:user/nobody"
    give = {"KeyId": key, "GranteePrincipal": ada.arn}
    assert (
        code(kms.create_grant, KeyId=key, GranteePrincipal=nobody, Operations=["Encrypt"])
        == "InvalidArnException"
    )
    assert (
        code(kms.create_grant, KeyId=key, GranteePrincipal="ada", Operations=["Encrypt"])
        == "InvalidArnException"
    )
    assert code(kms.create_grant, KeyId=key, Operations=["Encrypt"]) == "ValidationException"
    assert code(kms.create_grant, **give, Operations=["Sign"]) == "ValidationException"
    both = {"EncryptionContextSubset": {"a": "1"}, "EncryptionContextEquals": {"a": "1"}}
    assert code(kms.create_grant, **give, Operations=["Encrypt"], Constraints=both) == "ValidationException"
    service = {
        "KeyId": key,
        "GranteeServicePrincipal": "cognito-idp.amazonaws.com",
        "Operations": ["Encrypt"],
    }
    assert code(kms.create_grant, **service) == "ValidationException"
    kms.disable_key(KeyId=key)
    assert code(kms.create_grant, **give, Operations=["Encrypt"]) == "DisabledException"


def test_grants_in_pages(kms: Any, key: str, user: Make) -> None:
    ada, bob = user("ada"), user("bob")
    for number in range(5):
        kms.create_grant(
            KeyId=key,
            GranteePrincipal=(ada, bob)[number % 2].arn,
            RetiringPrincipal=bob.arn,
            Operations=["Encrypt"],
        )
    pages = list(kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 2}))
    assert [len(page["Grants"]) for page in pages] == [2, 2, 1]
    first = kms.list_grants(KeyId=key, GranteePrincipal=ada.arn, Limit=2)
    rest = kms.list_grants(KeyId=key, GranteePrincipal=ada.arn, Limit=2, Marker=first["NextMarker"])
    assert len({grant["GrantId"] for grant in (*first["Grants"], *rest["Grants"])}) == 3
    first = kms.list_retirable_grants(RetiringPrincipal=bob.arn, Limit=4)
    rest = kms.list_retirable_grants(RetiringPrincipal=bob.arn, Limit=4, Marker=first["NextMarker"])
    assert len({grant["GrantId"] for grant in (*first["Grants"], *rest["Grants"])}) == 5


def test_a_role_uses_a_key_by_a_grant(kms: Any, client: Make, key: str, account: str, user: Make) -> None:
    iam = client("iam")
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    )
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    ada = user("ada", own("sts:AssumeRole"))
    keys = ada._request_signer._credentials
    sts = client("sts", key=keys.access_key, secret=keys.secret_key)
    temporary = sts.assume_role(RoleArn=role, RoleSessionName="s1")["Credentials"]
    worker = client(
        "kms",
        key=temporary["AccessKeyId"],
        secret=temporary["SecretAccessKey"],
        token=temporary["SessionToken"],
    )
    assert refusal(worker.encrypt, KeyId=key, Plaintext=b"x")
    kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Encrypt"])
    assert worker.encrypt(KeyId=key, Plaintext=b"x")

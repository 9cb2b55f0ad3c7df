"""Keys: kinds, states, aliases, tags, rotation, and what they encrypt."""

import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server, running


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def code(call: Callable[..., Any], **request: Any) -> str:
    return refused(call, **request)[0]


def test_a_key_as_it_is_described(kms: Any, account: str) -> None:
    made = kms.create_key(Description="for codes", Tags=[{"TagKey": "team", "TagValue": "a"}])["KeyMetadata"]
    assert made == kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"]
    assert made["Arn"] == f"arn:aws:kms:us-east-1:{account}:key/{made['KeyId']}"
    shown = {
        name: made[name] for name in ("KeySpec", "KeyUsage", "KeyState", "Origin", "KeyManager", "Enabled")
    }
    assert shown == {
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "Enabled": True,
    }
    assert kms.list_resource_tags(KeyId=made["Arn"])["Tags"] == [{"TagKey": "team", "TagValue": "a"}]
    kms.update_key_description(KeyId=made["KeyId"], Description="for more")
    assert kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]["Description"] == "for more"


@pytest.mark.parametrize(
    "asked",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"Origin": "EXTERNAL"},
        {"MultiRegion": True},
        {"CustomKeyStoreId": "cks-1"},
    ],
)
def test_other_kinds_of_keys_are_refused_by_name(kms: Any, asked: dict[str, Any]) -> None:
    error, message = refused(kms.create_key, **asked)
    assert error == "NotImplemented"
    assert next(iter(asked)) in message


def test_all_keys_in_pages(kms: Any) -> None:
    made = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == made
    assert code(kms.list_keys, Marker="bm9uc2Vuc2U=") == "InvalidMarkerException"


def test_what_is_encrypted_comes_back(kms: Any, key: str) -> None:
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"a": "1", "b": "2"})
    assert (sealed["KeyId"], sealed["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    blob = sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"b": "2", "a": "1"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", key)
    assert kms.decrypt(CiphertextBlob=blob, KeyId=key, EncryptionContext={"a": "1", "b": "2"})
    for context in ({}, {"a": "1"}, {"a": "1", "b": "3"}, {"a": "1", "b": "2", "c": ""}):
        assert (
            code(kms.decrypt, CiphertextBlob=blob, EncryptionContext=context) == "InvalidCiphertextException"
        )


def test_changed_ciphertexts(kms: Any, key: str) -> None:
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    for at in (0, 30, 57, len(blob) - 1):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        assert code(kms.decrypt, CiphertextBlob=changed, KeyId=key) in (
            "InvalidCiphertextException",
            "IncorrectKeyException",
        )
    assert code(kms.decrypt, CiphertextBlob=blob[:-1]) == "InvalidCiphertextException"
    assert code(kms.decrypt, CiphertextBlob=b"x") == "InvalidCiphertextException"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    assert code(kms.decrypt, CiphertextBlob=blob, KeyId=other) == "IncorrectKeyException"
    gone = blob[:9] + bytes(16) + blob[25:]
    assert code(kms.decrypt, CiphertextBlob=gone) == "NotFoundException"


def test_too_much_at_once(kms: Any, key: str) -> None:
    assert kms.encrypt(KeyId=key, Plaintext=b"x" * 4096)
    assert code(kms.encrypt, KeyId=key, Plaintext=b"x" * 4097) == "ValidationException"
    assert code(kms.encrypt, KeyId=key, Plaintext=b"") == "ValidationException"
    assert code(kms.decrypt, CiphertextBlob=b"x" * 6145) == "ValidationException"


def test_data_keys(kms: Any, key: str) -> None:
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"for": "x"})
    assert len(made["Plaintext"]) == 32
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"for": "x"})
    assert opened["Plaintext"] == made["Plaintext"]
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=100)
    assert "Plaintext" not in hidden
    assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 100
    message = ("ValidationException", "Please specify either number of bytes or key spec.")
    assert refused(kms.generate_data_key, KeyId=key) == message
    assert refused(kms.generate_data_key, KeyId=key, NumberOfBytes=1, KeySpec="AES_128") == message
    assert len(kms.generate_random(NumberOfBytes=33)["Plaintext"]) == 33
    assert code(kms.generate_random) == "ValidationException"


def test_encrypted_anew(kms: Any, key: str) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"v": "1"})["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"v": "1"},
        DestinationKeyId=other,
        DestinationEncryptionContext={"v": "2"},
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other)
    assert (
        kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"v": "2"})["Plaintext"]
        == b"secret"
    )


def test_tried_only(kms: Any, key: str) -> None:
    with pytest.raises(ClientError) as caught:
        kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True)
    assert caught.value.response["Error"]["Code"] == "DryRunOperationException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_states(kms: Any, key: str) -> None:
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    disabled = ("DisabledException", f"{key} is disabled.")
    for call, request in (
        (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}),
        (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.generate_data_key, {"KeyId": key, "KeySpec": "AES_256"}),
        (kms.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key}),
        (kms.enable_key_rotation, {"KeyId": key}),
        (kms.rotate_key_on_demand, {"KeyId": key}),
    ):
        assert refused(call, **request) == disabled
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert refused(kms.cancel_key_deletion, KeyId=key)[0] == "KMSInvalidStateException"
    for days in (6, 31):
        assert code(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days) == "ValidationException"
    planned = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert planned["KeyState"] == "PendingDeletion"
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"] == planned["DeletionDate"]
    pending = ("KMSInvalidStateException", f"{key} is pending deletion.")
    for call, request in (
        (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.enable_key, {"KeyId": key}),
        (kms.disable_key, {"KeyId": key}),
        (kms.schedule_key_deletion, {"KeyId": key}),
        (kms.create_alias, {"AliasName": "alias/late", "TargetKeyId": key}),
        (kms.tag_resource, {"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.update_key_description, {"KeyId": key, "Description": "d"}),
    ):
        assert refused(call, **request) == pending
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


def test_names_of_keys(kms: Any, key: str, account: str) -> None:
    kms.create_alias(AliasName="alias/app/main", TargetKeyId=key)
    arn = f"arn:aws:kms:us-east-1:{account}:alias/app/main"
    for name in ("alias/app/main", arn, key, key.rpartition("/")[2]):
        assert kms.encrypt(KeyId=name, Plaintext=b"x")["KeyId"] == key
    assert refused(kms.create_alias, AliasName="alias/app/main", TargetKeyId=key) == (
        "AlreadyExistsException",
        f"An alias with the name {arn} already exists",
    )
    blob = kms.encrypt(KeyId="alias/app/main", Plaintext=b"x")["CiphertextBlob"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/app/main", TargetKeyId=other)
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"] == key
    assert code(kms.decrypt, CiphertextBlob=blob, KeyId="alias/app/main") == "IncorrectKeyException"
    assert [alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"]] == [other]
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    kms.delete_alias(AliasName="alias/app/main")
    missing = ("NotFoundException", f"Alias {arn} is not found.")
    assert refused(kms.encrypt, KeyId="alias/app/main", Plaintext=b"x") == missing
    assert refused(kms.delete_alias, AliasName="alias/app/main") == missing


def test_what_names_nothing(kms: Any, account: str, key: str) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    arn = f"arn:aws:kms:us-east-1:{account}:key/{absent}"
    assert refused(kms.describe_key, KeyId=absent) == ("NotFoundException", f"Key '{arn}' does not exist")
    assert refused(kms.describe_key, KeyId="nonsense") == ("NotFoundException", "Invalid keyId 'nonsense'")
    elsewhere = key.replace("us-east-1", "eu-west-1")
    assert code(kms.describe_key, KeyId=elsewhere) == "NotFoundException"
    assert code(kms.create_alias, AliasName="main", TargetKeyId=key) == "InvalidAliasNameException"
    assert code(kms.create_alias, AliasName="alias/aws/main", TargetKeyId=key) == "NotAuthorizedException"
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    assert code(kms.create_alias, AliasName="alias/b", TargetKeyId="alias/a") == "ValidationException"
    assert code(kms.disable_key, KeyId="alias/a") == "NotFoundException"
    alias = kms.list_aliases()["Aliases"][0]["AliasArn"]
    assert refused(kms.disable_key, KeyId=alias) == (
        "InvalidArnException",
        "Key Aliases are not supported for this operation.",
    )
    assert code(kms.get_key_policy, KeyId=key, PolicyName="other") == "NotFoundException"


def test_tags(kms: Any, key: str) -> None:
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": f"k{n:02}", "TagValue": str(n)} for n in range(50)])
    assert (
        code(kms.tag_resource, KeyId=key, Tags=[{"TagKey": "more", "TagValue": ""}])
        == "LimitExceededException"
    )
    first = kms.list_resource_tags(KeyId=key, Limit=30)
    rest = kms.list_resource_tags(KeyId=key, Limit=30, Marker=first["NextMarker"])
    assert [len(first["Tags"]), len(rest["Tags"]), rest["Truncated"]] == [30, 20, False]
    kms.untag_resource(KeyId=key, TagKeys=[f"k{n:02}" for n in range(49)])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "k49", "TagValue": "49"}]
    assert code(kms.tag_resource, KeyId=key, Tags=[{"TagKey": "aws:x", "TagValue": ""}]) == "TagException"


def test_new_material_by_hand(kms: Any, key: str) -> None:
    before = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    first = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    kms.rotate_key_on_demand(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"] != first
    opened = kms.decrypt(CiphertextBlob=before)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", first)
    after = kms.generate_data_key(KeyId=key, KeySpec="AES_128")
    assert after["KeyMaterialId"] != first
    (rotation,) = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert (rotation["RotationType"], rotation["KeyMaterialState"]) == ("ON_DEMAND", "CURRENT")
    assert rotation["KeyMaterialId"] == after["KeyMaterialId"]
    kms.rotate_key_on_demand(KeyId=key)
    page = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL", Limit=2)
    assert [each["KeyMaterialId"] for each in page["Rotations"]] == [first, after["KeyMaterialId"]]
    last = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL", Marker=page["NextMarker"])
    assert [each["KeyMaterialState"] for each in last["Rotations"]] == ["CURRENT"]
    assert code(kms.list_key_rotations, KeyId=key, Marker="e30=") == "InvalidMarkerException"


def test_at_the_same_time(client: Callable[..., Any], kms: Any, key: str, account: str) -> None:
    """One of many gets a name; one grant is made for many who ask for the same; none of many different ones is lost."""
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(8)]

    def name(target: str) -> str:
        try:
            client("kms").create_alias(AliasName="alias/one", TargetKeyId=target)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return target

    def grant(number: int) -> str:
        root = f"arn:aws:iam::{account}:root"
        more = {"Name": "same"} if number % 2 else {}
        made = client("kms").create_grant(KeyId=key, GranteePrincipal=root, Operations=["Encrypt"], **more)
        return str(made["GrantId"])

    with ThreadPoolExecutor(8) as pool:
        named = list(pool.map(name, keys))
        granted = list(pool.map(grant, range(16)))
    (winner,) = set(named) - {"AlreadyExistsException"}
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"]["Arn"] == winner
    assert sum(len(kms.list_aliases(KeyId=each)["Aliases"]) for each in keys) == 1
    assert len(set(granted)) == 9
    assert {each["GrantId"] for each in kms.list_grants(KeyId=key)["Grants"]} == set(granted)


@pytest.fixture(scope="module")
def ageing() -> Any:
    """A server of its own, whose clock is moved."""
    with running(None) as started:
        yield started


def test_time_goes_by(ageing: Server) -> None:
    kms = ageing.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/gone", TargetKeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    old = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    first = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    advance(ageing, 89 * 86_400)
    assert kms.generate_data_key(KeyId=key, KeySpec="AES_256")["KeyMaterialId"] == first
    advance(ageing, 2 * 86_400)
    assert kms.generate_data_key(KeyId=key, KeySpec="AES_256")["KeyMaterialId"] != first
    assert kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    advance(ageing, 7 * 86_400 - 60)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    advance(ageing, 61)
    assert code(kms.describe_key, KeyId=key) == "NotFoundException"
    assert code(kms.cancel_key_deletion, KeyId=key) == "NotFoundException"
    assert code(kms.decrypt, CiphertextBlob=old) == "NotFoundException"
    assert (kms.list_keys()["Keys"], kms.list_aliases()["Aliases"]) == ([], [])
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/gone", TargetKeyId=other)
    assert kms.describe_key(KeyId="alias/gone")["KeyMetadata"]["Arn"] == other


def advance(server: Server, seconds: float) -> None:
    """Move the clock."""
    body = json.dumps({"advance": seconds}).encode()
    request = urllib.request.Request(f"{server.url}/_portico/clock", data=body, method="POST")
    with urllib.request.urlopen(request):
        pass

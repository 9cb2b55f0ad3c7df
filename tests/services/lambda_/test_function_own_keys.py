"""Environment variables under a key of one's own: who may set it, who sees them, and functions whose key can't be used."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import TRUST_LAMBDA, Server

Make = Callable[..., Any]
TELLS = "import os\ndef handler(event, context): return os.environ.get('SECRET')"
SECRET = {"Variables": {"SECRET": "s3cr3t-of-mine"}}


@pytest.fixture
def key(client: Make) -> str:
    """A key of this test's account."""
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def told(lam: Any, name: str = "f0") -> Any:
    """What a function answers."""
    return json.loads(lam.invoke(FunctionName=name)["Payload"].read())


def failed(call: Make, **request: Any) -> tuple[str, int, str]:
    """The code, the status and the words with which a call fails."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    found = caught.value.response
    return found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Message"]


def updated(lam: Any, **settings: Any) -> dict[str, Any]:
    """UpdateFunctionConfiguration, applied."""
    answer: dict[str, Any] = lam.update_function_configuration(FunctionName="f0", **settings)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f0", WaiterConfig={"Delay": 1})
    return answer


def test_variables_under_a_key(server: Server, client: Make, deploy: Make, key: str) -> None:
    deploy(TELLS, Environment=SECRET, KMSKeyArn=key)
    lam = client("lambda")
    assert told(lam) == "s3cr3t-of-mine"
    shown = lam.get_function_configuration(FunctionName="f0")
    assert (shown["KMSKeyArn"], shown["Environment"]) == (key, SECRET)
    (listed,) = lam.list_functions()["Functions"]
    assert (listed["KMSKeyArn"], listed["Environment"]) == (key, SECRET)
    published = lam.publish_version(FunctionName="f0")
    assert published["Environment"] == SECRET
    updated(lam, Description="d")
    assert told(lam) == "s3cr3t-of-mine"
    updated(lam, Environment={"Variables": {"SECRET": "another"}})
    assert told(lam) == "another"
    other = client("kms").create_key()["KeyMetadata"]["Arn"]
    updated(lam, KMSKeyArn=other)
    client("kms").disable_key(KeyId=key)
    assert told(lam) == "another"
    in_clear = updated(lam, KMSKeyArn="")
    assert "KMSKeyArn" not in in_clear
    assert in_clear["Environment"] == {"Variables": {"SECRET": "another"}}
    client("kms").disable_key(KeyId=other)
    updated(lam, Description="cold")
    assert told(lam) == "another"


def test_nothing_of_them_is_on_disk(server: Server, client: Make, deploy: Make, key: str) -> None:
    deploy(TELLS, Environment={"Variables": {"SECRET": "kept-in-clear-7261"}})
    deploy(TELLS, name="sealed", Environment={"Variables": {"SECRET": "kept-sealed-9173"}}, KMSKeyArn=key)
    assert server.data is not None
    files = [path.read_bytes() for path in server.data.rglob("portico*") if path.is_file()]
    assert any(b"kept-in-clear-7261" in content for content in files)
    assert not any(b"kept-sealed-9173" in content for content in files)


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda kms, key: kms.disable_key(KeyId=key), "KMSDisabledException", "the KMS key used is disabled"),
        (
            lambda kms, key: kms.schedule_key_deletion(KeyId=key),
            "KMSInvalidStateException",
            "the state of the KMS key used is not valid for Decrypt",
        ),
        (
            lambda kms, key: [
                kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
                for grant in kms.list_grants(KeyId=key)["Grants"]
            ],
            "KMSAccessDeniedException",
            "KMS access was denied",
        ),
    ],
)
def test_a_key_that_can_not_be_used(
    client: Make, deploy: Make, key: str, spoil: Make, code: str, words: str
) -> None:
    deploy(TELLS, Environment=SECRET, KMSKeyArn=key)
    spoil(client("kms"), key)
    said = failed(client("lambda").invoke, FunctionName="f0")
    assert said[:2] == (code, 502)
    assert said[2].startswith(f"Lambda was unable to decrypt the environment variables because {words}.")


def test_a_role_made_again_has_no_grant(client: Make, deploy: Make, key: str) -> None:
    iam, lam = client("iam"), client("lambda")

    def make() -> str:
        made: str = iam.create_role(RoleName="own", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        return made

    role = make()
    deploy(TELLS, Environment=SECRET, KMSKeyArn=key, Role=role)
    iam.delete_role(RoleName="own")
    make()
    code, status, words = failed(lam.invoke, FunctionName="f0")
    assert (code, status) == ("KMSAccessDeniedException", 502)
    assert "is not authorized to perform: kms:Decrypt" in words
    updated(lam, Environment=SECRET)
    assert told(lam) == "s3cr3t-of-mine"


def test_who_may_set_a_key_and_see_the_variables(
    client: Make, deploy: Make, key: str, account: str, role: str
) -> None:
    deploy(TELLS, Environment=SECRET, KMSKeyArn=key)
    iam = client("iam")
    iam.create_user(UserName="dev")
    made = iam.create_access_key(UserName="dev")["AccessKey"]
    dev = client("lambda", key=made["AccessKeyId"], secret=made["SecretAccessKey"])

    def let(*actions: str) -> None:
        own = {"Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*"}
        more = [{"Effect": "Allow", "Action": list(actions), "Resource": key}] if actions else []
        document = json.dumps({"Version": "2012-10-17", "Statement": [own, *more]})
        iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=document)

    let()
    hidden = dev.get_function_configuration(FunctionName="f0")["Environment"]
    assert hidden["Error"]["ErrorCode"] == "AccessDeniedException"
    assert "Variables" not in hidden
    dev.update_function_configuration(FunctionName="f0", Description="what needs no key")
    client("lambda").get_waiter("function_updated_v2").wait(FunctionName="f0", WaiterConfig={"Delay": 1})
    change = {"FunctionName": "f0", "Environment": {"Variables": {"SECRET": "mine"}}}
    for granted, missing in (((), "CreateGrant"), (("kms:CreateGrant",), "Encrypt")):
        let(*granted)
        code, _, words = failed(dev.update_function_configuration, **change)
        assert code == "InvalidParameterValueException"
        assert f"the KMS key is invalid for {missing}. Please check your KMS key settings." in words
        assert "KMS Exception: AccessDeniedException" in words
    assert failed(dev.update_function_configuration, FunctionName="f0", KMSKeyArn="")[0] == (
        "InvalidParameterValueException"  # would need to be decrypted first
    )
    let("kms:CreateGrant", "kms:Encrypt")
    assert "Error" in dev.update_function_configuration(**change)["Environment"]
    let("kms:Decrypt")
    shown = dev.get_function_configuration(FunctionName="f0")["Environment"]
    assert shown == {"Variables": {"SECRET": "mine"}}


def test_keys_that_are_none(client: Make, create: Make, key: str) -> None:
    kms = client("kms")
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    alias = kms.list_aliases()["Aliases"][0]["AliasArn"]
    words = (
        "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant. "
        "Please check your KMS key settings. KMS Exception: InvalidArnException KMS Message: "
        "Key Aliases are not supported for this operation."
    )
    asked = {"name": "f", "Environment": SECRET}
    assert failed(create, **asked, KMSKeyArn=alias) == ("InvalidParameterValueException", 400, words)
    absent = key[:-12] + "000000000000"
    assert "KMS Exception: NotFoundException" in failed(create, **asked, KMSKeyArn=absent)[2]
    kms.disable_key(KeyId=key)
    assert "KMS Exception: DisabledException" in failed(create, **asked, KMSKeyArn=key)[2]
    assert client("lambda").list_functions()["Functions"] == []
    assert create("without", KMSKeyArn=key)["KMSKeyArn"] == key  # there is nothing to encrypt

"""Custom senders: codes that AWS's own Encryption SDK decrypts through the KMS here, and what happens when the key can't be used."""

import base64
import json
from collections.abc import Callable
from typing import Any

import aws_encryption_sdk
import botocore.session
import pytest
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature

from cognito_answers import PASSWORD, Mailbox, Pool, listed, refused
from cognito_functions import Functions
from harness import REGION, Server, new_account

# A decryptor that was refused can't be closed, which Python 3.13 tells of.
pytestmark = pytest.mark.filterwarnings("ignore:.*StreamDecryptor:pytest.PytestUnraisableExceptionWarning")

TELLS = 'import json\ndef handler(event, context): print("EVENT " + json.dumps(event))'
POLICY = aws_encryption_sdk.CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT


@pytest.fixture
def key(client: Callable[..., Any]) -> str:
    """A key of this test's account."""
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def sender(functions: Functions) -> str:
    """A function that tells what it is told; its ARN."""
    return functions.make(TELLS)


def senders(key: str, function: str) -> dict[str, Any]:
    """A LambdaConfig."""
    sender = {"LambdaVersion": "V1_0", "LambdaArn": function}
    return {"CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": key}


@pytest.fixture
def pool(make_pool: Callable[..., Pool], key: str, sender: str) -> Pool:
    """A pool with both senders."""
    config = senders(key, sender)
    return make_pool(AutoVerifiedAttributes=["email", "phone_number"], LambdaConfig=config)


@pytest.fixture
def decrypt(server: Server, account: str, key: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`decrypt(event)`: the code in an event and the encryption context, by AWS's Encryption SDK, as the root of the account."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def opened(event: dict[str, Any], policy: Any = POLICY) -> tuple[str, dict[str, str]]:
        session = botocore.session.Session()
        session.set_config_variable("region", REGION)
        keys = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key], botocore_session=session)
        client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)
        sealed = base64.b64decode(event["request"]["code"], validate=True)
        plaintext, header = client.decrypt(source=sealed, key_provider=keys)
        return plaintext.decode(), header.encryption_context

    return opened


def sign_up(pool: Pool, name: str = "ada", **more: Any) -> None:
    attributes = listed({"email": f"{name}@example.com"})
    pool.api.sign_up(
        ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=attributes, **more
    )


def test_codes_are_encrypted_as_by_aws(
    pool: Pool, sender: str, functions: Functions, decrypt: Callable[..., Any], mailbox: Mailbox
) -> None:
    sign_up(pool, ClientMetadata={"k": "v"})
    (event,) = functions.seen(sender)
    assert event["triggerSource"] == "CustomEmailSender_SignUp"
    assert event["request"]["type"] == "customEmailSenderRequestV1"
    assert event["request"]["clientMetadata"] == {"k": "v"}
    code, context = decrypt(event)
    assert code == mailbox.code("ada@example.com")
    assert set(context) == {"userpool-id", "aws-crypto-public-key"}
    assert context["userpool-id"] == pool.id
    pool.api.confirm_sign_up(ClientId=pool.client_id, Username="ada", ConfirmationCode=code)
    assert pool.get()["UserStatus"] == "CONFIRMED"
    assert code not in json.dumps(event)


def test_text_messages(
    pool: Pool, sender: str, functions: Functions, decrypt: Callable[..., Any], mailbox: Mailbox
) -> None:
    number = f"+1555{int(pool.id[-9:].encode().hex(), 16) % 10**7:07d}"
    pool.user(phone_number=number, phone_number_verified="true")
    pool.api.forgot_password(ClientId=pool.client_id, Username="ada")
    (event,) = functions.seen(sender)
    assert event["triggerSource"] == "CustomSMSSender_ForgotPassword"
    assert event["request"]["type"] == "customSMSSenderRequestV1"
    code, _ = decrypt(event, aws_encryption_sdk.CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
    assert code == mailbox.code(number)
    pool.api.confirm_forgot_password(
        ClientId=pool.client_id, Username="ada", ConfirmationCode=code, Password=f"{PASSWORD}2"
    )


def test_temporary_passwords_are_escaped_in_mails(
    pool: Pool, sender: str, functions: Functions, decrypt: Callable[..., Any]
) -> None:
    pool.api.admin_create_user(
        UserPoolId=pool.id,
        Username="ada",
        TemporaryPassword="Aa1<&>bcd",
        UserAttributes=listed({"email": "ada@example.com"}),
        DesiredDeliveryMediums=["EMAIL"],
    )
    (event,) = functions.seen(sender)
    assert event["triggerSource"] == "CustomEmailSender_AdminCreateUser"
    assert decrypt(event)[0] == "Aa1&lt;&amp;&gt;bcd"


def test_a_changed_message_is_refused(
    pool: Pool, sender: str, functions: Functions, decrypt: Callable[..., Any]
) -> None:
    sign_up(pool)
    (event,) = functions.seen(sender)
    sealed = bytearray(base64.b64decode(event["request"]["code"]))
    sealed[-1] ^= 1  # of the signature
    event["request"]["code"] = base64.b64encode(sealed).decode()
    with pytest.raises((InvalidSignature, ValueError)):
        decrypt(event)


def test_who_may_not_use_the_key(
    server: Server,
    client: Callable[..., Any],
    pool: Pool,
    sender: str,
    functions: Functions,
    decrypt: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_up(pool)
    (event,) = functions.seen(sender)
    iam = client("iam")
    iam.create_user(UserName="eve")
    made = iam.create_access_key(UserName="eve")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    with pytest.raises(AWSEncryptionSDKClientError):
        decrypt(event)


def test_a_sender_needs_a_key(make_pool: Callable[..., Pool], sender: str) -> None:
    config = senders("", sender)
    del config["KMSKeyID"]
    with pytest.raises(ClientError, match="KMSKeyID is required") as caught:
        make_pool(LambdaConfig=config)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_key_that_is_not_there_or_disabled(
    client: Callable[..., Any], make_pool: Callable[..., Pool], key: str, sender: str
) -> None:
    absent = key[:-12] + "000000000000"
    for wrong in (absent, key.replace("us-east-1", "eu-west-1"), key.replace(":key/", ":alias/")):
        with pytest.raises(ClientError) as caught:
            make_pool(LambdaConfig=senders(wrong, sender))
        assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
    client("kms").disable_key(KeyId=key)
    with pytest.raises(ClientError, match="is disabled"):
        make_pool(LambdaConfig=senders(key, sender))


def test_who_sets_a_sender_must_be_allowed_to_grant(
    server: Server, client: Callable[..., Any], account: str, key: str, sender: str
) -> None:
    iam = client("iam")
    iam.create_user(UserName="admin")
    made = iam.create_access_key(UserName="admin")["AccessKey"]
    admin = client("cognito-idp", key=made["AccessKeyId"], secret=made["SecretAccessKey"])

    def let(*statements: dict[str, Any]) -> None:
        own = {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [own, *statements]})
        iam.put_user_policy(UserName="admin", PolicyName="p", PolicyDocument=document)

    let()
    asked = {"PoolName": "p", "LambdaConfig": senders(key, sender)}
    words = refused("AccessDeniedException", admin.create_user_pool, **asked)
    assert f"kms:CreateGrant on resource: {key}" in words
    assert client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []
    through = {"kms:ViaService": f"cognito-idp.{REGION}.amazonaws.com"}
    limits = {
        "StringEquals": through,
        "Bool": {"kms:GrantIsForAWSResource": "true", "aws:ViaAWSService": "true"},
    }
    let({"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": key, "Condition": limits})
    pool = admin.create_user_pool(**asked)["UserPool"]
    by_itself = client("kms", key=made["AccessKeyId"], secret=made["SecretAccessKey"])
    give = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{account}:user/admin", "Operations": ["Decrypt"]}
    refused("AccessDeniedException", by_itself.create_grant, **give)
    (grant,) = client("kms").list_grants(KeyId=key)["Grants"]
    assert grant["GranteeServicePrincipal"] == "cognito-idp.amazonaws.com"
    assert grant["Constraints"] == {
        "EncryptionContextSubset": {"userpool-id": pool["Id"]},
        "SourceArn": pool["Arn"],
    }


def test_the_grant_goes_with_its_use(
    client: Callable[..., Any], make_pool: Callable[..., Pool], key: str, sender: str
) -> None:
    kms, other = client("kms"), client("kms").create_key()["KeyMetadata"]["Arn"]

    def grants() -> tuple[int, int]:
        first, second = (len(kms.list_grants(KeyId=each)["Grants"]) for each in (key, other))
        return first, second

    pool = make_pool(LambdaConfig=senders(key, sender))
    assert grants() == (1, 0)
    pool.api.update_user_pool(UserPoolId=pool.id, LambdaConfig=senders(key, sender))
    assert grants() == (1, 0)
    pool.api.update_user_pool(UserPoolId=pool.id, LambdaConfig=senders(other, sender))
    assert grants() == (0, 1)
    pool.api.update_user_pool(UserPoolId=pool.id, LambdaConfig={"KMSKeyID": other})
    assert grants() == (0, 0)
    pool.api.update_user_pool(UserPoolId=pool.id, LambdaConfig=senders(key, sender))
    pool.api.delete_user_pool(UserPoolId=pool.id)
    assert grants() == (0, 0)


@pytest.mark.parametrize("how", ["disabled", "revoked", "deleted"])
def test_a_key_that_can_not_be_used_any_more(
    client: Callable[..., Any], pool: Pool, key: str, mailbox: Mailbox, how: str
) -> None:
    kms = client("kms")
    if how == "disabled":
        kms.disable_key(KeyId=key)
    elif how == "revoked":
        (grant,) = kms.list_grants(KeyId=key)["Grants"]
        kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    else:
        kms.schedule_key_deletion(KeyId=key)
    address = f"{pool.client_id}@example.com"
    asked = {
        "ClientId": pool.client_id,
        "Username": "ada",
        "Password": PASSWORD,
        "UserAttributes": listed({"email": address}),
    }
    refused("CodeDeliveryFailureException", pool.api.sign_up, **asked)
    assert mailbox.all(address) == []
    if how == "disabled":
        kms.enable_key(KeyId=key)
    elif how == "deleted":
        kms.cancel_key_deletion(KeyId=key)
        kms.enable_key(KeyId=key)
    else:
        pool.api.update_user_pool(
            UserPoolId=pool.id,
            AutoVerifiedAttributes=["email"],
            LambdaConfig=pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["LambdaConfig"],
        )
    assert pool.api.sign_up(**asked)["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    assert mailbox.code(address)


def test_a_role_decrypts_by_its_own_permission(
    server: Server,
    client: Callable[..., Any],
    pool: Pool,
    key: str,
    sender: str,
    role: str,
    functions: Functions,
    decrypt: Callable[..., Any],
    deploy: Callable[..., str],
) -> None:
    """What a sender's function does: it asks KMS for the data key with its role's credentials, under the pool's context."""
    source = """
        import base64, boto3, struct
        def handler(event, context):
            sealed, at = base64.b64decode(event["code"]), 22
            def counted():
                nonlocal at
                (size,), start = struct.unpack_from(">H", sealed, at), at + 2
                at = start + size
                return sealed[start:at]
            (pairs,) = struct.unpack_from(">H", sealed, at)
            at += 2
            encryption_context = {counted().decode(): counted().decode() for _ in range(pairs)}
            at += 2
            provider, arn, data_key = counted(), counted(), counted()
            asked = {"CiphertextBlob": data_key, "EncryptionContext": encryption_context}
            try:
                return len(boto3.client("kms").decrypt(**asked)["Plaintext"])
            except Exception as error:
                return str(error)
    """
    sign_up(pool)
    (event,) = functions.seen(sender)
    name = deploy(source, name="opener")
    asked = {"FunctionName": name, "Payload": json.dumps({"code": event["request"]["code"]})}
    before = client("lambda").invoke(**asked)["Payload"].read().decode()
    assert "is not authorized to perform: kms:Decrypt" in before
    limits = {"StringEquals": {"kms:EncryptionContext:userpool-id": pool.id}}
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": limits}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    client("iam").put_role_policy(RoleName="run", PolicyName="kms", PolicyDocument=document)
    assert client("lambda").invoke(**asked)["Payload"].read() == b"32"


def test_a_key_of_another_account(
    client: Callable[..., Any],
    make_pool: Callable[..., Pool],
    account: str,
    sender: str,
    functions: Functions,
) -> None:
    theirs = client("kms", new_account())
    key = theirs.create_key()["KeyMetadata"]
    config = {"AutoVerifiedAttributes": ["email"], "LambdaConfig": senders(key["Arn"], sender)}
    with pytest.raises(ClientError, match="kms:CreateGrant"):
        make_pool(**config)
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{owner}:root"},
            "Action": what,
            "Resource": "*",
        }
        for owner, what in ((key["AWSAccountId"], "kms:*"), (account, "kms:CreateGrant"))
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    theirs.put_key_policy(KeyId=key["KeyId"], Policy=policy)
    pool = make_pool(**config)
    sign_up(pool)
    (event,) = functions.seen(sender)
    assert base64.b64decode(event["request"]["code"])[:4] == bytes.fromhex("01800378")
    (grant,) = theirs.list_grants(KeyId=key["KeyId"])["Grants"]
    assert grant["IssuingAccount"] == f"arn:aws:iam::{account}:root"
    pool.api.delete_user_pool(UserPoolId=pool.id)
    assert theirs.list_grants(KeyId=key["KeyId"])["Grants"] == []

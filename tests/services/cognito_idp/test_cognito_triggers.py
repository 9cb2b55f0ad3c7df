"""Lambda triggers with real functions: what they are told, what their answers change, and what users are told when they fail."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_answers import PASSWORD, Mailbox, Pool, listed, refused
from cognito_functions import Functions
from harness import REGION

ECHO = """
    import json
    def handler(event, context):
        event["response"].update(json.loads(event["request"].get("clientMetadata", {}).get("answer", "{}")))
        print("EVENT " + json.dumps(event))
        return event
"""


def sign_up(pool: Pool, name: str = "ada", **more: Any) -> dict[str, Any]:
    attributes = {"email": f"{pool.client_id}@example.com"}
    answer: dict[str, Any] = pool.api.sign_up(
        ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=listed(attributes), **more
    )
    return answer


def test_pre_sign_up_confirms_and_verifies(make_pool: Callable[..., Pool], functions: Functions) -> None:
    arn = functions.make(ECHO)
    pool = make_pool(AutoVerifiedAttributes=["email"], LambdaConfig={"PreSignUp": arn})
    answer = sign_up(
        pool,
        ValidationData=listed({"captcha": "7"}),
        ClientMetadata={"answer": '{"autoConfirmUser": true, "autoVerifyEmail": true}', "k": "v"},
    )
    assert answer["UserConfirmed"] is True
    assert "CodeDeliveryDetails" not in answer
    assert pool.attributes()["email_verified"] == "true"
    assert "AuthenticationResult" in pool.sign_in()
    (event,) = functions.seen(arn)
    assert event["version"] == "1"
    assert event["region"] == REGION
    assert event["userPoolId"] == pool.id
    assert event["userName"] == "ada"
    assert event["triggerSource"] == "PreSignUp_SignUp"
    assert event["callerContext"] == {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": pool.client_id}
    assert event["request"]["validationData"] == {"captcha": "7"}
    assert event["request"]["clientMetadata"]["k"] == "v"
    assert event["request"]["userAttributes"]["email"] == f"{pool.client_id}@example.com"
    assert event["response"] == {"autoConfirmUser": True, "autoVerifyEmail": True, "autoVerifyPhone": False}


def test_users_of_administrators_are_announced_without_a_client(
    make_pool: Callable[..., Pool], functions: Functions
) -> None:
    arn = functions.make(ECHO)
    pool = make_pool(LambdaConfig={"PreSignUp": arn})
    pool.user()
    (event,) = functions.seen(arn)
    assert event["triggerSource"] == "PreSignUp_AdminCreateUser"
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        (
            "def handler(event, context): raise Exception('not from here')",
            "UserLambdaValidationException",
            "PreSignUp failed with error not from here.",
        ),
        (
            "def handler(event, context): return None",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "def handler(event, context): return 'yes'",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "def handler(event, context): return {}",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "def handler(event, context): return {**event, 'response': [1]}",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "def handler(event, context): return {**event, 'response': {'autoConfirmUser': 'yes'}}",
            "InvalidLambdaResponseException",
            "Invalid lambda function output : Invalid JSON",
        ),
        ("import none", "UserLambdaValidationException", "PreSignUp failed with error"),
    ],
)
def test_a_function_that_fails_lets_nobody_in(
    make_pool: Callable[..., Pool], functions: Functions, source: str, code: str, words: str
) -> None:
    pool = make_pool(LambdaConfig={"PreSignUp": functions.make(source)})
    assert words in refused(code, sign_up, pool=pool)
    assert pool.api.list_users(UserPoolId=pool.id)["Users"] == []


def test_a_function_without_permission_is_not_called(
    make_pool: Callable[..., Pool], functions: Functions
) -> None:
    arn = functions.make(ECHO, allowed=False)
    pool = make_pool(LambdaConfig={"PreSignUp": arn})
    said = refused("UnexpectedLambdaException", sign_up, pool=pool)
    assert said == "PreSignUp invocation failed due to error AccessDeniedException."
    assert pool.api.list_users(UserPoolId=pool.id)["Users"] == []


def test_a_function_for_another_pool_is_not_called(
    client: Callable[..., Any], make_pool: Callable[..., Pool], functions: Functions
) -> None:
    arn, other = functions.make(ECHO, allowed=False), make_pool()
    client("lambda").add_permission(
        FunctionName=arn,
        StatementId="other",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=f"{arn.split(':function:')[0].replace('lambda', 'cognito-idp')}:userpool/{other.id}",
    )
    pool = make_pool(LambdaConfig={"PreSignUp": arn})
    refused("UnexpectedLambdaException", sign_up, pool=pool)
    other.api.update_user_pool(UserPoolId=other.id, LambdaConfig={"PreSignUp": arn})
    assert sign_up(other)["UserSub"]


def test_a_function_that_is_gone(make_pool: Callable[..., Pool], functions: Functions) -> None:
    pool = make_pool(LambdaConfig={"PreSignUp": functions.arn("gone")})
    said = refused("UnexpectedLambdaException", sign_up, pool=pool)
    assert said.startswith("PreSignUp invocation failed due to error ")


def test_a_function_that_does_not_answer_in_time(
    make_pool: Callable[..., Pool], functions: Functions
) -> None:
    """Three tries of five seconds; the function never answers, so nothing else ends them."""
    arn = functions.make(
        "import threading\ndef handler(event, context): threading.Event().wait()", Timeout=30
    )
    pool = make_pool(LambdaConfig={"PreSignUp": arn})
    said = refused("UnexpectedLambdaException", sign_up, pool=pool)
    assert said == ("PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.")
    assert pool.api.list_users(UserPoolId=pool.id)["Users"] == []


def test_post_confirmation_is_told_what_has_happened(
    make_pool: Callable[..., Pool], functions: Functions, mailbox: Mailbox
) -> None:
    source = """
        import json
        def handler(event, context):
            print("EVENT " + json.dumps(event))
            raise Exception("later")
    """
    arn = functions.make(source)
    pool = make_pool(AutoVerifiedAttributes=["email"], LambdaConfig={"PostConfirmation": arn})
    sign_up(pool)
    code = mailbox.code(f"{pool.client_id}@example.com")
    said = refused(
        "UserLambdaValidationException",
        pool.api.confirm_sign_up,
        ClientId=pool.client_id,
        Username="ada",
        ConfirmationCode=code,
        ClientMetadata={"k": "v"},
    )
    assert said == "PostConfirmation failed with error later."
    assert pool.get()["UserStatus"] == "CONFIRMED"
    (event,) = functions.seen(arn)
    assert event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert event["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert event["request"]["userAttributes"]["email_verified"] == "true"
    assert event["request"]["clientMetadata"] == {"k": "v"}


def test_custom_messages(make_pool: Callable[..., Pool], functions: Functions, mailbox: Mailbox) -> None:
    source = """
        import json
        def handler(event, context):
            print("EVENT " + json.dumps(event))
            request = event["request"]
            name = request["usernameParameter"] or ""
            event["response"]["emailMessage"] = f"<b>{event['triggerSource']}</b> {name} {request['codeParameter']}"
            event["response"]["emailSubject"] = "Hello\\nBcc: all@example.com"
            return event
    """
    arn = functions.make(source)
    pool = make_pool(AutoVerifiedAttributes=["email"], LambdaConfig={"CustomMessage": arn})
    to = f"{pool.client_id}@example.com"
    sign_up(pool, "<i>ada")
    mail = mailbox.all(to)[0]
    assert mail["text"] == f"<b>CustomMessage_SignUp</b>  {mail['code']}"
    assert mail["subject"] == "Hello Bcc: all@example.com"
    pool.api.resend_confirmation_code(ClientId=pool.client_id, Username="<i>ada")
    assert mailbox.all(to)[0]["text"].startswith("<b>CustomMessage_ResendCode</b>")
    pool.api.admin_create_user(
        UserPoolId=pool.id,
        Username="<i>bob",
        UserAttributes=listed({"email": f"bob.{to}"}),
        DesiredDeliveryMediums=["EMAIL"],
    )
    mail = mailbox.all(f"bob.{to}")[0]
    assert "CustomMessage_AdminCreateUser</b> &lt;i&gt;bob " in mail["text"]
    pool.api.admin_set_user_password(
        UserPoolId=pool.id, Username="<i>bob", Password=mail["code"] + "Aa1!", Permanent=True
    )
    first, second, third = sorted(functions.seen(arn, 3), key=lambda each: each["triggerSource"])
    assert first["request"]["usernameParameter"] == "{username}"
    assert {each["request"]["codeParameter"] for each in (first, second, third)} == {"{####}"}
    assert second["request"]["usernameParameter"] is None
    assert third["request"]["linkParameter"] == "{##Click Here##}"


def test_users_that_are_brought_over_by_a_forgotten_password(
    make_pool: Callable[..., Pool], functions: Functions, mailbox: Mailbox
) -> None:
    source = """
        import json
        def handler(event, context):
            print("EVENT " + json.dumps(event))
            if event["userName"].startswith("none"):
                raise Exception("unknown")
            to = event["request"]["clientMetadata"]["to"]
            event["response"]["userAttributes"] = {"email": to, "email_verified": "true"}
            event["response"]["messageAction"] = "SUPPRESS"
            return event
    """
    arn = functions.make(source)
    pool = make_pool(AutoVerifiedAttributes=["email"], LambdaConfig={"UserMigration": arn})
    to = f"{pool.client_id}@example.com"
    pool.api.forgot_password(ClientId=pool.client_id, Username="old", ClientMetadata={"to": to})
    assert pool.get("old")["UserStatus"] == "RESET_REQUIRED"
    pool.api.confirm_forgot_password(
        ClientId=pool.client_id, Username="old", ConfirmationCode=mailbox.code(to), Password=PASSWORD
    )
    assert "AuthenticationResult" in pool.sign_in("old")
    (event,) = functions.seen(arn)
    assert event["triggerSource"] == "UserMigration_ForgotPassword"
    assert "password" not in event["request"]
    said = refused(
        "UserNotFoundException", pool.api.forgot_password, ClientId=pool.client_id, Username="none"
    )
    assert said == f"Exception migrating user in app client {pool.client_id}"
    assert [user["Username"] for user in pool.api.list_users(UserPoolId=pool.id)["Users"]] == ["old"]


def test_an_administrators_confirmation_holds_whatever_the_function_does(
    make_pool: Callable[..., Pool], functions: Functions
) -> None:
    pool = make_pool(LambdaConfig={"PostConfirmation": functions.make(ECHO, allowed=False)})
    sign_up(pool, "new")
    refused("UnexpectedLambdaException", pool.api.admin_confirm_sign_up, UserPoolId=pool.id, Username="new")
    assert pool.get("new")["UserStatus"] == "CONFIRMED"

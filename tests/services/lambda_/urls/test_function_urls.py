"""Function URLs: their configuration, who may call, the event, the answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doors_http import ask, ask_signed

Make = Callable[..., Any]

ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}"
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


def opened(client: Make, function: str, **options: Any) -> str:
    """The URL of a function that everybody may call."""
    lam = client("lambda")
    config = lam.create_function_url_config(FunctionName=function, AuthType="NONE", **options)
    let_in(lam, function, options.get("Qualifier"))
    url: str = config["FunctionUrl"]
    return url


def let_in(lam: Any, function: str, qualifier: str | None = None) -> None:
    of = {"Qualifier": qualifier} if qualifier else {}
    lam.add_permission(
        FunctionName=function, StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE", **of
    )  # fmt: skip
    lam.add_permission(
        FunctionName=function, StatementId="invoke", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True, **of
    )  # fmt: skip


def code_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def user_of(client: Make, *statements: dict[str, Any]) -> tuple[str, str]:
    """The key of a user that is allowed what `statements` say."""
    iam = client("iam")
    iam.create_user(UserName="caller")
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


# Configuration


def test_the_life_of_a_url(client: Make, deploy: Make) -> None:
    """As recorded: TestLambdaUrl.test_url_config_lifecycle."""
    lam, name = client("lambda"), deploy(ECHO)
    made = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    arn = lam.get_function_configuration(FunctionName=name)["FunctionArn"]
    del made["ResponseMetadata"]
    assert made.keys() == {"AuthType", "CreationTime", "FunctionArn", "FunctionUrl"}
    assert made["FunctionArn"] == arn
    assert code_of(lambda: lam.create_function_url_config(FunctionName=name, AuthType="NONE")) == (
        "ResourceConflictException",
        f"Failed to create function url config for [functionArn = {arn}]. "
        "Error message:  FunctionUrlConfig exists for this Lambda function",
    )
    found = lam.get_function_url_config(FunctionName=name)
    del found["ResponseMetadata"]
    assert found == {**made, "InvokeMode": "BUFFERED", "LastModifiedTime": made["CreationTime"]}
    changed = lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert changed["AuthType"] == "AWS_IAM"
    assert "InvokeMode" not in changed
    assert changed["LastModifiedTime"] > changed["CreationTime"]
    assert lam.delete_function_url_config(FunctionName=name)["ResponseMetadata"]["HTTPStatusCode"] == 204
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.")
    assert code_of(lambda: lam.get_function_url_config(FunctionName=name)) == gone
    assert code_of(lambda: lam.delete_function_url_config(FunctionName=name)) == gone
    again = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert again["FunctionUrl"] == made["FunctionUrl"]


def test_cors_is_kept_and_taken_away(client: Make, deploy: Make) -> None:
    lam, name = client("lambda"), deploy(ECHO)
    cors = {
        "AllowCredentials": True, "AllowHeaders": ["x-a"], "AllowMethods": ["GET", "POST"], "AllowOrigins": ["https://a.example"],
        "ExposeHeaders": ["x-b"], "MaxAge": 300,
    }  # fmt: skip
    made = lam.create_function_url_config(
        FunctionName=name, AuthType="NONE", Cors=cors, InvokeMode="RESPONSE_STREAM"
    )
    assert (made["Cors"], made["InvokeMode"]) == (cors, "RESPONSE_STREAM")
    assert lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")["Cors"] == cors
    assert "Cors" not in lam.update_function_url_config(FunctionName=name, Cors={})
    bad = code_of(lambda: lam.update_function_url_config(FunctionName=name, Cors={"AllowMethods": ["BREW"]}))
    assert bad[0] == "InvalidParameterValueException"


def test_urls_of_aliases_are_their_own(client: Make, deploy: Make) -> None:
    """As recorded: TestLambdaUrl.test_url_config_list_paging and test_url_config_deletion_without_qualifier."""
    lam, name = client("lambda"), deploy(ECHO)
    lam.publish_version(FunctionName=name)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert lam.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []
    whole = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    alias = lam.create_function_url_config(FunctionName=name, Qualifier="live", AuthType="NONE")
    assert alias["FunctionArn"] == whole["FunctionArn"] + ":live"
    assert alias["FunctionUrl"] != whole["FunctionUrl"]
    first = lam.list_function_url_configs(FunctionName=name, MaxItems=1)
    second = lam.list_function_url_configs(FunctionName=name, MaxItems=1, Marker=first["NextMarker"])
    shown = first["FunctionUrlConfigs"] + second["FunctionUrlConfigs"]
    assert [entry["FunctionUrl"] for entry in shown] == [whole["FunctionUrl"], alias["FunctionUrl"]]
    assert "NextMarker" not in second
    lam.delete_function_url_config(FunctionName=name)
    assert lam.get_function_url_config(FunctionName=name, Qualifier="live")["AuthType"] == "NONE"
    lam.delete_alias(FunctionName=name, Name="live")
    assert lam.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []


@pytest.mark.parametrize("operation", ["create", "get", "update", "delete"])
def test_what_has_no_url(client: Make, deploy: Make, operation: str) -> None:
    """As recorded: TestLambdaUrl.test_url_config_exceptions."""
    lam, name = client("lambda"), deploy(ECHO)
    call = getattr(lam, f"{operation}_function_url_config")
    more = {"AuthType": "NONE"} if operation == "create" else {}
    absent = (
        "Function does not exist" if operation == "create" else "The resource you requested does not exist."
    )
    for of in ({"FunctionName": "nobody"}, {"FunctionName": name, "Qualifier": "nobody"}):
        assert code_of(lambda of=of: call(**of, **more)) == ("ResourceNotFoundException", absent)  # type: ignore[misc]
    for qualifier in ("1", "$LATEST"):
        assert code_of(lambda q=qualifier: call(FunctionName=name, Qualifier=q, **more)) == (  # type: ignore[misc]
            "ValidationException",
            f"1 validation error detected: Value '{qualifier}' at 'qualifier' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)",
        )
    assert (
        code_of(lambda: call(FunctionName=f"{name}:a", Qualifier="b", **more))[0]
        == "InvalidParameterValueException"
    )


# Who may call


def test_everybody_only_with_both_statements(client: Make, deploy: Make) -> None:
    lam, name = client("lambda"), deploy(ECHO)
    url = lam.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]

    def forbidden() -> None:
        answer = ask(url)
        assert answer.status == 403
        assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
        assert answer.json() == {"Message": FORBIDDEN}

    forbidden()
    lam.add_permission(
        FunctionName=name, StatementId="a", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE"
    )  # fmt: skip
    forbidden()
    lam.add_permission(
        FunctionName=name, StatementId="b", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True
    )  # fmt: skip
    assert ask(url).status == 200
    lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    forbidden()  # whoever is not signed is nobody now, and the statement is about NONE
    lam.update_function_url_config(FunctionName=name, AuthType="NONE")
    assert ask(url).status == 200
    lam.remove_permission(FunctionName=name, StatementId="b")
    forbidden()


def test_nobody_is_let_in_by_what_was_allowed_before(client: Make, deploy: Make) -> None:
    lam, function, other = client("lambda"), deploy(ECHO), deploy(ECHO)
    url = opened(client, function)
    closed = lam.create_function_url_config(FunctionName=other, AuthType="NONE")["FunctionUrl"]
    assert [ask(each).status for _ in range(3) for each in (url, closed)] == [200, 403] * 3
    lam.remove_permission(FunctionName=function, StatementId="url")
    assert ask(url).status == 403
    lam.remove_permission(FunctionName=function, StatementId="invoke")
    let_in(lam, function)
    assert [ask(url).status, ask(closed).status] == [200, 403]
    lam.update_function_url_config(FunctionName=function, AuthType="AWS_IAM")
    assert ask(url).status == 403


def test_a_statement_for_urls_does_not_open_invoke(client: Make, deploy: Make) -> None:
    """Whoever may call by the URL may not go around it."""
    name = deploy(ECHO)
    url = opened(client, name)
    assert ask(url).status == 200
    key = user_of(client)
    stranger = client("lambda", key=key[0], secret=key[1])
    assert code_of(lambda: stranger.invoke(FunctionName=name))[0] == "AccessDeniedException"


def test_signed_callers_by_their_own_policy(client: Make, deploy: Make, account: str) -> None:
    name = deploy(ECHO)
    lam = client("lambda")
    config = lam.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    url, arn = config["FunctionUrl"], config["FunctionArn"]
    key = user_of(
        client,
        {"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": arn},
        {
            "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn,
            "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        },
    )  # fmt: skip
    answer = ask_signed(url, "lambda", key, "POST", body=b'{"a":1}', content_type="application/json")
    assert answer.status == 200
    event = answer.json()
    assert event["body"] == '{"a":1}'
    assert event["requestContext"]["accountId"] == account
    caller = event["requestContext"]["authorizer"]["iam"]
    assert caller["userArn"] == f"arn:aws:iam::{account}:user/caller"
    assert (caller["accessKey"], caller["accountId"], caller["cognitoIdentity"]) == (key[0], account, None)
    assert ask(url).json() == {"Message": FORBIDDEN}
    direct = client("lambda", key=key[0], secret=key[1])
    assert code_of(lambda: direct.invoke(FunctionName=name))[0] == "AccessDeniedException"


def test_signatures_that_do_not_hold(client: Make, deploy: Make) -> None:
    name = deploy(ECHO)
    url = client("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]
    key = user_of(client, {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})
    assert ask_signed(url, "lambda", key).status == 200
    assert ask_signed(url, "execute-api", key).status == 403
    assert ask_signed(url, "lambda", key, region="eu-west-1").status in (400, 403, 404)
    wrong = ask_signed(url, "lambda", (key[0], "x" * 40))
    assert (wrong.status, wrong.headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
    unknown = ask_signed(url, "lambda", ("AKIAAAAAAAAAAAAAAAAA", "x" * 40))
    assert unknown.status == 403


def test_a_signature_covers_the_body_and_the_path(client: Make, deploy: Make) -> None:
    name = deploy(ECHO)
    url = client("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]
    key = user_of(client, {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("POST", url, headers={"host": url.split("/")[2]}, data=b"mine")
    SigV4Auth(Credentials(*key), "lambda", "us-east-1").add_auth(request)
    headers = {k: v for k, v in request.headers.items() if k.lower() != "host"}
    assert ask(url, "POST", body=b"mine", **headers).status == 200
    assert ask(url, "POST", body=b"yours", **headers).status == 403
    assert ask(url + "other", "POST", body=b"mine", **headers).status == 403


def test_other_accounts_need_both_sides(client: Make, deploy: Make, account: str) -> None:
    from harness import new_account

    name = deploy(ECHO)
    lam = client("lambda")
    config = lam.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    other = new_account()
    signer = (other, "test")
    assert ask_signed(config["FunctionUrl"], "lambda", signer).status == 403
    for sid, action, more in (
        ("a", "lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "AWS_IAM"}),
        ("b", "lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        lam.add_permission(FunctionName=name, StatementId=sid, Action=action, Principal=other, **more)
    answer = ask_signed(config["FunctionUrl"], "lambda", signer)
    assert answer.status == 200
    assert answer.json()["requestContext"]["accountId"] == other


def test_urls_of_nobody(client: Make, deploy: Make) -> None:
    name = deploy(ECHO)
    url = opened(client, name)
    assert ask(url.replace(url.split("//")[1][:32], "a" * 32)).status == 403
    client("lambda").delete_function(FunctionName=name)
    assert ask(url).status == 403


# The event and the answer


def test_the_event(client: Make, deploy: Make) -> None:
    url = opened(client, deploy(ECHO))
    event = ask(url + "a%20b/c?x=1&x=2&y=%26", "GET", cookie="k=v; l=w", x_own="1").json()
    host = url.split("/")[2]
    assert event["version"] == "2.0"
    assert event["rawPath"] == "/a%20b/c"
    assert event["rawQueryString"] == "x=1&x=2&y=%26"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "&"}
    assert event["cookies"] == ["k=v", "l=w"]
    assert event["headers"]["x-own"] == "1"
    assert event["headers"]["host"] == host
    assert event["headers"]["cookie"] == "k=v; l=w"  # as AWS does, unlike HTTP APIs
    context = event["requestContext"]
    assert context["http"]["path"] == "/a b/c"  # decoded, while rawPath is not: seen at AWS
    assert context["accountId"] == "anonymous"
    assert context["apiId"] == context["domainPrefix"] == host.split(".")[0]
    assert context["domainName"] == host.split(":")[0]
    assert context["http"]["method"] == "GET"
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert (context["stage"], context["routeKey"], event["routeKey"]) == ("$default",) * 3
    assert not {"authorizer"} & context.keys()
    assert not {"body", "pathParameters", "stageVariables"} & event.keys()


def test_the_event_by_path(client: Make, deploy: Make, server: Any) -> None:
    url = opened(client, deploy(ECHO))
    answer = ask(f"{server.url}/_portico/urls/{url.split('//')[1].split('.')[0]}/a/b?c=d")
    assert answer.json()["rawPath"] == "/a/b"
    assert answer.json()["requestContext"]["domainName"] == url.split("/")[2].split(":")[0]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_answers(client: Make, deploy: Make) -> None:
    url = opened(
        client,
        deploy("""
        import base64, json
        ANSWERS = {
            "/object": {"hello": 1},
            "/text": "Hello, world!",
            "/whole": {"statusCode": 201, "headers": {"Content-Type": "text/html", "X-A": "1"}, "cookies": ["a=1", "b=2"], "body": "<p>"},
            "/bytes": {"statusCode": 200, "body": base64.b64encode(bytes(range(256))).decode(), "isBase64Encoded": True},
            "/bad": {"statusCode": "x"},
            "/split": {"statusCode": 200, "headers": {"a": "b\\r\\nSet-Cookie: c=d"}},
        }
        def handler(event, context):
            return ANSWERS[event["rawPath"]]
        """),
    )
    whole = ask(url + "whole")
    assert (whole.status, whole.data, whole.headers["content-type"]) == (201, b"<p>", "text/html")
    assert whole.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert whole.headers["x-a"] == "1"
    assert whole.headers["x-amzn-requestid"]
    assert ask(url + "object").json() == {"hello": 1}
    text = ask(url + "text")
    assert (text.data, text.headers["content-type"]) == (b'"Hello, world!"', "application/json")
    assert ask(url + "bytes").data == bytes(range(256))
    for path in ("bad", "split", "nothing-there-raises"):
        failed = ask(url + path)
        assert (failed.status, failed.data) == (502, b"Internal Server Error")
        assert "set-cookie" not in failed.headers


def test_limits(client: Make, deploy: Make) -> None:
    name = deploy(ECHO)
    url = opened(client, name)
    assert ask(url, "POST", body=b"x" * (6 * 1024 * 1024 + 1), content_type="text/plain").status == 413
    client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    throttled = ask(url)
    assert throttled.status == 429
    assert throttled.headers["x-amzn-errortype"] == "TooManyRequestsException"
    assert throttled.json()["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_pages_by_configuration(client: Make, deploy: Make) -> None:
    name = deploy("calls = []\ndef handler(event, context):\n    calls.append(1)\n    return len(calls)")
    url = opened(
        client,
        name,
        Cors={
            "AllowOrigins": ["https://a.example"],
            "AllowMethods": ["PUT"],
            "AllowHeaders": ["x-a"],
            "MaxAge": 5,
        },
    )
    asked = {
        "origin": "https://a.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-a",
    }
    allowed = ask(url, "OPTIONS", **asked)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == "https://a.example"
    assert allowed.headers["access-control-allow-methods"] == "PUT"
    assert allowed.headers["access-control-max-age"] == "5"
    refused = ask(url, "OPTIONS", **{**asked, "origin": "https://b.example"})
    assert "access-control-allow-origin" not in refused.headers
    called = ask(url, "PUT", origin="https://a.example", sec_fetch_site="cross-site")
    assert (called.json(), called.headers["access-control-allow-origin"]) == (1, "https://a.example")
    client("lambda").update_function_url_config(FunctionName=name, Cors={})
    assert ask(url, "OPTIONS", **asked).json() == 2  # the function's own matter then


def test_a_stream_by_a_node_function(client: Make, role: str) -> None:
    from conftest import zip_of

    lam = client("lambda")
    source = """
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.rawPath === '/plain') { stream.setContentType('text/plain'); stream.write('a'); stream.write('b'); stream.end(); return; }
      if (event.rawPath === '/broken') { throw new Error('no'); }
      const http = awslambda.HttpResponseStream.from(stream, {statusCode: 418, headers: {'X-A': '1'}, cookies: ['c=d']});
      http.write('tea'); http.write('pot'); http.end();
    });
    """
    lam.create_function(
        FunctionName="s", Runtime="nodejs20.x", Handler="index.handler", Role=role, Code={"ZipFile": zip_of({"index.js": source})}
    )  # fmt: skip
    lam.get_waiter("function_active_v2").wait(FunctionName="s", WaiterConfig={"Delay": 1})
    url = opened(client, "s", InvokeMode="RESPONSE_STREAM")
    answer = ask(url)
    assert (answer.status, answer.data, answer.headers["x-a"]) == (418, b"teapot", "1")
    assert answer.headers["set-cookie"] == "c=d"
    assert answer.headers["transfer-encoding"] == "chunked"
    plain = ask(url + "plain")
    assert (plain.status, plain.data, plain.headers["content-type"]) == (200, b"ab", "text/plain")
    assert ask(url + "broken").status == 502
    lam.update_function_url_config(FunctionName="s", InvokeMode="BUFFERED")
    whole = ask(url)
    assert (whole.status, whole.data, whole.headers["content-length"]) == (418, b"teapot", "6")


def test_requests_are_counted(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': int(event['rawPath'][1:])}")
    url = opened(client, name)
    for path in ("200", "404", "500", "503"):
        ask(url + path)
    from datetime import UTC, datetime, timedelta

    def total(metric: str) -> float:
        now = datetime.now(UTC)
        points = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda", MetricName=metric, Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=5), Period=3600, Statistics=["Sum"],
        )["Datapoints"]  # fmt: skip
        return sum(point["Sum"] for point in points)

    assert (total("UrlRequestCount"), total("Url4xxCount"), total("Url5xxCount")) == (4, 1, 2)

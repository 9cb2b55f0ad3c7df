"""IAM authorization, CORS, throttles, metrics and access logs of HTTP APIs.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with IAM authorization", "Configure CORS for HTTP APIs", "Throttle
requests to your HTTP APIs", "Monitor metrics for HTTP APIs", "Customize HTTP API access logs".
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness import REGION, new_account
from http_api import ECHO, Came, HttpApi


def signed(
    api: HttpApi,
    path: str,
    key: tuple[str, str],
    *,
    method: str = "GET",
    service: str = "execute-api",
    region: str = REGION,
    body: str = "",
    sent: str | None = None,
) -> Came:
    """A signed request; `sent` is the body that is sent in place of the signed one."""
    request = AWSRequest(method, f"http://{api.host}{path}", data=body.encode())
    SigV4Auth(Credentials(*key), service, region).add_auth(request)
    headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    return api.ask(path, method, headers, body if sent is None else sent)


@pytest.fixture
def user(client: Callable[..., Any], api: HttpApi) -> tuple[str, str]:
    """The keys of a user who may read /pets of the stage dev."""
    iam = client("iam")
    iam.create_user(UserName="reader")
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": api.arn("dev/GET/pets/*")}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_who_signs_needs_the_permission(
    api: HttpApi, deploy: Callable[..., str], user: tuple[str, str]
) -> None:
    api.stage("dev")
    api.route("ANY /{proxy+}", api.integrate(deploy(ECHO)), AuthorizationType="AWS_IAM")
    came = signed(api, "/dev/pets/1?q=1", user)
    assert came.status == 200
    iam = came.json["echo"]["requestContext"]["authorizer"]["iam"]
    assert iam["userArn"] == f"arn:aws:iam::{api.account}:user/reader"
    assert (iam["accessKey"], iam["accountId"], iam["cognitoIdentity"]) == (user[0], api.account, None)
    forbidden = (403, "Forbidden")
    assert api.ask("/dev/pets/1").message == forbidden
    assert signed(api, "/dev/cats/1", user).message == forbidden
    assert signed(api, "/dev/pets/1", user, method="DELETE").message == forbidden
    assert signed(api, "/dev/pets/1", (user[0], "wrong")).message == forbidden
    assert signed(api, "/dev/pets/1", user, service="lambda").message == forbidden
    assert signed(api, "/dev/pets/1", user, region="eu-west-1").message == forbidden
    assert signed(api, "/dev/pets/../cats/1", user).message == forbidden
    assert signed(api, "/dev/cats/%2e%2e/pets/1", user).message == forbidden


def test_no_spelling_of_a_path_gets_past_a_policy(
    api: HttpApi, client: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    everything = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    secret = {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": api.arn("dev/GET/pets/secret")}
    document = {"Version": "2012-10-17", "Statement": [everything, secret]}
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="u")["AccessKey"]
    keys = (key["AccessKeyId"], key["SecretAccessKey"])
    target = api.integrate(deploy(ECHO))
    authorizer = deploy(
        f"""
def handler(event, context):
    return {{"principalId": "me", "policyDocument": {document!r}}}
"""
    )
    api.permit(authorizer)
    made = api.control.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(authorizer),
        IdentitySource=["$request.header.authorization"],
        AuthorizerPayloadFormatVersion="1.0",
        AuthorizerResultTtlInSeconds=300,
    )["AuthorizerId"]
    api.stage("dev")
    spellings = ("secret", "%73ecret", "s%65cret", "%73%65%63%72%65%74", "secre%74?a=b")
    for how in ({"AuthorizationType": "AWS_IAM"}, {"AuthorizationType": "CUSTOM", "AuthorizerId": made}):
        route = api.route("GET /pets/{id}", target, **how)
        for name in spellings:
            path = f"/dev/pets/{name}"
            came = (
                signed(api, path, keys)
                if "AuthorizerId" not in how
                else api.ask(path, headers={"Authorization": "x"})
            )
            assert came.message == (403, "Forbidden"), (how, name)
        api.control.delete_route(ApiId=api.id, RouteId=route)


def test_signers_of_another_account_stay_out(api: HttpApi, client: Callable[..., Any], deploy: Any) -> None:
    """HTTP APIs have no policies of their own that could let them in."""
    api.stage("dev")
    api.route("ANY /{proxy+}", api.integrate(deploy(ECHO)), AuthorizationType="AWS_IAM")
    other = new_account()
    iam = client("iam", other)
    iam.create_user(UserName="u")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="u")["AccessKey"]
    for keys in ((other, "test"), (key["AccessKeyId"], key["SecretAccessKey"])):
        assert signed(api, "/dev/pets", keys).message == (403, "Forbidden")
    assert signed(api, "/dev/pets", (api.account, "test")).status == 200


def test_a_refusal_is_explained_by_its_id(
    api: HttpApi, deploy: Callable[..., str], user: tuple[str, str]
) -> None:
    api.stage("dev")
    api.route("ANY /{proxy+}", api.integrate(deploy(ECHO)), AuthorizationType="AWS_IAM")
    refused = signed(api, "/dev/cats/1", user)
    query = urlencode({"request_id": refused.headers["apigw-requestid"]})
    came = api.ask(f"/_portico/explain?{query}", host=f"localhost:{api.server.port}")
    assert came.status == 200
    assert b"execute-api:Invoke" in came.body
    assert b"/cats/1" in came.body


def test_a_function_that_may_not_be_called_is_explained_by_the_id_that_the_client_has(
    api: HttpApi, deploy: Callable[..., str]
) -> None:
    """The answer says nothing of it: a missing permission is what most first APIs lack."""
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=api.function_arn(deploy(ECHO)),
        PayloadFormatVersion="2.0",
    )
    api.stage()
    api.route("GET /", f"integrations/{made['IntegrationId']}")
    failed = api.ask("/")
    assert failed.message == (500, "Internal Server Error")
    query = urlencode({"request_id": failed.headers["apigw-requestid"]})
    (told,) = api.ask(f"/_portico/explain?{query}", host=f"localhost:{api.server.port}").json["decisions"]
    assert (told["allowed"], told["principal"]) == (False, "apigateway.amazonaws.com")
    assert told["action"] == "lambda:InvokeFunction"
    assert "no resource-based policy allows" in told["message"]


def test_what_was_allowed_is_explained_by_the_id_that_the_client_has(
    api: HttpApi, deploy: Callable[..., str], user: tuple[str, str]
) -> None:
    api.stage("dev")
    api.route("ANY /{proxy+}", api.integrate(deploy(ECHO)), AuthorizationType="AWS_IAM")
    answered = signed(api, "/dev/pets/1", user)
    assert answered.status == 200
    query = urlencode({"request_id": answered.headers["apigw-requestid"]})
    told = api.ask(f"/_portico/explain?{query}", host=f"localhost:{api.server.port}").json["decisions"]
    actions = [one["action"] for one in told if one["allowed"]]
    assert actions[:2] == ["execute-api:Invoke", "lambda:InvokeFunction"]


def test_a_body_that_was_not_signed(api: HttpApi, deploy: Callable[..., str]) -> None:
    api.stage("dev")
    api.route("POST /a", api.integrate(deploy(ECHO)), AuthorizationType="AWS_IAM")
    root = (api.account, "test")
    assert signed(api, "/dev/a", root, method="POST", body="a").status == 200
    assert signed(api, "/dev/a", root, method="POST", body="a", sent="b").message == (403, "Forbidden")


def test_cors_is_answered_by_the_configuration(api: HttpApi, deploy: Callable[..., str]) -> None:
    source = "def handler(e, c):\n    return {'statusCode': 200, 'headers': {'Access-Control-Allow-Origin': 'x'}}\n"
    api.control.update_api(
        ApiId=api.id,
        CorsConfiguration={
            "AllowOrigins": ["https://a.example"],
            "AllowMethods": ["GET", "POST"],
            "AllowHeaders": ["x-one"],
            "ExposeHeaders": ["x-two"],
            "AllowCredentials": True,
            "MaxAge": 60,
        },
    )
    api.stage()
    api.route("GET /a", api.integrate(deploy(source)))
    preflight = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    came = api.ask("/a", "OPTIONS", preflight)
    assert (came.status, came.body) == (204, b"")
    assert came.headers["access-control-allow-origin"] == "https://a.example"
    assert came.headers["access-control-allow-methods"] == "GET,POST"
    assert came.headers["access-control-allow-headers"] == "x-one"
    assert came.headers["access-control-allow-credentials"] == "true"
    assert came.headers["access-control-max-age"] == "60"
    came = api.ask("/a", headers={"Origin": "https://a.example"})
    assert came.many["access-control-allow-origin"] == ["https://a.example"]
    assert came.headers["access-control-expose-headers"] == "x-two"
    strange = api.ask("/a", headers={"Origin": "https://b.example"})
    assert strange.status == 200
    assert "access-control-allow-origin" not in strange.headers
    missing = api.ask("/nothing", headers={"Origin": "https://a.example"})
    assert (missing.status, missing.headers["access-control-allow-origin"]) == (404, "https://a.example")
    assert (
        "access-control-allow-origin"
        not in api.ask("/a", "OPTIONS", {**preflight, "Origin": "https://b"}).headers
    )


def test_without_a_configuration_options_are_routed(api: HttpApi, deploy: Callable[..., str]) -> None:
    api.stage()
    api.route("GET /a", api.integrate(deploy(ECHO)))
    preflight = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    assert api.ask("/a", "OPTIONS", preflight).message == (404, "Not Found")


def test_a_route_is_throttled_apart_from_others(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(deploy(ECHO))
    for key in ("GET /a", "GET /b"):
        api.route(key, target)
    api.stage("$default", RouteSettings={"GET /a": {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}})
    assert [api.ask("/a").status for _ in range(3)] == [200, 200, 429]
    assert api.ask("/a").message == (429, "Too Many Requests")
    assert api.ask("/b").status == 200


def test_what_was_answered_is_counted(
    api: HttpApi, deploy: Callable[..., str], client: Callable[..., Any]
) -> None:
    target = api.integrate(deploy(ECHO))
    api.route("GET /a", target)
    api.stage("$default", DefaultRouteSettings={"DetailedMetricsEnabled": True})
    for path in ("/a", "/a", "/b"):
        api.ask(path)
    found = client("cloudwatch").list_metrics(Namespace="AWS/ApiGateway")["Metrics"]
    dimensions = {
        tuple(sorted((one["Name"], one["Value"]) for one in metric["Dimensions"]))
        for metric in found
        if metric["MetricName"] == "Count"
    }
    stage = (("ApiId", api.id), ("Stage", "$default"))
    assert dimensions == {
        (("ApiId", api.id),),
        stage,
        tuple(sorted((*stage, ("Method", "GET"), ("Resource", "/a")))),
    }


def test_a_line_in_the_access_log(
    api: HttpApi, deploy: Callable[..., str], client: Callable[..., Any]
) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/api")
    api.route("GET /a", api.integrate(deploy(ECHO)))
    form = (
        '{"id":"$context.requestId","key":"$context.routeKey","status":$context.status,"none":"$context.nothing",'
        '"error":"$context.error.message","integration":"$context.integrationStatus"}'
    )
    arn = f"arn:aws:logs:{REGION}:{api.account}:log-group:/api"
    api.stage("$default", AccessLogSettings={"DestinationArn": arn, "Format": form})
    came, missing = api.ask("/a"), api.ask("/nothing")
    lines: dict[str, dict[str, object]] = {}
    while len(lines) < 2:  # delivery is not acknowledged
        found = [json.loads(one["message"]) for one in logs.filter_log_events(logGroupName="/api")["events"]]
        lines = {one["id"]: one for one in found}
    assert lines[came.headers["apigw-requestid"]] == {
        "id": came.headers["apigw-requestid"],
        "key": "GET /a",
        "status": 200,
        "none": "-",
        "error": "-",
        "integration": "200",
    }
    assert lines[missing.headers["apigw-requestid"]] == {
        "id": missing.headers["apigw-requestid"],
        "key": "-",
        "status": 404,
        "none": "-",
        "error": "Not Found",
        "integration": "-",
    }


def test_variables_of_the_access_log(
    api: HttpApi, deploy: Callable[..., str], client: Callable[..., Any]
) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/api")
    allow = """
        def handler(event, context):
            context = {"n": 1, "yes": True, "inner": {"a": ["b"]}}
            return {"isAuthorized": event["headers"]["x-token"] == "good", "context": context}
    """
    identify = "def handler(event, context):\n    return {'body': context.aws_request_id, 'statusCode': 200}"
    asked = api.control.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(deploy(allow, name="allow")),
        IdentitySource=["$request.header.x-token"],
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
    )["AuthorizerId"]
    api.client("lambda").add_permission(
        FunctionName="allow",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    target = api.integrate(deploy(identify, name="identify"))
    api.route("GET /a", target, AuthorizationType="CUSTOM", AuthorizerId=asked)
    names = (
        *("authorizer.n", "authorizer.yes", "authorizer.inner", "authorizer.error", "authorizer.claims"),
        *("integration.requestId", "awsEndpointRequestId", "customDomain.basePathMatched", "status"),
    )
    form = json.dumps({"id": "$context.requestId", **{name: f"$context.{name}" for name in names}})
    arn = f"arn:aws:logs:{REGION}:{api.account}:log-group:/api"
    api.stage("$default", AccessLogSettings={"DestinationArn": arn, "Format": form})
    good, bad = api.ask("/a", headers={"X-Token": "good"}), api.ask("/a", headers={"X-Token": "bad"})
    nowhere = api.ask("/nowhere")
    lines: dict[str, dict[str, str]] = {}
    while len(lines) < 3:  # delivery is not acknowledged
        found = [json.loads(one["message"]) for one in logs.filter_log_events(logGroupName="/api")["events"]]
        lines = {one.pop("id"): {k: v for k, v in one.items() if v != "-"} for one in found}
    assert lines[good.headers["apigw-requestid"]] == {
        "authorizer.n": "1",
        "authorizer.yes": "true",
        "authorizer.inner": '{"a":["b"]}',
        "integration.requestId": good.body.decode(),
        "awsEndpointRequestId": good.body.decode(),
        "status": "200",
    }
    assert lines[bad.headers["apigw-requestid"]] == {
        "authorizer.error": "the authorizer does not admit the caller",
        "status": "403",
    }
    assert lines[nowhere.headers["apigw-requestid"]] == {"status": "404"}


def test_who_sets_a_destination_may_deliver_to_it(
    api: HttpApi, client: Callable[..., Any], user: tuple[str, str]
) -> None:
    statement = {"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").put_user_policy(UserName="reader", PolicyName="q", PolicyDocument=document)
    editor = client("apigatewayv2", api.account, key=user[0], secret=user[1])
    editor.create_stage(ApiId=api.id, StageName="dev")
    settings = {
        "DestinationArn": f"arn:aws:logs:{REGION}:{api.account}:log-group:/api",
        "Format": "$context.requestId",
    }
    with pytest.raises(ClientError, match="logs:CreateLogDelivery"):
        editor.update_stage(ApiId=api.id, StageName="dev", AccessLogSettings=settings)


def test_changes_at_the_same_time_are_all_deployed(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(deploy(ECHO))
    api.stage()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: api.route(f"GET /r{number}", target), range(16)))
    assert [api.ask(f"/r{number}").status for number in range(16)] == [200] * 16
    assert len(api.control.get_deployments(ApiId=api.id)["Items"]) == 1

"""`portico doors`: what leads to a function, and who may use each way."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from harness import Server

Make = Callable[..., Any]

SOURCE = "def handler(event, context):\n    return 1"


def told(server: Server, account: str, name: str) -> str:
    command = [sys.executable, "-m", "portico", "doors", name, "--endpoint", server.url]
    keys = {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(command, env=keys, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_every_way_and_who_may_use_it(client: Make, deploy: Make, account: str, server: Server) -> None:
    name = deploy(SOURCE)
    lam, iam = client("lambda"), client("iam")
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    for user, action in (("alice", "lambda:InvokeFunction"), ("bob", "lambda:GetFunction")):
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": action, "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
    lam.add_permission(
        FunctionName=name, StatementId="t", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com",
        SourceArn=f"arn:aws:sns:us-east-1:{account}:t",
    )  # fmt: skip
    url = lam.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    queue = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    source = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    iam.attach_role_policy(
        RoleName="run", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    )
    lam.create_event_source_mapping(FunctionName=name, EventSourceArn=source)
    text = told(server, account, name)
    assert text.startswith(f"{arn}\n")
    invoke, _, rest = text.partition(f"function URL  {url}")
    assert f"Invoke  {server.url}/2015-03-31/functions/{name}/invocations" in invoke
    assert "  root\n  user/alice\n" in invoke
    assert "bob" not in text
    assert f"  sns.amazonaws.com where AWS:SourceArn ArnLike arn:aws:sns:us-east-1:{account}:t\n" in invoke
    assert rest.startswith("\n  nobody")
    assert f"event source mapping  {source}" in rest


def test_what_is_open_says_so(client: Make, deploy: Make, account: str, server: Server) -> None:
    name = deploy(SOURCE)
    lam = client("lambda")
    lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    for sid, action, more in (
        ("a", "lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("b", "lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        lam.add_permission(FunctionName=name, StatementId=sid, Action=action, Principal="*", **more)
    text = told(server, account, name)
    invoke, _, url = text.partition("function URL")
    assert "open to the world" not in invoke
    assert "open to the world\n  anybody, unsigned\n" in url
    lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert "open to the world" not in told(server, account, name)
    assert "root, signed" in told(server, account, name)


def test_a_function_that_is_not_there(account: str, server: Server) -> None:
    text = told(server, account, "nobody")
    assert "Function not found" in text
    assert "Traceback" not in text


def test_routes_of_apis(client: Make, deploy: Make, account: str, server: Server) -> None:
    name = deploy(SOURCE)
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    rest, http, lam = client("apigateway"), client("apigatewayv2"), client("lambda")
    api = rest.create_rest_api(name="r")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    for verb, authorization in (("GET", "NONE"), ("POST", "AWS_IAM")):
        at = {"restApiId": api, "resourceId": root, "httpMethod": verb}
        rest.put_method(**at, authorizationType=authorization)
        rest.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    rest.create_deployment(restApiId=api, stageName="prod")
    made = http.create_api(Name="h", ProtocolType="HTTP", Target=arn)
    text = told(server, account, name)
    base = f"http://{api}.execute-api.us-east-1.localhost:{server.port}/prod/"
    refused = "\n  nobody: the function's policy does not let API Gateway in\n"
    assert f"REST API  GET {base}{refused}" in text
    assert f"HTTP API  {made['ApiEndpoint']} ($default){refused}" in text
    for sid, source in (("r", api), ("h", made["ApiId"])):
        lam.add_permission(
            FunctionName=name, StatementId=sid, Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{source}/*",
        )  # fmt: skip
    text = told(server, account, name)
    assert f"REST API  GET {base}\n  open to the world\n  anybody, unsigned\n" in text
    assert f"REST API  POST {base}\n  signed callers who are allowed execute-api:Invoke\n" in text
    assert f"HTTP API  {made['ApiEndpoint']} ($default)\n  open to the world\n" in text


def test_nobody_comes_by_a_private_api(client: Make, deploy: Make, account: str, server: Server) -> None:
    name, gateway = deploy(SOURCE), client("apigateway")
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    api = gateway.create_rest_api(
        name="inner",
        endpointConfiguration={"types": ["PRIVATE"]},
        policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    at = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    client("lambda").add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    _, _, way = told(server, account, name).partition("REST API  GET ")
    assert "\n  nobody: the API is private, and there are no VPC endpoints\n" in way


def test_custom_domain_names(client: Make, deploy: Make, account: str, server: Server) -> None:
    """An API whose own name is off is shown at the names that are mapped to it, and at no other."""
    name, host = deploy(SOURCE), f"api-{account}.example.com"
    rest, v2 = client("apigateway"), client("apigatewayv2")
    function = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    http = v2.create_api(Name="a", ProtocolType="HTTP", Target=function)["ApiId"]
    api = rest.create_rest_api(name="a")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    rest.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    rest.create_deployment(restApiId=api, stageName="prod")
    certificate = {"CertificateArn": f"arn:aws:acm:us-east-1:{account}:certificate/a"}
    v2.create_domain_name(DomainName=host, DomainNameConfigurations=[certificate])
    v2.create_api_mapping(DomainName=host, ApiId=http, Stage="$default", ApiMappingKey="v1")
    rest.create_base_path_mapping(domainName=host, restApiId=api, basePath="rest")
    port = server.url.rpartition(":")[2]
    text = told(server, account, name)
    assert f"HTTP API  http://{host}:{port}/v1 ($default)\n" in text
    assert f"REST API  GET http://{host}:{port}/rest/prod/\n" in text
    assert f"http://{http}.execute-api" in text
    assert f"http://{api}.execute-api" in text
    v2.update_api(ApiId=http, DisableExecuteApiEndpoint=True)
    off = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    rest.update_rest_api(restApiId=api, patchOperations=[off])
    rest.create_deployment(restApiId=api, stageName="prod")
    text = told(server, account, name)
    assert "execute-api.us-east-1.localhost" not in text
    assert f"http://{host}:{port}/v1" in text
    assert f"http://{host}:{port}/rest/prod/" in text

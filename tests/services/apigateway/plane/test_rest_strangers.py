"""An API of one account and what is another's: functions, roles, queues, names, plans."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import REGION, Server, new_account
from http_api import TRUST, sent
from rest_doors import ECHO, RestApi

Client = Callable[..., Any]
LETS_IN = """
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
CREDENTIALS = "${stageVariables.role}"
NO_PASS = "is not authorized to perform: iam:PassRole"


@pytest.fixture
def thief(server: Server, client: Client) -> RestApi:
    """An API of another account, whose root may do everything there."""
    other = new_account()
    return RestApi(server, lambda service, **options: client(service, other, **options), other)


@pytest.fixture
def trusting(client: Client) -> str:
    """A role of this test's account that API Gateway may be, whoever it acts for, and that may do anything."""
    iam = client("iam")
    arn: str = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="gateway", PolicyName="p", PolicyDocument=document)
    return arn


def of(account: str, function: str) -> str:
    arn = f"arn:aws:lambda:{REGION}:{account}:function:{function}"
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def integrated(api: RestApi, path: str, kind: str, uri: str, **options: Any) -> None:
    at = {"restApiId": api.id, "resourceId": api.resource(path), "httpMethod": "POST"}
    api.control.put_method(**at, authorizationType="NONE")
    api.control.put_integration(**at, type=kind, integrationHttpMethod="POST", uri=uri, **options)
    if kind == "AWS":
        api.control.put_method_response(**at, statusCode="200")
        api.control.put_integration_response(**at, statusCode="200")


def test_the_function_of_another(thief: RestApi, deploy: Any, account: str, trusting: str) -> None:
    uri = of(account, deploy(ECHO))
    integrated(thief, "/plain", "AWS_PROXY", uri)
    integrated(thief, "/as-named", "AWS_PROXY", uri, credentials=CREDENTIALS)
    thief.deploy(variables={"role": trusting})
    for path in ("/plain", "/as-named"):
        assert thief.ask(path, "POST", body="{}").status == 500, path
        tried = thief.control.test_invoke_method(
            restApiId=thief.id,
            resourceId=thief.resource(path),
            httpMethod="POST",
            body="{}",
            stageVariables={"role": trusting},
        )
        assert tried["status"] == 500, path
    with pytest.raises(ClientError, match=NO_PASS):
        integrated(thief, "/as-its-role", "AWS_PROXY", uri, credentials=trusting)


def test_an_authorizer_of_another(thief: RestApi, deploy: Any, account: str, trusting: str) -> None:
    asked = {
        "restApiId": thief.id,
        "name": "stolen",
        "type": "TOKEN",
        "authorizerUri": of(account, deploy(LETS_IN)),
        "identitySource": "method.request.header.Authorization",
    }
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.create_authorizer(**asked, authorizerCredentials=trusting)
    made = thief.control.create_authorizer(**asked)["id"]
    thief.method("/a", authorizationType="CUSTOM", authorizerId=made)
    thief.deploy()
    assert thief.ask("/a", headers={"Authorization": "x"}).status == 500
    tried = thief.control.test_invoke_authorizer(
        restApiId=thief.id, authorizerId=made, headers={"Authorization": "x"}
    )
    assert tried["clientStatus"] == 500


def test_logs_as_the_role_of_another(thief: RestApi, trusting: str) -> None:
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": trusting}]
        )


def test_the_queue_of_another(thief: RestApi, client: Client, account: str, trusting: str) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    iam = thief.client("iam")
    own = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName="gateway", PolicyName="p", PolicyDocument=document)
    uri = f"arn:aws:apigateway:{REGION}:sqs:path/{account}/orders"
    for path, role in (("/own", own), ("/stolen", CREDENTIALS)):
        integrated(
            thief,
            path,
            "AWS",
            uri,
            credentials=role,
            requestParameters={
                "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
            },
            requestTemplates={"application/json": "Action=SendMessage&MessageBody=stolen"},
        )
    thief.deploy(variables={"role": trusting})
    for path in ("/own", "/stolen"):
        thief.ask(path, "POST", body="{}")
    count = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert count["ApproximateNumberOfMessages"] == "0"


def test_names_and_plans_for_the_api_of_another(rest: RestApi, thief: RestApi) -> None:
    rest.method("/")
    rest.deploy()
    name = f"a{thief.account}.example.com"
    certificate = f"arn:aws:acm:{REGION}:{thief.account}:certificate/1"
    thief.control.create_domain_name(
        domainName=name,
        regionalCertificateArn=certificate,
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    with pytest.raises(ClientError, match="Invalid REST API identifier"):
        thief.control.create_base_path_mapping(domainName=name, restApiId=rest.id, stage="prod")
    with pytest.raises(ClientError, match="Invalid API identifier"):
        thief.client("apigatewayv2").create_api_mapping(DomainName=name, ApiId=rest.id, Stage="prod")
    with pytest.raises(ClientError):
        thief.control.create_usage_plan(name="p", apiStages=[{"apiId": rest.id, "stage": "prod"}])
    assert sent(rest.server.port, "/", "GET", {"Host": name}).status == 403


def test_a_policy_holds_at_every_address(rest: RestApi, account: str) -> None:
    rest.method("/pets")
    rest.method("/signed", authorizationType="AWS_IAM")
    everybody = {"Principal": "*", "Action": "execute-api:Invoke"}
    rest.policy(
        {"Effect": "Allow", "Resource": "execute-api:/*", **everybody},
        {"Effect": "Deny", "Resource": "execute-api:/prod/GET/pets", **everybody},
    )
    rest.deploy()
    name = f"a{account}.example.com"
    rest.control.create_domain_name(
        domainName=name,
        regionalCertificateArn=f"arn:aws:acm:{REGION}:{account}:certificate/1",
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    rest.control.create_base_path_mapping(domainName=name, basePath="v1", restApiId=rest.id, stage="prod")
    here = f"localhost:{rest.server.port}"
    for path in ("/pets", "/pets/", "/%70ets", "/pe%74s?a=b"):
        for host, base in (
            (rest.host, "/prod"),
            (f"{rest.id}.execute-api.{REGION}.localhost:{rest.server.port}", "/prod"),
            (name, "/v1"),
            (here, f"/_portico/apis/{rest.id}/prod"),
            (here, f"/restapis/{rest.id}/prod/_user_request_"),
            (here, f"/_aws/execute-api/{rest.id}/prod"),
        ):
            came = sent(rest.server.port, f"{base}{path}", "GET", {"Host": host})
            assert (came.status, b"explicit deny" in came.body) == (403, True), (host, base, path, came.body)
            unsigned = sent(rest.server.port, f"{base}/signed", "GET", {"Host": host})
            assert unsigned.message == (403, "Missing Authentication Token"), (host, base)

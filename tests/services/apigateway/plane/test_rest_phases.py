"""What access logs and gateway responses tell of how a caller was let in, or was not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import REGION
from http_api import TRUST
from rest_doors import ECHO, RestApi

VARIABLES = (
    *(
        f"{phase}.{what}"
        for phase in ("authenticate", "authorizer", "authorize")
        for what in ("status", "error")
    ),
    *("authorizer.principalId", "authorizer.why", "authorizer.integrationStatus", "authorizer.claims"),
    *("identity.userArn", "endpointType", "integration.responseTransferMode", "status"),
)
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "broken":
        raise Exception("broken")
    statement = {"Action": "execute-api:Invoke", "Effect": token, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": policy, "context": {"why": "because"}}
"""
DENIED = "User is not authorized to access this resource with an explicit deny"


@pytest.fixture
def logged(rest: RestApi, client: Callable[..., Any], deploy: Callable[..., str]) -> RestApi:
    """`/signed`, `/asked` and `/open`, with a log of all variables."""
    iam = client("iam")
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    iam.attach_role_policy(RoleName="logs", PolicyArn=policy)
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    rest.control.update_account(patchOperations=[change])
    client("logs").create_log_group(logGroupName="access")
    echo, asked = deploy(ECHO, name="echo"), deploy(AUTHORIZER, name="authorizer")
    rest.method("/open", function=echo)
    rest.method("/signed", authorizationType="AWS_IAM")
    rest.method("/asked", authorizationType="CUSTOM", authorizerId=rest.authorizer(asked))
    rest.deploy()
    form = {name: f"$context.{name}" for name in VARIABLES}
    rest.settings(
        {
            "/accessLogSettings/destinationArn": f"arn:aws:logs:{REGION}:{rest.account}:log-group:access",
            "/accessLogSettings/format": json.dumps({"id": "$context.requestId", **form}),
        }
    )
    return rest


def told(rest: RestApi, came: Any) -> dict[str, str]:
    """What the log tells of a request, without what it has no value for."""
    wanted = came.headers["x-amzn-requestid"]
    for _ in range(300):
        for event in rest.client("logs").filter_log_events(logGroupName="access")["events"]:
            line = json.loads(event["message"])
            if line.pop("id") == wanted:
                return {name: value for name, value in line.items() if value != "-"}
    raise AssertionError("there is no such line")


def test_nobody_is_asked(logged: RestApi) -> None:
    assert told(logged, logged.ask("/open")) == {
        "endpointType": "EDGE",
        "integration.responseTransferMode": "BUFFERED",
        "status": "200",
    }


def test_signers(logged: RestApi, client: Callable[..., Any], account: str) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    arn = f"arn:aws:iam::{account}:user/u"
    line = told(logged, logged.ask("/signed"))
    assert line["authenticate.status"] == line["status"] == "403"
    assert line["authenticate.error"] == "Missing Authentication Token"
    assert not {"authorize.status", "authorizer.status", "identity.userArn"} & line.keys()
    denied = logged.ask_signed("/signed", (key["AccessKeyId"], key["SecretAccessKey"]))
    line = told(logged, denied)
    assert (line["authenticate.status"], line["authorize.status"]) == ("200", "403")
    assert line["authorize.error"] == denied.message[1]
    assert line["identity.userArn"] == arn
    line = told(logged, logged.ask_signed("/signed", (account, "test")))
    assert (line["authenticate.status"], line["authorize.status"], line["status"]) == ("200", "200", "200")


def test_authorizers(logged: RestApi) -> None:
    def ask(token: str) -> dict[str, str]:
        return told(logged, logged.ask("/asked", headers={"Authorization": token} if token else {}))

    line = ask("")
    assert (line["authorizer.status"], line["authorizer.error"]) == ("401", "Unauthorized")
    assert "authorize.status" not in line
    line = ask("broken")
    assert (line["authorizer.status"], line["status"]) == ("500", "500")
    line = ask("Deny")
    assert (line["authorizer.status"], line["authorizer.integrationStatus"]) == ("200", "200")
    assert (line["authorize.status"], line["authorize.error"]) == ("403", DENIED)
    assert (line["authorizer.principalId"], line["authorizer.why"]) == ("me", "because")
    line = ask("Allow")
    assert (line["authorizer.status"], line["authorize.status"], line["status"]) == ("200", "200", "200")


def test_an_answer_of_the_apis_own_tells_what_the_authorizer_has_said(logged: RestApi) -> None:
    template = '{"why":"$context.authorizer.why","who":"$context.authorizer.principalId"}'
    logged.control.put_gateway_response(
        restApiId=logged.id,
        responseType="ACCESS_DENIED",
        statusCode="403",
        responseParameters={"gatewayresponse.header.X-Why": "context.authorizer.why"},
        responseTemplates={"application/json": template},
    )
    logged.deploy()
    came = logged.ask("/asked", headers={"Authorization": "Deny"})
    assert (came.status, came.json) == (403, {"why": "because", "who": "me"})
    assert came.headers["x-why"] == "because"

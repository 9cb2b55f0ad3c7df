"""Who may have a stage's variables say which role an HTTP API's integration is called as."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import REGION
from http_api import HttpApi

NO_PASS = "iam:PassRole on resource: {}"


@pytest.fixture
def foreign(account: str) -> str:
    """A role that the user may not pass."""
    return f"arn:aws:iam::{account}:role/foreign"


@pytest.fixture
def user(client: Callable[..., Any], account: str) -> Any:
    """A client of a user who may do all with APIs, and pass the role `own`."""
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"arn:aws:iam::{account}:role/own"},
        ],
    }
    iam = client("iam")
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="own", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="u")["AccessKey"]
    return client("apigatewayv2", key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def chooses(api: HttpApi, account: str) -> None:
    """Have a route of an API be called as the role that a variable says, by its root, who may pass any."""
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        PayloadFormatVersion="2.0",
        IntegrationUri=f"arn:aws:lambda:{REGION}:{account}:function:f",
        CredentialsArn=f"arn:aws:iam::{account}:role/${{stageVariables.role}}",
    )
    api.route("ANY /x", f"integrations/{made['IntegrationId']}")


@pytest.mark.parametrize("auto", [True, False])
def test_stages(api: HttpApi, user: Any, account: str, foreign: str, auto: bool) -> None:
    chooses(api, account)
    served = {"AutoDeploy": True} if auto else {}
    if not auto:
        served = {"DeploymentId": api.control.create_deployment(ApiId=api.id)["DeploymentId"]}
    new = {"ApiId": api.id, "StageName": "s", **served}
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.create_stage(**new, StageVariables={"role": "foreign"})
    user.create_stage(**new, StageVariables={"role": "own"})
    stage = {"ApiId": api.id, "StageName": "s"}
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.update_stage(**stage, StageVariables={"role": "foreign"})
    api.control.update_stage(**stage, StageVariables={"role": "foreign"})
    assert user.update_stage(**stage, Description="x")["StageVariables"] == {"role": "foreign"}
    assert user.update_stage(**stage, StageVariables={"role": "own"})["StageVariables"] == {"role": "own"}


def test_a_deployment(api: HttpApi, user: Any, account: str, foreign: str) -> None:
    stage = {"ApiId": api.id, "StageName": "s"}
    api.control.create_stage(**stage, StageVariables={"role": "foreign"})
    chooses(api, account)
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.create_deployment(**stage)
    made = user.create_deployment(ApiId=api.id)["DeploymentId"]
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.update_stage(**stage, DeploymentId=made)
    assert user.update_stage(**stage, DeploymentId=made, StageVariables={"role": "own"})


def test_an_integration_that_is_served_at_once(
    api: HttpApi, client: Callable[..., Any], user: Any, account: str, foreign: str
) -> None:
    api.control.create_stage(ApiId=api.id, StageName="s", AutoDeploy=True, StageVariables={"role": "foreign"})
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "NotResource": foreign}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("iam").put_user_policy(UserName="u", PolicyName="others", PolicyDocument=document)
    made = {
        "IntegrationType": "AWS_PROXY",
        "PayloadFormatVersion": "2.0",
        "IntegrationUri": f"arn:aws:lambda:{REGION}:{account}:function:f",
    }
    credentials = f"arn:aws:iam::{account}:role/${{stageVariables.role}}"
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.create_integration(ApiId=api.id, **made, CredentialsArn=credentials)
    plain = user.create_integration(ApiId=api.id, **made)["IntegrationId"]
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.update_integration(ApiId=api.id, IntegrationId=plain, CredentialsArn=credentials)
    named = {"type": "aws_proxy", "uri": made["IntegrationUri"], "payloadFormatVersion": "2.0"}
    get = {"x-amazon-apigateway-integration": {**named, "credentials": credentials}}
    body = json.dumps(
        {"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {"/x": {"get": get}}}
    )
    with pytest.raises(ClientError, match=NO_PASS.format(foreign)):
        user.reimport_api(ApiId=api.id, Body=body)
    assert user.import_api(Body=body)["ApiId"]

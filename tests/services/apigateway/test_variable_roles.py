"""Who may have a stage's variables say which role an integration is called as."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from openapi_samples import function_uri
from rest_apis import Api, patch, told

Made = Callable[..., Any]
EVERYTHING = {"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"}


@pytest.fixture
def passing(client: Made, account: str) -> Made:
    """`passing("name", ...)`: a client of a user who may do all with APIs, and pass these roles."""

    def make(*roles: str) -> Any:
        iam = client("iam")
        name = "-".join(("user", *roles))
        iam.create_user(UserName=name)
        arns = [f"arn:aws:iam::{account}:role/{role}" for role in roles]
        also = [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": arns}] if arns else []
        document = {"Version": "2012-10-17", "Statement": [EVERYTHING, *also]}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return client("apigateway", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def chooses(api: Api, account: str, place: dict[str, str] | None = None) -> dict[str, str]:
    """Have a method of an API be called as a role that the variable `r` says, by its root, who may pass any; where the method is."""
    place = place or api.mock()
    api.client.put_integration(
        restApiId=api.id,
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=function_uri("f"),
        credentials=f"arn:aws:iam::{account}:role/team-${{stageVariables.r}}",
    )
    return place


def deployed(api: Api, account: str) -> str:
    """A deployment of such an API."""
    chooses(api, account)
    return str(api.client.create_deployment(restApiId=api.id)["id"])


def refused(method: Made, role: str, **request: Any) -> bool:
    """Whether a call is refused as this role may not be passed."""
    code, message, status = told(method, **request)
    return (code, status) == ("AccessDeniedException", 403) and f"iam:PassRole on resource: {role}" in message


def test_a_new_stage(api: Api, account: str, passing: Made) -> None:
    stage = {"restApiId": api.id, "deploymentId": deployed(api, account), "stageName": "s"}
    user = passing("team-own")
    foreign = f"arn:aws:iam::{account}:role/team-foreign"
    assert refused(user.create_stage, foreign, **stage, variables={"r": "foreign"})
    canary = {"deploymentId": stage["deploymentId"], "stageVariableOverrides": {"r": "foreign"}}
    assert refused(user.create_stage, foreign, **stage, variables={"r": "own"}, canarySettings=canary)
    bare = f"arn:aws:iam::{account}:role/team-"
    assert refused(user.create_stage, bare, **stage, variables={"other": "x"})
    assert user.create_stage(**stage, variables={"r": "own"})["variables"] == {"r": "own"}


def test_a_changed_stage(api: Api, account: str, passing: Made) -> None:
    stage = {"restApiId": api.id, "stageName": "s"}
    api.client.create_stage(**stage, deploymentId=deployed(api, account), variables={"r": "first"})
    user, foreign = passing("team-own"), f"arn:aws:iam::{account}:role/team-foreign"

    def change(*operations: dict[str, str]) -> dict[str, Any]:
        return {**stage, "patchOperations": list(operations)}

    assert refused(user.update_stage, foreign, **change(patch("replace", "/variables/r", "foreign")))
    canary = patch("replace", "/canarySettings/stageVariableOverrides/r", "foreign")
    assert refused(user.update_stage, foreign, **change(canary))
    gone = patch("remove", "/variables/r")
    assert refused(user.update_stage, f"arn:aws:iam::{account}:role/team-", **change(gone))
    kept = change(patch("replace", "/variables/other", "x"), patch("replace", "/description", "x"))
    assert user.update_stage(**kept)["variables"] == {"r": "first", "other": "x"}
    assert user.update_stage(**change(patch("replace", "/variables/r", "own")))["variables"]["r"] == "own"


def test_a_deployment_to_a_stage(api: Api, account: str, passing: Made) -> None:
    place, stage = api.mock(), {"restApiId": api.id, "stageName": "s"}
    api.client.create_deployment(**stage, variables={"r": "foreign"})
    chooses(api, account, place)
    user, foreign = passing("team-own"), f"arn:aws:iam::{account}:role/team-foreign"
    assert refused(user.create_deployment, foreign, **stage)
    assert refused(
        user.create_deployment, foreign, restApiId=api.id, stageName="t", variables={"r": "foreign"}
    )
    canary = {"percentTraffic": 10.0, "stageVariableOverrides": {"r": "other"}}
    other = f"arn:aws:iam::{account}:role/team-other"
    assert refused(user.create_deployment, other, **stage, canarySettings=canary)
    assert user.create_deployment(restApiId=api.id)["id"]
    assert user.create_deployment(**stage, variables={"r": "own"})["id"]
    assert user.create_deployment(**stage)["id"]


def test_a_trial_of_another_method(api: Api, account: str, passing: Made) -> None:
    place = chooses(api, account)
    other = api.mock(place["resourceId"], "POST")
    tried = passing().test_invoke_method(restApiId=api.id, **other, stageVariables={"r": "foreign"})
    assert tried["status"] == 500  # it has no answer


def test_a_trial(api: Api, account: str, passing: Made) -> None:
    user, foreign = passing("team-own"), f"arn:aws:iam::{account}:role/team-foreign"
    trial = {"restApiId": api.id, **chooses(api, account)}
    assert refused(user.test_invoke_method, foreign, **trial, stageVariables={"r": "foreign"})
    assert (
        user.test_invoke_method(**trial, stageVariables={"r": "own"})["status"] == 500
    )  # there is no such role

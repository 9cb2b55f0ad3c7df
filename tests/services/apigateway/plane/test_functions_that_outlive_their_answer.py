"""A function that is slower than its integration may be: the caller gets 504, the function goes on, and it counts until its end."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doors_http import ask
from gates import Gate

Make = Callable[..., Any]


def test_it_keeps_its_place_and_its_log(
    client: Make, deploy: Make, account: str, server: Any, gate: Gate
) -> None:
    source = f"""
        def handler(event, context):
            {gate.wait}
            print("done after all")
            return {{"statusCode": 200}}
        """
    name = deploy(source, Timeout=60)
    lam, rest, logs = client("lambda"), client("apigateway"), client("logs")
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    api = rest.create_rest_api(name="slow")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    at = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**at, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    rest.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, timeoutInMillis=100)
    rest.create_deployment(restApiId=api, stageName="s")
    lam.add_permission(
        FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )  # fmt: skip
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    assert ask(f"{server.url}/_portico/apis/{api}/s/").status == 504
    with pytest.raises(ClientError) as throttled:
        lam.invoke(FunctionName=name)
    assert throttled.value.response["Error"]["Code"] == "TooManyRequestsException"
    gate.open()

    until = time.monotonic() + 20
    said = ""
    while "REPORT" not in said and time.monotonic() < until:
        found = (
            logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
            if _has_log(logs, name)
            else []
        )
        said = "".join(event["message"] for event in found)
    assert "done after all" in said
    assert "REPORT" in said
    lam.delete_function_concurrency(FunctionName=name)
    assert json.load(lam.invoke(FunctionName=name)["Payload"]) == {"statusCode": 200}


def _has_log(logs: Any, name: str) -> bool:
    return bool(logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])

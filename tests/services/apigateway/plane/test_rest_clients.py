"""API keys, usage plans, quotas and rates."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import running
from rest_doors import ECHO, RestApi

FORBIDDEN = (403, "Forbidden")
THROTTLED = (429, "Too Many Requests")
EXCEEDED = (429, "Limit Exceeded")


def key(value: str) -> dict[str, str]:
    return {"x-api-key": value}


@pytest.fixture
def keyed(rest: RestApi) -> RestApi:
    """`GET /pets` needs a key, `GET /open` does not."""
    rest.method("/pets", "ANY", apiKeyRequired=True)
    rest.method("/open")
    rest.deploy()
    return rest


def test_who_has_a_key_in_a_plan(keyed: RestApi) -> None:
    """test_api_key_required_for_methods."""
    refused = keyed.ask("/pets")
    assert refused.message == FORBIDDEN
    assert refused.headers["x-amzn-errortype"] == "ForbiddenException"
    assert keyed.ask("/open").status == 200
    _, made = keyed.plan()
    assert keyed.ask("/pets", headers=key(keyed.value(made))).status == 200
    for wrong in ("", "x", keyed.value(made)[:-1], keyed.value(made) + "x", keyed.value(made).upper() + "_"):
        assert keyed.ask("/pets", headers=key(wrong)).message == FORBIDDEN


def test_a_plan_for_stages_that_go_away(keyed: RestApi) -> None:
    plan, made = keyed.plan()
    value, control = keyed.value(made), keyed.control
    with pytest.raises(ClientError) as refused:
        control.delete_usage_plan(usagePlanId=plan)
    assert refused.value.response["Error"]["Message"] == (
        f"Cannot delete Usage Plan {plan} because there are API Stages associated with it, including {keyed.id}:prod"
    )
    assert keyed.ask("/pets", headers=key(value)).status == 200
    deployment = control.get_stage(restApiId=keyed.id, stageName="prod")["deploymentId"]
    control.delete_stage(restApiId=keyed.id, stageName="prod")
    assert control.get_usage_plan(usagePlanId=plan).get("apiStages", []) == []
    control.create_stage(restApiId=keyed.id, stageName="prod", deploymentId=deployment)
    assert keyed.ask("/pets", headers=key(value)).message == FORBIDDEN
    added = [{"op": "add", "path": "/apiStages", "value": f"{keyed.id}:prod"}]
    control.update_usage_plan(usagePlanId=plan, patchOperations=added)
    assert keyed.ask("/pets", headers=key(value)).status == 200
    control.delete_rest_api(restApiId=keyed.id)
    assert keyed.ask("/open").message == FORBIDDEN
    assert control.get_usage_plan(usagePlanId=plan).get("apiStages", []) == []
    renamed = [{"op": "replace", "path": "/name", "value": "other"}]
    assert control.update_usage_plan(usagePlanId=plan, patchOperations=renamed)["name"] == "other"
    control.delete_usage_plan(usagePlanId=plan)


def test_a_websocket_api_that_goes_away_leaves_its_plan_usable(keyed: RestApi) -> None:
    sockets = keyed.client("apigatewayv2")
    api = sockets.create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a"
    )
    stages = [{"apiId": api["ApiId"], "stage": "dev"}]
    plan = keyed.control.create_usage_plan(name="chat", apiStages=stages)["id"]
    sockets.delete_api(ApiId=api["ApiId"])
    renamed = [{"op": "replace", "path": "/name", "value": "other"}]
    assert keyed.control.update_usage_plan(usagePlanId=plan, patchOperations=renamed)["name"] == "other"
    keyed.control.delete_usage_plan(usagePlanId=plan)


def test_keys_that_do_not_count(keyed: RestApi) -> None:
    plan, made = keyed.plan()
    value = keyed.value(made)
    stray = keyed.control.create_api_key(name="stray", enabled=True)["value"]
    assert keyed.ask("/pets", headers=key(stray)).message == FORBIDDEN
    keyed.deploy("test")
    assert keyed.ask("/pets", headers=key(value), stage="test").message == FORBIDDEN
    off = [{"op": "replace", "path": "/enabled", "value": "false"}]
    keyed.control.update_api_key(apiKey=made, patchOperations=off)
    assert keyed.ask("/pets", headers=key(value)).message == FORBIDDEN
    second = keyed.join(plan)
    assert keyed.ask("/pets", headers=key(keyed.value(second))).status == 200
    keyed.control.delete_usage_plan_key(usagePlanId=plan, keyId=second)
    assert keyed.ask("/pets", headers=key(keyed.value(second))).message == FORBIDDEN


def test_the_key_of_another_api_or_account(keyed: RestApi, server: Any) -> None:
    other = RestApi(keyed.server, keyed.client, keyed.account)
    other.method("/pets", apiKeyRequired=True)
    other.deploy()
    _, made = other.plan()
    assert other.ask("/pets", headers=key(other.value(made))).status == 200
    assert keyed.ask("/pets", headers=key(other.value(made))).message == FORBIDDEN
    stranger = RestApi(server, lambda service: server.client(service, "999988887777"), "999988887777")
    stranger.method("/pets", apiKeyRequired=True)
    stranger.deploy()
    _, theirs = stranger.plan()
    assert keyed.ask("/pets", headers=key(stranger.value(theirs))).message == FORBIDDEN


def test_the_function_is_told_the_key(rest: RestApi, deploy: Any) -> None:
    rest.method("/echo", function=deploy(ECHO), apiKeyRequired=True)
    rest.deploy()
    _, made = rest.plan()
    identity = rest.ask("/echo", headers=key(rest.value(made))).json["requestContext"]["identity"]
    assert (identity["apiKeyId"], identity["apiKey"]) == (made, rest.value(made))


NAMES_A_KEY = """
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "p", "policyDocument": policy, "usageIdentifierKey": event["authorizationToken"]}
"""


def test_an_authorizer_names_the_key(rest: RestApi, deploy: Any) -> None:
    made = rest.authorizer(deploy(NAMES_A_KEY))
    rest.update("update_rest_api", {"/apiKeySource": "AUTHORIZER"})
    rest.method("/pets", apiKeyRequired=True, authorizationType="CUSTOM", authorizerId=made)
    rest.deploy()
    value = rest.value(rest.plan()[1])
    assert rest.ask("/pets", headers={"Authorization": value}).status == 200
    assert rest.ask("/pets", headers={"Authorization": "x" * 20}).message == FORBIDDEN
    assert rest.ask("/pets", headers={"Authorization": "none", **key(value)}).message == FORBIDDEN


def test_a_quota(keyed: RestApi) -> None:
    plan, made = keyed.plan(quota={"limit": 3, "period": "DAY"})
    own = key(keyed.value(made))
    assert [keyed.ask("/pets", headers=own).status for _ in range(3)] == [200, 200, 200]
    refused = keyed.ask("/pets", headers=own)
    assert refused.message == EXCEEDED
    assert refused.headers["x-amzn-errortype"] == "LimitExceededException"
    other = key(keyed.value(keyed.join(plan)))
    assert keyed.ask("/pets", headers=other).status == 200
    today = datetime.now(UTC).date().isoformat()
    usage = keyed.control.get_usage(usagePlanId=plan, startDate=today, endDate=today)
    assert usage["items"][made] == [[3, 0]]
    more = [{"op": "replace", "path": "/remaining", "value": "2"}]
    answer = keyed.control.update_usage(usagePlanId=plan, keyId=made, patchOperations=more)
    assert answer["items"] == {made: [[3, 2]]}
    assert [keyed.ask("/pets", headers=own).status for _ in range(3)] == [200, 200, 429]


def test_refused_usage(keyed: RestApi) -> None:
    plan, made = keyed.plan()
    more = [{"op": "replace", "path": "/remaining", "value": "2"}]
    for ask in (
        lambda: keyed.control.update_usage(usagePlanId=plan, keyId=made, patchOperations=more),
        lambda: keyed.control.get_usage(usagePlanId=plan, startDate="yesterday", endDate="2026-01-01"),
        lambda: keyed.control.get_usage(usagePlanId=plan, startDate="2026-01-02", endDate="2026-01-01"),
    ):
        with pytest.raises(ClientError, match="BadRequestException"):
            ask()
    with pytest.raises(ClientError, match="NotFoundException"):
        keyed.control.get_usage(usagePlanId="none", startDate="2026-01-01", endDate="2026-01-01")


def test_what_is_refused_elsewhere_does_not_use_the_quota(keyed: RestApi) -> None:
    _, made = keyed.plan(quota={"limit": 1, "period": "DAY"})
    own = key(keyed.value(made))
    assert keyed.ask("/none", headers=own).status == 403
    assert keyed.ask("/open", headers=own).status == 200
    assert keyed.ask("/pets", headers=own).status == 200
    assert keyed.ask("/pets", headers=own).message == EXCEEDED


def test_a_quota_survives_a_kill(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        rest = RestApi(server, server.client, "000000000000")
        rest.method("/pets", apiKeyRequired=True)
        rest.deploy()
        _, made = rest.plan(quota={"limit": 5, "period": "MONTH"})
        own = key(rest.value(made))
        assert [rest.ask("/pets", headers=own).status for _ in range(3)] == [200] * 3
        server.kill()
    with running(tmp_path / "data") as server:
        rest.server = server
        assert [rest.ask("/pets", headers=own).status for _ in range(4)] == [200, 200, 429, 429]


def test_a_day_later_there_is_a_new_quota(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        rest = RestApi(server, server.client, "000000000000")
        rest.method("/pets", apiKeyRequired=True)
        rest.deploy()
        _, made = rest.plan(quota={"limit": 1, "period": "DAY"})
        own = key(rest.value(made))
        assert [rest.ask("/pets", headers=own).status for _ in range(2)] == [200, 429]
        server.advance("1d")
        assert [rest.ask("/pets", headers=own).status for _ in range(2)] == [200, 429]


def burst(rest: RestApi, count: int, path: str = "/pets", **headers: str) -> int:
    """How many of so many at once are let in."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: rest.ask(path, headers=headers), range(count)))
    assert all(one.status == 200 or one.message == THROTTLED for one in answers)
    return sum(one.status == 200 for one in answers)


def test_a_plans_rate_is_each_clients(keyed: RestApi) -> None:
    plan, made = keyed.plan(throttle={"rateLimit": 0.01, "burstLimit": 4})
    other = keyed.join(plan)
    assert burst(keyed, 12, **{"x-api-key": keyed.value(made)}) == 4
    assert burst(keyed, 12, **{"x-api-key": keyed.value(other)}) == 4
    refused = keyed.ask("/pets", headers=key(keyed.value(made)))
    assert refused.message == THROTTLED
    assert refused.headers["x-amzn-errortype"] == "TooManyRequestsException"


def test_a_plans_rate_for_one_method(keyed: RestApi) -> None:
    plan, made = keyed.plan(throttle={"rateLimit": 1000, "burstLimit": 1000})
    changes = [
        {"op": "replace", "path": f"/apiStages/{keyed.id}:prod/throttle/~1pets/GET/{name}", "value": value}
        for name, value in (("rateLimit", "0.01"), ("burstLimit", "2"))
    ]
    keyed.control.update_usage_plan(usagePlanId=plan, patchOperations=changes)
    assert burst(keyed, 8, **{"x-api-key": keyed.value(made)}) == 2
    assert keyed.ask("/pets", "POST", key(keyed.value(made))).status == 200


def test_a_stages_rates(rest: RestApi) -> None:
    rest.method("/pets")
    rest.method("/slow")
    rest.deploy()
    rest.settings(
        {
            "/*/*/throttling/rateLimit": "0.01",
            "/*/*/throttling/burstLimit": "5",
            "/~1slow/GET/throttling/rateLimit": "0.01",
            "/~1slow/GET/throttling/burstLimit": "1",
        }
    )
    assert burst(rest, 10, "/slow") == 1
    assert burst(rest, 10, "/pets") == 5
    rest.deploy("test")
    assert rest.ask("/slow", stage="test").status == 200


def test_a_rate_over_time(rest: RestApi) -> None:
    """At 100 a second, 100 are let in each second, however many ask at once."""
    rest.method("/pets")
    rest.deploy()
    rest.settings({"/*/*/throttling/rateLimit": "100", "/*/*/throttling/burstLimit": "2"})
    end = time.monotonic() + 2.0

    def ask(_: int) -> int:
        admitted = 0
        while time.monotonic() < end:
            admitted += rest.ask("/pets").status == 200
        return admitted

    with ThreadPoolExecutor(6) as pool:
        admitted = sum(pool.map(ask, range(6)))
    assert 190 <= admitted <= 210

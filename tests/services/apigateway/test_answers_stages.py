"""Deployments, stages, keys, usage plans, VPC links: what AWS answered to the same requests. Each test names the recorded cases that it
follows."""

from typing import Any

import pytest

from rest_apis import Api, bad, conflict, missing, patch, shown, status, told

STAGE = {
    "cacheClusterEnabled": False,
    "cacheClusterStatus": "NOT_AVAILABLE",
    "methodSettings": {},
    "tracingEnabled": False,
}
SETTING = {
    "cacheDataEncrypted": False,
    "cacheTtlInSeconds": 300,
    "cachingEnabled": True,
    "dataTraceEnabled": False,
    "metricsEnabled": False,
    "requireAuthorizationForCacheControl": True,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
PATHS = (
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, "
    "/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit "
    "/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled"
)
IN_USE = bad("Active stages pointing to this deployment must be moved or deleted")


@pytest.fixture
def mocked(api: Api) -> Api:
    """An API that can be deployed."""
    api.mock()
    return api


def stage(deployment: str, name: str, **more: Any) -> dict[str, Any]:
    return {**STAGE, "deploymentId": deployment, "stageName": name, **more}


# Deployments ----------------------------------------------------------------------------------------------------------------


def test_deployments_in_use(mocked: Api) -> None:
    """test_create_delete_deployments, test_create_update_deployments."""
    first = mocked.deployed("s1")
    found = mocked.call("get_deployment", deploymentId=first)
    assert list(shown(found)) == []
    assert (found["id"], len(first)) == (first, 6)
    assert shown(mocked.call("get_stages")) == {"item": [stage(first, "s1")]}
    assert mocked.told("delete_deployment", deploymentId=first) == IN_USE
    second = mocked.deployed("s1")
    assert shown(mocked.call("get_stages")) == {"item": [stage(second, "s1")]}
    assert status(mocked.call("delete_deployment", deploymentId=first)) == 202
    assert mocked.told("delete_deployment", deploymentId=second) == IN_USE
    assert [one["id"] for one in mocked.call("get_deployments")["items"]] == [second]
    gone = missing("Invalid Deployment identifier specified")
    assert mocked.told("get_deployment", deploymentId=first) == gone


def test_a_deployment_s_description(mocked: Api) -> None:
    """test_update_rest_api_deployment."""
    made = mocked.call("create_deployment", description="my deployment")
    place = {"deploymentId": made["id"]}
    changed = mocked.call(
        "update_deployment", **place, patchOperations=[patch("replace", "/description", "new-description")]
    )
    assert shown(changed) == {"description": "new-description"}
    refused = mocked.told("update_deployment", **place, patchOperations=[patch("replace", "/id", "x")])
    assert refused[0] == "BadRequestException"


def test_what_can_t_be_deployed(api: Api) -> None:
    assert api.told("create_deployment") == bad("The REST API doesn't contain any methods")
    api.call("put_method", resourceId=api.root, httpMethod="GET", authorizationType="NONE")
    assert api.told("create_deployment") == bad("No integration defined for method")


def test_what_a_deployment_has(mocked: Api) -> None:
    place = {"deploymentId": mocked.deployed()}
    mocked.mock(mocked.resource("later"))
    summary = mocked.call("get_deployment", **place, embed=["apisummary"])["apiSummary"]
    assert summary == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}


def test_canaries(mocked: Api) -> None:
    first = mocked.call("create_deployment", stageName="prod", variables={"a": "1"})["id"]
    second = mocked.call(
        "create_deployment",
        stageName="prod",
        canarySettings={"percentTraffic": 25.0, "stageVariableOverrides": {"a": "2"}},
    )["id"]
    held = mocked.call("get_stage", stageName="prod")
    assert held["deploymentId"] == first
    assert held["canarySettings"] == {
        "deploymentId": second,
        "percentTraffic": 25.0,
        "useStageCache": False,
        "stageVariableOverrides": {"a": "2"},
    }
    assert mocked.told("delete_deployment", deploymentId=second) == IN_USE
    promoted = mocked.call(
        "update_stage",
        stageName="prod",
        patchOperations=[
            patch("copy", "/deploymentId", **{"from": "/canarySettings/deploymentId"}),
            patch("copy", "/variables", **{"from": "/canarySettings/stageVariableOverrides"}),
            patch("remove", "/canarySettings"),
        ],
    )
    assert shown(promoted) == stage(second, "prod", variables={"a": "2"})


# Stages ---------------------------------------------------------------------------------------------------------------------


def test_stages_of_a_deployment(mocked: Api) -> None:
    """test_get_stages_filters_by_deployment_id."""
    first, second = mocked.deployed("stage1"), mocked.deployed("stage2")
    assert shown(mocked.call("get_stages")["item"]) == [stage(first, "stage1"), stage(second, "stage2")]
    for deployment, name in ((first, "stage1"), (second, "stage2")):
        (one,) = mocked.call("get_stages", deploymentId=deployment)["item"]
        assert one["stageName"] == name


def test_a_stage(mocked: Api) -> None:
    """test_create_update_stages."""
    deployment = mocked.deployed()
    mocked.call("create_documentation_version", documentationVersion="v123")
    given = {"stageName": "s1", "deploymentId": deployment, "description": "my stage"}
    made = mocked.call("create_stage", **given, documentationVersion="v123")
    expected = {**STAGE, **given, "documentationVersion": "v123"}
    assert status(made) == 201
    assert shown(made) == expected

    def refused(*operation: str) -> tuple[str, str, int]:
        return mocked.told("update_stage", stageName="s1", patchOperations=[patch(*operation)])

    for path in ("/documentation_version", "/tags/tag1"):
        assert refused("replace", path, "x") == bad(
            f"Invalid method setting path: {path}. Must be one of: [{PATHS}]"
        )

    def update(*operations: dict[str, str]) -> Any:
        return shown(mocked.call("update_stage", stageName="s1", patchOperations=list(operations)))

    changed = update(
        patch("replace", "/description", "stage new"),
        patch("replace", "/variables/var1", "test"),
        patch("replace", "/variables/var2", "test2"),
        patch("replace", "/*/*/throttling/burstLimit", "123"),
        patch("replace", "/*/*/caching/enabled", "true"),
        patch("replace", "/tracingEnabled", "true"),
        patch("replace", "/test/GET/throttling/burstLimit", "124"),
    )
    settings = {
        "*/*": {**SETTING, "throttlingBurstLimit": 123},
        "test/GET": {**SETTING, "throttlingBurstLimit": 124},
    }
    expected |= {
        "description": "stage new",
        "methodSettings": settings,
        "tracingEnabled": True,
        "variables": {"var1": "test", "var2": "test2"},
    }
    assert changed == shown(mocked.call("get_stage", stageName="s1")) == expected
    settings["*/*"]["throttlingBurstLimit"] = 100
    assert update(patch("replace", "/*/*/throttling/burstLimit", "100")) == expected
    assert update(patch("remove", "/variables/var2"))["variables"] == {"var1": "test"}
    assert mocked.told("create_stage", **given) == conflict("Stage already exists")
    assert mocked.told("create_stage", stageName="s2", deploymentId="fake") == bad(
        "Deployment id does not exist"
    )
    assert status(mocked.call("delete_stage", stageName="s1")) == 202
    assert mocked.told("get_stage", stageName="s1") == missing("Invalid stage identifier specified")


def test_settings_of_all_methods_are_removed(mocked: Api) -> None:
    """test_update_stage_remove_wildcard."""
    deployment = mocked.deployed("s1")

    def update(*operation: str) -> Any:
        return shown(mocked.call("update_stage", stageName="s1", patchOperations=[patch(*operation)]))

    refused = mocked.told("update_stage", stageName="s1", patchOperations=[patch("remove", "/*/*")])
    assert refused == bad(
        "Cannot remove method setting */* because there is no method setting for this method "
    )
    changed = update("replace", "/*/*/caching/enabled", "true")
    assert changed == stage(deployment, "s1", methodSettings={"*/*": SETTING})
    assert update("remove", "/*/*") == stage(deployment, "s1")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/~1/GET", "//GET"),
        ("/~1pets/GET", "pets/GET"),
        ("/~1pets~1{id}/GET", "pets/{id}/GET"),
        ("/pets/{id}/GET", "pets/{id}/GET"),
    ],
)
def test_settings_of_methods(mocked: Api, path: str, key: str) -> None:
    mocked.deployed("s1")
    operations = [patch("replace", f"{path}/logging/loglevel", "INFO")]
    changed = mocked.call("update_stage", stageName="s1", patchOperations=operations)
    assert {name: one["loggingLevel"] for name, one in changed["methodSettings"].items()} == {key: "INFO"}
    removed = mocked.call("update_stage", stageName="s1", patchOperations=[patch("remove", path)])
    assert removed["methodSettings"] == {}


@pytest.mark.parametrize(
    "operation",
    [
        patch("replace", "/*/*/throttling/burstLimit", "x"),
        patch("replace", "/*/*/throttling/rateLimit", "nan"),
        patch("replace", "/*/*/caching/ttlInSeconds", "3601"),
        patch("replace", "/*/*/logging/loglevel", "DEBUG"),
        patch("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "x"),
        patch("replace", "/cacheClusterSize", "3"),
        patch("replace", "/canarySettings/percentTraffic", "101"),
        patch("replace", "/deploymentId", "fake"),
        patch("replace", "/variables/a-b", "x"),
        patch("replace", "/variables/a", "a b"),
        patch("copy", "/deploymentId", **{"from": "/canarySettings/deploymentId"}),
        {"op": "replace", "value": "x"},
    ],
)
def test_values_that_are_none(mocked: Api, operation: dict[str, str]) -> None:
    deployment = mocked.deployed("s1")
    refused = mocked.told("update_stage", stageName="s1", patchOperations=[operation])
    assert refused[0] == "BadRequestException"
    assert shown(mocked.call("get_stage", stageName="s1")) == stage(deployment, "s1")


def test_access_logs(mocked: Api, account: str) -> None:
    """test_stage_access_log_settings."""
    deployment = mocked.deployed()
    mocked.call("create_stage", stageName="dev", deploymentId=deployment, description="dev stage")
    arn = f"arn:aws:logs:us-east-1:{account}:log-group:logs"
    destination, layout = "/accessLogSettings/destinationArn", "/accessLogSettings/format"

    def update(*operation: str) -> Any:
        return shown(mocked.call("update_stage", stageName="dev", patchOperations=[patch(*operation)]))

    plain = stage(deployment, "dev", description="dev stage")
    assert update("add", destination, arn) == {**plain, "accessLogSettings": {"destinationArn": arn}}
    assert update("replace", destination, arn + "a")["accessLogSettings"] == {"destinationArn": arn + "a"}
    line = "$context.requestId $context.identity.sourceIp"
    assert update("add", layout, line)["accessLogSettings"] == {
        "destinationArn": arn + "a",
        "format": line,
    }
    assert update("remove", "/accessLogSettings") == plain


def test_access_logs_that_are_none(mocked: Api, account: str) -> None:
    """test_stage_access_log_settings_validation."""
    mocked.deployed("dev")

    def refused(*operation: str) -> tuple[str, str, int]:
        return mocked.told("update_stage", stageName="dev", patchOperations=[patch(*operation)])

    paths = bad(
        "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"
    )
    for op in ("add", "replace"):
        for path in ("/accessLogSettings/randomValue", "/accessLogSettings/*", "/accessLogSettings"):
            assert refused(op, path, "x") == paths
    for name in ("randomValue", "*", "destinationArn"):
        assert refused("remove", f"/accessLogSettings/{name}") == bad(
            f"Cannot remove method setting accessLogSettings/{name} because there is no method setting for this method "
        )
    empty = bad("Access Log value must not be empty")
    for name in ("destinationArn", "format"):
        assert refused("replace", f"/accessLogSettings/{name}", "") == empty


def test_caches(mocked: Api) -> None:
    mocked.deployed("s1")
    on = patch("replace", "/cacheClusterEnabled", "true")
    changed = mocked.call(
        "update_stage", stageName="s1", patchOperations=[on, patch("replace", "/cacheClusterSize", "1.6")]
    )
    assert (changed["cacheClusterSize"], changed["cacheClusterEnabled"]) == ("1.6", True)
    assert status(mocked.call("flush_stage_cache", stageName="s1")) == 202
    assert status(mocked.call("flush_stage_authorizers_cache", stageName="s1")) == 202
    assert mocked.told("flush_stage_cache", stageName="x")[0] == "NotFoundException"


# Keys and usage plans -------------------------------------------------------------------------------------------------------

KEY = {"enabled": False, "stageKeys": []}


def test_keys(gateway: Any) -> None:
    """test_get_api_keys, test_negative_get_usage_plan_api_keys."""
    assert shown(gateway.get_api_keys()) == {"items": []}
    first = gateway.create_api_key(name="test-key-1")
    assert status(first) == 201
    assert (len(first["id"]), len(first["value"])) == (10, 40)
    assert shown(first) == {**KEY, "name": "test-key-1", "value": first["value"]}
    assert shown(gateway.get_api_keys()) == {"items": [{**KEY, "name": "test-key-1"}]}
    for prefix, count in (("test-key-1x", 0), ("test-key", 1), ("TEST-key", 0), ("key-1", 0), ("key", 0)):
        assert len(gateway.get_api_keys(nameQuery=prefix)["items"]) == count
    second = gateway.create_api_key(name="test-key-2")
    assert [key["id"] for key in gateway.get_api_keys()["items"]] == [second["id"], first["id"]]
    values = gateway.get_api_keys(includeValues=True)["items"]
    assert [key["value"] for key in values] == [second["value"], first["value"]]
    page = gateway.get_api_keys(limit=1)
    assert [key["id"] for key in page["items"]] == [second["id"]]
    rest = gateway.get_api_keys(limit=1, position=page["position"])
    assert [key["id"] for key in rest["items"]] == [first["id"]]
    assert "position" not in rest
    place = {"apiKey": first["id"]}
    renamed = gateway.update_api_key(**place, patchOperations=[patch("replace", "/name", "other")])
    assert shown(renamed) == {**KEY, "name": "other", "tags": {}}
    assert gateway.get_api_key(**place, includeValue=True)["value"] == first["value"]
    assert status(gateway.delete_api_key(**place)) == 202
    assert told(gateway.get_api_key, **place) == missing("Invalid API Key identifier specified")


def test_keys_that_are_none(gateway: Any) -> None:
    """test_create_api_key_with_invalid_name, with_invalid_value, test_update_api_key_invalid_description_length,
    invalid_enabled_type, immutable_field."""
    assert told(gateway.create_api_key, name="x" * 1025) == bad(
        "Invalid API Key name, can be at most 1024 characters."
    )
    for given in ({"name": ""}, {}, {"value": ""}):
        made = gateway.create_api_key(**given)
        assert shown(made) == {**KEY, "value": made["value"]}
    assert told(gateway.create_api_key, value="short") == bad(
        "API Key value should be at least 20 characters"
    )
    assert told(gateway.create_api_key, value="x" * 129) == bad(
        "API Key value exceeds maximum size of 128 characters"
    )
    assert told(gateway.create_api_key, value=made["value"]) == conflict("API Key already exists")
    long = bad("Invalid API Key description specified.")
    assert told(gateway.create_api_key, description="x" * 125_001) == long

    def update(*operation: str) -> Any:
        return gateway.update_api_key(apiKey=made["id"], patchOperations=[patch(*operation)])

    def refused(*operation: str) -> tuple[str, str, int]:
        return told(gateway.update_api_key, apiKey=made["id"], patchOperations=[patch(*operation)])

    assert refused("replace", "/description", "x" * 125_001) == long
    assert shown(update("replace", "/enabled", "nonsense")) == {**KEY, "tags": {}}
    assert refused("replace", "/id", "x") == bad(
        "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]"
    )


def test_a_plan(mocked: Api) -> None:
    """test_usage_plan_crud."""
    gateway, stages = mocked.client, [{"apiId": mocked.id, "stage": "dev"}]
    mocked.deployed("dev")
    made = gateway.create_usage_plan(name="plan", description="mine", apiStages=stages)
    expected = {"name": "plan", "description": "mine", "apiStages": stages}
    assert status(made) == 201
    assert shown(made) == expected
    place = {"usagePlanId": made["id"]}
    assert shown(gateway.get_usage_plan(**place)) == {**expected, "tags": {}}
    assert shown(gateway.get_usage_plans()) == {"items": [expected]}
    changed = gateway.update_usage_plan(
        **place,
        patchOperations=[
            patch("replace", "/throttle/burstLimit", "100"),
            patch("replace", "/throttle/rateLimit", "200"),
            patch("replace", "/quota/limit", "5000"),
            patch("replace", "/quota/period", "MONTH"),
        ],
    )
    expected |= {
        "throttle": {"burstLimit": 100, "rateLimit": 200.0},
        "quota": {"limit": 5000, "offset": 0, "period": "MONTH"},
    }
    assert shown(changed) == shown(gateway.get_usage_plan(**place)) == {**expected, "tags": {}}

    def refused(value: str | None, plan: str = made["id"]) -> tuple[str, str, int]:
        operation = patch("add", "/apiStages", value)
        return told(gateway.update_usage_plan, usagePlanId=plan, patchOperations=[operation])

    assert refused("x", "fake") == missing("Invalid Usage Plan ID specified")
    for value in (None, "nonsense"):
        assert refused(value) == bad("Invalid API Stage specified")
    for api_id, name in ((f"{mocked.id}b", "dev"), (mocked.id, "fakestagename")):
        assert refused(f"{api_id}:{name}") == missing(
            f"Invalid API Stage {{api: {api_id}, stage: {name}}} specified for usageplan {made['id']}"
        )
    assert shown(gateway.get_usage_plans()) == {"items": [expected]}
    assert told(gateway.delete_usage_plan, **place) == bad(
        f"Cannot delete Usage Plan {made['id']} because there are API Stages associated with it, including {mocked.id}:dev"
    )
    gone = [patch("remove", "/apiStages", f"{mocked.id}:dev")]
    gateway.update_usage_plan(**place, patchOperations=gone)
    assert status(gateway.delete_usage_plan(**place)) == 202


def test_throttles_of_methods(mocked: Api) -> None:
    gateway = mocked.client
    mocked.deployed("dev")
    stages = [{"apiId": mocked.id, "stage": "dev"}]
    place = {"usagePlanId": gateway.create_usage_plan(name="plan", apiStages=stages)["id"]}
    start = f"/apiStages/{mocked.id}:dev/throttle"

    def update(*operations: dict[str, str]) -> Any:
        changed = gateway.update_usage_plan(**place, patchOperations=list(operations))
        return changed["apiStages"][0].get("throttle")

    pets = {"/pets/GET": {"burstLimit": 2, "rateLimit": 1.5}}
    assert (
        update(
            patch("add", f"{start}/~1pets/GET/rateLimit", "1.5"),
            patch("add", f"{start}//pets/GET/burstLimit", "2"),
        )
        == pets
    )
    root = update(patch("replace", f"{start}/~1/GET/rateLimit", "3"))
    assert root == {**pets, "//GET": {"burstLimit": 0, "rateLimit": 3.0}}
    assert update(patch("remove", f"{start}/~1/GET")) == pets
    assert update(patch("remove", start)) is None


def test_keys_of_plans(mocked: Api) -> None:
    """test_get_usage_plan_api_keys, test_api_key_required_for_methods, test_create_usage_plan_with_throttle."""
    gateway = mocked.client
    mocked.deployed("dev")
    quota = {"limit": 10, "offset": 0, "period": "DAY"}
    given = {
        "name": "plan",
        "description": "Test Usage Plan for API key",
        "apiStages": [{"apiId": mocked.id, "stage": "dev"}],
        "quota": quota,
        "throttle": {"rateLimit": 2.0, "burstLimit": 20},
        "tags": {"tag_key": "tag_value"},
    }
    made = gateway.create_usage_plan(**given)
    assert shown(made) == given
    place = {"usagePlanId": made["id"]}
    assert shown(gateway.get_usage_plan_keys(**place)) == {"items": []}
    first = gateway.create_api_key(name="k-1", enabled=True)
    second = gateway.create_api_key(name="k-2")
    joined = gateway.create_usage_plan_key(**place, keyId=first["id"], keyType="API_KEY")
    assert status(joined) == 201
    member = {"type": "API_KEY", "name": "k-1", "value": first["value"]}
    assert shown(joined) == shown(gateway.get_usage_plan_key(**place, keyId=first["id"])) == member
    again = told(gateway.create_usage_plan_key, **place, keyId=first["id"], keyType="API_KEY")
    assert again[0] == "ConflictException"
    gateway.create_usage_plan_key(**place, keyId=second["id"], keyType="API_KEY")

    def ids(**query: str) -> list[str]:
        return [one["id"] for one in gateway.get_usage_plan_keys(**place, **query)["items"]]

    assert ids() == ids(nameQuery="k-") == [second["id"], first["id"]]
    assert ids(nameQuery="K-") == ids(nameQuery="1") == []
    assert ids(nameQuery="k-1") == [first["id"]]
    assert [one["id"] for one in gateway.get_usage_plans(keyId=first["id"])["items"]] == [made["id"]]
    gateway.delete_usage_plan_key(**place, keyId=first["id"])
    gateway.delete_api_key(apiKey=second["id"])
    assert ids() == []
    assert shown(gateway.get_usage_plan_keys(usagePlanId="bad")) == {"items": []}
    disabled = gateway.update_api_key(
        apiKey=first["id"], patchOperations=[patch("replace", "/enabled", "false")]
    )
    assert shown(disabled) == {**KEY, "name": "k-1", "tags": {}}


def test_a_key_has_one_plan_for_a_stage(mocked: Api) -> None:
    gateway = mocked.client
    mocked.deployed("dev")
    key = gateway.create_api_key(name="k")["id"]
    plans = [
        gateway.create_usage_plan(name=name, apiStages=[{"apiId": mocked.id, "stage": "dev"}])["id"]
        for name in "ab"
    ]
    gateway.create_usage_plan_key(usagePlanId=plans[0], keyId=key, keyType="API_KEY")
    refused = told(gateway.create_usage_plan_key, usagePlanId=plans[1], keyId=key, keyType="API_KEY")
    assert refused[0] == "ConflictException"


def test_keys_are_imported(mocked: Api) -> None:
    gateway = mocked.client
    plan = gateway.create_usage_plan(name="plan")["id"]
    value = "abcdefghijklmnopqrstuvwxyz"
    lines = f'Name,key,description,Enabled,usageplanIds\nfirst,{value},"one, two",TRUE,{plan}\nshort,x,,,\n'
    made = gateway.import_api_keys(body=lines.encode(), format="csv")
    assert status(made) == 201
    assert len(made["ids"]) == len(made["warnings"]) == 1
    key = gateway.get_api_key(apiKey=made["ids"][0], includeValue=True)
    assert (key["name"], key["value"], key["description"], key["enabled"]) == (
        "first",
        value,
        "one, two",
        True,
    )
    assert [one["id"] for one in gateway.get_usage_plan_keys(usagePlanId=plan)["items"]] == made["ids"]
    refused = told(gateway.import_api_keys, body=lines.encode(), format="csv", failOnWarnings=True)
    assert refused[0] == "BadRequestException"
    assert told(gateway.import_api_keys, body=b"a,b\n1,2\n", format="csv")[0] == "BadRequestException"
    assert len(gateway.get_api_keys()["items"]) == 1


# VPC links ------------------------------------------------------------------------------------------------------------------

NLB = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/my/1234567890abcdef"


def test_vpc_links(gateway: Any) -> None:
    """test_vpc_link_lifecycle, test_create_vpc_link_invalid_parameters, test_get_vpc_link_invalid_id, test_delete_..., test_update_..."""
    made = gateway.create_vpc_link(name="link", targetArns=[NLB])
    assert status(made) == 202
    assert shown(made) == {"name": "link", "targetArns": [NLB], "status": "PENDING"}
    place = {"vpcLinkId": made["id"]}
    ready = {
        "name": "link",
        "targetArns": [NLB],
        "status": "AVAILABLE",
        "statusMessage": "Your vpc link is ready for use",
    }
    assert shown(gateway.get_vpc_link(**place)) == {**ready, "tags": {}}
    assert shown(gateway.get_vpc_links()) == {"items": [ready]}
    renamed = gateway.update_vpc_link(**place, patchOperations=[patch("replace", "/name", "updated")])
    assert shown(renamed) == {**ready, "name": "updated", "tags": {}}
    assert status(gateway.delete_vpc_link(**place)) == 202
    gone = missing("Invalid Vpc Link identifier specified")
    for method in (gateway.get_vpc_link, gateway.delete_vpc_link):
        assert told(method, **place) == gone
    operations = [patch("replace", "/name", "x")]
    assert told(gateway.update_vpc_link, **place, patchOperations=operations) == gone
    assert told(gateway.create_vpc_link, name="link", targetArns=["invalid-arn"]) == bad(
        "Invalid ARN. ARN is not well formed invalid-arn"
    )
    assert told(gateway.create_vpc_link, name="", targetArns=[NLB]) == bad("Name cannot be empty")

"""The control plane of HTTP and WebSocket APIs, as clients use it.

Source: API Gateway Version 2 API Reference; AWS CLI command reference (answers); messages as reported.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:hello"


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    """A client of the service."""
    return client("apigatewayv2")


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str, int]:
    """The code, message and status that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return (
        answer["Error"]["Code"],
        answer["Error"]["Message"],
        answer["ResponseMetadata"]["HTTPStatusCode"],
    )


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is about the call."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_an_http_api_is_made_shown_and_deleted(api: Any, account: str) -> None:
    made = api.create_api(Name="pets", ProtocolType="HTTP", Tags={"a": "b"})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    shown = plain(made)
    identifier, created = shown.pop("ApiId"), shown.pop("CreatedDate")
    assert created.year >= 2026
    assert shown.pop("ApiEndpoint").startswith(f"http://{identifier}.execute-api.us-east-1.localhost:")
    assert shown == {
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "Name": "pets",
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "$request.method $request.path",
        "Tags": {"a": "b"},
    }
    assert plain(api.get_api(ApiId=identifier)) == plain(made)
    assert [one["ApiId"] for one in api.get_apis()["Items"]] == [identifier]
    assert api.delete_api(ApiId=identifier)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(api.get_api, ApiId=identifier) == (
        "NotFoundException",
        f"Invalid API identifier specified {account}:{identifier}",
        404,
    )


def test_quick_create_makes_all_of_it(api: Any) -> None:
    identifier = api.create_api(Name="quick", ProtocolType="HTTP", Target=FUNCTION)["ApiId"]
    (route,) = api.get_routes(ApiId=identifier)["Items"]
    (integration,) = api.get_integrations(ApiId=identifier)["Items"]
    (stage,) = api.get_stages(ApiId=identifier)["Items"]
    assert (route["RouteKey"], route["ApiGatewayManaged"]) == ("$default", True)
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert (integration["IntegrationType"], integration["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    assert (stage["StageName"], stage["AutoDeploy"], stage["ApiGatewayManaged"]) == ("$default", True, True)
    assert stage["LastDeploymentStatusMessage"] == (
        f"Successfully deployed stage with deployment ID '{stage['DeploymentId']}'"
    )
    api.update_api(ApiId=identifier, Target="https://example.com/x", RouteKey="GET /x")
    (integration,) = api.get_integrations(ApiId=identifier)["Items"]
    assert (integration["IntegrationType"], integration["IntegrationUri"]) == (
        "HTTP_PROXY",
        "https://example.com/x",
    )
    assert api.get_routes(ApiId=identifier)["Items"][0]["RouteKey"] == "GET /x"


def test_a_route_is_as_aws_shows_it(api: Any) -> None:
    identifier = api.create_api(Name="r", ProtocolType="HTTP")["ApiId"]
    integration = api.create_integration(
        ApiId=identifier, IntegrationType="AWS_PROXY", IntegrationUri=FUNCTION, PayloadFormatVersion="2.0"
    )
    assert plain(integration) == {
        "ConnectionType": "INTERNET",
        "IntegrationId": integration["IntegrationId"],
        "IntegrationMethod": "POST",
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": FUNCTION,
        "PayloadFormatVersion": "2.0",
        "TimeoutInMillis": 30000,
    }
    target = f"integrations/{integration['IntegrationId']}"
    route = api.create_route(ApiId=identifier, RouteKey="GET /pets/{id}", Target=target)
    assert plain(route) == {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": route["RouteId"],
        "RouteKey": "GET /pets/{id}",
        "Target": target,
    }
    assert refused(api.create_route, ApiId=identifier, RouteKey="GET /pets/{pet}", Target=target) == (
        "ConflictException",
        'The provided route key "GET /pets/{pet}" has a conflicting variable on the same hierarchical level as '
        '"GET /pets/{id}"',
        409,
    )
    assert refused(api.delete_integration, ApiId=identifier, IntegrationId=integration["IntegrationId"]) == (
        "ConflictException",
        f"Cannot delete Integration because it is referenced by the following Routes with Ids: [{route['RouteId']}]",
        409,
    )


@pytest.mark.parametrize(
    "key",
    [
        "",
        "get /x",
        "GET x",
        "GET",
        "TRACE /x",
        "GET /{a}/{a}",
        "GET /{a+}/b",
        "GET /a b",
        "$connect",
        "GET /{}",
    ],
)
def test_route_keys_that_are_none(api: Any, key: str) -> None:
    identifier = api.create_api(Name="r", ProtocolType="HTTP")["ApiId"]
    code, message, status = refused(api.create_route, ApiId=identifier, RouteKey=key)
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith("The provided route key is not formatted properly for HTTP protocol.")


def test_a_deployment_needs_routes_and_is_kept_while_it_is_served(api: Any) -> None:
    identifier = api.create_api(Name="d", ProtocolType="HTTP")["ApiId"]
    assert refused(api.create_deployment, ApiId=identifier)[1] == (
        "Unable to deploy API because no routes exist in this API"
    )
    api.create_route(ApiId=identifier, RouteKey="$default")
    deployment = api.create_deployment(ApiId=identifier, Description="one")
    assert (deployment["DeploymentStatus"], deployment["AutoDeployed"]) == ("DEPLOYED", False)
    stage = api.create_stage(ApiId=identifier, StageName="prod", DeploymentId=deployment["DeploymentId"])
    assert plain(stage) == {
        "CreatedDate": stage["CreatedDate"],
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
        "DeploymentId": deployment["DeploymentId"],
        "LastUpdatedDate": stage["LastUpdatedDate"],
        "RouteSettings": {},
        "StageName": "prod",
        "StageVariables": {},
        "Tags": {},
    }
    assert refused(api.delete_deployment, ApiId=identifier, DeploymentId=deployment["DeploymentId"]) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
        400,
    )
    api.delete_stage(ApiId=identifier, StageName="prod")
    api.delete_deployment(ApiId=identifier, DeploymentId=deployment["DeploymentId"])
    assert api.get_deployments(ApiId=identifier)["Items"] == []


def test_a_stage_that_deploys_itself_follows_each_change(api: Any) -> None:
    identifier = api.create_api(Name="auto", ProtocolType="HTTP")["ApiId"]
    stage = api.create_stage(ApiId=identifier, StageName="$default", AutoDeploy=True)
    assert stage["LastDeploymentStatusMessage"] == (
        "Deployment attempt failed: Unable to deploy API because no routes exist in this API"
    )
    api.create_route(ApiId=identifier, RouteKey="GET /a")
    first = api.get_stage(ApiId=identifier, StageName="$default")["DeploymentId"]
    api.create_route(ApiId=identifier, RouteKey="GET /b")
    second = api.get_stage(ApiId=identifier, StageName="$default")["DeploymentId"]
    assert first != second
    (deployment,) = api.get_deployments(ApiId=identifier)["Items"]
    assert (deployment["DeploymentId"], deployment["AutoDeployed"]) == (second, True)


def test_stage_settings_are_for_routes_that_there_are(api: Any) -> None:
    identifier = api.create_api(Name="s", ProtocolType="HTTP")["ApiId"]
    api.create_route(ApiId=identifier, RouteKey="GET /a")
    api.create_stage(ApiId=identifier, StageName="dev", StageVariables={"a": "1", "b": "2"})
    assert refused(
        api.update_stage,
        ApiId=identifier,
        StageName="dev",
        RouteSettings={"GET /other": {"ThrottlingRateLimit": 1.0}},
    ) == (
        "NotFoundException",
        "Unable to find Route by key GET /other within the provided RouteSettings",
        404,
    )
    after = api.update_stage(
        ApiId=identifier,
        StageName="dev",
        StageVariables={"a": ""},
        RouteSettings={"GET /a": {"ThrottlingRateLimit": 1.5, "ThrottlingBurstLimit": 2}},
    )
    assert after["StageVariables"] == {"b": "2"}
    assert after["RouteSettings"] == {"GET /a": {"ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 1.5}}
    api.delete_route_settings(ApiId=identifier, StageName="dev", RouteKey="GET /a")
    assert api.get_stage(ApiId=identifier, StageName="dev")["RouteSettings"] == {}


def test_lists_come_in_pages(api: Any) -> None:
    identifier = api.create_api(Name="p", ProtocolType="HTTP")["ApiId"]
    for name in "abc":
        api.create_route(ApiId=identifier, RouteKey=f"GET /{name}")
    seen, token = [], None
    while token != "":
        page = api.get_routes(ApiId=identifier, MaxResults="2", **({"NextToken": token} if token else {}))
        seen += [one["RouteKey"] for one in page["Items"]]
        token = page.get("NextToken", "")
    assert sorted(seen) == ["GET /a", "GET /b", "GET /c"]
    assert refused(api.get_routes, ApiId=identifier, NextToken="x!")[0] == "BadRequestException"


def test_a_websocket_api_has_responses(api: Any) -> None:
    made = api.create_api(
        Name="ws", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    identifier = made["ApiId"]
    assert made["ApiEndpoint"].startswith("ws://")
    integration = api.create_integration(ApiId=identifier, IntegrationType="MOCK")["IntegrationId"]
    route = api.create_route(ApiId=identifier, RouteKey="join", Target=f"integrations/{integration}")[
        "RouteId"
    ]
    response = api.create_route_response(ApiId=identifier, RouteId=route, RouteResponseKey="$default")
    assert api.get_route_responses(ApiId=identifier, RouteId=route)["Items"] == [plain(response)]
    shown = api.create_integration_response(
        ApiId=identifier, IntegrationId=integration, IntegrationResponseKey="/2\\d\\d/"
    )
    assert api.get_integration_responses(ApiId=identifier, IntegrationId=integration)["Items"] == [
        plain(shown)
    ]
    assert refused(api.create_route, ApiId=identifier, RouteKey="x", AuthorizationType="CUSTOM") == (
        "BadRequestException",
        "Authorization is currently only supported for $connect route",
        400,
    )


def test_a_websocket_api_needs_a_selection_expression(api: Any) -> None:
    assert refused(api.create_api, Name="ws", ProtocolType="WEBSOCKET")[0] == "BadRequestException"


def test_tags(api: Any) -> None:
    identifier = api.create_api(Name="t", ProtocolType="HTTP")["ApiId"]
    arn = f"arn:aws:apigateway:us-east-1::/apis/{identifier}"
    api.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    api.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert api.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert api.get_api(ApiId=identifier)["Tags"] == {"b": "2"}


def test_vpc_links(api: Any) -> None:
    link = api.create_vpc_link(Name="v", SubnetIds=["subnet-1"])
    assert link["VpcLinkStatus"] == "AVAILABLE"
    assert api.update_vpc_link(VpcLinkId=link["VpcLinkId"], Name="w")["Name"] == "w"
    assert len(api.get_vpc_links()["Items"]) == 1
    api.delete_vpc_link(VpcLinkId=link["VpcLinkId"])
    assert refused(api.get_vpc_link, VpcLinkId=link["VpcLinkId"])[0] == "NotFoundException"


def test_an_authorizer_in_use_stays(api: Any) -> None:
    identifier = api.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    made = api.create_authorizer(
        ApiId=identifier,
        Name="tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": "https://issuer.example", "Audience": ["me"]},
    )
    route = api.create_route(
        ApiId=identifier,
        RouteKey="POST /webhook",
        AuthorizationType="JWT",
        AuthorizerId=made["AuthorizerId"],
        AuthorizationScopes=["read"],
    )
    assert refused(api.delete_authorizer, ApiId=identifier, AuthorizerId=made["AuthorizerId"]) == (
        "ConflictException",
        "Cannot delete authorizer 'tokens', is referenced in route: POST /webhook",
        409,
    )
    after = api.update_route(ApiId=identifier, RouteId=route["RouteId"], AuthorizationType="NONE")
    assert "AuthorizerId" not in after
    api.delete_authorizer(ApiId=identifier, AuthorizerId=made["AuthorizerId"])


def test_iam_sees_the_path_and_the_method(client: Callable[..., Any], account: str) -> None:
    """Who may read one API may neither read another nor change it."""
    root = client("apigatewayv2")
    mine, other = (root.create_api(Name=name, ProtocolType="HTTP")["ApiId"] for name in ("mine", "other"))
    iam = client("iam")
    iam.create_user(UserName="reader")
    statement = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"apigateway:GET",'
        f'"Resource":"arn:aws:apigateway:us-east-1::/apis/{mine}*"}}]}}'
    )
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=statement)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = client("apigatewayv2", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert reader.get_api(ApiId=mine)["Name"] == "mine"
    assert reader.get_routes(ApiId=mine)["Items"] == []
    code, message, status = refused(reader.get_api, ApiId=other)
    assert (code, status) == ("AccessDeniedException", 403)
    assert f"apigateway:GET on resource: arn:aws:apigateway:us-east-1::/apis/{other}" in message
    assert refused(reader.delete_api, ApiId=mine)[0] == "AccessDeniedException"

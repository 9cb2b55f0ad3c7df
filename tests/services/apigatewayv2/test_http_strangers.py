"""An HTTP API of one account and what is another's: functions, roles, queues, names."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import REGION, Server, new_account
from http_api import TRUST, HttpApi

Client = Callable[..., Any]
STOLEN = (
    "def handler(event, context):\n    return {'statusCode': 200, 'body': 'stolen', 'isAuthorized': True}\n"
)
CREDENTIALS = "${stageVariables.role}"
BACKEND = {
    "IntegrationType": "HTTP_PROXY",
    "IntegrationMethod": "GET",
    "IntegrationUri": "http://example.com",
    "PayloadFormatVersion": "1.0",
}
NO_PASS = "is not authorized to perform: iam:PassRole"
FAILED = (500, "Internal Server Error")


@pytest.fixture
def thief(server: Server, client: Client) -> HttpApi:
    """An API of another account, whose root may do everything there."""
    other = new_account()
    return HttpApi(server, lambda service, **options: client(service, other, **options), other)


@pytest.fixture
def trusting(gateway_role: Callable[..., str]) -> str:
    """A role of this test's account that API Gateway may be, whoever it acts for, and that may do anything."""
    return gateway_role("*")


def of(account: str, function: str) -> str:
    return f"arn:aws:lambda:{REGION}:{account}:function:{function}"


def invocations(arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def routed(api: HttpApi, path: str, **integration: Any) -> str:
    made = api.control.create_integration(ApiId=api.id, PayloadFormatVersion="1.0", **integration)
    api.route(f"ANY {path}", f"integrations/{made['IntegrationId']}")
    return str(made["IntegrationId"])


def test_the_function_of_another(
    thief: HttpApi, deploy: Callable[..., str], account: str, trusting: str
) -> None:
    function = {"IntegrationType": "AWS_PROXY", "IntegrationUri": of(account, deploy(STOLEN))}
    plain = routed(thief, "/plain", **function)
    routed(thief, "/as-named", **function, CredentialsArn=CREDENTIALS)
    thief.stage(StageVariables={"role": trusting})
    for path in ("/plain", "/as-named"):
        assert thief.ask(path).message == FAILED, path
    with pytest.raises(ClientError, match=NO_PASS):
        routed(thief, "/as-its-role", **function, CredentialsArn=trusting)
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.update_integration(ApiId=thief.id, IntegrationId=plain, CredentialsArn=trusting)
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.create_api(
            Name="quick", ProtocolType="HTTP", Target=function["IntegrationUri"], CredentialsArn=trusting
        )


def test_an_authorizer_of_another(
    thief: HttpApi, deploy: Callable[..., str], account: str, trusting: str
) -> None:
    asked = {
        "ApiId": thief.id,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": invocations(of(account, deploy(STOLEN))),
        "IdentitySource": ["$request.header.authorization"],
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
    }
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.create_authorizer(**asked, Name="stolen", AuthorizerCredentialsArn=trusting)
    made = thief.control.create_authorizer(**asked, Name="plain")["AuthorizerId"]
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.update_authorizer(ApiId=thief.id, AuthorizerId=made, AuthorizerCredentialsArn=trusting)
    backend = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET"}
    integration = thief.control.create_integration(
        ApiId=thief.id, PayloadFormatVersion="1.0", IntegrationUri=f"http://{thief.host}/", **backend
    )
    thief.route(
        "GET /a",
        f"integrations/{integration['IntegrationId']}",
        AuthorizationType="CUSTOM",
        AuthorizerId=made,
    )
    thief.stage()
    assert thief.ask("/a", headers={"Authorization": "x"}).message == FAILED


def test_definitions_pass_no_roles_of_another(thief: HttpApi, account: str, trusting: str) -> None:
    integration = {
        "type": "aws_proxy",
        "uri": of(account, "f"),
        "payloadFormatVersion": "2.0",
        "credentials": trusting,
    }
    definition = {
        "openapi": "3.0.1",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"x-amazon-apigateway-integration": integration}}},
    }
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.import_api(Body=json.dumps(definition))
    with pytest.raises(ClientError, match=NO_PASS):
        thief.control.reimport_api(ApiId=thief.id, Body=json.dumps(definition))


def test_queues_and_buses_of_another(thief: HttpApi, client: Client, account: str, trusting: str) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    iam = thief.client("iam")
    own = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName="gateway", PolicyName="p", PolicyDocument=document)
    for path, role in (("/own", own), ("/stolen", CREDENTIALS)):
        routed(
            thief,
            path,
            IntegrationType="AWS_PROXY",
            IntegrationSubtype="SQS-SendMessage",
            CredentialsArn=role,
            RequestParameters={"QueueUrl": url, "MessageBody": "$request.querystring.m"},
        )
    thief.stage(StageVariables={"role": trusting})
    assert thief.ask("/own?m=stolen").status in (400, 403)
    assert thief.ask("/stolen?m=stolen").message == FAILED
    count = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert count["ApproximateNumberOfMessages"] == "0"


def test_names_links_and_tags_of_another(api: HttpApi, thief: HttpApi) -> None:
    name = f"a{api.account}.example.com"
    certificate = f"arn:aws:acm:{REGION}:{thief.account}:certificate/1"
    configuration = [{"CertificateArn": certificate, "EndpointType": "REGIONAL"}]
    thief.control.create_domain_name(DomainName=name, DomainNameConfigurations=configuration)
    api.stage()
    thief.stage()
    with pytest.raises(ClientError, match="Invalid API identifier"):
        thief.control.create_api_mapping(DomainName=name, ApiId=api.id, Stage="$default")
    mapped = thief.control.create_api_mapping(DomainName=name, ApiId=thief.id, Stage="$default")
    with pytest.raises(ClientError, match="Invalid API identifier"):
        thief.control.update_api_mapping(
            DomainName=name, ApiMappingId=mapped["ApiMappingId"], ApiId=api.id, Stage="$default"
        )
    with pytest.raises(ClientError):
        api.control.create_api_mapping(DomainName=name, ApiId=api.id, Stage="$default", ApiMappingKey="x")
    with pytest.raises(ClientError):
        api.control.delete_domain_name(DomainName=name)
    link = api.control.create_vpc_link(Name="l", SubnetIds=["subnet-1"])["VpcLinkId"]
    for refused in (
        lambda: thief.control.get_vpc_link(VpcLinkId=link),
        lambda: thief.control.delete_vpc_link(VpcLinkId=link),
        lambda: thief.control.get_api(ApiId=api.id),
        lambda: thief.control.get_routes(ApiId=api.id),
        lambda: thief.control.create_route(ApiId=api.id, RouteKey="$default"),
        lambda: thief.control.export_api(ApiId=api.id, OutputType="JSON", Specification="OAS30"),
        lambda: thief.control.delete_stage(ApiId=api.id, StageName="$default"),
        lambda: thief.control.update_stage(ApiId=api.id, StageName="$default", StageVariables={"a": "b"}),
        lambda: thief.control.reset_authorizers_cache(ApiId=api.id, StageName="$default"),
        lambda: thief.control.delete_api(ApiId=api.id),
        lambda: thief.control.get_tags(ResourceArn=f"arn:aws:apigateway:{REGION}::/apis/{api.id}"),
        lambda: thief.control.tag_resource(
            ResourceArn=f"arn:aws:apigateway:{REGION}::/apis/{api.id}", Tags={"a": "b"}
        ),
        lambda: thief.control.untag_resource(
            ResourceArn=f"arn:aws:apigateway:{REGION}::/apis/{api.id}", TagKeys=["a"]
        ),
    ):
        with pytest.raises(ClientError) as caught:
            refused()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403, 404)
    assert api.control.get_api(ApiId=api.id)["Name"] == "test"


def test_the_log_of_another(api: HttpApi, thief: HttpApi, client: Client) -> None:
    """Lines are put in batches: those of another API neither get in with them nor keep them out."""
    logs = client("logs")
    logs.create_log_group(logGroupName="/api")
    arn = f"arn:aws:logs:{REGION}:{api.account}:log-group:/api"
    for one, form in ((thief, "stolen $context.requestId"), (api, "own $context.requestId")):
        one.stage(AccessLogSettings={"DestinationArn": arn, "Format": form})
        one.route(
            "GET /a",
            f"integrations/{one.control.create_integration(ApiId=one.id, **BACKEND)['IntegrationId']}",
        )
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda one: one.ask("/none"), [thief, api, thief] * 60))
    wanted = {f"own {one.headers['apigw-requestid']}" for one in came[1::3]}
    found: set[str] = set()
    for _ in range(1_000):  # delivery is not acknowledged
        found = {one["message"] for one in logs.filter_log_events(logGroupName="/api")["events"]}
        if wanted <= found:
            break
    assert found == wanted


def test_names_below_the_wildcard_of_another(api: HttpApi, thief: HttpApi) -> None:
    """Whoever has the exact name would get what was for the wildcard."""
    base = f"w{api.account}.example.com"

    def name_of(one: HttpApi, name: str) -> Any:
        certificate = f"arn:aws:acm:{REGION}:{one.account}:certificate/1"
        configuration = [{"CertificateArn": certificate, "EndpointType": "REGIONAL"}]
        return one.control.create_domain_name(DomainName=name, DomainNameConfigurations=configuration)

    name_of(api, f"*.{base}")
    with pytest.raises(ClientError) as caught:
        name_of(thief, f"shop.{base}")
    assert caught.value.response["Error"]["Code"] == "ConflictException"
    with pytest.raises(ClientError) as caught:
        thief.client("apigateway").create_domain_name(
            domainName=f"shop.{base}",
            regionalCertificateArn=f"arn:aws:acm:{REGION}:{thief.account}:certificate/1",
            endpointConfiguration={"types": ["REGIONAL"]},
        )
    assert caught.value.response["Error"]["Code"] == "ConflictException"
    assert name_of(api, f"shop.{base}")["DomainName"] == f"shop.{base}"

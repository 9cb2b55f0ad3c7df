"""Every operation of REST and HTTP APIs, called by another account with the ids of what is not its own."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import REGION, new_account
from rest_doors import RestApi

Client = Callable[..., Any]
_ZEROES = {"string": "x", "integer": 1, "long": 1, "boolean": True, "blob": b"{}", "double": 1.0}
_FREE = (  # what is not about anything that there is
    *(
        "CreateApiKey",
        "CreateDomainName",
        "CreateRestApi",
        "CreateUsagePlan",
        "CreateVpcLink",
        "ImportApiKeys",
    ),
    *(
        "ImportRestApi",
        "GenerateClientCertificate",
        "CreateApi",
        "ImportApi",
        "CreatePortal",
        "UpdateAccount",
    ),
    *("CreatePortalProduct",),
)


def minimal(shape: Any, name: str, known: dict[str, Any]) -> Any:
    """A value for a member: a known id by the member's name, else the least that its shape allows."""
    if name.lower() in known:
        return known[name.lower()]
    if shape.type_name == "structure":
        return {one: minimal(shape.members[one], one, known) for one in shape.required_members}
    if shape.type_name == "list":
        return [minimal(shape.member, name, known)]
    if shape.type_name == "map":
        return {"x": "y"}
    if shape.type_name == "timestamp":
        return 0
    return shape.enum[0] if getattr(shape, "enum", None) else _ZEROES[shape.type_name]


def reached(client: Any, known: dict[str, Any], ids: tuple[str, ...]) -> list[str]:
    """The operations that answer when they are asked about what is another's: those of the service that name any of `ids`."""
    found = []
    model = client.meta.service_model
    for operation in sorted(model.operation_names, key=lambda one: (one.startswith("Delete"), one)):
        shape = model.operation_model(operation).input_shape
        members = shape.members if shape is not None else {}
        named = [one for one in members if one.lower() in ids]
        if not named or operation in _FREE:
            continue
        request = {one: minimal(members[one], one, known) for one in (*shape.required_members, *named)}
        method = client.meta.method_to_api_mapping
        call = getattr(client, next(name for name, api in method.items() if api == operation))
        try:
            answer = call(**request)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 403, 404, 409, 501):
                found.append(f"{operation}: {error}")
            continue
        if answer.get("items") != []:
            found.append(operation)
    return found


@pytest.fixture
def known(rest: RestApi, client: Client) -> dict[str, Any]:
    """What another account would have to know: ids of all kinds of things of this one, by the names of members."""
    control = rest.control
    rest.method("/a")
    deployment = rest.deploy()
    plan, key = rest.plan()
    name = f"o{rest.account}.example.com"
    control.create_domain_name(
        domainName=name,
        regionalCertificateArn=f"arn:aws:acm:{REGION}:{rest.account}:certificate/1",
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    control.create_base_path_mapping(domainName=name, basePath="v1", restApiId=rest.id, stage="prod")
    model = control.create_model(
        restApiId=rest.id, name="M", contentType="application/json", schema='{"type": "object"}'
    )
    validator = control.create_request_validator(restApiId=rest.id, name="v")
    return {
        "restapiid": rest.id,
        "resourceid": rest.resource("/a"),
        "parentid": rest.resource("/a"),
        "httpmethod": "GET",
        "statuscode": "200",
        "stagename": "prod",
        "deploymentid": deployment,
        "usageplanid": plan,
        "keyid": key,
        "apikey": key,
        "domainname": name,
        "basepath": "v1",
        "modelname": model["name"],
        "requestvalidatorid": validator["id"],
        "clientcertificateid": control.generate_client_certificate()["clientCertificateId"],
        "vpclinkid": control.create_vpc_link(name="l", targetArns=["arn:aws:x:::y"])["id"],
        "resourcearn": f"arn:aws:apigateway:{REGION}::/restapis/{rest.id}",
        "responsetype": "DEFAULT_4XX",
        "exporttype": "oas30",
        "sdktype": "javascript",
        "startdate": "2026-11-21",
        "enddate": "2026-11-21",
        "patchoperations": [{"op": "replace", "path": "/description", "value": "stolen"}],
        "mode": "overwrite",
        "type": "MOCK",
    }


def test_rest_apis(rest: RestApi, client: Client, known: dict[str, Any]) -> None:
    ids = (
        "restapiid",
        "usageplanid",
        "apikey",
        "domainname",
        "clientcertificateid",
        "vpclinkid",
        "resourcearn",
    )

    def state() -> Any:
        control = rest.control
        return [
            control.get_export(restApiId=rest.id, stageName="prod", exportType="oas30")["body"].read(),
            control.get_resources(restApiId=rest.id, embed=["methods"])["items"],
            control.get_stages(restApiId=rest.id)["item"],
            control.get_usage_plans()["items"],
            control.get_api_keys(includeValues=True)["items"],
            control.get_domain_names()["items"],
            control.get_tags(resourceArn=known["resourcearn"])["tags"],
        ]

    before = state()
    assert reached(client("apigateway", new_account()), known, ids) == []
    assert state() == before
    assert len(reached(client("apigateway"), known, ids)) > 40  # which shows that the requests are good ones


def test_http_apis(rest: RestApi, client: Client, known: dict[str, Any]) -> None:
    control = client("apigatewayv2")
    api = control.create_api(Name="a", ProtocolType="HTTP", Target="http://example.com")["ApiId"]
    integration = control.get_integrations(ApiId=api)["Items"][0]["IntegrationId"]
    mine = {
        "apiid": api,
        "integrationid": integration,
        "integrationtype": "HTTP_PROXY",
        "routeid": control.get_routes(ApiId=api)["Items"][0]["RouteId"],
        "deploymentid": control.create_deployment(ApiId=api)["DeploymentId"],
        "stagename": "$default",
        "stage": "$default",
        "domainname": known["domainname"],
        "vpclinkid": control.create_vpc_link(Name="l", SubnetIds=["subnet-1"])["VpcLinkId"],
        "resourcearn": f"arn:aws:apigateway:{REGION}::/apis/{api}",
        "routekey": "GET /stolen",
        "outputtype": "JSON",
        "specification": "OAS30",
        "protocoltype": "HTTP",
    }
    ids = ("apiid", "domainname", "vpclinkid", "resourcearn")
    before = control.get_api(ApiId=api), control.get_routes(ApiId=api)["Items"]
    assert reached(client("apigatewayv2", new_account()), mine, ids) == []
    after = control.get_api(ApiId=api), control.get_routes(ApiId=api)["Items"]
    for one in (before[0], after[0]):
        one.pop("ResponseMetadata")
    assert before == after
    assert len(reached(control, mine, ids)) > 20

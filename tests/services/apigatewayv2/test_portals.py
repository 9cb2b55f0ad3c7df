"""Developer portals, their products and pages, and who may change them.

Source: API Gateway Version 2 API Reference; Service Authorization Reference (actions and ARNs of portals).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

COLOURS = dict.fromkeys(
    ("AccentColor", "NavigationColor", "HeaderColor", "ErrorValidationColor", "TextColor", "BackgroundColor"),
    "#fff",
)
USERS = {"AppClientId": "a", "UserPoolDomain": "d" * 20, "UserPoolArn": "a" * 20}
CONTENT = {"DisplayName": "Pets", "Theme": {"CustomColors": COLOURS}}


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    """A client of the service."""
    return client("apigatewayv2")


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_portal_lives(api: Any, account: str) -> None:
    product = api.create_portal_product(DisplayName="Pets")
    made = api.create_portal(
        Authorization={"None": {}},
        EndpointConfiguration={"None": {}},
        PortalContent=CONTENT,
        IncludedPortalProductArns=[product["PortalProductArn"]],
        Tags={"a": "b"},
    )
    identifier = made["PortalId"]
    assert made["PortalArn"] == f"arn:aws:apigateway:us-east-1:{account}:/portals/{identifier}"
    assert plain(api.get_portal(PortalId=identifier)) == plain(made)
    with pytest.raises(ClientError, match="is included in the portal"):
        api.delete_portal_product(PortalProductId=product["PortalProductId"])
    assert [one["PortalId"] for one in api.list_portals()["Items"]] == [identifier]
    api.update_portal(PortalId=identifier, IncludedPortalProductArns=[])
    api.delete_portal(PortalId=identifier)
    api.delete_portal_product(PortalProductId=product["PortalProductId"])
    assert api.list_portal_products()["Items"] == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Authorization": {}}, "Authorization must have either"),
        ({"Authorization": {"CognitoConfig": USERS}}, "Invalid user pool ARN"),
        ({"IncludedPortalProductArns": ["arn:x:apigateway:us-east-1:000000000000:/portalproducts/abc"]}, "Invalid portal product ARN"),
        ({"EndpointConfiguration": {}}, "EndpointConfiguration must have either"),
        ({"IncludedPortalProductArns": ["arn:aws:sqs:us-east-1:000000000000:queue"]}, "Invalid portal product ARN"),
        ({"IncludedPortalProductArns": ["arn:aws:apigateway:eu-west-1:000000000000:/portalproducts/abcdefghij"]}, "not in the region"),
        ({"EndpointConfiguration": {"AcmManaged": {"CertificateArn": "arn:aws:acm:x", "DomainName": "no name"}}}, "Invalid domain name"),
    ],
)  # fmt: skip
def test_designs_without_form_are_refused(api: Any, members: dict[str, Any], words: str) -> None:
    given = {"Authorization": {"None": {}}, "EndpointConfiguration": {"None": {}}, "PortalContent": CONTENT}
    with pytest.raises(api.exceptions.BadRequestException, match=words):
        api.create_portal(**{**given, **members})
    portal = api.create_portal(**given)["PortalId"]
    with pytest.raises(api.exceptions.BadRequestException, match=words):
        api.update_portal(PortalId=portal, **members)


def test_a_product_has_pages(api: Any) -> None:
    product = api.create_portal_product(DisplayName="Pets")["PortalProductId"]
    assert api.update_portal_product(PortalProductId=product, Description="d")["Description"] == "d"
    page = api.create_product_page(PortalProductId=product, DisplayContent={"Title": "One", "Body": "text"})
    assert api.list_product_pages(PortalProductId=product)["Items"][0]["PageTitle"] == "One"
    named = {"PortalProductId": product, "ProductPageId": page["ProductPageId"]}
    api.update_product_page(**named, DisplayContent={"Title": "Two", "Body": "text"})
    assert api.get_product_page(**named)["DisplayContent"]["Title"] == "Two"
    method = {"RestApiId": "a", "Stage": "prod", "Method": "GET", "Path": "/pets"}
    endpoint = api.create_product_rest_endpoint_page(
        PortalProductId=product, RestEndpointIdentifier={"IdentifierParts": method}
    )
    url = endpoint["DisplayContent"]["Endpoint"]
    assert url.startswith("http://a.execute-api.us-east-1.")
    assert url.endswith("/prod/pets")
    named = {"PortalProductId": product, "ProductRestEndpointPageId": endpoint["ProductRestEndpointPageId"]}
    after = api.update_product_rest_endpoint_page(
        **named, DisplayContent={"Overrides": {"Body": "b", "OperationName": "Pets"}}, TryItState="DISABLED"
    )
    assert after["DisplayContent"] == {"Endpoint": url, "Body": "b", "OperationName": "Pets"}
    assert after["TryItState"] == "DISABLED"
    (listed,) = api.list_product_rest_endpoint_pages(PortalProductId=product)["Items"]
    assert (listed["Endpoint"], listed["OperationName"]) == (url, "Pets")
    api.delete_product_rest_endpoint_page(**named)
    api.delete_product_page(PortalProductId=product, ProductPageId=page["ProductPageId"])
    assert api.list_product_pages(PortalProductId=product)["Items"] == []


def test_portals_have_actions_of_their_own(client: Callable[..., Any], account: str) -> None:
    root, iam = client("apigatewayv2"), client("iam")
    product = root.create_portal_product(DisplayName="Pets")["PortalProductId"]
    iam.create_user(UserName="editor")
    statement = {
        "Effect": "Allow",
        "Action": ["apigateway:GetPortalProduct", "apigateway:GET"],
        "Resource": f"arn:aws:apigateway:us-east-1:{account}:/portalproducts/{product}",
    }
    iam.put_user_policy(
        UserName="editor",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName="editor")["AccessKey"]
    editor = client("apigatewayv2", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert editor.get_portal_product(PortalProductId=product)["DisplayName"] == "Pets"
    with pytest.raises(ClientError, match="apigateway:DeletePortalProduct on resource"):
        editor.delete_portal_product(PortalProductId=product)
    with pytest.raises(
        ClientError, match=f"apigateway:CreatePortalProduct on resource: .*{account}:/portalproducts"
    ):
        editor.create_portal_product(DisplayName="x")

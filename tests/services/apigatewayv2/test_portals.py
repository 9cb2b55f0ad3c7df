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
    api.publish_portal(PortalId=identifier, Description="first")
    shown = api.get_portal(PortalId=identifier)
    assert (shown["PublishStatus"], shown["LastPublishedDescription"]) == ("PUBLISHED", "first")
    with pytest.raises(ClientError, match="must be disabled"):
        api.delete_portal(PortalId=identifier)
    with pytest.raises(ClientError, match="is included in the portal"):
        api.delete_portal_product(PortalProductId=product["PortalProductId"])
    api.preview_portal(PortalId=identifier)
    assert api.get_portal(PortalId=identifier)["Preview"]["PreviewStatus"] == "READY"
    api.disable_portal(PortalId=identifier)
    assert [one["PublishStatus"] for one in api.list_portals()["Items"]] == ["DISABLED"]
    api.update_portal(PortalId=identifier, IncludedPortalProductArns=[])
    api.delete_portal(PortalId=identifier)
    api.delete_portal_product(PortalProductId=product["PortalProductId"])
    assert api.list_portal_products()["Items"] == []


def test_a_product_has_pages_and_a_policy(api: Any) -> None:
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
    assert endpoint["DisplayContent"] == {"Endpoint": "GET /pets"}
    named = {"PortalProductId": product, "ProductRestEndpointPageId": endpoint["ProductRestEndpointPageId"]}
    after = api.update_product_rest_endpoint_page(
        **named, DisplayContent={"Overrides": {"Body": "b"}}, TryItState="DISABLED"
    )
    assert (after["DisplayContent"], after["TryItState"]) == (
        {"Endpoint": "GET /pets", "Body": "b"},
        "DISABLED",
    )
    assert len(api.list_product_rest_endpoint_pages(PortalProductId=product)["Items"]) == 1
    with pytest.raises(ClientError, match="no sharing policy"):
        api.get_portal_product_sharing_policy(PortalProductId=product)
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "apigateway:GetPortalProduct",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    api.put_portal_product_sharing_policy(PortalProductId=product, PolicyDocument=document)
    assert api.get_portal_product_sharing_policy(PortalProductId=product)["PolicyDocument"] == document
    api.delete_portal_product_sharing_policy(PortalProductId=product)
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

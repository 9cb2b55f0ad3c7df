"""Products that are shared with other accounts, and those that are not (any more).

Source: API Gateway Developer Guide, "Share portal products in API Gateway", "Add a shared portal product to your portal".
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server, new_account
from portals import Design, Visitor
from rest_doors import RestApi


def policy(*accounts: str, action: str | list[str] = "apigateway:*", effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": {"AWS": list(accounts)}, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def other() -> str:
    return new_account()


@pytest.fixture
def owner(client: Callable[..., Any]) -> Design:
    return Design(client("apigatewayv2"))


@pytest.fixture
def theirs(client: Callable[..., Any], other: str) -> Any:
    return client("apigatewayv2", other)


def refused(api: Any, operation: str, **given: Any) -> str:
    with pytest.raises(ClientError) as error:
        api._make_api_call(operation, given)
    answer = error.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert answer["Error"]["Code"] == "AccessDeniedException"
    return str(answer["Error"]["Message"])


def test_a_policy_is_kept(owner: Design, other: str) -> None:
    api, named = owner.api, {"PortalProductId": owner.product}
    with pytest.raises(api.exceptions.NotFoundException, match="no sharing policy"):
        api.get_portal_product_sharing_policy(**named)
    answer = api.put_portal_product_sharing_policy(**named, PolicyDocument=policy(other))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    shown = api.get_portal_product_sharing_policy(**named)
    assert (shown["PortalProductId"], shown["PolicyDocument"]) == (owner.product, policy(other))
    answer = api.delete_portal_product_sharing_policy(**named)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(api.exceptions.NotFoundException):
        api.get_portal_product_sharing_policy(**named)
    with pytest.raises(api.exceptions.NotFoundException):
        api.put_portal_product_sharing_policy(PortalProductId="nothing123", PolicyDocument=policy(other))


@pytest.mark.parametrize(
    "document",
    ["{}", "no policy", '{"Version": "2012-10-17", "Statement": []}',
     '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'],
)  # fmt: skip
def test_what_is_no_policy_is_refused(owner: Design, document: str) -> None:
    with pytest.raises(owner.api.exceptions.BadRequestException, match="Invalid policy document"):
        owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=document)


def test_without_a_policy_nothing_is_seen(owner: Design, theirs: Any, account: str) -> None:
    page = owner.page("Terms", "x")
    named = {"PortalProductId": owner.product, "ResourceOwnerAccountId": account}
    message = refused(theirs, "GetPortalProduct", **named)
    assert f"apigateway:GetPortalProduct on resource: {owner.arn} " in message
    for operation, more in (
        ("ListProductPages", {}),
        ("ListProductRestEndpointPages", {}),
        ("GetProductPage", {"ProductPageId": page}),
    ):
        refused(theirs, operation, **named, **more)
    assert theirs.list_portal_products(ResourceOwner="OTHER_ACCOUNTS")["Items"] == []
    with pytest.raises(theirs.exceptions.NotFoundException):
        theirs.get_portal_product(PortalProductId=owner.product)
    refused(theirs, "GetPortalProduct", PortalProductId="nothing123", ResourceOwnerAccountId=account)


def test_what_is_shared_is_seen_and_not_changed(owner: Design, theirs: Any, other: str, account: str) -> None:
    page, endpoint = owner.page("Terms", "x"), owner.endpoint("a1b2c3d4e5", "GET", "/pets")
    owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=policy(other))
    named = {"PortalProductId": owner.product, "ResourceOwnerAccountId": account}
    shown = theirs.get_portal_product(**named)
    assert (shown["DisplayName"], shown["PortalProductArn"]) == ("Adoption", owner.arn)
    assert "Tags" not in shown
    (listed,) = theirs.list_portal_products(ResourceOwner="OTHER_ACCOUNTS")["Items"]
    assert (listed["PortalProductId"], listed["Description"]) == (owner.product, "All about adopting.")
    assert theirs.list_portal_products()["Items"] == []
    assert theirs.get_product_page(**named, ProductPageId=page)["DisplayContent"]["Body"] == "x"
    assert [one["ProductPageId"] for one in theirs.list_product_pages(**named)["Items"]] == [page]
    assert (
        theirs.get_product_rest_endpoint_page(**named, ProductRestEndpointPageId=endpoint)["Status"]
        == "AVAILABLE"
    )
    assert len(theirs.list_product_rest_endpoint_pages(**named)["Items"]) == 1
    for operation, more in (
        ("UpdatePortalProduct", {"DisplayName": "mine"}),
        ("DeletePortalProduct", {}),
        ("PutPortalProductSharingPolicy", {"PolicyDocument": policy(other)}),
        ("DeleteProductPage", {"ProductPageId": page}),
    ):
        with pytest.raises(theirs.exceptions.NotFoundException):
            theirs._make_api_call(operation, {"PortalProductId": owner.product, **more})
    assert owner.api.get_portal_product(PortalProductId=owner.product)["Tags"] == {}
    with pytest.raises(theirs.exceptions.BadRequestException, match="ResourceOwner"):
        theirs.list_portal_products(ResourceOwner="EVERYBODY")


def test_a_policy_says_which_operations(owner: Design, theirs: Any, other: str, account: str) -> None:
    owner.page("Terms", "x")
    document = policy(other, action="apigateway:GetPortalProduct")
    owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=document)
    named = {"PortalProductId": owner.product, "ResourceOwnerAccountId": account}
    assert theirs.get_portal_product(**named)["PortalProductId"] == owner.product
    refused(theirs, "ListProductPages", **named)


def test_the_other_accounts_own_policies_count(
    owner: Design, client: Callable[..., Any], other: str, account: str
) -> None:
    """The account is let in; its users need their administrator's word as well."""
    owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=policy(other))
    iam = client("iam", other)
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = client("apigatewayv2", other, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    named = {"PortalProductId": owner.product, "ResourceOwnerAccountId": account}
    refused(nobody, "GetPortalProduct", **named)
    own = [
        {
            "Effect": "Allow",
            "Action": ["apigateway:GetPortalProduct", "apigateway:ListPortalProducts"],
            "Resource": "*",
        }
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": own})
    iam.put_user_policy(UserName="nobody", PolicyName="p", PolicyDocument=document)
    assert nobody.get_portal_product(**named)["PortalProductId"] == owner.product
    assert len(nobody.list_portal_products(ResourceOwner="OTHER_ACCOUNTS")["Items"]) == 1


def test_a_shared_product_is_in_another_accounts_portal(
    owner: Design, server: Server, client: Callable[..., Any], account: str, theirs: Any, other: str
) -> None:
    rest = RestApi(server, client, account)
    rest.method("/pets")
    rest.deploy()
    page, endpoint = owner.page("Terms", "of the owner"), owner.endpoint(rest.id, "GET", "/pets")
    mine = Design(theirs, "Theirs")
    both = [mine.arn, owner.arn]
    message = refused(theirs, "UpdatePortal", PortalId=mine.id, IncludedPortalProductArns=both)
    assert f"apigateway:GetPortalProduct on resource: {owner.arn} " in message
    absent = owner.arn.replace(owner.product, "nothing123")
    refused(theirs, "UpdatePortal", PortalId=mine.id, IncludedPortalProductArns=[absent])

    owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=policy(other))
    theirs.update_portal(PortalId=mine.id, IncludedPortalProductArns=both)
    visitor = mine.publish()
    assert "Adoption" in visitor.text()
    assert "of the owner" in visitor.text(owner.below("pages", page))
    assert visitor.post(owner.below("endpoints", endpoint) + "/try", {}).status == 200

    owner.api.delete_portal_product_sharing_policy(PortalProductId=owner.product)
    for operation in ("PublishPortal", "PreviewPortal"):
        message = refused(theirs, operation, PortalId=mine.id)
        assert f"apigateway:GetPortalProduct on resource: {owner.arn} " in message
    assert "of the owner" in Visitor(mine.url).text(owner.below("pages", page))  # it stays as it was
    theirs.update_portal(PortalId=mine.id, IncludedPortalProductArns=[mine.arn])
    mine.publish().text(owner.below("pages", page), status=404)


def test_a_product_that_is_gone_can_not_be_published(owner: Design, theirs: Any, other: str) -> None:
    owner.api.put_portal_product_sharing_policy(PortalProductId=owner.product, PolicyDocument=policy(other))
    mine = Design(theirs, IncludedPortalProductArns=[owner.arn])
    owner.api.update_portal(PortalId=owner.id, IncludedPortalProductArns=[])
    owner.api.delete_portal_product(PortalProductId=owner.product)
    refused(theirs, "PublishPortal", PortalId=mine.id)  # with the product its policy is gone
    assert theirs.list_portal_products(ResourceOwner="OTHER_ACCOUNTS")["Items"] == []

"""Portals under domain names of their own, what they are tagged with, and what policies may ask of them.

Source: API Gateway Developer Guide, "Create a portal" (domain names), "Use an API Gateway portal"; Service Authorization Reference.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doors_http import ask
from harness import Server
from portals import Design, content


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    return client("apigatewayv2")


def managed(name: str) -> dict[str, Any]:
    """An endpoint configuration with that name."""
    arn = "arn:aws:acm:us-east-1:000000000000:certificate/12345678"
    return {"AcmManaged": {"CertificateArn": arn, "DomainName": name}}


def test_a_portal_has_a_name_of_its_own(api: Any, server: Server, account: str) -> None:
    name = f"portal-{account}.example.com"
    url = f"http://{name}:{server.port}"
    design = Design(api, EndpointConfiguration=managed(name.title()))
    shown = design.shown["EndpointConfiguration"]
    assert shown["DomainName"] == name.title()
    assert shown["CertificateArn"].endswith("12345678")
    assert ask(url).status == 404  # not published
    design.publish()
    assert b"Adoption" in ask(url).data
    assert b'href="/products/' in ask(url).data
    assert ask(design.url).status == 404  # as at AWS: one name or the other
    assert ask(f"{server.url}/_portico/portals/{design.id}/").status == 200

    design.api.update_portal(PortalId=design.id, EndpointConfiguration={"None": {}})
    assert ask(url).status == 200  # until it is published again
    design.publish()
    assert ask(design.url).status == 200
    assert ask(url).status == 403  # nobody's
    Design(api, EndpointConfiguration=managed(name))  # and free


def test_a_name_is_one_portals(api: Any, client: Callable[..., Any], account: str) -> None:
    name = f"portal-{account}.example.com"
    design = Design(api, EndpointConfiguration=managed(name))
    for other in (api, client("apigatewayv2", "666677778888")):
        with pytest.raises(other.exceptions.BadRequestException, match="already exists"):
            Design(other, EndpointConfiguration=managed(name))
    with pytest.raises(ClientError, match="already exists"):
        api.create_domain_name(
            DomainName=name, DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:x"}]
        )
    api.create_domain_name(
        DomainName=f"api-{name}", DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:x"}]
    )
    with pytest.raises(api.exceptions.BadRequestException, match="already exists"):
        api.update_portal(PortalId=design.id, EndpointConfiguration=managed(f"api-{name}"))
    api.update_portal(PortalId=design.id, EndpointConfiguration=managed(name))  # its own
    api.delete_portal(PortalId=design.id)
    Design(api, EndpointConfiguration=managed(name))


def test_a_disabled_portal_keeps_its_name_and_a_renamed_one_gives_it_up(
    api: Any, server: Server, account: str
) -> None:
    first, second = (f"{word}-{account}.example.com" for word in ("first", "second"))
    design = Design(api, EndpointConfiguration=managed(first))
    design.publish()
    api.update_portal(PortalId=design.id, EndpointConfiguration=managed(second))
    assert ask(f"http://{first}:{server.port}").status == 200
    assert ask(f"http://{second}:{server.port}").status == 404
    api.disable_portal(PortalId=design.id)
    assert ask(f"http://{first}:{server.port}").status == 403
    assert ask(f"http://{second}:{server.port}").status == 404
    design.publish()
    assert ask(f"http://{second}:{server.port}").status == 200


def test_portals_and_products_have_tags(api: Any) -> None:
    design = Design(api, Tags={"team": "pets"})
    for arn, before in ((design.shown["PortalArn"], {"team": "pets"}), (design.arn, {})):
        assert api.get_tags(ResourceArn=arn)["Tags"] == before
        api.tag_resource(ResourceArn=arn, Tags={"more": "x"})
        api.untag_resource(ResourceArn=arn, TagKeys=["team"])
        assert api.get_tags(ResourceArn=arn)["Tags"] == {"more": "x"}
    assert design.shown["Tags"] == {"more": "x"}
    (listed,) = api.list_portal_products()["Items"]
    assert listed["Tags"] == {"more": "x"}


@pytest.mark.parametrize(
    ("condition", "refused", "allowed"),
    [
        ({"apigateway:Request/PortalDisplayName": "Cats"}, "Dogs", "Cats"),
        ({"apigateway:Resource/PortalPublishStatus": "DISABLED", "apigateway:Request/PortalDisplayName": "Cats"}, "Dogs", "Cats"),
        ({"apigateway:Resource/PortalDisplayName": "Pets", "apigateway:Request/PortalDisplayName": "Cats"}, "Dogs", "Cats"),
        ({"aws:ResourceTag/team": "pets", "apigateway:Request/PortalDisplayName": "Cats"}, "Dogs", "Cats"),
    ],
)  # fmt: skip
def test_policies_may_ask_for_more(
    client: Callable[..., Any], account: str, condition: dict[str, str], refused: str, allowed: str
) -> None:
    design = Design(client("apigatewayv2"), Tags={"team": "pets"})
    iam = client("iam")
    iam.create_user(UserName="editor")
    statement = {
        "Effect": "Allow", "Action": "apigateway:UpdatePortal", "Resource": "*", "Condition": {"StringEquals": condition}
    }  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="editor", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="editor")["AccessKey"]
    editor = client("apigatewayv2", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    with pytest.raises(ClientError, match="apigateway:UpdatePortal"):
        editor.update_portal(PortalId=design.id, PortalContent=content(refused))
    assert editor.update_portal(PortalId=design.id, PortalContent=content(allowed))["PortalId"] == design.id

"""Sites of developer portals: put up, looked at, previewed, taken down; what their pages say and what they can't be made to do.

Source: API Gateway Developer Guide, "Publish a portal", "Preview a portal", "Disable a portal", "Portal products", "Try it".
"""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doors_http import ask
from harness import Server, running
from portals import Design, Visitor, content
from rest_doors import RestApi


class Elements(HTMLParser):
    """What a browser takes for elements and attributes in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.fixture
def design(client: Callable[..., Any]) -> Design:
    return Design(client("apigatewayv2"))


@pytest.fixture
def rest(server: Server, client: Callable[..., Any], account: str) -> RestApi:
    return RestApi(server, client, account)


def test_a_portal_is_published_and_disabled(design: Design) -> None:
    before = design.shown
    assert before["PublishStatus"] == "DISABLED"
    assert "LastPublished" not in before
    url = f"http://{before['EndpointConfiguration']['PortalDefaultDomainName']}"
    assert f"p-{design.id}.apigw-portal.us-east-1." in url
    assert ask(url).status == 404

    answer = design.api.publish_portal(PortalId=design.id, Description="the first")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    shown = design.shown
    assert (shown["PublishStatus"], shown["LastPublishedDescription"]) == ("PUBLISHED", "the first")
    assert shown["LastPublished"] >= before["LastModified"]
    home = Visitor(url).text()
    assert "<title>Products - Pets</title>" in home
    assert "Everything about pets." in home
    assert "Adoption" in home
    assert "All about adopting." in home
    with pytest.raises(ClientError, match=r"BadRequestException.*Disable it"):
        design.api.delete_portal(PortalId=design.id)

    answer = design.api.disable_portal(PortalId=design.id)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert design.shown["PublishStatus"] == "DISABLED"
    assert ask(url).status == 404
    design.publish()
    assert ask(url).status == 200
    design.api.disable_portal(PortalId=design.id)
    design.api.delete_portal(PortalId=design.id)
    assert ask(url).status == 404
    with pytest.raises(design.api.exceptions.NotFoundException):
        design.api.publish_portal(PortalId=design.id)


def test_it_is_below_a_path_too(design: Design, server: Server) -> None:
    design.publish()
    page = design.page("Terms", "Be kind.")
    design.publish()
    visitor = Visitor(f"{server.url}/_portico/portals/{design.id}")
    assert f'href="/_portico/portals/{design.id}/products/{design.product}"' in visitor.text()
    assert "Be kind." in visitor.text(design.below("pages", page))
    assert ask(f"{server.url}/_portico/portals/{design.id}").status == 200
    assert ask(f"{server.url}/_portico/portals/nobody1234/").status == 404


def test_what_is_published_is_a_copy(design: Design) -> None:
    page = design.page("Terms", "the old terms")
    visitor = design.publish()
    design.api.update_product_page(
        PortalProductId=design.product, ProductPageId=page, DisplayContent={"Title": "Terms", "Body": "unpublished"}
    )  # fmt: skip
    design.api.update_portal(PortalId=design.id, PortalContent=content("Renamed"))
    draft = design.page("Draft", "a draft")
    assert "the old terms" in visitor.text(design.below("pages", page))
    visitor.text(design.below("pages", draft), status=404)
    assert "Renamed" not in visitor.text()
    design.api.delete_product_page(PortalProductId=design.product, ProductPageId=page)
    assert "the old terms" in visitor.text(design.below("pages", page))
    design.publish()
    visitor.text(design.below("pages", page), status=404)
    assert "a draft" in visitor.text(design.below("pages", draft))
    assert "Renamed" in visitor.text()


def test_a_display_order_is_kept_and_drafts_are_not_shown(design: Design) -> None:
    pages = {name: design.page(name, f"text of {name}") for name in ("One", "Two", "Welcome", "Draft")}
    gets = [design.endpoint("a1b2c3d4e5", "GET", path) for path in ("/b", "/a", "/hidden")]
    arn, endpoints = f"{design.arn}/productpages/", f"{design.arn}/productrestendpointpages/"
    design.api.update_portal_product(
        PortalProductId=design.product,
        DisplayOrder={
            "OverviewPageArn": arn + pages["Welcome"],
            "ProductPageArns": [arn + pages["Two"], arn + pages["One"]],
            "Contents": [
                {"SectionName": "Animals", "ProductRestEndpointPageArns": [endpoints + one for one in gets[:2]]}
            ],
        },
    )  # fmt: skip
    visitor = design.publish()
    shown = visitor.text(f"/products/{design.product}")
    assert "text of Welcome" in shown
    order = re.findall(r">(Two|One|Draft|Animals|GET /\w+)</", shown)
    assert order == ["Two", "One", "Animals", "GET /b", "GET /a"]
    visitor.text(design.below("pages", pages["Draft"]), status=404)
    visitor.text(design.below("endpoints", gets[2]), status=404)


def test_a_preview_is_for_who_knows_its_address(design: Design, server: Server) -> None:
    page = design.page("Terms", "not yet public")
    answer = design.api.preview_portal(PortalId=design.id)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    preview = design.shown["Preview"]
    assert preview["PreviewStatus"] == "PREVIEW_READY"
    first = Visitor(preview["PreviewUrl"].rstrip("/"))
    assert "not yet public" in first.text(design.below("pages", page))
    assert ask(design.url).status == 404  # what is previewed is not published
    for wrong in ("x" * 43, preview["PreviewUrl"].split("/")[-2][:-1], ""):
        assert ask(f"{design.url}/preview/{wrong}/").status == 404
    design.api.preview_portal(PortalId=design.id)
    assert ask(preview["PreviewUrl"]).status == 404  # there is one at a time
    other = Design(design.api)
    token = design.shown["Preview"]["PreviewUrl"].split("/")[-2]
    assert ask(f"{other.url}/preview/{token}/").status == 404


def test_a_preview_ends(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        design = Design(server.client("apigatewayv2"))
        design.api.preview_portal(PortalId=design.id)
        url = design.shown["Preview"]["PreviewUrl"]
        assert ask(url).status == 200
        server.advance("61m")
        assert ask(url).status == 404
        assert "Preview" not in design.shown


def test_who_may_publish_and_preview(client: Callable[..., Any], account: str, design: Design) -> None:
    iam = client("iam")
    iam.create_user(UserName="reader")
    statement = {"Effect": "Allow", "Action": ["apigateway:GetPortal", "apigateway:POST"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = client("apigatewayv2", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert reader.get_portal(PortalId=design.id)["PortalId"] == design.id
    for name in ("PublishPortal", "PreviewPortal", "DisablePortal"):
        arn = f"arn:aws:apigateway:us-east-1:{account}:/portals/{design.id}"
        with pytest.raises(ClientError, match=f"apigateway:{name} on resource: {arn} "):
            reader._make_api_call(name, {"PortalId": design.id})


def test_a_portal_looks_as_it_is_designed(design: Design) -> None:
    logo = "https://logo.example/a.png"
    shown = design.api.update_portal(PortalId=design.id, LogoUri=logo)
    assert shown["PortalContent"]["Theme"]["LogoLastUploaded"] == shown["LastModified"]
    assert "LogoUri" not in design.shown
    home = design.publish().text()
    assert f'<img alt="" src="{logo}">' in home
    for name, colour in content()["Theme"]["CustomColors"].items():
        assert f"--{name}: {colour};" in home
    assert "--on-HeaderColor: #fff;" in home
    design.api.update_portal(PortalId=design.id, LogoUri="")
    assert "<img" not in design.publish().text()


def test_nothing_that_is_written_becomes_a_script(design: Design) -> None:
    evil = "<script>alert(1)</script>"
    colours = dict.fromkeys(content()["Theme"]["CustomColors"], "}</style><b>")
    design.api.update_portal(
        PortalId=design.id,
        LogoUri='https://logo.example/a.png" onerror="alert(1)',
        PortalContent={
            "DisplayName": evil, "Description": evil, "Theme": {"CustomColors": colours}
        },
    )  # fmt: skip
    design.api.update_portal_product(PortalProductId=design.product, DisplayName=evil, Description=evil)
    body = (
        f"{evil}\n\n# Title\n\n[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) ![d](javascript:1)\n\n"
        '<img src=x onerror=alert(1)>\n\n[ok](https://example.com "x\\" onclick=\\"y")\n\n```"><script>\nx\n```\n'
    )
    page = design.page(evil, body)
    endpoint = design.endpoint(
        "a1b2c3d4e5", "GET", f"/{evil}", DisplayContent={"Overrides": {"OperationName": evil, "Body": body, "Endpoint": evil}}
    )  # fmt: skip
    visitor = design.publish()
    for path in ("/", f"/products/{design.product}", design.below("pages", page), design.below("endpoints", endpoint), "/no"):  # fmt: skip
        answer = visitor.get(path)
        text = answer.data.decode()
        assert "&lt;script&gt;" in text
        elements = Elements(text)
        assert "script" not in elements.names
        assert not [name for name, _ in elements.attributes if name.startswith("on")]
        links = {value for name, value in elements.attributes if name in ("href", "src", "action")} - {
            "data:,"
        }
        assert not [value for value in links if not value.startswith(("/", "https://"))]
        assert "}</style><b>" not in text
        policy = answer.headers["content-security-policy"]
        nonce = re.search(r"style-src 'nonce-([\w-]+)'", policy)
        assert nonce
        assert f'<style nonce="{nonce[1]}">' in text
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
    assert "<h1>Title</h1>" in visitor.text(design.below("pages", page))


def test_a_page_about_a_method_tells_what_the_api_says(design: Design, rest: RestApi) -> None:
    rest.method(
        "/pets/{id}",
        requestParameters={"method.request.path.id": True, "method.request.querystring.size": False},
    )
    for location, said in (
        ({"type": "METHOD", "path": "/pets/{id}", "method": "GET"}, "Shows a *pet*."),
        ({"type": "QUERY_PARAMETER", "path": "/pets/{id}", "method": "GET", "name": "size"}, "How large."),
        ({"type": "METHOD", "path": "/other", "method": "GET"}, "something else"),
    ):
        rest.control.create_documentation_part(
            restApiId=rest.id, location=location, properties=json.dumps({"description": said})
        )
    rest.deploy()
    page = design.endpoint(rest.id, "GET", "/pets/{id}")
    shown = design.publish().text(design.below("endpoints", page))
    assert "<h1>GET /pets/{id}</h1>" in shown
    assert f"{rest.id}.execute-api.us-east-1.localhost" in shown
    assert "<td>GET</td><td>/pets/{id}</td><td>prod</td>" in shown
    assert "Shows a <em>pet</em>." in shown
    assert "<td>size</td><td>query</td><td>no</td><td>How large.</td>" in shown
    assert "<td>id</td><td>path</td><td>yes</td>" in shown
    assert "something else" not in shown
    assert "Response 200" in shown


def test_apis_of_others_are_not_read(design: Design, client: Callable[..., Any], server: Server) -> None:
    theirs = RestApi(server, lambda service, *_, **__: client(service, "555566667777"), "555566667777")
    theirs.method("/secret")
    theirs.control.create_documentation_part(
        restApiId=theirs.id,
        location={"type": "METHOD", "path": "/secret", "method": "GET"},
        properties=json.dumps({"description": "theirs alone"}),
    )
    theirs.deploy()
    page = design.endpoint(theirs.id, "GET", "/secret")
    visitor = design.publish()
    shown = visitor.text(design.below("endpoints", page))
    assert "theirs alone" not in shown
    assert "Try it" not in shown
    assert visitor.post(design.below("endpoints", page) + "/try", {}).status == 404


def test_a_site_survives_a_kill(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        design = Design(server.client("apigatewayv2"))
        page = design.page("Terms", "Be kind.")
        design.publish()
        server.kill()
    with running(tmp_path / "data") as server:
        again = server.client("apigatewayv2").get_portal(PortalId=design.id)
        assert again["PublishStatus"] == "PUBLISHED"
        url = f"http://{again['EndpointConfiguration']['PortalDefaultDomainName']}"
        assert "Be kind." in Visitor(url).text(design.below("pages", page))

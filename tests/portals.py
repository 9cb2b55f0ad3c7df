"""What tests of developer portals share: a designed portal with a product and its pages, and a visitor of few words."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin

import urllib3

from doors_http import ask

COLOURS = {
    "AccentColor": "#1f5fbf", "NavigationColor": "#eeeeee", "HeaderColor": "#102030", "ErrorValidationColor": "#b00020",
    "TextColor": "#111111", "BackgroundColor": "#fefefe",
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def content(name: str = "Pets", **more: Any) -> dict[str, Any]:
    """What a portal says of itself."""
    return {"DisplayName": name, "Theme": {"CustomColors": COLOURS}, **more}


class Design:
    """A portal (`id`) of a client's account, with one product (`product`, `arn`); both empty."""

    def __init__(self, api: Any, name: str = "Pets", **settings: Any) -> None:
        self.api = api
        made = api.create_portal_product(DisplayName="Adoption", Description="All about adopting.")
        self.product, self.arn = made["PortalProductId"], made["PortalProductArn"]
        given = {
            "Authorization": {"None": {}},
            "EndpointConfiguration": {"None": {}},
            "PortalContent": content(name, Description="Everything about pets."),
            "IncludedPortalProductArns": [self.arn],
            **settings,
        }
        self.id: str = api.create_portal(**given)["PortalId"]

    @property
    def shown(self) -> dict[str, Any]:
        """The portal, as the service shows it."""
        found: dict[str, Any] = self.api.get_portal(PortalId=self.id)
        return found

    @property
    def url(self) -> str:
        """Where its site is."""
        return f"http://{self.shown['EndpointConfiguration']['PortalDefaultDomainName']}"

    def page(self, title: str, body: str) -> str:
        """A page in Markdown; its id."""
        made = self.api.create_product_page(
            PortalProductId=self.product, DisplayContent={"Title": title, "Body": body}
        )
        return str(made["ProductPageId"])

    def endpoint(self, rest_api: str, method: str, path: str, *, stage: str = "prod", **more: Any) -> str:
        """A page about a method; its id."""
        parts = {"RestApiId": rest_api, "Stage": stage, "Method": method, "Path": path}
        made = self.api.create_product_rest_endpoint_page(
            PortalProductId=self.product, RestEndpointIdentifier={"IdentifierParts": parts}, **more
        )
        return str(made["ProductRestEndpointPageId"])

    def publish(self, **more: Any) -> "Visitor":
        """Put the site up; somebody who is there now."""
        self.api.publish_portal(PortalId=self.id, **more)
        return Visitor(self.url)

    def below(self, kind: str, page: str) -> str:
        """The path of a page."""
        return f"/products/{self.product}/{kind}/{page}"


class Visitor:
    """Looks at pages, and keeps the cookies of each host."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, dict[str, str]] = {}

    def get(self, path: str = "/", **headers: str) -> urllib3.BaseHTTPResponse:
        """A page's answer."""
        return self._ask(self._whole(path), "GET", b"", headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> urllib3.BaseHTTPResponse:
        """What comes of a form."""
        body = urlencode(fields).encode()
        return self._ask(self._whole(path), "POST", body, {"content_type": FORM, **headers})

    def text(self, path: str = "/", status: int = 200) -> str:
        """A page as HTML, which has to be there."""
        answer = self.get(path)
        assert answer.status == status, answer.data
        return answer.data.decode()

    def submit(self, answer: urllib3.BaseHTTPResponse, at: str, **fields: str) -> urllib3.BaseHTTPResponse:
        """Fill in the form of the page at that address, and send it."""
        page = answer.data.decode()
        action = re.search(r'<form method="post" action="([^"]*)"', page)
        assert action, page
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
        form = {name: unescape(value) for name, value in hidden.items()} | fields
        return self.post(urljoin(at, unescape(action[1])), form)

    def _whole(self, path: str) -> str:
        return path if "://" in path else self.url.rstrip("/") + path

    def _ask(
        self, url: str, method: str, body: bytes, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        kept = self.cookies.setdefault(url.split("/")[2], {})
        cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
        answer = ask(url, method, body=body, **{"cookie": cookie, **headers})
        for line in answer.headers.getlist("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            kept[name] = value
        return answer

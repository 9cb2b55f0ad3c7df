"""Trying methods from a portal's pages: the call is that of any client, with what the visitor has typed, and with nobody's credentials.

Source: API Gateway Developer Guide, "Enable try it for an API Gateway product REST endpoint in your portal".
"""

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from doors_http import ask
from harness import Server
from portals import Design, Visitor
from rest_doors import ECHO, RestApi
from rest_integrations import site


@pytest.fixture
def design(client: Callable[..., Any]) -> Design:
    return Design(client("apigatewayv2"))


@pytest.fixture
def rest(server: Server, client: Callable[..., Any], account: str) -> RestApi:
    return RestApi(server, client, account)


def answered(page: bytes) -> tuple[int, str]:
    """The status and the body of the API's answer on a page."""
    text = page.decode()
    status = re.search(r"<h2>Answer (\d+)</h2>", text)
    assert status, text
    return int(status[1]), html.unescape(re.findall(r"<pre>(.*?)</pre>", text, re.S)[-1])


def test_a_method_is_called_with_what_is_typed(
    design: Design, rest: RestApi, deploy: Callable[..., str]
) -> None:
    rest.method("/pets/{id}", "POST", function=deploy(ECHO))
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "POST", "/pets/{id}"))
    visitor = design.publish()
    form = visitor.get(page, cookie="session=mine", authorization="Bearer mine")
    assert 'name="path.id"' in form.data.decode()
    typed = {"path.id": "a b/c", "query": "x=1&y=é", "headers": "X-One: two\nx-three: 4", "body": "some text"}
    answer = visitor.post(f"{page}/try", typed, cookie="session=mine", authorization="Bearer mine")
    assert answer.status == 200
    status, body = answered(answer.data)
    event = json.loads(body)
    assert status == 200
    assert event["httpMethod"] == "POST"
    assert event["pathParameters"] == {"id": "a%20b%2Fc"}
    assert event["queryStringParameters"] == {"x": "1", "y": "é"}
    assert event["body"] == "some text"
    headers = {name.lower(): value for name, value in event["headers"].items()}
    assert (headers["x-one"], headers["x-three"]) == ("two", "4")
    assert event["requestContext"]["stage"] == "prod"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert "mine" not in body  # what the browser has with the portal's page is none of the API's business
    assert 'value="a b/c"' in answer.data.decode()


def test_an_answer_is_shown_as_text(design: Design, rest: RestApi) -> None:
    rest.method("/x", answer="<script>alert(1)</script>")
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "GET", "/x"))
    answer = design.publish().post(f"{page}/try", {})
    assert answered(answer.data) == (200, "<script>alert(1)</script>")
    assert b"<script" not in answer.data


def test_nobodys_credentials_are_borrowed(
    design: Design, rest: RestApi, client: Callable[..., Any], account: str
) -> None:
    """A method for signed callers refuses the visitor, whoever has published the portal."""
    rest.method("/iam", authorizationType="AWS_IAM")
    rest.method("/key", apiKeyRequired=True)
    rest.deploy()
    pages = {
        path: design.below("endpoints", design.endpoint(rest.id, "GET", path)) for path in ("/iam", "/key")
    }
    visitor = design.publish()
    for page in pages.values():
        status, body = answered(visitor.post(f"{page}/try", {}).data)
        assert status == 403
        assert "message" in json.loads(body)
    url = re.findall(r"<code>(http[^<]*)</code>", visitor.text(pages["/iam"]))[0]
    request = AWSRequest("GET", url, headers={"host": urlsplit(url).netloc})
    SigV4Auth(Credentials(account, "test"), "execute-api", "us-east-1").add_auth(request)
    lines = "\n".join(f"{name}: {value}" for name, value in request.headers.items() if name != "host")
    status, body = answered(visitor.post(f"{pages['/iam']}/try", {"headers": lines}).data)
    assert status == 200, body  # who has credentials of their own may use them


@pytest.mark.parametrize(
    "typed",
    [
        {"path.id": ".."}, {"path.id": ""}, {"path.id": "x", "headers": "Host: elsewhere"}, {"path.id": "x", "headers": "no name: x"},
        {"path.id": "x", "headers": "Transfer-Encoding: chunked"}, {"path.id": "x", "headers": "a: \x01"},
    ],
)  # fmt: skip
def test_what_can_not_be_sent_is_told(design: Design, rest: RestApi, typed: dict[str, str]) -> None:
    rest.method("/pets/{id}")
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "GET", "/pets/{id}"))
    answer = design.publish().post(f"{page}/try", typed)
    assert answer.status == 400
    assert b'<p class="error">' in answer.data
    assert b"Answer" not in answer.data


def test_a_method_of_any_verb(design: Design, rest: RestApi) -> None:
    rest.method("/x", "ANY")
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "ANY", "/x"))
    visitor = design.publish()
    for method in ("GET", "DELETE"):
        status, body = answered(visitor.post(f"{page}/try", {"method": method}).data)
        assert (status, json.loads(body)["method"]) == (200, method)
    assert visitor.post(f"{page}/try", {"method": "CONNECT"}).status == 400


def test_it_is_tried_three_times_a_second(design: Design, rest: RestApi) -> None:
    rest.method("/x")
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "GET", "/x"))
    visitor = design.publish()
    assert 429 in {visitor.post(f"{page}/try", {}).status for _ in range(12)}


def test_where_it_can_not_be_tried(design: Design, rest: RestApi, client: Callable[..., Any]) -> None:
    rest.method("/x")
    rest.deploy()
    control = client("apigateway")
    private = control.create_rest_api(name="private", endpointConfiguration={"types": ["PRIVATE"]})
    at = {"restApiId": private["id"], "resourceId": private["rootResourceId"], "httpMethod": "GET"}
    control.put_method(**at, authorizationType="NONE")
    control.put_integration(**at, type="MOCK")
    rule = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
    control.update_rest_api(
        restApiId=private["id"], patchOperations=[{"op": "replace", "path": "/policy", "value": document}]
    )
    control.create_deployment(restApiId=private["id"], stageName="prod")
    pages = [
        design.endpoint(rest.id, "GET", "/x", TryItState="DISABLED"),
        design.endpoint(private["id"], "GET", "/"),
        design.endpoint(rest.id, "GET", "/absent"),
        design.endpoint(rest.id, "GET", "/x", stage="absent"),
    ]
    tryable = design.below("endpoints", design.endpoint(rest.id, "GET", "/x"))
    visitor = design.publish()
    for page in pages:
        path = design.below("endpoints", page)
        assert "Try it" not in visitor.text(path)
        assert visitor.post(f"{path}/try", {}).status == 404
    assert visitor.post(f"{tryable}/try", {}).status == 200
    assert visitor.get(f"{tryable}/try").status == 405
    design.api.preview_portal(PortalId=design.id)
    preview = Visitor(design.shown["Preview"]["PreviewUrl"].rstrip("/"))
    assert "Try it" not in preview.text(tryable)
    assert preview.post(f"{tryable}/try", {}).status == 404


def test_forms_of_other_sites_are_not_taken(design: Design, rest: RestApi) -> None:
    rest.method("/x")
    rest.deploy()
    page = design.below("endpoints", design.endpoint(rest.id, "GET", "/x"))
    visitor = design.publish()
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}):
        answer = visitor.post(f"{page}/try", {}, **headers)
        assert answer.status == 403
        assert b"Answer" not in answer.data
    own = design.url
    assert visitor.post(f"{page}/try", {}, origin=own, sec_fetch_site="same-origin").status == 200
    assert ask(f"{own}{page}/try", "OPTIONS", origin="https://evil.example").status == 405


@pytest.mark.parametrize(("size", "shown"), [(900_000, True), (6 * 1024 * 1024 + 1, False)])
def test_a_stream_is_shown_when_it_is_whole(design: Design, rest: RestApi, size: int, shown: bool) -> None:
    with site() as backend:
        backend.answers["/stream"] = (200, [("Content-Type", "text/plain")], b"x" * size)
        at = {"restApiId": rest.id, "resourceId": rest.resource("/stream"), "httpMethod": "GET"}
        rest.control.put_method(**at, authorizationType="NONE")
        rest.control.put_integration(
            **at, type="HTTP_PROXY", integrationHttpMethod="GET", uri=f"{backend.url}/stream", responseTransferMode="STREAM"
        )  # fmt: skip
        rest.deploy()
        page = design.below("endpoints", design.endpoint(rest.id, "GET", "/stream"))
        answer = design.publish().post(f"{page}/try", {})
    assert answer.status == 200
    if shown:
        assert answered(answer.data) == (200, "x" * size)
    else:
        assert b"more than 6 MB" in answer.data
        assert len(answer.data) < 100_000

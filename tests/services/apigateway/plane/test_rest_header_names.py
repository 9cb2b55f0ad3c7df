"""How the names of headers are spelled: as they were sent, or by edge-optimised APIs with capitals.

Source: API Gateway Developer Guide, "API endpoint types for REST APIs in API Gateway".
"""

from collections.abc import Callable
from typing import Any

import pytest

from rest_doors import ECHO, RestApi
from rest_integrations import Integrated, site

SENT = {
    "x-custom": "a",
    "X-MIXED-case": "b",
    "content-type": "text/plain",
    "user-AGENT": "me",
    "x-forwarded-FOR": "1.1.1.1",
    "X-AMZN-trace-id": "no root",
}


def regional(rest: RestApi) -> None:
    """Have the API's endpoint be regional, from the next deployment on."""
    rest.update("update_rest_api", {"/endpointConfiguration/types/EDGE": "REGIONAL"})


def test_a_function_sees_what_was_sent(rest: RestApi, deploy: Callable[..., str]) -> None:
    rest.method("/echo", "POST", function=deploy(ECHO))
    regional(rest)
    rest.deploy()
    event = rest.ask("/echo", "POST", SENT, "text").json
    headers = event["headers"]
    own = {name: value for name, value in SENT.items() if not name.lower().startswith(("x-f", "x-amzn"))}
    assert own.items() <= headers.items()
    assert headers["X-Forwarded-For"] == "1.1.1.1, 127.0.0.1"
    assert headers["X-Amzn-Trace-Id"].startswith("Root=1-")
    assert len({name.lower() for name in headers}) == len(headers)
    assert event["multiValueHeaders"] == {name: [value] for name, value in headers.items()}


def test_a_name_in_several_spellings(rest: RestApi, deploy: Callable[..., str]) -> None:
    rest.method("/echo", function=deploy(ECHO))
    regional(rest)
    rest.deploy()
    headers = rest.ask("/echo", headers={"x-a": "1", "X-A": "2", "X-HTTP-method-override": "GET"}).json
    assert headers["multiValueHeaders"].items() >= {"x-a": ["1"], "X-A": ["2"]}.items()
    assert not any(name.lower() == "x-http-method-override" for name in headers["headers"])


def test_an_edge_optimised_api_writes_capitals(rest: RestApi, deploy: Callable[..., str]) -> None:
    rest.method("/echo", "POST", function=deploy(ECHO))
    rest.deploy()
    headers = rest.ask("/echo", "POST", SENT, "text").json["headers"]
    assert (headers["X-Custom"], headers["X-Mixed-Case"], headers["User-Agent"]) == ("a", "b", "me")
    assert headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION"])
def test_a_signature_stays_here(
    rest: RestApi, deploy: Callable[..., str], client: Callable[..., Any], account: str, name: str
) -> None:
    rest.method("/echo", function=deploy(ECHO), authorizationType="AWS_IAM")
    regional(rest)
    rest.deploy()
    iam = client("iam")
    iam.create_user(UserName="u")
    iam.attach_user_policy(UserName="u", PolicyArn="arn:aws:iam::aws:policy/AmazonAPIGatewayInvokeFullAccess")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    signed = rest.signed("/echo", (key["AccessKeyId"], key["SecretAccessKey"]))
    spelled = {name if key == "Authorization" else key: value for key, value in signed.items()}
    event = rest.ask("/echo", headers=spelled).json
    assert event["requestContext"]["identity"]["accountId"] == account
    assert not any(one.lower() == "authorization" for one in event["headers"])


def test_a_backend_sees_what_was_sent(rest: RestApi) -> None:
    with site() as backend:
        Integrated(rest).put("/x", "HTTP_PROXY", "GET", integrationHttpMethod="GET", uri=f"{backend.url}/x")
        regional(rest)
        rest.deploy()
        names = [name for name, _ in rest.ask("/x", headers=SENT).json["headers"]]
    assert {"x-custom", "X-MIXED-case", "user-AGENT"} <= set(names)

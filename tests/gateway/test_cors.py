import pytest

from portico.gateway.asgi import application
from portico.gateway.body import Body
from portico.gateway.cors import Origins
from portico.gateway.guard import Guard
from portico.gateway.hosts import Hosts
from portico.wire.errors import AwsError
from portico.wire.http import Head, Peer, Reply

APP = "https://app.example.com"


def head(method: str = "POST", **headers: str) -> Head:
    given = {"host": "localhost:4566"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Head(method, "/", "", tuple(given.items()))


def passes(origins: Origins, request: Head) -> bool:
    try:
        origins.check(request)
    except AwsError as refused:
        return (refused.code, refused.status) != ("AccessDeniedException", 403)
    return True


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        ({}, True),
        ({"origin": APP}, True),
        ({"origin": APP.upper()}, True),
        ({"origin": APP, "sec_fetch_site": "cross-site"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://app.example.com.evil.example"}, False),
        ({"origin": "http://app.example.com"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://localhost:4566", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "http://localhost:3000", "sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "Cross-Site"}, False),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
    ],
)
def test_which_pages_may_call(headers, passed):
    assert passes(Origins([APP]), head(**headers)) is passed


def test_any_origin_where_that_is_what_was_asked_for():
    assert passes(Origins(["*"]), head(origin="https://evil.example"))
    assert passes(Origins(["*"]), head(sec_fetch_site="cross-site"))


def test_a_preflight_names_what_an_aws_sdk_sends():
    reply = Origins([APP]).preflight(
        head(
            "OPTIONS",
            origin=APP,
            access_control_request_method="POST",
            access_control_request_headers="authorization,x-amz-date, X-Amz-Security-Token,amz-sdk-request,x-evil",
        )
    )
    assert reply is not None
    headers = dict(reply.headers)
    assert reply.status == 204
    assert headers["Access-Control-Allow-Origin"] == APP
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert headers["Access-Control-Allow-Headers"] == (
        "authorization, x-amz-date, x-amz-security-token, amz-sdk-request"
    )
    assert "PUT" in headers["Access-Control-Allow-Methods"]
    assert headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Private-Network" not in headers


def test_a_preflight_for_a_private_network_and_one_that_is_refused():
    asked = {"access_control_request_method": "POST", "access_control_request_private_network": "true"}
    reply = Origins([APP]).preflight(head("OPTIONS", origin=APP, **asked))
    assert reply is not None
    assert dict(reply.headers)["Access-Control-Allow-Private-Network"] == "true"
    with pytest.raises(AwsError):
        Origins([APP]).preflight(head("OPTIONS", origin="https://evil.example", **asked))


def test_other_requests_are_no_preflight():
    assert Origins([APP]).preflight(head("OPTIONS", origin=APP)) is None
    assert Origins([APP]).preflight(head("POST", access_control_request_method="POST")) is None


def test_what_an_allowed_page_may_read():
    told = dict(Origins([APP]).tell(head(origin=APP), Reply(200, (("a", "b"),), b"")).headers)
    assert told["a"] == "b"
    assert told["Access-Control-Allow-Origin"] == APP
    assert {"x-amzn-requestid", "x-amz-function-error", "x-amz-log-result"} <= set(
        told["Access-Control-Expose-Headers"].split(", ")
    )


@pytest.mark.parametrize(
    ("allowed", "origin", "headers"),
    [
        ([], APP, {}),
        ([APP], None, {"Vary": "Origin"}),
        ([APP], "http://localhost:4566", {"Vary": "Origin"}),
    ],
)
def test_others_are_told_nothing(allowed, origin, headers):
    request = head(origin=origin) if origin else head()
    assert dict(Origins(allowed).tell(request, Reply(200, (), b"")).headers) == headers


def test_credentials_never_with_any():
    told = dict(Origins(["*"]).tell(head(origin="https://evil.example"), Reply(200, (), b"")).headers)
    assert told["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in told


class Browser:
    """Sends requests through the ASGI face of a guarded handler."""

    def __init__(self, *origins: str) -> None:
        self.called = 0
        self._app = application(Guard(self._handle, Hosts(), Origins(origins)))

    async def _handle(self, head: Head, body: Body, peer: Peer) -> Reply:
        self.called += 1
        return Reply(200, (), await body.read())

    async def send(self, method: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        sent: list[dict[str, object]] = []
        raw = [
            (n.replace("_", "-").encode(), v.encode()) for n, v in ({"host": "localhost"} | headers).items()
        ]
        scope = {"method": method, "path": "/", "query_string": b"", "headers": raw, "scheme": "http"}

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"hi"}

        async def collect(message: dict[str, object]) -> None:
            sent.append(message)

        await self._app(scope, receive, collect)
        fields = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], fields, sent[1]["body"]


async def test_the_guard_lets_ours_pass_and_tells_allowed_pages():
    browser = Browser(APP)
    status, headers, body = await browser.send("POST", origin=APP)
    assert (status, headers["access-control-allow-origin"], body, browser.called) == (200, APP, b"hi", 1)
    status, headers, _ = await browser.send("OPTIONS", origin=APP, access_control_request_method="POST")
    assert (status, headers["access-control-allow-origin"], browser.called) == (204, APP, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.evil.example"},
        {"host": "rebound.evil.example", "origin": "http://rebound.evil.example"},
        {"origin": "https://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"origin": "https://evil.example", "access_control_request_method": "POST"},
    ],
)
async def test_the_guard_refuses_before_the_handler(headers):
    browser = Browser(APP)
    for method in ("POST", "OPTIONS"):
        status, told, _ = await browser.send(method, **headers)
        assert (status, told["x-amzn-errortype"]) == (403, "AccessDeniedException")
        assert "access-control-allow-origin" not in told
    assert browser.called == 0


def test_the_operator_is_told_once_of_a_page_that_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    origins = Origins([APP])
    for number in range(100):
        for _ in range(2):
            assert not passes(origins, head(origin=f"http://localhost:{number}"))
    told = [record.getMessage() for record in caplog.records]
    assert (
        told[0]
        == "calls of a page from 'http://localhost:0' are refused: --origins says whose pages may call"
    )
    assert len(told) == len(set(told)) == 20  # and no page can fill the log

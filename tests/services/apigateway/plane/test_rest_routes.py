"""From an address to a method: names, stages, routes, verbs, and the requests that API Gateway does not take."""

import json
import socket

import pytest

from harness import REGION
from http_api import sent
from rest_doors import RestApi

MISSING = (403, "Missing Authentication Token")
FORBIDDEN = (403, "Forbidden")


@pytest.fixture
def pets(rest: RestApi) -> RestApi:
    rest.method("/")
    rest.method("/pets")
    rest.method("/pets", "POST")
    rest.method("/pets/{id}", answer='{"id":"$context.resourcePath"}')
    rest.method("/files/{path+}", "ANY")
    rest.deploy()
    return rest


def test_every_address_leads_to_the_stage(pets: RestApi) -> None:
    port, own = pets.server.port, f"127.0.0.1:{pets.server.port}"
    asked = [
        (f"{pets.id}.execute-api.localhost:{port}", "/prod/pets"),
        (f"{pets.id}.execute-api.{REGION}.localhost:{port}", "/prod/pets"),
        (own, f"/_portico/apis/{pets.id}/prod/pets"),
        (own, f"/restapis/{pets.id}/prod/_user_request_/pets"),
        (own, f"/_aws/execute-api/{pets.id}/prod/pets"),
    ]
    for host, path in asked:
        answer = sent(port, path, "GET", {"Host": host})
        assert answer.status == 200, path
        assert answer.json == {"path": "/prod/pets", "resource": "/pets", "method": "GET", "stage": "prod"}
        assert ("content-security-policy" in answer.headers) is (host == own)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.9"])
def test_the_name_of_an_api_that_is_called_by_path(rest: RestApi, deploy: object, host: str) -> None:
    """Frameworks make addresses of it, which a name below a number is none of."""
    name = deploy(
        "import json\n\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event['requestContext'])}\n"
    )  # type: ignore[operator]
    rest.method("/echo", "ANY", function=name)
    rest.deploy()
    port = rest.server.port
    answer = sent(port, f"/_portico/apis/{rest.id}/prod/echo", "GET", {"Host": f"{host}:{port}"})
    expected = f"{rest.id}.execute-api.{REGION}.localhost"
    assert (answer.json["domainName"], answer.json["domainPrefix"]) == (expected, rest.id)


def test_addresses_that_lead_nowhere(pets: RestApi) -> None:
    port = pets.server.port
    assert pets.ask("/pets", stage="test").message == FORBIDDEN
    assert pets.ask("/pets", host=f"{pets.id}.execute-api.eu-west-1.localhost:{port}").message == FORBIDDEN
    assert pets.ask("/pets", host=f"nothing123.execute-api.localhost:{port}").message == FORBIDDEN
    assert pets.ask("/pets", stage="prod%2F").message == FORBIDDEN


def test_what_answers_names_itself(pets: RestApi) -> None:
    headers = pets.ask("/pets").headers
    assert len(headers["x-amzn-requestid"]) == 36
    assert len(headers["x-amz-apigw-id"]) == 16
    assert headers["x-amz-apigw-id"].endswith("=")
    assert "x-amzn-trace-id" not in headers
    assert "x-amzn-errortype" not in headers


def test_no_route(pets: RestApi) -> None:
    """test_routing_not_found."""
    for path, method in [
        ("/none", "GET"),
        ("/pets", "DELETE"),
        ("/pets/5/6", "GET"),
        ("/files", "GET"),
        ("//pets", "GET"),
    ]:
        refused = pets.ask(path, method)
        assert refused.message == MISSING
        assert refused.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        assert refused.headers["content-type"] == "application/json"


def test_no_route_with_a_header_that_is_no_signature(pets: RestApi) -> None:
    refused = pets.ask("/none", headers={"Authorization": "Bearer abc"})
    assert refused.status == 403
    assert refused.headers["x-amzn-errortype"] == "IncompleteSignatureException"


def test_a_method_of_all_verbs(pets: RestApi) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert pets.ask("/files/a/b.txt", method).json["method"] == method
    head = pets.ask("/files/a/b.txt", "HEAD")
    assert (head.status, head.body) == (200, b"")
    for method in ("TRACE", "PROPFIND", "PURGE"):
        assert pets.ask("/files/a", method).status in (200, 400, 403)


def test_the_verb_can_be_overridden_and_is_judged_as_what_it_becomes(pets: RestApi) -> None:
    assert pets.ask("/pets", "GET", {"X-HTTP-Method-Override": "POST"}).json["method"] == "POST"
    assert pets.ask("/pets", "POST", {"X-HTTP-Method-Override": "DELETE"}).message == MISSING
    assert pets.ask("/pets", "GET", {"X-HTTP-Method-Override": "evil"}).json["method"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/pets/../files/a",
        "/..",
        "/pets/%2e%2e/files/a",
        "/pets/.%2E/x",
        "/files/./a",
        "/pets/%zz",
        "/pets/%00",
        "/%",
        "/pets?a=%",
    ],
)
def test_paths_that_would_be_another_to_others(pets: RestApi, path: str) -> None:
    assert pets.ask(path).message == (400, "Bad Request")


def test_encoded_slashes_are_no_borders(pets: RestApi) -> None:
    assert pets.ask("/pets%2F5").message == MISSING
    assert pets.ask("/pets/a%2Fb").json == {"id": "/pets/{id}"}
    assert pets.ask("/pets/..%2Ffiles%2Fa").json == {"id": "/pets/{id}"}
    assert pets.ask("/files/a%2f..%2fb").json["resource"] == "/files/{path+}"


def test_a_deployment_is_what_answers(pets: RestApi) -> None:
    pets.method("/later")
    assert pets.ask("/later").message == MISSING
    pets.deploy("test")
    assert pets.ask("/later").message == MISSING
    assert pets.ask("/later", stage="test").status == 200
    pets.deploy()
    assert pets.ask("/later").status == 200


def test_a_stage_that_is_deleted_is_gone_at_once(pets: RestApi) -> None:
    assert pets.ask("/pets").status == 200
    pets.control.delete_stage(restApiId=pets.id, stageName="prod")
    assert pets.ask("/pets").message == FORBIDDEN
    pets.deploy()
    assert pets.ask("/pets").status == 200
    pets.control.delete_rest_api(restApiId=pets.id)
    assert pets.ask("/pets").message == FORBIDDEN


def test_the_own_name_can_be_switched_off(pets: RestApi) -> None:
    pets.update("update_rest_api", {"/disableExecuteApiEndpoint": "true"})
    assert pets.ask("/pets").status == 200
    pets.deploy()
    assert pets.ask("/pets").message == FORBIDDEN


def test_bodies_of_ten_megabytes(pets: RestApi) -> None:
    assert pets.ask("/pets", "POST", body=b"x" * 10_485_760).status == 200
    refused = pets.ask("/pets", "POST", body=b"x" * 10_485_761)
    assert (refused.status, refused.body) == (413, b"HTTP content length exceeded 10485760 bytes.")


def test_long_targets_and_headers(pets: RestApi) -> None:
    assert pets.ask("/pets?q=" + "x" * 9_000).status == 200
    assert pets.ask("/pets?q=" + "x" * 10_300).status == 414
    assert pets.ask("/pets", headers={"X-Long": "x" * 18_000}).status == 200
    assert pets.ask("/pets", headers={"X-Long": "x" * 20_480}).status == 431


def test_a_client_may_name_its_request(pets: RestApi) -> None:
    named = "01234567-89ab-cdef-0123-456789abcdef"
    assert pets.ask("/pets", headers={"x-amzn-requestid": named}).headers["x-amzn-requestid"] == named
    forged = pets.ask("/pets", headers={"x-amzn-requestid": "anything"})
    assert forged.headers["x-amzn-requestid"] != "anything"


def test_a_canary_gets_its_share(pets: RestApi) -> None:
    old = pets.control.get_stage(restApiId=pets.id, stageName="prod")["deploymentId"]
    pets.method("/canary")
    pets.deploy(canarySettings={"percentTraffic": 100.0, "stageVariableOverrides": {"a": "new"}})
    assert pets.control.get_stage(restApiId=pets.id, stageName="prod")["deploymentId"] == old
    assert pets.ask("/canary").status == 200
    pets.settings({"/canarySettings/percentTraffic": "0.0"})
    assert pets.ask("/canary").message == MISSING
    pets.settings({"/canarySettings/percentTraffic": "50.0"})
    answers = {pets.ask("/canary").status for _ in range(60)}
    assert answers == {200, 403}


def test_an_event_has_what_the_door_knows(rest: RestApi, deploy: object) -> None:
    name = deploy(
        "import json\n\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
    )  # type: ignore[operator]
    rest.method("/echo/{id}", "ANY", function=name)
    rest.deploy(variables={"color": "blue"})
    forwarded = {"X-Forwarded-For": "1.2.3.4", "User-Agent": "test/1"}
    event = rest.ask("/echo/a%20b?x=1&x=2&y=;z=%26", "PUT", forwarded, '{"a":1}').json
    context = event["requestContext"]
    assert event["resource"] == "/echo/{id}"
    assert event["path"] == "/echo/a%20b"
    assert event["pathParameters"] == {"id": "a%20b"}  # as it was sent: seen at AWS
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""], "z": ["&"]}
    assert event["stageVariables"] == {"color": "blue"}
    assert event["body"] == '{"a":1}'
    assert event["headers"]["X-Forwarded-For"] == "1.2.3.4, 127.0.0.1"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userAgent"] == "test/1"
    assert context["identity"]["userArn"] is None
    assert (context["accountId"], context["apiId"], context["stage"]) == (rest.account, rest.id, "prod")
    assert (context["httpMethod"], context["resourcePath"]) == ("PUT", "/echo/{id}")
    assert context["path"].startswith("/prod/echo/a")
    assert context["domainName"] == rest.host.partition(":")[0]
    assert context["domainPrefix"] == rest.id
    assert context["protocol"] == "HTTP/1.1"
    assert "authorizer" not in context
    assert json.dumps(context["requestTimeEpoch"]).isdecimal()


def raw(rest: RestApi, head: str, body: bytes = b"") -> bytes:
    """What the server says to bytes that no client would send."""
    with socket.create_connection(("127.0.0.1", rest.server.port), 10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer


SMUGGLED = b"0\r\n\r\nGET /prod/secret HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 5\nTransfer-Encoding: chunked\n",
        "Transfer-Encoding: chunked\nContent-Length: 5\n",
        "Content-Length: 5\nContent-Length: 60\n",
        "Transfer-Encoding: chunked, identity\n",
        "Transfer-Encoding : chunked\n",
        "Content-Length: +5\n",
        "X: a\rTransfer-Encoding: chunked\n",
    ],
)
def test_no_request_hides_in_another(pets: RestApi, framing: str) -> None:
    answer = raw(pets, f"POST /prod/pets HTTP/1.1\nHost: {pets.host}\n{framing}\n", SMUGGLED)
    assert answer.split(b" ", 2)[1] in (b"400", b"501")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_one_host_decides(pets: RestApi) -> None:
    other = f"nothing123.execute-api.localhost:{pets.server.port}"
    twice = raw(pets, f"GET /prod/pets HTTP/1.1\nHost: {pets.host}\nHost: {other}\n\n")
    assert twice.startswith(b"HTTP/1.1 400 ")
    absolute = raw(pets, f"GET http://{other}/prod/pets HTTP/1.1\nHost: {pets.host}\nConnection: close\n\n")
    assert absolute.startswith(b"HTTP/1.1 400 ")


def test_headers_that_would_break_an_answer_are_not_sent(rest: RestApi) -> None:
    rest.method("/x")
    rest.control.put_gateway_response(
        restApiId=rest.id,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        responseParameters={"gatewayresponse.header.X-Asked": "method.request.querystring.q"},
    )
    rest.deploy()
    answer = rest.ask("/none?q=a%0d%0aSet-Cookie:%20stolen=1")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers
    assert rest.ask("/none?q=fine").headers["x-asked"] == "fine"


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "M-SEARCH"])
def test_methods_that_no_api_has(rest: RestApi, method: str) -> None:
    rest.method("/pets", "ANY")
    rest.deploy()
    assert rest.ask("/pets", method).message == MISSING
    assert rest.ask("/pets", "PATCH").status == 200

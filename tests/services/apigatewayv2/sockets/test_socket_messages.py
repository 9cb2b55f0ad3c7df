"""Where messages go, and what comes back."""

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from socket_api import received

SAY = "import json\ndef handler(event, context):\n    return {{'statusCode': 200, 'body': '{}'}}"


def saying(api: Any, deploy: Callable[..., str], *keys: str) -> None:
    """Routes whose functions answer with the route's key."""
    for number, key in enumerate(keys):
        name = deploy(SAY.format(key), name=f"say{number}")
        api.allow(name)
        api.route(key, api.function(name), answers=True)


def test_routes_are_selected_by_the_body(api: Any, deploy: Callable[..., str]) -> None:
    saying(api, deploy, "join", "7", "true", "$default")
    connection = api.connect()

    def answer(message: str) -> str:
        connection.send(message)
        return str(connection.recv(timeout=20))

    assert answer('{"action": "join"}') == "join"
    assert answer('{"action": 7}') == "7"
    assert answer('{"action": true}') == "true"
    for other in (
        '{"action": "leave"}',
        '{"action": {}}',
        "{}",
        "[]",
        "join",
        '{"action": "join"',
        "",
        '"join"',
    ):
        assert answer(other) == "$default"


def test_the_routes_of_a_connections_life_are_not_for_messages(api: Any, deploy: Callable[..., str]) -> None:
    saying(api, deploy, "$connect", "$disconnect")
    connection = api.connect()
    for key in ("$connect", "$disconnect", "$default"):
        connection.send(json.dumps({"action": key}))
        assert received(connection)["message"] == "Forbidden"


def test_several_members_make_a_key(api: Any, deploy: Callable[..., str]) -> None:
    api.gateway.update_api(
        ApiId=api.id, RouteSelectionExpression="${request.body.what.kind}/$request.body.list[1].x"
    )
    saying(api, deploy, "chat/2", "/")
    connection = api.connect()
    connection.send('{"what": {"kind": "chat"}, "list": [0, {"x": 2}]}')
    assert connection.recv(timeout=20) == "chat/2"
    connection.send("{}")
    assert connection.recv(timeout=20) == "/"


def test_no_route_for_a_message(api: Any) -> None:
    api.route("join", api.integration())
    connection = api.connect()
    connection.send('{"action": "fly"}')
    told = received(connection)
    assert told["message"] == "Forbidden"
    assert set(told) == {"message", "connectionId", "requestId"}
    connection.send('{"action": "fly"}')
    again = received(connection)
    assert (again["connectionId"], again["requestId"] != told["requestId"]) == (told["connectionId"], True)


@pytest.mark.parametrize("body", ["raise Exception('no')", "return None", "return {}", "return 'text'"])
def test_a_function_that_fails_is_told_to_the_client(api: Any, deploy: Callable[..., str], body: str) -> None:
    name = deploy(f"def handler(event, context):\n    {body}")
    api.allow(name)
    api.route("$default", api.function(name))
    connection = api.connect()
    connection.send("x")
    assert received(connection)["message"] == "Internal server error"


def test_a_function_that_is_not_the_apis_to_call(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(SAY.format("x"))
    api.allow(name, "dev/join")
    integration = api.function(name)
    api.route("join", integration, answers=True)
    api.route("leave", integration, answers=True)
    connection = api.connect()
    connection.send('{"action": "leave"}')
    assert received(connection)["message"] == "Internal server error"
    connection.send('{"action": "join"}')
    assert connection.recv(timeout=20) == "x"


def test_only_routes_that_answer_do(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(SAY.format("silent"))
    api.allow(name)
    api.route("quiet", api.function(name))
    saying(api, deploy, "$default")
    connection = api.connect()
    connection.send('{"action": "quiet"}')
    connection.send("x")
    assert connection.recv(timeout=20) == "$default"


def test_answers_in_base64_and_of_every_status_come_back(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(
        "def handler(event, context):\n"
        "    return {'statusCode': 500, 'body': 'aGVsbG8=', 'isBase64Encoded': True}"
    )
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    connection = api.connect()
    connection.send("x")
    assert connection.recv(timeout=20) == "hello"


def test_stage_variables_name_functions_and_are_shown(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(
        "import json\ndef handler(event, context):\n"
        "    return {'statusCode': 200, 'body': json.dumps(event['stageVariables'])}"
    )
    api.allow(name)
    api.gateway.update_stage(ApiId=api.id, StageName="dev", StageVariables={"fn": name})
    integration = api.integration(
        "AWS_PROXY",
        IntegrationUri=api.invocations(name).replace(f"function:{name}", "function:${stageVariables.fn}"),
    )
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send("x")
    assert received(connection) == {"fn": name}


def test_a_new_deployment_is_for_connections_that_are_open_already(
    api: Any, deploy: Callable[..., str]
) -> None:
    api.route("x", api.integration())
    connection = api.connect()
    connection.send("hello")
    assert received(connection)["message"] == "Forbidden"
    saying(api, deploy, "$default")
    connection.send("hello")
    assert connection.recv(timeout=20) == "$default"


def test_a_throttled_route(api: Any, deploy: Callable[..., str]) -> None:
    saying(api, deploy, "$default")
    settings = {"$default": {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 1}}
    api.gateway.update_stage(ApiId=api.id, StageName="dev", RouteSettings=settings)
    connection = api.connect()
    connection.send("x")
    assert connection.recv(timeout=20) == "$default"
    connection.send("x")
    told = received(connection)
    assert told.pop("message") == "Too Many Requests"
    assert told.keys() == {"connectionId", "requestId"}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{15}=", one) for one in told.values())


@pytest.mark.parametrize(
    ("message", "code"),
    [("x" * 32_769, 1009), (b"\xff", 1003), (["x" * 30_000] * 5, 1009)],
)
def test_what_closes_a_connection(api: Any, message: Any, code: int) -> None:
    api.route("$default", api.integration())
    connection = api.connect()
    with contextlib.suppress(ConnectionClosed):  # the goodbye may come before all of it is sent
        connection.send(message)
    with pytest.raises(ConnectionClosed) as caught:
        connection.recv(timeout=20)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == code


def test_a_message_in_fragments(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': str(len(event['body']))}"
    )
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    connection = api.connect()
    connection.send(["x" * 30_000] * 4)
    assert connection.recv(timeout=20) == "120000"


def test_many_messages_of_one_client(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': event['body']}")
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    connection = api.connect()
    for number in range(300):
        connection.send(str(number))
    assert {connection.recv(timeout=30) for _ in range(300)} == {str(number) for number in range(300)}


def test_compression_is_not_agreed_on(api: Any) -> None:
    api.route("$default", api.integration())
    connection = api.connect(compression="deflate")
    assert "Sec-WebSocket-Extensions" not in connection.response.headers
    assert connection.ping().wait(10)

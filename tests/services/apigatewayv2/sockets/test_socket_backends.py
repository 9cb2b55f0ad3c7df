"""HTTP backends of WebSocket APIs."""

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from receiver import receiving
from socket_api import received


def test_a_backend_gets_messages_and_what_is_mapped(api: Any) -> None:
    with receiving() as backend:
        parameters = {
            "integration.request.header.Connection-Id": "context.connectionId",
            "integration.request.header.Kind": "'chat'",
            "integration.request.header.Nothing": "context.authorizer.name",
            "integration.request.header.Bad": "route.request.body.bad",
            "integration.request.querystring.text": "route.request.body.text",
            "integration.request.querystring.stage": "stageVariables.colour",
            "integration.request.path.room": "route.request.body.rooms[1]",
        }
        integration = api.integration(
            "HTTP_PROXY",
            IntegrationUri=f"{backend.url}/rooms/{{room}}?a=b",
            IntegrationMethod="POST",
            RequestParameters=parameters,
        )
        api.gateway.update_stage(ApiId=api.id, StageName="dev", StageVariables={"colour": "red"})
        api.route("$default", integration, answers=True)
        connection = api.connect()
        message = {"text": "a&b", "rooms": ["x", "../.."], "bad": "a\r\nX-Smuggled: b"}
        connection.send(json.dumps(message))
        assert connection.recv(timeout=10) == "OK"
        got = backend.take()
        assert got.path == "/rooms/..%2F..?a=b&text=a%26b&stage=red"
        assert got.json == message
        assert got.headers["kind"] == "chat"
        assert len(got.headers["connection-id"]) == 16
        assert got.headers["user-agent"] == f"AmazonAPIGateway_{api.id}"
        assert {"nothing", "bad", "x-smuggled"}.isdisjoint(got.headers)


def test_a_backend_decides_about_connections_and_hears_of_their_end(api: Any) -> None:
    with receiving() as backend:
        integration = api.integration(
            "HTTP_PROXY", IntegrationUri=f"{backend.url}/life", IntegrationMethod="POST"
        )
        api.route("$connect", integration)
        api.route("$disconnect", integration)
        backend.statuses.append(403)
        with pytest.raises(InvalidStatus) as caught:
            api.connect("/dev?who=ann", additional_headers={"X-Token": "t"})
        assert caught.value.response.status_code == 403
        got = backend.take()
        assert (got.path, got.headers["x-token"]) == ("/life?who=ann", "t")
        assert {"upgrade", "sec-websocket-key"}.isdisjoint(got.headers)
        api.connect().close()
        backend.take()
        assert backend.take().path == "/life"


def test_a_backend_that_is_not_there(api: Any) -> None:
    integration = api.integration(
        "HTTP_PROXY", IntegrationUri="http://127.0.0.1:9/x", IntegrationMethod="POST"
    )
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send("x")
    assert received(connection)["message"] == "Internal server error"


def test_the_control_plane_is_no_backend(api: Any, server: Any) -> None:
    uri = f"{server.url}/2015-03-31/functions/"
    integration = api.integration("HTTP_PROXY", IntegrationUri=uri, IntegrationMethod="GET")
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send("x")
    assert received(connection)["message"] == "Internal server error"

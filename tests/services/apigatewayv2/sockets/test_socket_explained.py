"""Why a handshake was refused is to be had by the request id that its client was told."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus

from harness import Server


def test_a_function_that_may_not_be_called(api: Any, recorder: Any, server: Server) -> None:
    api.allow(recorder.name, "dev/other")
    api.route("$connect", api.function(recorder.name))
    with pytest.raises(InvalidStatus) as refused:
        api.connect()
    body: bytes = refused.value.response.body
    query = urlencode({"request_id": json.loads(body)["requestId"]})
    with urllib.request.urlopen(f"{server.url}/_portico/explain?{query}") as answer:
        (told,) = json.load(answer)["decisions"]
    assert (told["allowed"], told["action"]) == (False, "lambda:InvokeFunction")
    assert told["principal"] == "apigateway.amazonaws.com"


def test_a_function_that_was_called(api: Any, recorder: Any, server: Server) -> None:
    api.allow(recorder.name)
    api.route("$connect", api.function(recorder.name))
    api.connect()
    event = recorder.next()
    query = urlencode({"request_id": event["requestContext"]["requestId"]})
    with urllib.request.urlopen(f"{server.url}/_portico/explain?{query}") as answer:
        decisions = json.load(answer)["decisions"]
    (told,) = [one for one in decisions if one["principal"] == "apigateway.amazonaws.com"]
    assert (told["allowed"], told["action"]) == (True, "lambda:InvokeFunction")

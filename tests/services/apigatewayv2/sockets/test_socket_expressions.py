"""Selection expressions.

Source: API Gateway Developer Guide, "WebSocket selection expressions" (its examples are among these).
"""

import pytest

from portico.services.apigatewayv2.sockets.expressions import compiled, member, of_request

BODY = {
    "action": "join",
    "service": {"type": "chat", "version": 2, "live": True, "none": None},
    "rooms": [{"name": "a"}, {"name": "b"}],
    "odd-name": "x",
}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("$request.body.action", "join"),
        ("${request.body.action}", "join"),
        ("${request.body.service.type}-beta", "chat-beta"),
        ("$request.body.service.version", "2"),
        ("$request.body.service.live", "true"),
        ("$request.body.service.none", ""),
        ("$request.body.missing.deeper", ""),
        ("$request.body.rooms[1].name", "b"),
        ("$request.body.rooms[7].name", ""),
        ("$request.body.rooms[0]", '{"name":"a"}'),
        ("$request.body.odd-name", "x"),
        ("${request.body.service.type}/${request.body.service.version}", "chat/2"),
        ("$context.stage", "dev"),
        ("${stageVariables.colour}", "red"),
        ("\\$default", "$default"),
        ("\\${request.body.action}", "${request.body.action}"),
        ("$default", "$default"),
        ("plain", "plain"),
        ("", ""),
        ("$request.header.x", ""),
        ("$method.request.body", "$method.request.body"),
    ],
)
def test_what_an_expression_comes_to(text: str, key: str):
    assert compiled(text).evaluate(of_request(BODY, {"stage": "dev"}, {"colour": "red"})) == key


@pytest.mark.parametrize("body", [None, 1, "text", ["action"], [[]]])
def test_a_body_without_members(body: object):
    assert compiled("${request.body.action}").evaluate(of_request(body, {}, {})) == ""


def test_evaluation_happens_once():
    value_of = of_request({"a": "${request.body.b}", "b": "secret"}, {}, {})
    assert compiled("$request.body.a").evaluate(value_of) == "${request.body.b}"


def test_whether_the_body_has_a_say():
    assert compiled("x$request.body.a").of_body
    assert not compiled("$context.stage").of_body


def test_members_of_what_is_nested():
    assert member({"a": [[1, 2], [3]]}, "a[1][0]") == 3
    assert member({"a": 1}, "a.b") is None

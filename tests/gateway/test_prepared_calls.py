"""Prepared calls: whoever calls again gets what a stranger to the memory would get, and whatever has changed since counts.

Each case is asked for twice: with a head that the server knows, and with the same head and one header more, unsigned and without meaning,
of which it knows nothing.
"""

import http.client
import json
import re
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import zip_of
from gates import Gate
from harness import TRUST_LAMBDA, Server, portico, running

ECHO = "def handler(event, context):\n    return event\n"
PATH = "/2015-03-31/functions/{}/invocations"
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIMES = re.compile(r"\d{8}T\d{6}Z")


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def got(url: str) -> str:
    """What is there to be read."""
    with urllib.request.urlopen(url) as answer:
        text: str = answer.read().decode()
        return text


class Together(http.client.HTTPConnection):
    """Sends head and body at once, as AWS's clients do."""

    def _send_output(self, message_body: Any = None, encode_chunked: bool = False) -> None:
        head = b"\r\n".join([*self._buffer, b"", b""])  # type: ignore[attr-defined]
        del self._buffer[:]  # type: ignore[attr-defined]
        self.send(head + (message_body or b""))


CONNECTIONS = {"apart": http.client.HTTPConnection, "together": Together}


class Caller:
    """A user with a key and a connection, who says exactly what a test wants to be said."""

    def __init__(self, server: Server, key: Mapping[str, str], path: str, way: str = "together") -> None:
        self.server, self.path, self.way = server, path, way
        self.credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        self.connection = CONNECTIONS[way]("127.0.0.1", server.port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def other(self, key: Mapping[str, str] | None = None) -> "Caller":
        """Another connection, of the same user or of one with another key."""
        own = {"AccessKeyId": self.credentials.access_key, "SecretAccessKey": self.credentials.secret_key}
        return Caller(self.server, key or own, self.path, self.way)

    def signed(self, body: bytes = b"{}", *, at: datetime | None = None, **headers: str) -> dict[str, str]:
        """The headers of a signed invocation."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest("POST", self.server.url + self.path, data=body, headers=given)
        moment = (at or datetime.now(UTC)).replace(tzinfo=None)
        with patch.object(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: moment):
            botocore.auth.SigV4Auth(self.credentials, "lambda", "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def send(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send it."""
        self.connection.request("POST", self.path, body, dict(headers))
        answer = self.connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, named, answer.read())

    def __call__(self, body: bytes = b"{}", **headers: str) -> Reply:
        return self.send(self.signed(body, **headers), body)

    def prepared(self) -> int:
        """How many calls the server has answered from what it knew."""
        text = got(self.server.url + "/_portico/metrics")
        return int(float(re.search(r"^portico_prepared_calls_total (\S+)$", text, re.M)[1]))  # type: ignore[index]

    def known(self, body: bytes = b"{}", **headers: str) -> Reply:
        """The reply to a call that the server knew. Records that change now and then (an environment's log is begun) make it forget."""
        for _ in range(50):
            before = self.prepared()
            reply = self(body, **headers)
            if self.prepared() > before:
                return reply
        raise AssertionError("the call is never known")

    def warm(self) -> None:
        """Call until the call is known."""
        assert self.known().status == 200


Make = Callable[..., Caller]


def make_user(iam: Any, name: str, **conditions: Any) -> dict[str, str]:
    iam.create_user(UserName=name)
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*", "Condition": conditions}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName=name, PolicyName="invoke", PolicyDocument=document)
    key: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
    return key


@pytest.fixture(params=list(CONNECTIONS))
def caller(
    server: Server, client: Callable[..., Any], deploy: Callable[..., str], request: pytest.FixtureRequest
) -> Iterator[Make]:
    """`caller(source)`: a user who may invoke a function of that source, and nothing else."""
    with ExitStack() as open_ones:

        def make(source: str = ECHO, *, conditions: Any = None, **options: Any) -> Caller:
            function = deploy(source, **options)
            key = make_user(client("iam"), "caller", **(conditions or {}))
            return open_ones.enter_context(Caller(server, key, PATH.format(function), request.param))

        yield make


@contextmanager
def alone(folder: Path, source: str, conditions: Any) -> Iterator[Caller]:
    """As `caller`, on a server of its own."""
    with running(folder / "data") as server:
        lam, iam = server.client("lambda"), server.client("iam")
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        code = {"ZipFile": zip_of({"app.py": source})}
        lam.create_function(
            FunctionName="f0", Runtime="python3.12", Handler="app.handler", Role=role, Code=code
        )
        lam.get_waiter("function_active_v2").wait(FunctionName="f0", WaiterConfig={"Delay": 1})
        with Caller(server, make_user(iam, "caller", **conditions), PATH.format("f0")) as made:
            yield made


def waiting(gate: Gate) -> str:
    """A function that waits at the gate if it is given something."""
    return f"def handler(event, context):\n    if event:\n        {gate.wait}\n    return 1\n"


def same(known: Reply, unknown: Reply) -> None:
    """That two replies say the same, but for their ids and times."""

    def plain(reply: Reply) -> tuple[int, dict[str, str], str]:
        headers = {name: value for name, value in reply.headers.items() if name not in ("date", "connection")}
        text = json.dumps([headers, reply.body.decode()])
        return reply.status, {}, _TIMES.sub("T", _IDS.sub("ID", text))

    assert plain(known) == plain(unknown)


def test_a_prepared_call_answers_as_the_first(caller: Make) -> None:
    ask = caller()
    first = ask(b'{"n": 1}')
    again = ask.known(b'{"n": 1}')
    same(first, again)
    assert first.headers["x-amzn-requestid"] != again.headers["x-amzn-requestid"]
    assert ask(b"[1, 2]").body == b"[1, 2]"
    assert ask(b"").body == b"{}"


def a_second_later(date: str) -> str:
    return (datetime.strptime(date, "%Y%m%dT%H%M%SZ") + timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")


def another_end(authorization: str) -> str:
    return authorization[:-1] + ("1" if authorization.endswith("0") else "0")


@pytest.mark.parametrize(
    "damage",
    [
        lambda headers, body: ({**headers, "Authorization": another_end(headers["Authorization"])}, body),
        lambda headers, body: (
            {**headers, "Authorization": headers["Authorization"][:-64] + "\u00e9" * 64},
            body,
        ),
        lambda headers, body: ({**headers, "Authorization": headers["Authorization"][:-64]}, body),
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: ({**headers, "X-Amz-Date": a_second_later(headers["X-Amz-Date"])}, body),
        lambda headers, body: ({**headers, "X-Amz-Date": "yesterday"}, body),
        lambda headers, body: ({k: v for k, v in headers.items() if k != "X-Amz-Date"}, body),
        lambda headers, body: ({**headers, "X-Amz-Content-SHA256": "0" * 64}, body),
        lambda headers, body: ({**headers, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, body),
        lambda headers, body: (
            {**headers, "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
            body,
        ),
        lambda headers, body: ({**headers, "X-Amz-Security-Token": "mine"}, body),
        lambda headers, body: ({**headers, "X-Amz-Invocation-Type": "Event"}, body),
        lambda headers, body: ({**headers, "Origin": "https://elsewhere.example"}, body),
        lambda headers, body: ({**headers, "Sec-Fetch-Site": "cross-site"}, body),
        lambda headers, body: ({**headers, "Host": "elsewhere.example"}, body),
    ],
)
def test_a_known_head_that_is_not_right_is_refused_as_any(caller: Make, damage: Any) -> None:
    ask = caller()
    ask.warm()
    body = b'{"n": 1}'
    headers, sent = damage(ask.signed(body), body)
    known = ask.send(headers, sent)
    assert known.status in (400, 403)
    same(known, ask.send({**headers, "x-other": "1"}, sent))


@pytest.mark.parametrize("minutes", [-16, 16, -24 * 60])
def test_a_signature_is_for_its_time(caller: Make, minutes: int) -> None:
    ask = caller()
    ask.warm()
    headers = ask.signed(b"{}", at=datetime.now(UTC) + timedelta(minutes=minutes))
    known = ask.send(headers, b"{}")
    assert known.status == 403
    assert b"Signature" in known.body
    same(known, ask.send({**headers, "x-other": "1"}, b"{}"))


def test_another_key_is_another_caller(caller: Make, client: Callable[..., Any]) -> None:
    ask = caller()
    ask.warm()
    client("iam").create_user(UserName="stranger")
    other = client("iam").create_access_key(UserName="stranger")["AccessKey"]
    with ask.other(other) as stranger:
        assert stranger().status == 403
        swapped = stranger.signed()
    borrowed = ask.signed()
    borrowed["Authorization"] = borrowed["Authorization"].replace(
        ask.credentials.access_key, other["AccessKeyId"]
    )
    assert ask.send(borrowed, b"{}").status == 403
    swapped["Authorization"] = swapped["Authorization"].replace(
        other["AccessKeyId"], ask.credentials.access_key
    )
    assert ask.send(swapped, b"{}").status == 403


def test_a_key_that_is_switched_off_is_refused_at_once(caller: Make, client: Callable[..., Any]) -> None:
    ask, iam = caller(), client("iam")
    for status, answer in (("Inactive", 403), ("Active", 200), ("Inactive", 403)):
        if answer == 403:
            ask.warm()
        iam.update_access_key(UserName="caller", AccessKeyId=ask.credentials.access_key, Status=status)
        assert ask().status == answer
    iam.delete_access_key(UserName="caller", AccessKeyId=ask.credentials.access_key)
    assert ask().status == 403


def test_a_policy_that_changes_counts_at_once(caller: Make, client: Callable[..., Any]) -> None:
    ask, iam = caller(), client("iam")
    ask.warm()
    deny = {"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_user_policy(UserName="caller", PolicyName="deny", PolicyDocument=document)
    refused = ask()
    assert (refused.status, b"explicit deny" in refused.body) == (403, True)
    iam.delete_user_policy(UserName="caller", PolicyName="deny")
    ask.warm()
    iam.delete_user_policy(UserName="caller", PolicyName="invoke")
    assert ask().status == 403


@pytest.mark.parametrize(
    "conditions",
    [
        {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
        {"StringLike": {"aws:UserAgent": "*"}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ],
)
def test_a_policy_that_asks_for_circumstances_is_asked_each_time(caller: Make, conditions: Any) -> None:
    ask = caller(conditions=conditions)
    before = ask.prepared()
    for _ in range(5):
        assert ask(user_agent="one").status == 200
    assert ask.prepared() == before


def test_a_policy_that_asks_for_a_tag_sees_it_change(
    caller: Make, client: Callable[..., Any], account: str
) -> None:
    ask = caller(conditions={"StringEquals": {"aws:ResourceTag/team": "a"}}, Tags={"team": "a"})
    ask.warm()
    arn = f"arn:aws:lambda:us-east-1:{account}:function:f0"
    client("lambda").tag_resource(Resource=arn, Tags={"team": "b"})
    assert [ask().status for _ in range(3)] == [403] * 3
    client("lambda").tag_resource(Resource=arn, Tags={"team": "a"})
    ask.warm()


def test_a_refusal_that_asks_for_circumstances_is_asked_each_time(
    caller: Make, client: Callable[..., Any]
) -> None:
    ask = caller()
    elsewhere = {"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    deny = {"Effect": "Deny", "Action": "lambda:*", "Resource": "*", "Condition": elsewhere}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    client("iam").put_user_policy(UserName="caller", PolicyName="deny", PolicyDocument=document)
    before = ask.prepared()
    assert [ask().status for _ in range(5)] == [200] * 5
    assert ask.prepared() == before


def test_a_budget_is_paid_from_each_time(caller: Make, account: str) -> None:
    ask = caller()
    ask.warm()
    made = portico(ask.server, "budget", "set", "f0", "--per-day", "3", account=account)
    assert made.returncode == 0, made.stderr
    assert [ask().status for _ in range(5)] == [200, 200, 200, 429, 429]


def test_a_permission_ends_at_its_time(tmp_path: Path) -> None:
    end = datetime.now(UTC) + timedelta(minutes=30)
    until = {"DateLessThan": {"aws:CurrentTime": end.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    with alone(tmp_path, ECHO, until) as ask:
        assert [ask().status for _ in range(5)] == [200] * 5
        clock = urllib.request.Request(
            f"{ask.server.url}/_portico/clock", b'{"advance": 3600}', method="POST"
        )
        urllib.request.urlopen(clock).close()
        assert ask().status == 403


def test_a_function_that_changes_counts_at_once(caller: Make, client: Callable[..., Any]) -> None:
    ask, lam = caller(), client("lambda")
    ask.warm()
    lam.put_function_concurrency(FunctionName="f0", ReservedConcurrentExecutions=0)
    refused = ask()
    assert (refused.status, refused.headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
    same(refused, ask(x_other="1"))
    lam.delete_function_concurrency(FunctionName="f0")
    ask.warm()
    lam.delete_function(FunctionName="f0")
    assert ask().status == 404


def test_throttled_calls_are_told_so(caller: Make, client: Callable[..., Any], gate: Gate) -> None:
    ask = caller(waiting(gate))
    ask.warm()
    client("lambda").put_function_concurrency(FunctionName="f0", ReservedConcurrentExecutions=1)
    ask.warm()
    with ask.other() as other, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(other, b"[1]")
        gate.until_there()
        refused = ask()
        gate.open()
        assert slow.result().status == 200
    assert (refused.status, json.loads(refused.body)["Reason"]) == (
        429,
        "ReservedFunctionConcurrentInvocationLimitExceeded",
    )
    assert ask().status == 200


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def handler(event, context):\n    if event: raise ValueError('no')\n", "ValueError"),
        ("import os\ndef handler(event, context):\n    if event: os._exit(3)\n", "Runtime.ExitError"),
        ("import time\ndef handler(event, context):\n    if event: time.sleep(9)\n", "Sandbox.Timedout"),
        ("def handler(event, context):\n    if event: return object()\n", "Runtime.MarshalError"),
        (
            "def handler(event, context):\n    if event: return 'x' * 7_000_000\n",
            "Function.ResponseSizeTooLarge",
        ),
    ],
)
def test_a_function_that_fails(caller: Make, source: str, error: str) -> None:
    ask = caller(source, Timeout=1)
    ask.warm()
    failed = ask(b"[1]")
    assert failed.headers["x-amz-function-error"] == "Unhandled"
    assert json.loads(failed.body)["errorType"] == error
    same(failed, ask(b"[1]", x_other="1"))
    assert ask().status == 200


def test_what_is_not_json_is_refused(caller: Make) -> None:
    ask = caller()
    ask.warm()
    for body in (b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000):
        known = ask(body)
        assert known.status == 400
        same(known, ask(body, x_other="1"))


def test_what_the_head_asks_for(caller: Make) -> None:
    ask = caller(
        "def handler(event, context):\n    print('said')\n    return context.client_context.custom['a']\n"
    )
    context = "eyJjdXN0b20iOnsiYSI6MX19"  # {"custom":{"a":1}}
    asked = {"X-Amz-Log-Type": "Tail", "X-Amz-Client-Context": context}
    replies = [ask(**asked) for _ in range(4)]
    assert {reply.body for reply in replies} == {b"1"}
    assert all("x-amz-log-result" in reply.headers for reply in replies)
    assert [ask(**{"X-Amz-Invocation-Type": "Event"}).status for _ in range(3)] == [202] * 3
    assert [ask(**{"X-Amz-Invocation-Type": "DryRun"}).status for _ in range(3)] == [204] * 3


def test_an_alias_with_weights_is_drawn_each_time(caller: Make, client: Callable[..., Any]) -> None:
    source = "def handler(event, context):\n    return context.function_version\n"
    ask, lam = caller(source), client("lambda")
    lam.publish_version(FunctionName="f0")
    lam.update_function_configuration(FunctionName="f0", Description="2")
    lam.get_waiter("function_updated_v2").wait(FunctionName="f0", WaiterConfig={"Delay": 1})
    lam.publish_version(FunctionName="f0")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    lam.create_alias(FunctionName="f0", Name="both", FunctionVersion="1", RoutingConfig=weights)
    ask.path = ask.path + "?Qualifier=both"
    replies = [ask() for _ in range(60)]
    assert {reply.body for reply in replies} == {b'"1"', b'"2"'}
    assert all(json.loads(reply.body) == reply.headers["x-amz-executed-version"] for reply in replies)
    lam.update_alias(
        FunctionName="f0", Name="both", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    assert {ask().body for _ in range(5)} == {b'"2"'}


def test_its_log_and_its_reasons_are_there(caller: Make, client: Callable[..., Any]) -> None:
    ask = caller()
    ask.warm()
    request_id = ask().headers["x-amzn-requestid"]
    logs = client("logs")
    found = logs.filter_log_events(logGroupName="/aws/lambda/f0", filterPattern=f'"{request_id}"')["events"]
    assert [event["message"].split()[0] for event in found] == ["START", "END", "REPORT"]
    url = f"{ask.server.url}/_portico/explain?request_id={request_id}"
    told = json.loads(got(url))
    assert [(one["action"], one["allowed"]) for one in told["decisions"]] == [("lambda:InvokeFunction", True)]
    used = client("iam").get_access_key_last_used(AccessKeyId=ask.credentials.access_key)["AccessKeyLastUsed"]
    assert used["ServiceName"] == "lambda"


def test_many_callers_at_once(caller: Make) -> None:
    ask = caller()
    ask.warm()

    def many(number: int) -> bool:
        bodies = [json.dumps([number, at]).encode() for at in range(25)]
        with ask.other() as mine:
            return all(mine(body).body == body for body in bodies)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(many, range(16)))


def test_requests_one_behind_the_other(caller: Make) -> None:
    ask = caller()
    ask.warm()
    wanted = [json.dumps([at]).encode() for at in range(8)]
    text = b"".join(part for body in wanted for part in raw_request(ask, body))
    with line(ask) as connection:
        connection.sendall(text)
        got = b""
        while got.count(b"HTTP/1.1 200") < len(wanted) or not got.endswith(wanted[-1]):
            got += connection.recv(65536)
    assert [part.rpartition(b"\r\n\r\n")[2] for part in got.split(b"HTTP/1.1 200")[1:]] == wanted


def line(ask: Caller) -> socket.socket:
    """A connection of whose bytes a test disposes."""
    return socket.create_connection(("127.0.0.1", ask.server.port), timeout=20)


def raw_request(ask: Caller, body: bytes) -> tuple[bytes, bytes]:
    fields = {"Host": f"127.0.0.1:{ask.server.port}", **ask.signed(body), "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {ask.path} HTTP/1.1\r\n{lines}\r\n".encode(), body


@pytest.mark.parametrize("apart", [False, True])
def test_a_body_that_comes_in_pieces(caller: Make, apart: bool) -> None:
    ask = caller()
    ask.warm()
    head, body = raw_request(ask, b'{"in": "pieces"}')
    with line(ask) as connection:
        for piece in (head[:50], head[50:], body[:3], body[3:]):
            connection.sendall(piece)
            if apart:  # the server has read a piece that came before a call that it has answered
                assert ask().status == 200
        got = connection.recv(65536)
    assert got.startswith(b"HTTP/1.1 200")
    assert got.endswith(body)


def test_a_body_that_breaks_off(caller: Make) -> None:
    ask = caller()
    ask.warm()
    head, body = raw_request(ask, b'{"in": "pieces"}')
    with line(ask) as connection:
        connection.sendall(head + body[:-1])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""
    assert ask.known().status == 200


def test_one_who_waits_to_be_told_to_go_on(caller: Make) -> None:
    ask = caller()
    ask.warm()
    head, body = raw_request(ask, b"[1]")
    with line(ask) as connection:
        connection.sendall(head[:-2] + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(65536).endswith(body)


def test_a_caller_who_leaves(caller: Make, gate: Gate) -> None:
    ask = caller(waiting(gate))
    ask.warm()
    headers, body = ask.signed(b"[1]"), b"[1]"
    ask.connection.request("POST", ask.path, body, headers)
    gate.until_there()
    ask.connection.close()
    gate.open()
    ask.warm()
    text = got(ask.server.url + "/_portico/metrics")
    assert re.search(r"^portico_calls_in_flight [01]$", text, re.M)


def test_a_call_under_way_is_finished_when_the_server_stops(tmp_path: Path, gate: Gate) -> None:
    with alone(tmp_path, waiting(gate), {}) as ask, ThreadPoolExecutor(1) as pool:
        ask.warm()
        slow = pool.submit(ask, b"[1]")
        gate.until_there()
        threading.Timer(0.3, gate.open).start()
        ask.server.stop()
        assert slow.result().body == b"1"

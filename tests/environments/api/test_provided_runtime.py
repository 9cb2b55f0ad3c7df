"""OS-only runtimes: programs that talk the Runtime API, well and badly."""

import asyncio
import json

import pytest

import programs
from portico.environments.doors import Network


async def test_a_bootstrap_in_shell_with_curl(workshop, program) -> None:
    spec = program(programs.SHELL)
    first = await workshop.invoke(spec, {"n": 1})
    assert json.loads(first.payload) == {"got": {"n": 1}}
    assert [line.text for line in first.lines] == ['working on {"n": 1}']
    assert first.init_ms is not None
    if first.settled is not None:  # a shell takes its time to come back for more
        await asyncio.wait_for(first.settled, 20)
    second = await workshop.invoke(spec, 2)
    assert json.loads(second.payload) == {"got": 2}
    assert second.init_ms is None
    assert len(workshop.prepared) == 1, "one environment serves both"


async def test_twenty_at_once(workshop, program) -> None:
    spec = program("while True:\n    id, value, _ = event()\n    answer(id, [id, value])")
    answers = await asyncio.gather(*(workshop.answer(spec, n, request_id=f"r{n}") for n in range(20)))
    assert answers == [[f"r{n}", n] for n in range(20)]


async def test_what_an_invocation_says_of_itself(workshop, program) -> None:
    spec = program("while True:\n    id, value, headers = event()\n    answer(id, headers)")
    plain = await workshop.answer(spec, request_id="abc")
    deadline = int(plain.pop("Lambda-Runtime-Deadline-Ms"))
    assert 0 < deadline - workshop.clock.wall() * 1000 <= 20_000
    assert plain == {
        "Content-Type": "application/json",
        "Content-Length": "4",
        "Lambda-Runtime-Aws-Request-Id": "abc",
        "Lambda-Runtime-Invoked-Function-Arn": spec.arn,
    }
    full = await workshop.answer(
        spec,
        trace="Root=1-a",
        client_context='{"custom":\n{}}',
        cognito_identity_id="i",
        cognito_identity_pool_id="p",
    )
    assert full["Lambda-Runtime-Trace-Id"] == "Root=1-a"
    assert full["Lambda-Runtime-Client-Context"] == '{"custom": {}}'
    assert json.loads(full["Lambda-Runtime-Cognito-Identity"]) == {
        "cognitoIdentityId": "i",
        "cognitoIdentityPoolId": "p",
    }


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (b"", 0o644, "permission denied"),
        (b"\x7fELF and then garbage", 0o755, "exec format error"),
        (b"#!/nowhere/interpreter\n", 0o755, "no such file or directory"),
    ],
)
async def test_a_bootstrap_that_can_not_be_executed(workshop, program, content, mode, words) -> None:
    outcome, document = await workshop.error(program(content, mode=mode), request_id="abc")
    assert outcome.error_type == "Runtime.InvalidEntrypoint"
    message = document["errorMessage"]
    assert document == {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message}
    assert message.startswith("RequestId: abc Error: fork/exec /")
    assert message.endswith(f"/bootstrap: {words}")


async def test_no_bootstrap_at_all(workshop) -> None:
    spec = workshop.function("f", "", runtime="provided.al2")
    outcome, document = await workshop.error(spec, request_id="abc")
    assert 0 <= outcome.duration_ms < 10_000
    assert document == {
        "errorType": "Runtime.InvalidEntrypoint",
        "errorMessage": "RequestId: abc Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
    }


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("#!/bin/sh\nexit 0", "Runtime exited without providing a reason"),
        ("#!/bin/sh\nexit 3", "Runtime exited with error: exit status 3"),
        ("#!/bin/sh\nkill -9 $$", "Runtime exited with error: signal: killed"),
        ("event()\nsys.exit(4)", "Runtime exited with error: exit status 4"),
    ],
)
async def test_a_bootstrap_that_exits(workshop, program, source, words) -> None:
    _, document = await workshop.error(program(source), request_id="abc")
    assert document == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: abc Error: {words}"}


async def test_one_that_answers_and_exits_costs_nobody_else_anything(workshop, program) -> None:
    spec = program("id, value, _ = event()\nanswer(id, open('/proc/sys/kernel/random/uuid').read())")
    assert await workshop.answer(spec) != await workshop.answer(spec)
    assert len(workshop.prepared) == 2


async def test_an_answer_given_twice_is_refused_the_second_time(workshop, program) -> None:
    source = """
    said = []
    def say(id, value):
        status, _, body = answer(id, value)
        said.append([status, body.decode()])
    while True:
        id, value, _ = event()
        say(id, list(said))
        say(id, "again")
    """
    spec = program(source)
    assert await workshop.answer(spec) == []
    (first, second) = await workshop.answer(spec)
    assert first == [202, '{"status":"OK"}\n']
    assert second[0] == 403
    assert json.loads(second[1])["errorType"] == "InvalidStateTransition"


async def test_one_that_never_answers_times_out(workshop, program) -> None:
    spec = program("event()\nevent()\nimport select\nselect.select([], [], [])", timeout_s=1)
    outcome, document = await workshop.error(spec, request_id="abc")
    assert outcome.timed_out
    assert document["errorMessage"] == "RequestId: abc Error: Task timed out after 1.00 seconds"
    assert "waits" not in repr(workshop.supervisor.pool)


async def test_one_that_asks_again_gets_the_same_invocation(workshop, program) -> None:
    spec = program("first = event()\nsecond = event()\nanswer(first[0], first[:2] == second[:2])\nevent()")
    assert await workshop.answer(spec, {"a": 1}) is True


async def test_an_answer_to_another_invocation_is_refused(workshop, program) -> None:
    source = """
    before = answer("none", 1)
    id, value, _ = event()
    other = answer("other", 1)
    answer(id, [[status, json.loads(body)] for status, _, body in (before, other)])
    event()
    """
    refused = [400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}]
    assert await workshop.answer(program(source)) == [refused, refused]


async def test_an_answer_of_the_largest_size_and_one_byte_more(workshop, program) -> None:
    source = """
    import io
    while True:
        id, size, _ = event()
        status, _, body = call("POST", f"{RUNTIME}/invocation/{id}/response", b"1" * size)
        print(status, body.decode().strip(), flush=True)
    """
    spec = program(source)
    most = await workshop.invoke(spec, 6_291_556)
    assert len(most.payload) == 6_291_556
    outcome, document = await workshop.error(spec, 6_291_557)
    assert document == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).",
    }
    last = await workshop.invoke(spec, 1)
    assert last.payload == b"1"
    words = [line.text for line in (*most.lines, *outcome.lines, *last.lines)]
    assert '202 {"status":"OK"}' in words
    assert any(text.startswith("413") and "RequestEntityTooLarge" in text for text in words)
    assert len(workshop.prepared) == 1


async def test_errors_reported_by_the_runtime(workshop, program) -> None:
    source = """
    while True:
        id, body, _ = event()
        headers = {"Lambda-Runtime-Function-Error-Type": "Function.Odd"}
        assert call("POST", f"{RUNTIME}/invocation/{id}/error", body.encode(), headers)[0] == 202
    """
    spec = program(source)
    given = {"errorMessage": "no", "errorType": "Odd", "stackTrace": []}
    outcome, document = await workshop.error(spec, json.dumps(given))
    assert document == given
    assert outcome.error_type == "Function.Odd"
    _, empty = await workshop.error(spec, "")
    assert empty == {"errorType": "Function.Odd", "errorMessage": ""}


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("Runtime.Handled", {"errorType": "Function.Other"}, "Runtime.Handled"),
        ("Function.Odd", {"errorMessage": "no type"}, "Function.Odd"),
        ("unhandled", {"errorType": "KeyError"}, "KeyError"),
        ("Sandbox.Timedout", {"errorType": "KeyError"}, "KeyError"),
        ("", {"errorType": "KeyError"}, "KeyError"),
        ("", {}, "Function.Unknown"),
    ],
)
async def test_the_type_in_the_header_comes_before_that_in_the_document(
    workshop, program, header: str, body: dict[str, str], expected: str
) -> None:
    source = f"""
    id, _, _ = event()
    headers = {{"Lambda-Runtime-Function-Error-Type": {header!r}}} if {header!r} else {{}}
    call("POST", f"{{RUNTIME}}/invocation/{{id}}/error", {json.dumps(body).encode()!r}, headers)
    event()
    """
    outcome, document = await workshop.error(program(source))
    assert document == body
    assert outcome.error_type == expected
    assert not outcome.timed_out


async def test_the_type_in_the_header_names_an_init_phases_failure(workshop, program) -> None:
    source = """
    headers = {"Lambda-Runtime-Function-Error-Type": "Runtime.NoSuchHandler"}
    call("POST", RUNTIME + "/init/error", b'{"errorType": "Mine"}', headers)
    """
    outcome, document = await workshop.error(program(source))
    assert document == {"errorType": "Mine"}
    assert outcome.error_type == "Runtime.NoSuchHandler"
    assert outcome.inits[0].error_type == "Runtime.NoSuchHandler"


async def test_an_init_phase_that_reports_its_failure(workshop, program) -> None:
    source = """
    body = json.dumps({"errorMessage": "broken", "errorType": "Function.Broken"}).encode()
    status, _, _ = call("POST", RUNTIME + "/init/error", body)
    print(status, call("GET", RUNTIME + "/invocation/next")[0], flush=True)
    """
    outcome, document = await workshop.error(program(source))
    assert document == {"errorMessage": "broken", "errorType": "Function.Broken"}
    assert outcome.error_type == "Function.Broken"


async def test_init_error_after_the_init_phase_is_refused(workshop, program) -> None:
    source = 'id, _, _ = event()\nanswer(id, call("POST", RUNTIME + "/init/error", b"{}")[0])\nevent()'
    assert await workshop.answer(program(source)) == 403


async def test_what_is_no_endpoint(workshop, program) -> None:
    source = """
    id, _, _ = event()
    asked = [("GET", "/"), ("GET", f"{RUNTIME}/invocation/{id}/response"), ("POST", RUNTIME + "/invocation/next")]
    answer(id, [call(*one)[0] for one in asked])
    event()
    """
    assert await workshop.answer(program(source)) == [404, 405, 405]


async def test_a_bootstrap_of_a_layer(workshop, program) -> None:
    spec = program("while True:\n    answer(event()[0], 'from the layer')")
    layer = workshop.root / "layer"
    layer.mkdir()
    (workshop.root / "p" / "bootstrap").rename(layer / "bootstrap")
    workshop.opt_dirs["p"] = str(layer)
    assert await workshop.answer(spec) == "from the layer"


async def test_in_a_network_of_its_own(make_workshop, tmp_path) -> None:
    """The API listens inside, where only the environment itself can come from."""
    shop = make_workshop(network=Network("none"))
    spec = shop.function("p", "", runtime="provided.al2023")
    file = tmp_path / "p" / "bootstrap"
    file.write_text(
        programs.python("while True:\n    answer(event()[0], os.environ['AWS_LAMBDA_RUNTIME_API'])")
    )
    file.chmod(0o755)
    assert await shop.answer(spec) == "127.0.0.1:9001"
    assert await shop.answer(spec) == "127.0.0.1:9001"
    assert len(shop.prepared) == 1

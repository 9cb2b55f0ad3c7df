"""Extensions, external and internal, beside runtimes of both lanes: registration, events, failures, the end."""

import asyncio
import json

import pytest

ECHO = "while True:\n    id, value, _ = event()\n    answer(id, value)"
WATCH = """
print("registered", *register("INVOKE", "SHUTDOWN"), flush=True)
while True:
    told = next_event()
    print(json.dumps(told), flush=True)
    if told["eventType"] == "SHUTDOWN":
        break
"""
FRAMED = "def handler(event, context):\n    return event"


def texts(*outcomes) -> list[str]:
    return [line.text for outcome in outcomes for line in outcome.lines]


@pytest.fixture(params=["api", "frames"])
def function(request, workshop, program):
    """A function that echoes, by either lane."""
    make = {
        "api": lambda **changes: program(ECHO, **changes),
        "frames": lambda **changes: workshop.function("p", FRAMED, **changes),
    }
    return make[request.param]


async def test_an_external_extension_sees_each_invocation(workshop, function, extension) -> None:
    extension(WATCH)
    spec = function()
    first = await workshop.invoke(spec, 1, request_id="one", trace="Root=1-x")
    second = await workshop.invoke(spec, 2, request_id="two")
    assert (first.payload, second.payload) == (b"1", b"2")
    assert len(workshop.prepared) == 1
    said = texts(first, second)
    registered = {"functionName": "p", "functionVersion": "$LATEST", "handler": "app.handler"}
    assert said[0] == f"registered 200 {registered}"
    told = [json.loads(text) for text in said if text.startswith("{")]
    assert [event["requestId"] for event in told] == ["one", "two"]
    deadline = told[0].pop("deadlineMs")
    assert 0 < deadline - workshop.clock.wall() * 1000 <= 20_000
    assert told[0] == {
        "eventType": "INVOKE",
        "requestId": "one",
        "invokedFunctionArn": spec.arn,
        "tracing": {"type": "X-Amzn-Trace-Id", "value": "Root=1-x"},
    }


async def test_it_is_told_of_the_end(workshop, function, extension, tmp_path) -> None:
    extension(WATCH + "print('bye', flush=True)")
    spec = function()
    await workshop.invoke(spec, 1)
    (environment,) = workshop.supervisor._environments.values()
    workshop.supervisor.retire("p:")
    while workshop.supervisor._environments:
        await workshop.supervisor._change.wait()
        workshop.supervisor._change.clear()
    said = [line.text for line in environment.late_lines]
    assert said[-1] == "bye"
    event = json.loads(said[-2])
    assert event.pop("deadlineMs") - workshop.clock.wall() * 1000 <= 2_000
    assert event == {"eventType": "SHUTDOWN", "shutdownReason": "SPINDOWN"}


async def test_after_a_timeout_it_is_told_so(workshop, program, extension) -> None:
    extension(WATCH)
    spec = program("event()\nimport select\nselect.select([], [], [])", timeout_s=1)
    outcome, _ = await workshop.error(spec)
    assert outcome.timed_out
    assert '"shutdownReason": "TIMEOUT"' in texts(outcome)[-1]


async def test_after_a_crash_it_is_told_so(workshop, program, extension) -> None:
    extension(WATCH)
    outcome, document = await workshop.error(program("event()\nsys.exit(7)"), request_id="abc")
    assert document["errorMessage"] == "RequestId: abc Error: Runtime exited with error: exit status 7"
    assert '"shutdownReason": "FAILURE"' in texts(outcome)[-1]


async def test_the_answer_does_not_wait_for_an_extension_but_the_environment_does(
    workshop, function, extension, gate
) -> None:
    slow = f"""
    register("INVOKE")
    while True:
        next_event()
        {gate.wait}
        print("done", flush=True)
    """
    extension(slow)
    spec = function()
    first = await workshop.invoke(spec, 1)
    assert first.settled is not None
    assert "done" not in texts(first)
    assert "idle" not in repr(workshop.supervisor.pool)
    gate.open()
    whole = await asyncio.wait_for(first.settled, 10)
    assert whole.duration_ms > first.duration_ms
    assert texts(whole)[-1] == "done"
    assert "idle" in repr(workshop.supervisor.pool)
    assert json.loads((await workshop.invoke(spec, 2)).payload) == 2
    assert len(workshop.prepared) == 1


async def test_a_quick_one_costs_no_second_environment(workshop, function, extension) -> None:
    extension("register('INVOKE')\nwhile True:\n    next_event()")
    spec = function()
    for n in range(5):
        assert (await workshop.invoke(spec, n)).payload == str(n).encode()
    assert len(workshop.prepared) == 1


async def test_the_runtime_begins_when_all_have_registered(workshop, function, extension) -> None:
    extension("print('extension', flush=True)\n" + WATCH, name="a")
    extension("print('extension', flush=True)\n" + WATCH, name="b")
    said = texts(await workshop.invoke(function(), 1))
    assert said.count("extension") == 2
    assert len([text for text in said if text.startswith("registered 200")]) == 2


async def test_one_that_never_registers_uses_up_the_init_phase(make_workshop, tmp_path) -> None:
    shop = make_workshop(init_s=0.3)
    spec = shop.function("p", FRAMED, timeout_s=1)
    folder = tmp_path / "layer" / "extensions"
    folder.mkdir(parents=True)
    (folder / "mute").write_text("#!/bin/sh\nexec sleep 4711")
    (folder / "mute").chmod(0o755)
    shop.opt_dirs["p"] = str(tmp_path / "layer")
    outcome, document = await shop.error(spec, request_id="abc")
    assert outcome.timed_out
    assert document["errorMessage"] == "RequestId: abc Error: Task timed out after 1.00 seconds"
    assert [(one.name, one.state, one.events) for one in outcome.extensions] == [("mute", "Started", ())]
    assert len(shop.prepared) == 2


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("sys.exit(0)", "Extension.Crash", "exit code 0"),
        ("register('INVOKE')\nsys.exit(3)", "Extension.Crash", "exit status 3"),
        ("register('INVOKE')\nos.kill(os.getpid(), 9)", "Extension.Crash", "signal: killed"),
        ("register('INVOKE')\npost('/init/error', 'Watcher.Bad')", "Extension.InitError", "Watcher.Bad"),
        ("register('INVOKE')\npost('/exit/error', 'Watcher.Bad')", "Extension.ExitError", "Watcher.Bad"),
    ],
)
async def test_one_that_fails_at_the_start(workshop, function, extension, source, kind, words) -> None:
    extension(source)
    outcome, document = await workshop.error(function(), request_id="abc")
    assert document == {"errorType": kind, "errorMessage": f"RequestId: abc Error: {words}"}
    assert outcome.error_type == kind


@pytest.mark.parametrize(("content", "mode"), [(b"", 0o644), (b"#!/nowhere/interpreter\n", 0o755)])
async def test_one_that_can_not_be_executed(workshop, function, extension, content, mode) -> None:
    extension(content, mode=mode)
    _, document = await workshop.error(function())
    assert document["errorType"] == "Extension.LaunchError"


async def test_one_that_crashes_in_an_invocation_costs_that_one_only(workshop, program, extension) -> None:
    extension("register('INVOKE')\nif next_event()['requestId'] == 'bad':\n    sys.exit(1)\nnext_event()")
    spec = program(
        "id, value, _ = event()\nif value:\n    import select\n    select.select([], [], [])\nanswer(id, 1)\nevent()"
    )
    _, document = await workshop.error(spec, True, request_id="bad")
    assert document["errorType"] == "Extension.Crash"
    assert await workshop.answer(spec, False) == 1


async def test_what_registrations_are_refused(workshop, program, extension) -> None:
    extension("register('INVOKE')\nwhile True:\n    next_event()", name="there")
    source = """
    def refused(*events, name, body=None):
        status, said = register(*events, name=name)
        return [status, said.get("errorType")]
    tried = [
        refused("INVOKE", name=""),
        refused("SHUTDOWN", name="inside"),
        refused("OTHER", name="inside"),
        refused("INVOKE", name="there"),
        [refused("INVOKE", name=f"inside-{n}")[0] for n in range(9)],
        refused("INVOKE", name="one-more"),
    ]
    status, _, body = ask("POST", "/register", b"no json", {"Lambda-Extension-Name": "x"})
    tried.append([status, json.loads(body)["errorType"]])
    import threading
    events = []
    id_of_runtime, value, _ = event()
    tried.append(refused("INVOKE", name="late"))
    answer(id_of_runtime, tried)
    event()
    """
    # The nine that registered inside never ask for an event, so the environment never gets ready: they do it here.
    source = source.replace(
        "    import threading\n",
        """    import threading
    def wait(identifier):
        own = connect()
        own.request("GET", EXTENSION + "/event/next", headers={"Lambda-Extension-Identifier": identifier})
        own.getresponse()
    for identifier in identifiers:
        threading.Thread(target=wait, args=[identifier], daemon=True).start()
""",
    ).replace(
        "    def refused(*events, name, body=None):\n        status, said = register(*events, name=name)\n",
        """    identifiers = []
    def refused(*events, name):
        status, said = register(*events, name=name)
        if status == 200:
            identifiers.append(id["Lambda-Extension-Identifier"])
""",
    )
    tried = json.loads((await workshop.invoke(program(source), 1)).payload)
    assert tried == [
        [403, "Extension.InvalidExtensionName"],
        [403, "Extension.InvalidEventType"],
        [403, "Extension.InvalidEventType"],
        [403, "Extension.InvalidExtensionState"],
        [200] * 9,
        [403, "Extension.TooManyExtensions"],
        [403, "InvalidRequestFormat"],
        [403, "Extension.RegistrationClosed"],
    ]


async def test_requests_without_a_right_identifier_are_refused(workshop, program) -> None:
    source = """
    def kind(path, method="GET", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, body = ask(method, path, b"{}" if method == "POST" else None, names)
        return [status, json.loads(body)["errorType"]]
    said = [
        kind("/event/next"),
        kind("/event/next", Lambda_Extension_Identifier="no uuid"),
        kind("/event/next", Lambda_Extension_Identifier="7e0b4e6c-4c3b-4bd4-9cb8-6c1c9bd1b7c1"),
    ]
    number, _, _ = event()
    answer(number, said)
    event()
    """
    said = json.loads((await workshop.invoke(program(source), 1)).payload)
    assert said == [
        [403, "Extension.MissingExtensionIdentifier"],
        [403, "Extension.InvalidExtensionIdentifier"],
        [403, "Extension.UnknownExtensionIdentifier"],
    ]


async def test_an_internal_extension_in_python(workshop) -> None:
    source = """
    import http.client, json, os, threading
    def ask(method, path, body=None, headers={}):
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        connection.request(method, "/2020-01-01/extension" + path, body, headers)
        reply = connection.getresponse()
        return dict(reply.getheaders()), json.loads(reply.read())
    headers, _ = ask("POST", "/register", '{"events": ["INVOKE"]}', {"Lambda-Extension-Name": "inside"})
    seen = []
    def watch():
        while True:
            seen.append(ask("GET", "/event/next", headers={"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]})[1])
    threading.Thread(target=watch, daemon=True).start()
    def handler(event, context):
        return [one["requestId"] for one in seen]
    """
    spec = workshop.function("f", source)
    await workshop.invoke(spec, request_id="first")
    assert "first" in await workshop.answer(spec)
    assert len(workshop.prepared) == 1


async def test_what_the_log_tells_of_extensions(workshop, function, extension) -> None:
    extension(WATCH, name="b")
    extension("register('INVOKE')\nwhile True:\n    next_event()", name="a")
    spec = function()
    first, second = await workshop.invoke(spec, 1), await workshop.invoke(spec, 2)
    told = [(one.name, one.state, one.events) for one in first.extensions]
    assert told == [("a", "Ready", ("INVOKE",)), ("b", "Ready", ("INVOKE", "SHUTDOWN"))]
    assert second.extensions == ()


async def test_more_than_ten_are_too_many(workshop, function, extension) -> None:
    for n in range(11):
        extension(WATCH, name=f"e{n:02d}")
    _, document = await workshop.error(function(), request_id="abc")
    assert document == {
        "errorType": "Extension.TooManyExtensions",
        "errorMessage": "RequestId: abc Error: Extension limit (10) reached",
    }


@pytest.mark.parametrize("beside", [True, False])
async def test_the_runtime_is_terminated_first_if_it_has_extensions(
    workshop, program, extension, beside
) -> None:
    if beside:
        extension(WATCH)
    source = """
    import signal
    def end(*_):
        print("terminated", flush=True)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    while True:
        answer(event()[0], 1)
    """
    await workshop.invoke(program(source), 1)
    (environment,) = workshop.supervisor._environments.values()
    await workshop.supervisor.close()
    assert ("terminated" in [line.text for line in environment.late_lines]) is beside

"""The Telemetry API: who subscribes to what, what arrives, and what is refused."""

import asyncio
import json
import re

import pytest

from portico.environments.doors import Network
from portico.environments.loglines import TOTAL_BYTES_MAX
from portico.environments.runtimes.versions import runtime_version, runtime_version_arn

TAKE = """
register("INVOKE", "SHUTDOWN")
status, said = subscribe(schemaVersion="2022-12-13", buffering={"timeoutMs": 25})
while next_event()["eventType"] != "SHUTDOWN":
    pass
wait_for(LAST)
print(json.dumps({"subscribed": [status, said], "batches": batches}), flush=True)
"""
PRINTING = "def handler(event, context):\n    print('hello')\n    return event"


async def ended(workshop) -> dict:
    """What the extension says at the end of the only environment."""
    (environment,) = workshop.supervisor._environments.values()
    workshop.supervisor.retire("p:")
    while workshop.supervisor._environments:
        await workshop.supervisor._change.wait()
        workshop.supervisor._change.clear()
    return json.loads(environment.late_lines[-1].text)


@pytest.fixture(params=["api", "frames"])
def function(request, workshop, program):
    if request.param == "frames":
        return lambda: workshop.function("p", PRINTING)
    return lambda: program(
        "while True:\n    id, value, _ = event()\n    print('hello', flush=True)\n    answer(id, value)"
    )


async def test_what_an_extension_is_told(workshop, function, extension) -> None:
    extension(TAKE.replace("LAST", "'platform.report'"))
    spec = function()
    await workshop.invoke(spec, 1, request_id="one", trace="Root=1-x")
    took = await ended(workshop)
    assert took["subscribed"] == [200, "OK"]
    assert {(batch["path"], batch["type"]) for batch in took["batches"]} == {("/take", "application/json")}
    events = [event for batch in took["batches"] for event in batch["events"]]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"]) for event in events)
    kinds = [event["type"] for event in events]
    # The runtime may be done before the extension has subscribed, or after.
    assert kinds[0] == "platform.initStart"
    assert sorted(kinds[1:3]) == ["platform.initRuntimeDone", "platform.telemetrySubscription"]
    assert kinds[3:5] == ["platform.extension", "platform.initReport"]
    assert sorted(kinds[5:]) == ["function", "platform.report", "platform.runtimeDone", "platform.start"]
    record = {event["type"]: event["record"] for event in events}
    assert record["platform.initStart"] == {
        "initializationType": "on-demand",
        "phase": "init",
        "runtimeVersion": runtime_version(spec.runtime),
        "runtimeVersionArn": runtime_version_arn(spec.region, spec.runtime),
        "functionName": "p",
        "functionVersion": "$LATEST",
    }
    assert record["platform.telemetrySubscription"] == {
        "name": "watcher",
        "state": "Subscribed",
        "types": ["platform", "function"],
    }
    assert record["platform.extension"] == {
        "name": "watcher",
        "state": "Ready",
        "events": ["INVOKE", "SHUTDOWN"],
    }
    assert record["function"] == "hello"
    tracing = {"type": "X-Amzn-Trace-Id", "value": "Root=1-x"}
    assert record["platform.start"] == {"requestId": "one", "version": "$LATEST", "tracing": tracing}
    done = record["platform.runtimeDone"]
    assert done.pop("metrics")["producedBytes"] == 1
    assert done == {"requestId": "one", "status": "success", "tracing": tracing}
    metrics = record["platform.report"].pop("metrics")
    assert metrics["memorySizeMB"] == 256
    assert metrics["billedDurationMs"] >= metrics["durationMs"] + metrics["initDurationMs"] - 0.01
    assert metrics.keys() >= {"maxMemoryUsedMB"}


async def test_the_logs_api_has_its_own_names(workshop, program, extension) -> None:
    source = TAKE.replace("LAST", "'platform.report'").replace(
        'subscribe(schemaVersion="2022-12-13"', 'subscribe("/2020-08-15/logs", schemaVersion="2021-03-18"'
    )
    extension(source)
    await workshop.invoke(program("while True:\n    answer(event()[0], 1)"), 1)
    took = await ended(workshop)
    kinds = {event["type"] for batch in took["batches"] for event in batch["events"]}
    assert kinds == {
        "platform.logsSubscription",
        "platform.extension",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    }


async def test_over_tcp(workshop, program, extension) -> None:
    source = """
    import socket
    register("INVOKE", "SHUTDOWN")
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    print(*subscribe(destination={"protocol": "TCP", "port": port}, buffering={"timeoutMs": 25}, types=["platform"]))
    lines = []
    reported = threading.Event()
    def take():
        while True:
            with listener.accept()[0].makefile() as said:
                lines.extend(said)
            if any("platform.report" in line for line in lines):
                reported.set()
    threading.Thread(target=take, daemon=True).start()
    while next_event()["eventType"] != "SHUTDOWN":
        pass
    reported.wait()
    print(json.dumps([json.loads(line)["type"] for line in lines]), flush=True)
    """
    extension(source)
    await workshop.invoke(program("while True:\n    answer(event()[0], 1)"), 1)
    assert (await ended(workshop))[0] == "platform.initStart"


async def test_what_is_refused(workshop, program, extension) -> None:
    source = """
    register("INVOKE")
    said = [
        subscribe(types=[]),
        subscribe(types=["other"]),
        subscribe(schemaVersion="2020-01-01"),
        subscribe(buffering={"maxItems": 1}),
        subscribe(buffering={"timeoutMs": 30001}),
        subscribe(destination={"protocol": "UDP", "port": 1}),
        subscribe(destination={"protocol": "TCP", "port": 0}),
        subscribe(destination={"protocol": "HTTP", "URI": "http://example.com:80"}),
        subscribe(destination={"protocol": "HTTP", "URI": "https://sandbox.localdomain:80"}),
        subscribe(destination={"protocol": "HTTP", "URI": "http://sandbox.localdomain:port"}),
        subscribe(destination=None),
    ]
    print(json.dumps([[status, error["errorType"]] for status, error in said]), flush=True)
    id.clear()
    print(subscribe()[1]["errorType"], flush=True)
    os._exit(0)
    """
    extension(source)
    outcome, _ = await workshop.error(program("event()"))
    refused, unknown = [line.text for line in outcome.lines if not line.text.startswith("Traceback")][:2]
    assert json.loads(refused) == [[400, "ValidationError"]] * 11
    assert unknown == "Extension.MissingExtensionIdentifier"


async def test_nothing_is_sent_to_what_others_listen_on(workshop, program, extension) -> None:
    """The server's own port, or another program's, is not an extension's to have anything posted to."""
    reached = asyncio.Event()
    other = await asyncio.start_server(lambda *_: reached.set(), "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    source = f"""
    register("INVOKE")
    target = {{"protocol": "HTTP", "URI": "http://sandbox.localdomain:{port}/_portico/reset"}}
    print(*subscribe(destination=target, buffering={{"timeoutMs": 25}}), flush=True)
    while True:
        next_event()
    """
    extension(source)
    spec = program("while True:\n    answer(event()[0], 1)")
    for n in range(3):
        await workshop.invoke(spec, n)
    (environment,) = workshop.supervisor._environments.values()
    (subscription,) = environment._session.telemetry._subscriptions.values()
    await subscription.delivery._send_all()
    assert not reached.is_set()
    other.close()
    await other.wait_closed()


async def test_lines_of_json_are_objects_where_the_log_is_json(workshop, program, extension) -> None:
    extension(TAKE.replace("LAST", "'platform.report'"))
    source = "while True:\n    id, value, _ = event()\n    print(value, flush=True)\n    answer(id, 1)"
    spec = program(source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"})
    await workshop.invoke(spec, '{"a": 1}')
    took = await ended(workshop)
    (line,) = [
        event["record"]
        for batch in took["batches"]
        for event in batch["events"]
        if event["type"] == "function"
    ]
    assert line == {"a": 1}


def _events(took: dict) -> list[dict]:
    return [event for batch in took["batches"] for event in batch["events"]]


async def test_what_extensions_write_is_theirs(workshop, function, extension) -> None:
    source = TAKE.replace("LAST", "'platform.report'").replace(
        "wait_for(", "print('mine', flush=True)\nwait_for('extension')\nwait_for(", 1
    )
    extension(source.replace("buffering=", "types=['platform', 'function', 'extension'], buffering="))
    spec = function()
    outcome = await workshop.invoke(spec, 1)
    assert [line.text for line in outcome.lines] == ["hello"]
    told = {
        (event["type"], event["record"])
        for event in _events(await ended(workshop))
        if "." not in event["type"]
    }
    assert told == {("function", "hello"), ("extension", "mine")}


async def test_what_is_not_kept_of_a_flood_is_told(workshop, program, extension) -> None:
    taking = TAKE.replace("LAST", "'platform.logsDropped'")
    extension(taking.replace("buffering=", "types=['platform'], buffering="))
    source = f"""
    id, value, _ = event()
    line = "x" * 1023
    for _ in range({TOTAL_BYTES_MAX // 1024} + 100):
        print(line)
    sys.stdout.flush()
    answer(id, 1)
    event()
    """
    outcome = await workshop.invoke(program(source), 1)
    if outcome.settled is not None:
        outcome = await asyncio.wait_for(outcome.settled, 30)
    assert "LOGS_DROPPED" in outcome.lines[-1].text
    (lost,) = [
        event["record"] for event in _events(await ended(workshop)) if event["type"] == "platform.logsDropped"
    ]
    assert lost["droppedBytes"] == 100 * 1024
    assert lost["droppedRecords"] == 100


async def test_into_a_network_of_its_own(make_workshop, program, extension, tmp_path) -> None:
    """The server has no way to the environment's loopback, but by a socket that was made in there."""
    shop = make_workshop(network=Network("portico", 4566))
    shop.opt_dirs = {"p": str(tmp_path / "p-layer")}
    extension(TAKE.replace("LAST", "'platform.report'"))
    spec = program("while True:\n    id, value, _ = event()\n    answer(id, value)")
    shop.variables["p"] = {}
    await shop.invoke(spec, 1)
    kinds = {event["type"] for event in _events(await ended(shop))}
    assert kinds >= {"platform.initStart", "platform.start", "platform.report"}


async def test_the_first_outcome_tells_who_has_subscribed(workshop, program, extension) -> None:
    extension(TAKE.replace("LAST", "'platform.report'"))
    spec = program("while True:\n    answer(event()[0], 1)")
    first, second = [await workshop.invoke(spec, n) for n in range(2)]
    assert [(one.name, one.types, one.state) for one in first.subscriptions] == [
        ("watcher", ("platform", "function"), "Subscribed")
    ]
    assert second.subscriptions == ()

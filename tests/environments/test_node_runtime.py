"""Functions in Node.js: how a handler is found, called and answers."""

import json

import pytest

from portico.environments.framed import CONTENT_BYTES_MAX

MAX = CONTENT_BYTES_MAX
CALLBACKS, PROMISES = "nodejs22.x", "nodejs24.x"


@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs20.x", CALLBACKS, PROMISES])
@pytest.mark.parametrize(
    "source",
    [
        "exports.handler = async (event) => ({got: event});",
        "exports.handler = (event) => Promise.resolve({got: event});",
        "module.exports.handler = async function (event, context) { return {got: event}; };",
        "exports.handler = async (event) => { await new Promise(done => setTimeout(done, 1)); return {got: event}; };",
        "exports.handler = (event) => ({then: (fulfil) => fulfil({got: event})});",
    ],
)
async def test_a_promise_is_the_answer(workshop, node, source, runtime) -> None:
    spec = node(source, runtime=runtime)
    assert await workshop.answer(spec, {"a": "ü"}) == {"got": {"a": "ü"}}
    assert await workshop.answer(spec, [1]) == {"got": [1]}
    assert len(workshop.prepared) == 1


@pytest.mark.parametrize(
    "body",
    [
        "callback(null, {got: event})",
        "setTimeout(() => callback(null, {got: event}), 1)",
        "context.succeed({got: event})",
        "setImmediate(context.succeed, {got: event})",
        "context.done(null, {got: event})",
        "callback(undefined, {got: event}); callback(null, 'second'); context.fail('third')",
    ],
)
async def test_a_callback_is_the_answer(workshop, node, body) -> None:
    spec = node(f"exports.handler = (event, context, callback) => {{ {body}; }};")
    assert await workshop.answer(spec, 1) == {"got": 1}
    assert await workshop.answer(spec, 2) == {"got": 2}
    assert len(workshop.prepared) == 1


async def test_a_callback_waits_for_the_empty_event_loop(workshop, node) -> None:
    source = """\
    let late = [];
    exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = event.waits;
      const before = late.length;
      setTimeout(() => late.push(event.waits), 30);
      const answer = {toJSON: () => late.length - before};
      callback(null, answer);
    };
    """
    spec = node(source)
    assert await workshop.answer(spec, {"waits": True}) == 1
    assert await workshop.answer(spec, {"waits": False}) == 0


async def test_neither_a_promise_nor_a_callback_is_null(workshop, node) -> None:
    source = """\
    exports.handler = (event, context, callback) => {
      if (event === 'later') setTimeout(() => {}, 5);
      if (event === 'never') return new Promise(() => {});
      return 'ignored';
    };
    """
    spec = node(source)
    for event in ("now", "later", "never"):
        assert await workshop.answer(spec, event) is None
    assert len(workshop.prepared) == 1


async def test_from_24_on_what_is_returned_is_the_answer(workshop, node) -> None:
    spec = node("exports.handler = (event, context) => event + 1;", runtime=PROMISES)
    assert await workshop.answer(spec, 1) == 2


JSON = {
    "undefined": "null",
    "null": "null",
    "'x'": '"x"',
    "NaN": "null",
    "[undefined]": "[null]",
    "({a: undefined})": "{}",
    "new Date(0)": '"1970-01-01T00:00:00.000Z"',
    "'\\ud800'": '"\\ud800"',
    "'ü€😀'": '"ü€😀"',
    "(() => 1)": "null",
    "Symbol('x')": "null",
}


@pytest.mark.parametrize("runtime", [CALLBACKS, PROMISES])
async def test_an_answer_is_json(workshop, node, runtime) -> None:
    spec = node(
        f"const values = [{', '.join(JSON)}]; exports.handler = async (n) => values[n];", runtime=runtime
    )
    for number, text in enumerate(JSON.values()):
        assert (await workshop.invoke(spec, number)).payload == text.encode()


async def test_an_answer_of_any_size_up_to_the_limit(workshop, node) -> None:
    spec = node("exports.handler = async (size) => 'x'.repeat(size);")
    for size in (0, 10_000, 65_536, 1_000_000, MAX - 2):
        assert len(await workshop.answer(spec, size)) == size
    _, document = await workshop.error(spec, MAX - 1)
    assert document == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": f"Response payload size ({MAX + 1} bytes) exceeded maximum allowed payload size ({MAX} bytes).",
    }
    assert await workshop.answer(spec, 1) == "x"


async def test_the_limit_is_one_of_bytes(workshop, node) -> None:
    spec = node("exports.handler = async (size) => '€'.repeat(size);")
    assert len(await workshop.answer(spec, (MAX - 2) // 3)) == (MAX - 2) // 3
    outcome, _ = await workshop.error(spec, MAX // 3)
    assert outcome.error_type == "Function.ResponseSizeTooLarge"


async def test_an_event_of_any_size(workshop, node) -> None:
    spec = node("exports.handler = async (event) => [event.length, event.slice(-1)];")
    for size in (0, 60_000, 65_536, 6_000_000, 3):
        text = "ü" * size
        assert await workshop.answer(spec, text) == [size, text[-1:]]


async def test_the_context(workshop, node) -> None:
    source = """\
    exports.handler = async (event, context) => ({
      context, left: context.getRemainingTimeInMillis(), ways: ['done', 'fail', 'succeed'].filter(n => typeof context[n] === 'function'),
    });
    """
    members = {
        "client_context": '{"client": {"installation_id": "i"}, "custom": {"a": "1"}}',
        "cognito_identity_id": "eu-west-1:1", "cognito_identity_pool_id": "eu-west-1:2",
        "request_id": "id-1", "arn": "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
    }  # fmt: skip
    expected = {
        "functionVersion": "$LATEST", "functionName": "f", "memoryLimitInMB": "256", "logGroupName": "/aws/lambda/f",
        "clientContext": {"client": {"installation_id": "i"}, "custom": {"a": "1"}},
        "identity": {"cognitoIdentityId": "eu-west-1:1", "cognitoIdentityPoolId": "eu-west-1:2"},
        "invokedFunctionArn": members["arn"], "awsRequestId": "id-1",
    }  # fmt: skip
    old = await workshop.answer(node(source), **members)
    assert 15_000 < old["left"] <= 20_000
    assert old["ways"] == ["done", "fail", "succeed"]
    stream = old["context"].pop("logStreamName")
    assert stream == workshop.prepared[0]
    assert old["context"] == {"callbackWaitsForEmptyEventLoop": True, **expected}
    new = await workshop.answer(node(source, name="g", runtime=PROMISES), **members)
    assert new["ways"] == []
    del new["context"]["logStreamName"]
    assert new["context"] == {**expected, "functionName": "g", "logGroupName": "/aws/lambda/g"}


async def test_a_context_without_what_the_caller_did_not_say(workshop, node) -> None:
    spec = node(
        "exports.handler = async (_, c) => [c.clientContext === undefined, c.identity === undefined];"
    )
    assert await workshop.answer(spec) == [True, True]


async def test_the_trace_header_of_each_event(workshop, node) -> None:
    source = """\
    const { spawnSync } = require('node:child_process');
    exports.handler = async () => [
      process.env._X_AMZN_TRACE_ID ?? null, '_X_AMZN_TRACE_ID' in process.env, {...process.env}._X_AMZN_TRACE_ID ?? null,
      spawnSync('sh', ['-c', 'echo $_X_AMZN_TRACE_ID']).stdout.toString().trim(),
      globalThis.awslambda.InvokeStore.getXRayTraceId() ?? null,
    ];
    """
    spec = node(source)
    for trace in ("Root=1", "Root=2"):
        assert await workshop.answer(spec, trace=trace) == [trace, True, trace, trace, trace]
    assert await workshop.answer(spec) == [None, False, None, "", None]
    assert await workshop.answer(spec, trace="Root=3") == ["Root=3", True, "Root=3", "Root=3", "Root=3"]


async def test_the_environment_of_a_function(workshop, node) -> None:
    source = """\
    const fs = require('node:fs');
    const { spawnSync } = require('node:child_process');
    const open = spawnSync('ls', ['/proc/self/fd']).stdout.toString().trim().split('\\n').length;
    process.env.SET = 1;
    exports.handler = async () => ({
      variables: process.env, cwd: process.cwd(), input: fs.readFileSync(0, 'utf8'), arguments: process.argv.slice(1), open,
      zone: new Date(0).getHours(), gc: typeof gc,
    });
    """
    spec = node(source, variables={"A": "1", "TZ": "Asia/Tokyo"})
    answer = await workshop.answer(spec)
    variables = answer["variables"]
    assert variables.pop("AWS_LAMBDA_RUNTIME_API").startswith("127.0.0.1:")
    assert variables == {
        "A": "1", "SET": "1", "TZ": "Asia/Tokyo", "PATH": "/usr/local/bin:/usr/bin:/bin", "_HANDLER": "app.handler",
        "LAMBDA_TASK_ROOT": answer["cwd"], "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_LAMBDA_LOG_STREAM_NAME": workshop.prepared[0],
    }  # fmt: skip
    assert answer["input"] == ""
    assert answer["arguments"] == ["/var/runtime/index.mjs"]
    assert answer["open"] == 4  # three, and the folder that is listed: the channel is not for others
    assert answer["zone"] == 9
    assert answer["gc"] == "function"


async def test_nothing_runs_between_two_invocations(workshop, node) -> None:
    source = """\
    let ticks = 0;
    exports.handler = async (event) => {
      setTimeout(() => { ticks += 1; }, 0);
      return ticks;
    };
    """
    spec = node(source, runtime=CALLBACKS)
    assert await workshop.answer(spec) == 0
    assert await workshop.answer(spec) <= 1


async def test_memory_is_what_the_process_used(workshop, node) -> None:
    spec = node("const kept = Buffer.alloc(100 * 1024 * 1024, 1); exports.handler = async () => kept.length;")
    outcome = await workshop.invoke(spec)
    assert json.loads(outcome.payload) == 100 * 1024 * 1024
    assert 100 < outcome.max_memory_mb <= 256


async def test_who_listens_for_signals_is_served_like_others(workshop, node) -> None:
    source = """\
    process.on('SIGTERM', () => { console.log('told to end'); process.exit(0); });
    exports.handler = async (event) => process.pid;
    """
    spec = node(source, runtime=PROMISES)
    pid = await workshop.answer(spec)
    assert await workshop.answer(spec) == pid

"""Errors of functions in Node.js, each with AWS's words."""

import json

import pytest

from portico.environments.work import Invocation

CALLBACKS, PROMISES = "nodejs22.x", "nodejs24.x"
REMOVED = (
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this "
    "function to use a supported handler signature to use Node.js 24 or later. For more information see "
    "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html."
)
runtimes = pytest.mark.parametrize("runtime", [CALLBACKS, PROMISES])


@runtimes
async def test_an_error_of_the_handler(workshop, node, runtime) -> None:
    source = """\
    function inner() { throw new TypeError("bad value"); }
    exports.handler = async () => inner();
    """
    outcome, document = await workshop.error(node(source, runtime=runtime), request_id="abc")
    trace = document.pop("trace")
    assert document == {"errorType": "TypeError", "errorMessage": "bad value"}
    assert trace[:3] == [
        "TypeError: bad value",
        "    at inner (/var/task/app.js:1:26)",
        "    at exports.handler (/var/task/app.js:2:31)",
    ]
    assert str(workshop.root) not in json.dumps(trace)
    assert outcome.error_type == "TypeError"
    stamp, request_id, level, headline, details = outcome.lines[0].text.split("\t")
    assert (request_id, level, headline) == ("abc", "ERROR", "Invoke Error ")
    assert json.loads(details) == {"errorType": "TypeError", "errorMessage": "bad value", "stack": trace}
    assert stamp.endswith("Z")
    assert len(outcome.lines) == 1


@pytest.mark.parametrize(
    "body",
    [
        "throw new RangeError('bad')",
        "callback(new RangeError('bad'))",
        "setTimeout(() => callback(new RangeError('bad')), 1)",
        "context.fail(new RangeError('bad'))",
        "context.done(new RangeError('bad'), 'ignored')",
        "callback(new RangeError('bad')); throw new Error('too late')",
        "return Promise.reject(new RangeError('bad'))",
        "return {then(_, reject) { reject(new RangeError('bad')); }}",
    ],
)
async def test_every_way_to_fail(workshop, node, body) -> None:
    source = f"exports.handler = (event, context, callback) => {{ if (event) {{ {body}; }} else callback(null, 'fine'); }};"
    spec = node(source)
    _, document = await workshop.error(spec, 1)
    assert (document["errorType"], document["errorMessage"]) == ("RangeError", "bad")
    assert await workshop.answer(spec, 0) == "fine"
    assert len(workshop.prepared) == 1


NO_ERRORS = {
    "'text'": ("string", "text"),
    "5": ("number", "5"),
    "{a: 1}": ("object", "[object Object]"),
    "true": ("boolean", "true"),
    "Symbol('s')": ("symbol", "Symbol(s)"),
}


@runtimes
async def test_what_is_no_error(workshop, node, runtime) -> None:
    source = (
        f"const thrown = [{', '.join(NO_ERRORS)}]; exports.handler = async (n) => {{ throw thrown[n]; }};"
    )
    spec = node(source, runtime=runtime)
    for number, (kind, message) in enumerate(NO_ERRORS.values()):
        _, document = await workshop.error(spec, number)
        assert document == {"errorType": kind, "errorMessage": message, "trace": []}


async def test_nothing_as_an_error(workshop, node) -> None:
    spec = node("exports.handler = (event, context) => context.fail();")
    _, document = await workshop.error(spec)
    assert document == {"errorType": "string", "errorMessage": "handled", "trace": []}


@runtimes
async def test_errors_of_one_s_own(workshop, node, runtime) -> None:
    source = """\
    class Unpaid extends Error { constructor(m) { super(m); this.name = 'Unpaid'; this.bill = 7; } }
    exports.handler = async (event) => { throw new Unpaid('pay \\x7f first'); };
    """
    outcome, document = await workshop.error(node(source, runtime=runtime))
    assert (document["errorType"], document["errorMessage"]) == ("Unpaid", "pay %7F first")
    assert json.loads(outcome.lines[0].text.split("\t")[4])["bill"] == 7


@pytest.mark.parametrize(
    "statement",
    [
        "const x = new Error('x'); Object.defineProperty(x, 'message', {get() { throw 1; }}); throw x",
        "throw {toString() { throw 1; }}",
    ],
)
async def test_an_error_that_cannot_be_read(workshop, node, statement) -> None:
    spec = node(f"exports.handler = async (e) => {{ if (!e) return 1; {statement}; }};", runtime=CALLBACKS)
    _, document = await workshop.error(spec, 1)
    assert document["errorType"] == "handled"
    assert await workshop.answer(spec, 0) == 1


@runtimes
@pytest.mark.parametrize(
    "value", ["10n", "(() => { const a = {}; a.a = a; return a; })()", "({toJSON() { throw 1; }})"]
)
async def test_what_has_no_json(workshop, node, value, runtime) -> None:
    spec = node(f"exports.handler = async (event) => event ? {value} : 'fine';", runtime=runtime)
    _, document = await workshop.error(spec, 1)
    assert document["errorType"] == "Runtime.JSONStringifyError"
    assert document["errorMessage"] == "Unable to stringify response body"
    assert await workshop.answer(spec, 0) == "fine"


@runtimes
@pytest.mark.parametrize(
    ("handler", "source", "kind", "message"),
    [
        (
            "nope.handler",
            "",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'nope'\nRequire stack:\n- /var/runtime/index.mjs",
        ),
        (
            "app.missing",
            "exports.x = 1",
            "Runtime.HandlerNotFound",
            "app.missing is undefined or not exported",
        ),
        ("app.x", "exports.x = 1", "Runtime.HandlerNotFound", "app.x is not a function"),
        ("app.a.b", "exports.a = {}", "Runtime.HandlerNotFound", "app.a.b is undefined or not exported"),
        ("app", "", "Runtime.MalformedHandlerName", "Bad handler"),
        (
            "../app.handler",
            "",
            "Runtime.MalformedHandlerName",
            "'../app.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
        ),
        (
            "app.handler",
            "exports.handler = (",
            "Runtime.UserCodeSyntaxError",
            "SyntaxError: Unexpected end of input",
        ),
        ("app.handler", "throw new RangeError('at import')", "RangeError", "at import"),
        ("app.handler", "throw 'text'", "string", "text"),
    ],
)
async def test_what_the_init_phase_finds(workshop, node, handler, source, kind, message, runtime) -> None:
    spec = node(source, handler=handler, runtime=runtime)
    outcome, document = await workshop.error(spec)
    assert (document["errorType"], document["errorMessage"]) == (kind, message)
    assert outcome.error_type == kind
    assert str(workshop.root) not in outcome.payload.decode()
    headline = "Init Error " if runtime == PROMISES else "Uncaught Exception "
    _, request_id, level, said, _ = outcome.lines[-1].text.split("\t")
    assert (request_id, level, said) == ("-" if runtime == PROMISES else "undefined", "ERROR", headline)
    await workshop.error(spec)
    assert len(workshop.prepared) == 2


async def test_a_missing_package(workshop, node) -> None:
    _, document = await workshop.error(node("require('no-such-thing'); exports.handler = async () => 1;"))
    assert document["errorType"] == "Runtime.ImportModuleError"
    assert document["errorMessage"] == (
        "Error: Cannot find module 'no-such-thing'\nRequire stack:\n- /var/task/app.js\n- /var/runtime/index.mjs"
    )
    assert document["trace"][0] == "Runtime.ImportModuleError: Error: Cannot find module 'no-such-thing'"


async def test_a_missing_package_of_a_module(workshop, node) -> None:
    spec = node("import 'no-such-thing';\nexport const handler = async () => 1;", file="app.mjs")
    _, document = await workshop.error(spec)
    assert (document["errorType"], document["errorMessage"]) == (
        "Error",
        "Cannot find package 'no-such-thing' imported from /var/task/app.mjs",
    )


async def test_from_24_on_no_callbacks(workshop, node) -> None:
    spec = node("exports.handler = (event, context, callback) => callback(null, 1);", runtime=PROMISES)
    _, document = await workshop.error(spec)
    assert (document["errorType"], document["errorMessage"]) == ("Runtime.CallbackHandlerDeprecated", REMOVED)


@runtimes
@pytest.mark.parametrize(
    ("statement", "kind", "message", "headline"),
    [
        (
            "setTimeout(() => { throw new RangeError('late'); }, 1)",
            "RangeError",
            "late",
            "Uncaught Exception ",
        ),
        (
            "Promise.reject(new RangeError('lost'))",
            "Runtime.UnhandledPromiseRejection",
            "RangeError: lost",
            "Unhandled Promise Rejection ",
        ),
        (
            "Promise.reject('text')",
            "Runtime.UnhandledPromiseRejection",
            "text",
            "Unhandled Promise Rejection ",
        ),
    ],
)
async def test_what_nobody_catches_costs_the_environment(
    workshop, node, statement, kind, message, headline, runtime
) -> None:
    source = f"""\
    exports.handler = async (event) => {{
      if (event) {{ {statement}; await new Promise(done => setTimeout(done, 1000)); }}
      return 'fine';
    }};
    """
    spec = node(source, runtime=runtime)
    assert await workshop.answer(spec, 0) == "fine"
    outcome, document = await workshop.error(spec, 1)
    assert (document["errorType"], document["errorMessage"]) == (kind, message)
    assert outcome.lines[0].text.split("\t")[3] == headline
    assert await workshop.answer(spec, 0) == "fine"
    assert len(workshop.prepared) == 2


async def test_what_is_lost_before_the_answer_counts_from_24_on(workshop, node) -> None:
    source = "exports.handler = async () => { Promise.reject(new Error('lost')); return 1; };"
    outcome, _ = await workshop.error(node(source, runtime=PROMISES))
    assert outcome.error_type == "Runtime.UnhandledPromiseRejection"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("process.exit()", "Runtime exited without providing a reason"),
        ("process.exit(3)", "Runtime exited with error: exit status 3"),
        ("process.kill(process.pid, 'SIGKILL')", "Runtime exited with error: signal: killed"),
        ("process.abort()", "Runtime exited with error: signal: aborted"),
    ],
)
@pytest.mark.parametrize("where", ["handler", "import"])
async def test_an_exit(workshop, node, statement, words, where) -> None:
    body = {"handler": f"exports.handler = async () => {{ {statement}; }};", "import": statement}[where]
    outcome, document = await workshop.error(node(f"console.log('last words');\n{body}"), request_id="abc")
    assert document == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: abc Error: {words}"}
    assert outcome.lines[0].text.endswith("\tINFO\tlast words")


async def test_a_promise_that_nothing_can_fulfil_from_24_on(workshop, node) -> None:
    spec = node("exports.handler = () => new Promise(() => {});", runtime=PROMISES)
    outcome, document = await workshop.error(spec, request_id="abc")
    assert document["errorMessage"] == "RequestId: abc Error: Runtime exited without providing a reason"
    assert outcome.error_type == "Runtime.ExitError"


async def test_a_timeout(workshop, node) -> None:
    spec = node("exports.handler = () => { while (true) {} };", timeout_s=1)
    outcome, document = await workshop.error(spec, request_id="abc")
    assert document == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: abc Error: Task timed out after 1.00 seconds",
    }
    assert outcome.timed_out


async def test_memory(workshop, node) -> None:
    source = """\
    const kept = [];
    exports.handler = async () => {
      for (;;) { kept.push(Buffer.alloc(4 << 20, 1)); await new Promise(done => setTimeout(done, 5)); }
    };
    """
    outcome, _ = await workshop.error(node(source, memory_mb=128))
    assert outcome.error_type == "Runtime.OutOfMemory"


async def test_an_error_over_the_limit_keeps_its_type(workshop, node) -> None:
    spec = node("exports.handler = async () => { throw new TypeError('x'.repeat(7000000)); };")
    _, document = await workshop.error(spec)
    assert document["errorType"] == "TypeError"


async def test_an_event_that_is_no_json(workshop, node) -> None:
    spec = node("exports.handler = async (event) => event;")
    outcome = await workshop.supervisor.invoke(spec, Invocation("r", b"{", spec.arn))
    assert outcome.error_type == "SyntaxError"
    assert await workshop.answer(spec, 1) == 1


async def test_a_client_context_that_is_no_json(workshop, node) -> None:
    spec = node("exports.handler = async (event) => event;")
    outcome, _ = await workshop.error(spec, client_context="{")
    assert outcome.error_type == "Runtime.PlatformError"

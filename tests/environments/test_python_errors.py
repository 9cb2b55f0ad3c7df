"""A function's errors, each with AWS's words."""

import json
import sys

import pytest

from portico.environments.framed import CONTENT_BYTES_MAX

MAX = CONTENT_BYTES_MAX


async def test_an_exception_of_the_handler(workshop) -> None:
    source = """\
    def inner():
        raise ValueError("bad value")

    def handler(event, context):
        inner()
    """
    spec = workshop.function("f", source)
    outcome, document = await workshop.error(spec, request_id="abc")
    file = "/var/task/app.py"
    assert document == {
        "errorMessage": "bad value",
        "errorType": "ValueError",
        "requestId": "abc",
        "stackTrace": [
            f'  File "{file}", line 5, in handler\n    inner()\n',
            f'  File "{file}", line 2, in inner\n    raise ValueError("bad value")\n',
        ],
    }
    assert outcome.error_type == "ValueError"
    assert [line.text for line in outcome.lines] == [
        "[ERROR] ValueError: bad value\nTraceback (most recent call last):\n"
        f'\u00a0\u00a0File "{file}", line 5, in handler\n\u00a0\u00a0\u00a0\u00a0inner()\n'
        f'\u00a0\u00a0File "{file}", line 2, in inner\n\u00a0\u00a0\u00a0\u00a0raise ValueError("bad value")'
    ]


async def test_where_the_library_and_the_sdk_lie_here_is_not_told(workshop) -> None:
    source = """\
    import json, os, boto3
    def handler(event, context):
        if event == "sdk":
            boto3.client("sqs", region_name="us-east-1").send_message()
        json.loads("{")
    """
    spec = workshop.function("f", source)
    for event, file in (("json", "json/__init__.py"), ("sdk", "site-packages/botocore/client.py")):
        _, document = await workshop.error(spec, event)
        assert document["stackTrace"][0].startswith('  File "/var/task/app.py"')
        library = f"/var/lang/lib/python3.{sys.version_info.minor}"
        assert document["stackTrace"][1].startswith(f'  File "{library}/{file}"')


async def test_an_error_does_not_cost_the_environment(workshop) -> None:
    spec = workshop.function("f", "def handler(e, c):\n    return 1 / e")
    await workshop.error(spec, 0)
    assert await workshop.answer(spec, 4) == 0.25
    assert len(workshop.prepared) == 1


@pytest.mark.parametrize(
    ("handler", "source", "kind", "message"),
    [
        (
            "nope.handler",
            "",
            "Runtime.ImportModuleError",
            "Unable to import module 'nope': No module named 'nope'",
        ),
        ("no/pe.x", "", "Runtime.ImportModuleError", "Unable to import module 'no/pe': No module named 'no'"),
        (
            "app.handler",
            "import nothing_like_that",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nothing_like_that'",
        ),
        ("app.missing", "x = 1", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'app'"),
        (
            "app",
            "",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "sys.exit",
            "",
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module sys as a handler module",
        ),
        ("app.handler", "raise KeyError('at import')", "KeyError", "'at import'"),
    ],
)
async def test_what_goes_wrong_before_the_first_event(workshop, handler, source, kind, message) -> None:
    spec = workshop.function("f", source, handler=handler)
    outcome, document = await workshop.error(spec)
    assert (document["errorType"], document["errorMessage"]) == (kind, message)
    assert outcome.error_type == kind
    assert document["requestId"] == ""
    assert outcome.lines[-1].text.startswith(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):")
    await workshop.error(spec)
    assert len(workshop.prepared) == 2, "a failed environment is not used again"


async def test_a_syntax_error(workshop) -> None:
    spec = workshop.function("f", "def handler(event, context)\n    return 1\n")
    _, document = await workshop.error(spec)
    assert document["errorType"] == "Runtime.UserCodeSyntaxError"
    assert document["errorMessage"] == "Syntax error in module 'app': expected ':' (app.py, line 1)"
    file = "/var/task/app.py"
    assert document["stackTrace"] == [f'  File "{file}" Line 1\n    def handler(event, context)\n']


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{1, 2}", "Object of type set is not JSON serializable"),
        ("object", "Object of type type is not JSON serializable"),
        ("context", "Object of type LambdaContext is not JSON serializable"),
    ],
)
async def test_an_answer_that_is_no_json(workshop, value, message) -> None:
    spec = workshop.function("f", f"def handler(event, context):\n    return {value}")
    _, document = await workshop.error(spec, request_id="r")
    assert document == {
        "errorMessage": f"Unable to marshal response: {message}",
        "errorType": "Runtime.MarshalError",
        "requestId": "r",
        "stackTrace": [],
    }


async def test_an_event_that_is_no_json(workshop) -> None:
    from portico.environments.work import Invocation

    spec = workshop.function("f", "def handler(event, context):\n    return event")
    outcome = await workshop.supervisor.invoke(spec, Invocation("r", b"{oops", spec.arn))
    document = json.loads(outcome.payload)
    assert document["errorType"] == "Runtime.UnmarshalError"
    assert document["errorMessage"].startswith("Unable to unmarshal input: Expecting property name")


async def test_a_cycle_in_an_answer_does_not_spoil_the_next_one(workshop) -> None:
    source = """\
    ring = {"inner": []}
    def handler(event, context):
        ring["inner"][:] = [ring] if event else []
        return ring
    """
    spec = workshop.function("f", source)
    for _ in range(2):
        _, document = await workshop.error(spec, True)
        assert document["errorMessage"] == "Unable to marshal response: Circular reference detected"
        assert await workshop.answer(spec, False) == {"inner": []}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit()", "Runtime exited without providing a reason"),
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit('why')", "Runtime exited with error: exit status 1"),
        ("exit(4)", "Runtime exited with error: exit status 4"),
        ("os._exit(5)", "Runtime exited with error: exit status 5"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "Runtime exited with error: signal: killed"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "Runtime exited with error: signal: terminated"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
@pytest.mark.parametrize("where", ["handler", "import"])
async def test_an_exit(workshop, statement, words, where) -> None:
    body = {"handler": f"def handler(event, context):\n    {statement}\n", "import": f"{statement}\n"}[where]
    spec = workshop.function("f", f"import os, signal, sys\nprint('last words')\n{body}")
    outcome, document = await workshop.error(spec, request_id="abc")
    assert document == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: abc Error: {words}"}
    assert outcome.error_type == "Runtime.ExitError"
    assert outcome.lines[0].text == "last words"
    await workshop.error(spec)
    assert len(workshop.prepared) == 2


async def test_an_answer_over_the_limit(workshop) -> None:
    spec = workshop.function("f", "def handler(event, context):\n    return 'x' * event")
    _, document = await workshop.error(spec, MAX - 1)
    assert document == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": f"Response payload size ({MAX + 1} bytes) exceeded maximum allowed payload size ({MAX} bytes).",
    }
    assert len(await workshop.answer(spec, MAX - 2)) == MAX - 2


async def test_an_error_over_the_limit_keeps_its_type(workshop) -> None:
    spec = workshop.function("f", "def handler(event, context):\n    raise ValueError('x' * 7_000_000)")
    _, document = await workshop.error(spec)
    assert document["errorType"] == "ValueError"


async def test_errors_with_any_text(workshop) -> None:
    spec = workshop.function("f", "def handler(event, context):\n    raise Exception('ü\\udcff\\0')")
    _, document = await workshop.error(spec)
    assert document["errorMessage"] == "ü\udcff\0"

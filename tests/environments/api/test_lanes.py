"""The conformance suite of lanes: the same functions in Python by our own frames, and by the Runtime API with AWS's client.

A caller can't tell which lane its function's runtime speaks; nor can the log, the pool or the next invocation.
"""

import asyncio
import json

import pytest


@pytest.fixture(params=["frames", "api"])
def function(request, workshop, client_package):
    """`function(source, ...)`: a function in Python, by either lane."""
    if request.param == "api":
        return client_package
    return lambda source, **changes: workshop.function("p", source, **changes)


async def test_an_event_goes_in_and_an_answer_comes_out(workshop, function) -> None:
    spec = function("def handler(event, context):\n    return {'got': event}")
    for event in (None, True, 1.5, "ü\n", [1, {"a": []}], {"": 0}):
        assert await workshop.answer(spec, event) == {"got": event}
    assert len(workshop.prepared) == 1


async def test_the_context(workshop, function) -> None:
    source = """
    def handler(event, context):
        return [context.aws_request_id, context.invoked_function_arn, context.function_name, context.function_version,
                context.memory_limit_in_mb, 0 < context.get_remaining_time_in_millis() <= 20_000,
                context.client_context and context.client_context.custom, context.identity.cognito_identity_id,
                __import__("os").environ.get("_X_AMZN_TRACE_ID")]
    """
    spec = function(source)
    plain = await workshop.answer(spec, request_id="one")
    assert plain == ["one", spec.arn, "p", "$LATEST", "256", True, None, None, None]
    about = {
        "client_context": '{"custom": {"a": "ü"}}',
        "cognito_identity_id": "i",
        "cognito_identity_pool_id": "q",
    }
    full = await workshop.answer(spec, request_id="two", arn=f"{spec.arn}:alias", trace="Root=1-x", **about)
    assert full == ["two", f"{spec.arn}:alias", "p", "$LATEST", "256", True, {"a": "ü"}, "i", "Root=1-x"]


async def test_what_is_written_is_the_log_of_its_invocation(workshop, function) -> None:
    spec = function("print('init', flush=True)\ndef handler(event, context):\n    print('at', event)")
    first, second = await workshop.invoke(spec, 1), await workshop.invoke(spec, 2)
    assert [line.text for line in first.lines] == ["init", "at 1"]
    assert [line.text for line in second.lines] == ["at 2"]
    assert first.init_ms is not None
    assert second.init_ms is None


async def test_an_exception_is_its_document_and_the_environment_stays(workshop, function) -> None:
    spec = function("def handler(event, context):\n    raise KeyError(event)")
    for text in ("a", "b"):
        outcome, document = await workshop.error(spec, text, request_id=text)
        assert outcome.error_type == document["errorType"] == "KeyError"
        assert document["errorMessage"] == repr(text)
        assert document["requestId"] == text
        assert document["stackTrace"]
    assert len(workshop.prepared) == 1


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import nowhere", "Runtime.ImportModuleError"),
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("other = 1", "Runtime.HandlerNotFound"),
        ("raise OSError('at once')", "OSError"),
    ],
)
async def test_an_init_phase_that_fails(workshop, function, source, kind) -> None:
    outcome, document = await workshop.error(function(source))
    assert (outcome.error_type, document["errorType"]) == (kind, kind)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(9)", "Runtime exited with error: exit status 9"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
async def test_an_end_in_an_invocation_costs_that_one_only(workshop, function, how, words) -> None:
    spec = function(
        f"import os\ndef handler(event, context):\n    if event:\n        {how}\n    return 'well'"
    )
    outcome, document = await workshop.error(spec, True, request_id="abc")
    assert outcome.error_type == "Runtime.ExitError"
    assert document["errorMessage"] == f"RequestId: abc Error: {words}"
    assert await workshop.answer(spec, False) == "well"


async def test_a_timeout(workshop, function) -> None:
    source = "import select\ndef handler(event, context):\n    if event:\n        select.select([], [], [])\n    return 'well'"
    spec = function(source, timeout_s=1)
    outcome, document = await workshop.error(spec, True, request_id="abc")
    assert outcome.timed_out
    assert document["errorMessage"] == "RequestId: abc Error: Task timed out after 1.00 seconds"
    assert await workshop.answer(spec, False) == "well"


async def test_an_answer_that_is_too_large(workshop, function) -> None:
    spec = function("def handler(event, context):\n    return 'x' * event")
    assert len(await workshop.answer(spec, 6_291_554)) == 6_291_554
    _, document = await workshop.error(spec, 6_291_555)
    assert document == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).",
    }
    assert await workshop.answer(spec, 1) == "x"


async def test_an_answer_that_is_no_json(workshop, function) -> None:
    _, document = await workshop.error(function("def handler(event, context):\n    return object()"))
    assert document["errorType"] == "Runtime.MarshalError"


async def test_many_at_once_each_get_their_own(workshop, function) -> None:
    spec = function("def handler(event, context):\n    return [event, context.aws_request_id]")
    outcomes = await asyncio.gather(*(workshop.invoke(spec, n, request_id=f"r{n}") for n in range(12)))
    assert [json.loads(outcome.payload) for outcome in outcomes] == [[n, f"r{n}"] for n in range(12)]

"""What a function sees, and how its answers and its log come out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portico.environments import runtimes
from portico.environments.interpreters import is_installed, own
from portico.environments.work import Invocation


async def test_an_event_goes_in_and_an_answer_comes_out(workshop) -> None:
    spec = workshop.function("echo", "def handler(event, context):\n    return event")
    for event in (None, True, 12, 1.5, "ünï ☃ \0", [1, []], {"a": {"b": None}}, "x" * 3_000_000):
        assert await workshop.answer(spec, event) == event
    assert len(workshop.prepared) == 1


async def test_handlers_in_packages(workshop) -> None:
    spec = workshop.function("f", "", handler="pkg/sub/mod.go")
    (workshop.root / "f" / "pkg" / "sub").mkdir(parents=True)
    (workshop.root / "f" / "pkg" / "sub" / "mod.py").write_text(
        "def go(event, context):\n    return __name__"
    )
    assert await workshop.answer(spec) == "pkg.sub.mod"
    dotted = workshop.function("f", "", handler="pkg.sub.mod.go", key="f:2")
    assert await workshop.answer(dotted) == "pkg.sub.mod"


async def test_a_handler_module_named_like_one_of_pythons(workshop) -> None:
    spec = workshop.function("f", "", handler="uuid.handler")
    (workshop.root / "f" / "uuid.py").write_text("def handler(event, context):\n    return 'mine'")
    assert await workshop.answer(spec) == "mine"


async def test_the_environment_is_what_was_prepared_and_nothing_else(workshop) -> None:
    os.environ["PORTICO_SECRET_OF_THE_SERVER"] = "secret"
    source = """\
    import os, sys, time
    seen = dict(os.environ)
    def handler(event, context):
        libc = __import__("ctypes").CDLL(None)
        libc.getenv.restype = __import__("ctypes").c_char_p
        return {"env": dict(os.environ), "at_import": seen, "cwd": os.getcwd(), "path": sys.path, "tz": time.tzname,
                "c": libc.getenv(b"MINE").decode(), "argv": sys.argv, "modules": sorted(sys.modules)}
    """
    spec = workshop.function("f", source, variables={"MINE": "ü", "PYTHONPATH": "/nowhere/a:/nowhere/b"})
    answer = await workshop.answer(spec)
    folder = "/var/task"
    for variables in (answer["env"], answer["at_import"]):
        assert variables.pop("AWS_LAMBDA_RUNTIME_API").startswith("127.0.0.1:")
    assert answer["env"] == answer["at_import"] == {
        "MINE": "ü", "PYTHONPATH": "/nowhere/a:/nowhere/b", "LAMBDA_TASK_ROOT": folder, "_HANDLER": "app.handler",
        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_LAMBDA_LOG_STREAM_NAME": workshop.prepared[0], "PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": ":UTC",
    }  # fmt: skip
    assert answer["c"] == "ü"
    assert answer["cwd"] == folder
    assert answer["path"][:3] == [folder, "/nowhere/a", "/nowhere/b"]
    assert answer["tz"] == ["UTC", "UTC"]
    assert not [
        name for name in answer["modules"] if name.startswith(("portico", "msgspec", "uvicorn", "asyncio"))
    ]


async def test_the_servers_own_libraries_are_not_importable_but_the_sdk_is(workshop) -> None:
    source = """\
    import importlib
    def handler(event, context):
        found = {}
        for name in ("boto3", "botocore", "urllib3", "msgspec", "uvicorn", "cryptography", "portico", "click"):
            try:
                found[name] = bool(importlib.import_module(name))
            except ImportError:
                found[name] = False
        return found
    """
    found = await workshop.answer(workshop.function("f", source))
    assert [name for name, there in found.items() if there] == ["boto3", "botocore", "urllib3"]


@pytest.mark.parametrize("mention", ["import boto3\n", ""], ids=["sdk", "bare"])
async def test_a_package_with_its_own_urllib3_gets_its_own(workshop, mention) -> None:
    spec = workshop.function(
        "f", f"{mention}import urllib3\ndef handler(e, c):\n    return urllib3.__version__"
    )
    folder = workshop.root / "f" / "urllib3"
    folder.mkdir()
    names = "HTTPHeaderDict = HTTPConnectionPool = PoolManager = disable_warnings = None\n"
    (folder / "__init__.py").write_text(f"__version__ = 'mine'\n{names}")
    if mention:
        spec = workshop.function(
            "f", "import urllib3  # not boto3\ndef handler(e, c):\n    return urllib3.__version__"
        )
    assert await workshop.answer(spec) == "mine"


async def test_what_mentions_the_sdk_finds_it_loaded(workshop) -> None:
    source = """\
    import sys
    loaded = "boto3" in sys.modules
    def handler(event, context):
        import boto3
        client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        return [loaded, client.meta.endpoint_url]
    """
    assert await workshop.answer(workshop.function("f", source)) == [
        True,
        "https://sqs.eu-west-1.amazonaws.com",
    ]


async def test_the_context(workshop) -> None:
    source = """\
    def handler(event, context):
        c = context
        return [c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.aws_request_id,
                c.log_group_name, c.log_stream_name, c.identity.cognito_identity_id,
                c.identity.cognito_identity_pool_id, c.client_context, c.tenant_id,
                0 < c.get_remaining_time_in_millis() <= 20000, c.get_remaining_time_in_millis() > 15000]
    """
    spec = workshop.function("f", source)
    assert await workshop.answer(spec, request_id="abc", arn="arn:other") == [
        "f", "$LATEST", "arn:other", "256", "abc", "/aws/lambda/f", workshop.prepared[0], None, None, None, None,
        True, True,
    ]  # fmt: skip


async def test_the_context_of_a_mobile_caller(workshop) -> None:
    source = """\
    def handler(event, context):
        c = context.client_context
        return [c.client.installation_id, c.client.app_title, c.custom, c.env,
                context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]
    """
    client = json.dumps({"client": {"installation_id": "i"}, "custom": {"k": 1}, "env": {"e": "é"}})
    answer = await workshop.answer(
        workshop.function("f", source),
        client_context=client,
        cognito_identity_id="id",
        cognito_identity_pool_id="pool",
    )
    assert answer == ["i", None, {"k": 1}, {"e": "é"}, "id", "pool"]


async def test_a_client_context_that_is_no_json(workshop) -> None:
    spec = workshop.function("f", "def handler(event, context):\n    return 1")
    _, document = await workshop.error(spec, client_context="{oops")
    assert document["errorType"] == "Runtime.LambdaContextUnmarshalError"
    assert document["errorMessage"].startswith("Unable to parse Client Context JSON: ")


async def test_the_trace_is_in_the_environment_of_its_own_invocation_only(workshop) -> None:
    spec = workshop.function(
        "f", "import os\ndef handler(e, c):\n    return os.environ.get('_X_AMZN_TRACE_ID')"
    )
    assert await workshop.answer(spec, trace="Root=1-2-3") == "Root=1-2-3"
    assert await workshop.answer(spec) is None


async def test_the_trace_reaches_programs_whatever_a_function_does_to_it(workshop) -> None:
    source = """\
    import os, subprocess
    def handler(event, context):
        seen = os.environ.get("_X_AMZN_TRACE_ID"), subprocess.getoutput("echo $_X_AMZN_TRACE_ID")
        if event == "set":
            os.environ["_X_AMZN_TRACE_ID"] = "mine"
        elif event == "delete":
            del os.environ["_X_AMZN_TRACE_ID"]
        return seen
    """
    spec = workshop.function("f", source)
    for event, trace in (("set", "Root=1"), ("delete", "Root=2"), ("", "Root=" + "3" * 2000), ("", "Root=4")):
        assert await workshop.answer(spec, event, trace=trace) == [trace, trace]
    assert await workshop.answer(spec) == [None, ""]
    assert await workshop.answer(spec, trace="Root=5") == ["Root=5", "Root=5"]


def test_a_trace_for_each_event_takes_no_more_memory() -> None:
    program = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from python.trace import TraceVariable
variable = TraceVariable()
def many(start):
    for number in range(start, start + 100_000):
        variable.set(f"Root=1-{number:0100d}")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
first = many(0)
print(many(100_000) - first)
"""
    folder = Path(runtimes.__file__).parent
    grown_kb = subprocess.run(
        [sys.executable, "-c", program, folder], stdout=subprocess.PIPE, check=True
    ).stdout
    assert int(grown_kb) < 2000


@pytest.mark.parametrize(
    ("expression", "payload"),
    [
        ("decimal.Decimal('1.10')", b"1.10"),
        ("[decimal.Decimal('1e3'), decimal.Decimal(7), 'a']", b'[1E+3, 7, "a"]'),
        ("decimal.Decimal('nan')", b"NaN"),
        ("float('inf')", b"Infinity"),
        ("b'raw \\xff'", b"raw \xff"),
        ("{'b': b'text'}", b'{"b": "text"}'),
        ("(1, 2)", b"[1, 2]"),
        ("{1: 2}", b'{"1": 2}'),
    ],
)
async def test_answers_as_awss_runtime_writes_them(workshop, expression, payload) -> None:
    spec = workshop.function("f", f"import decimal\ndef handler(e, c):\n    return {expression}")
    assert (await workshop.invoke(spec)).payload == payload


@pytest.mark.parametrize(("version", "payload"), [("3.11", b'"\\u00fc"'), ("3.12", '"ü"'.encode())])
async def test_text_is_escaped_until_python_3_12(workshop, version, payload) -> None:
    variables = {"AWS_EXECUTION_ENV": f"AWS_Lambda_python{version}"}
    spec = workshop.function("f", "def handler(e, c):\n    return 'ü'", variables=variables)
    assert (await workshop.invoke(spec)).payload == payload


async def test_each_line_belongs_to_the_invocation_that_wrote_it(workshop) -> None:
    source = """\
    import os, subprocess, sys
    print("import")
    def handler(event, context):
        print("out", event)
        print("err", event, file=sys.stderr)
        os.write(1, b"raw\\n")
        subprocess.run(["echo", "child"], check=True)
        sys.stdout.write("unfinished")
    """
    spec = workshop.function("f", source)
    for n in range(3):
        outcome = await workshop.invoke(spec, n)
        expected = [f"out {n}", f"err {n}", "raw", "child", "unfinished"]
        assert [line.text for line in outcome.lines] == (["import"] if n == 0 else []) + expected
        assert all(
            outcome.started_at_ms - 1000 <= line.at_ms <= outcome.ended_at_ms for line in outcome.lines
        )


async def test_what_a_function_makes_of_its_output_loses_no_line(workshop) -> None:
    source = """\
    import os
    def handler(event, context):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(1, b"%d\\n" % event)
        if event:
            os.close(2)
    """
    spec = workshop.function("f", source)
    for n in range(4):
        assert [line.text for line in (await workshop.invoke(spec, n)).lines] == [str(n)]


async def test_a_function_that_closes_what_it_finds_has_its_lines(workshop) -> None:
    source = """\
    import os
    kept = os.dup(1)
    os.closerange(1, 3)
    def handler(event, context):
        os.write(kept, b"%d\\n" % event)
    """
    spec = workshop.function("f", source)
    for n in range(4):
        assert [line.text for line in (await workshop.invoke(spec, n)).lines] == [str(n)]


async def test_a_function_that_says_its_log_has_been_read_hides_nothing(workshop) -> None:
    source = """\
    import sys
    runtime = next(module for name, module in list(sys.modules.items()) if name.endswith("python.logs"))
    runtime.Pipe.unread = lambda pipe: False
    def handler(event, context):
        print(event)
    """
    spec = workshop.function("f", source)
    heard = [line.text for n in range(20) for line in (await workshop.invoke(spec, n)).lines]
    assert len(heard) > 10
    assert heard == [str(n) for n in range(len(heard))]


async def test_logging_in_text(workshop) -> None:
    source = """\
    import logging
    logging.getLogger().info("not shown")
    def handler(event, context):
        logging.warning("two\\nlines %s", 1)
        logging.getLogger("mine").error("bad")
        context.log("raw\\n")
    """
    outcome = await workshop.invoke(workshop.function("f", source), request_id="abc")
    first, second, raw = (line.text for line in outcome.lines)
    level, stamp, request_id, message = first.split("\t")
    assert (level, request_id, message) == ("[WARNING]", "abc", "two\nlines 1")
    assert len(stamp) == 24
    assert stamp.endswith("Z")
    assert second.endswith("\tabc\tbad")
    assert raw == "raw"


async def test_logging_in_json(workshop) -> None:
    source = """\
    import logging
    log = logging.getLogger("mine")
    def handler(event, context):
        log.debug("shown", extra={"order": 7})
        try:
            1 / 0
        except ZeroDivisionError:
            log.exception("caught")
        raise RuntimeError("end")
    """
    variables = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
    outcome = await workshop.invoke(workshop.function("f", source, variables=variables), request_id="abc")
    plain, caught, crash = (json.loads(line.text) for line in outcome.lines)
    stamp = plain.pop("timestamp")
    assert stamp[10] == "T"
    assert stamp.endswith("Z")
    assert plain == {"level": "DEBUG", "message": "shown", "logger": "mine", "requestId": "abc", "order": 7}
    assert (caught["errorType"], caught["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert caught["location"].endswith("app.py:handler:8")
    assert (crash["log_level"], crash["errorType"], crash["requestId"]) == ("ERROR", "RuntimeError", "abc")


async def test_streams_that_a_function_closes_or_replaces(workshop) -> None:
    source = """\
    import io, sys
    def handler(event, context):
        if event == "close":
            sys.stdout.close()
        else:
            sys.stdout = io.StringIO()
            sys.stderr = None
        return "fine"
    """
    assert await workshop.answer(workshop.function("f", source), "close") == "fine"
    assert await workshop.answer(workshop.function("g", source), "replace") == "fine"


async def test_standard_input_is_empty(workshop) -> None:
    spec = workshop.function("f", "import sys\ndef handler(e, c):\n    return sys.stdin.read()")
    assert await workshop.answer(spec) == ""


@pytest.mark.parametrize(
    "event",
    [
        b' {"a": 1}',
        b'{"a": 1}\n',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32-le"),
    ],
)
async def test_events_that_are_json_in_another_form(workshop, event) -> None:
    spec = workshop.function("f", "def handler(event, context):\n    return event")
    outcome = await workshop.supervisor.invoke(spec, Invocation("r", event, spec.arn))
    assert outcome.payload == b'{"a": 1}'


async def test_memory_is_told_by_the_invocation_that_uses_it(workshop) -> None:
    source = "kept = []\ndef handler(event, context):\n    kept.append(b'x' * event)"
    spec = workshop.function("f", source)
    before = [(await workshop.invoke(spec, 0)).max_memory_mb for _ in range(3)][-1]
    assert (await workshop.invoke(spec, 60_000_000)).max_memory_mb >= before + 55


async def test_measures(workshop) -> None:
    spec = workshop.function("f", "data = b'x' * 60_000_000\ndef handler(e, c):\n    return 1")
    cold = await workshop.invoke(spec)
    warm = await workshop.invoke(spec)
    assert cold.init_ms is not None
    assert cold.init_ms > 0
    assert warm.init_ms is None
    assert 60 <= cold.max_memory_mb <= 256
    assert 0 < warm.duration_ms < 10_000
    assert cold.log_stream == warm.log_stream == workshop.prepared[0]
    day, _, rest = cold.log_stream.rpartition("/")
    assert len(day) == 10
    assert rest.startswith("[$LATEST]")
    assert len(rest) == 41


async def test_functions_do_not_share_what_they_change(workshop) -> None:
    first = workshop.function("a", "import json\njson.mine = 1\ndef handler(e, c):\n    return 1")
    second = workshop.function("b", "import json\ndef handler(e, c):\n    return hasattr(json, 'mine')")
    await workshop.answer(first)
    assert await workshop.answer(second) is False


async def test_a_runtime_that_is_not_python_is_refused(workshop) -> None:
    from portico.environments.work import PreparationFailed

    spec = workshop.function("f", "", runtime="ruby3.3")
    with pytest.raises(PreparationFailed, match=r"ruby3\.3"):
        await workshop.supervisor.invoke(spec, Invocation("r", b"1", spec.arn))


async def test_pickling_and_threads_work(workshop) -> None:
    source = """\
    import pickle, threading, concurrent.futures
    class Thing: pass
    def handler(event, context):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            numbers = list(pool.map(lambda n: n * 2, range(3)))
        return [type(pickle.loads(pickle.dumps(Thing()))).__name__, numbers, __import__("sys").flags.utf8_mode]
    """
    assert await workshop.answer(workshop.function("f", source)) == ["Thing", [0, 2, 4], 1]
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
async def test_other_pythons_of_the_machine(workshop, version) -> None:
    source = """\
    import sys, logging
    def handler(event, context):
        print("printed")
        logging.warning("logged")
        if event == "fail":
            raise ValueError(event)
        return "%d.%d" % sys.version_info[:2]
    """
    runtime = f"python{version}"
    spec = workshop.function("f", source, runtime=runtime)
    assert await workshop.answer(spec) == (version if is_installed(runtime) else own().removeprefix("python"))
    outcome, document = await workshop.error(spec, "fail")
    assert document["errorMessage"] == "fail"
    assert "^" not in document["stackTrace"][0]
    assert len(outcome.lines) == 3


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.13"])
async def test_other_pythons_find_the_sdk_or_the_servers_own_stands_in(workshop, version) -> None:
    source = """\
    import sys, boto3
    def handler(event, context):
        return "%d.%d" % sys.version_info[:2]
    """
    spec = workshop.function("f", source, runtime=f"python{version}")
    assert await workshop.answer(spec) in (version, own().removeprefix("python"))


async def test_what_the_init_phase_writes_comes_before_the_start(workshop) -> None:
    spec = workshop.function("f", "print('init')\ndef handler(e, c):\n    print('handler')")
    outcome = await workshop.invoke(spec)
    assert [(line.text, line.at_ms < outcome.started_at_ms) for line in outcome.lines] == [
        ("init", True),
        ("handler", False),
    ]

"""What functions in Node.js write."""

import json
import re

import pytest

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


async def lines(workshop, spec, event: object = None) -> list[str]:
    outcome = await workshop.invoke(spec, event, request_id="abc")
    assert outcome.function_error == "", outcome
    return [line.text for line in outcome.lines]


async def test_every_level_of_the_console(workshop, node) -> None:
    source = """\
    exports.handler = async () => {
      for (const name of ['trace', 'debug', 'info', 'log', 'warn', 'error', 'fatal']) console[name]('said %s', name, {a: 1});
    };
    """
    expected = [
        f"{level}\tsaid {name} {{ a: 1 }}"
        for level, name in [
            ("TRACE", "trace"), ("DEBUG", "debug"), ("INFO", "info"), ("INFO", "log"),
            ("WARN", "warn"), ("ERROR", "error"), ("FATAL", "fatal"),
        ]
    ]  # fmt: skip
    written = await lines(workshop, node(source))
    assert [re.fullmatch(rf"{STAMP}\tabc\t(.*)", line)[1] for line in written] == expected  # type: ignore[index]


async def test_a_message_is_one_event_and_plain_lines_are_many(workshop, node) -> None:
    source = """\
    exports.handler = async () => {
      process.stdout.write('one\\ntwo\\nthree');
      console.log('four\\nfive');
      process.stderr.write('six\\n');
      console.error(new Error('seven').message);
      require('node:fs').writeSync(1, 'eight\\n');
      process.stdout.write(Buffer.from('nine'));
    };
    """
    written = await lines(workshop, node(source))
    assert [line.split("\t")[-1] for line in written] == [
        "one", "two", "three", "four\nfive", "six", "seven", "eight", "nine",
    ]  # fmt: skip


async def test_what_the_init_phase_writes(workshop, node) -> None:
    source = "console.log('init'); exports.handler = async () => console.log('handler');"
    old = await lines(workshop, node(source))
    assert [line.split("\t", 1)[1] for line in old] == ["undefined\tINFO\tinit", "abc\tINFO\thandler"]
    new = await lines(workshop, node(source, name="g", runtime="nodejs24.x"))
    assert [line.split("\t", 1)[1] for line in new] == ["-\tINFO\tinit", "abc\tINFO\thandler"]


async def test_json(workshop, node) -> None:
    source = """\
    exports.handler = async () => {
      console.log('text');
      console.info({a: 1});
      console.warn('two', 3);
      console.error('failed', new TypeError('bad'));
      console.error(new RangeError('worse'));
      const cycle = {}; cycle.self = cycle;
      console.log(cycle);
      console.log(10n);
      console.log();
    };
    """
    spec = node(source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"})
    written = [json.loads(line) for line in await lines(workshop, spec)]
    for entry in written:
        assert re.fullmatch(STAMP, entry.pop("timestamp"))
        assert entry.pop("requestId") == "abc"
    assert written[0] == {"level": "INFO", "message": "text"}
    assert written[1] == {"level": "INFO", "message": {"a": 1}}
    assert written[2] == {"level": "WARN", "message": "two 3"}
    assert written[3]["errorType"] == "TypeError"
    assert written[3]["errorMessage"] == "bad"
    assert written[3]["stackTrace"][0] == "TypeError: bad"
    assert written[3]["message"].startswith("failed TypeError: bad\n")
    assert written[4]["message"]["errorType"] == "RangeError"
    assert written[4]["message"]["errorMessage"] == "worse"
    assert "/var/task/app.js" in written[4]["message"]["stackTrace"][1]
    assert written[5]["message"].startswith("<ref *1>")
    assert written[6] == {"level": "INFO", "message": "10n"}
    assert written[7] == {"level": "INFO"}


async def test_a_json_error_of_the_handler(workshop, node) -> None:
    spec = node(
        "exports.handler = async () => { throw new TypeError('bad'); };",
        variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
    )
    outcome, _ = await workshop.error(spec, request_id="abc")
    (line,) = outcome.lines
    entry = json.loads(line.text)
    assert (entry["level"], entry["requestId"]) == ("ERROR", "abc")
    assert (entry["message"]["errorType"], entry["message"]["errorMessage"]) == ("TypeError", "bad")


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("TRACE", ["trace", "debug", "log", "warn", "error", "fatal"]),
        ("WARN", ["warn", "error", "fatal"]),
        ("FATAL", ["fatal"]),
        ("nonsense", ["trace", "debug", "log", "warn", "error", "fatal"]),
    ],
)
async def test_levels(workshop, node, level, shown) -> None:
    source = """\
    exports.handler = async () => {
      for (const name of ['trace', 'debug', 'log', 'warn', 'error', 'fatal']) console[name](name);
    };
    """
    spec = node(source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level})
    assert [json.loads(line)["message"] for line in await lines(workshop, spec)] == shown


async def test_a_child_writes_to_the_same_log(workshop, node) -> None:
    source = """\
    const { spawnSync } = require('node:child_process');
    exports.handler = async () => {
      console.log('before');
      spawnSync('sh', ['-c', 'echo child; echo error >&2'], {stdio: 'inherit'});
      console.log('after');
    };
    """
    written = await lines(workshop, node(source))
    assert [line.split("\t")[-1] for line in written] == ["before", "child", "error", "after"]


async def test_all_that_is_written_comes_before_the_answer(workshop, node) -> None:
    source = """\
    exports.handler = async (event) => {
      for (let i = 0; i < 2000; i++) process.stdout.write(`${i} ${'x'.repeat(500)}\\n`);
    };
    """
    spec = node(source)
    for _ in range(2):
        written = await lines(workshop, spec)
        assert [line.split(" ")[0] for line in written] == [str(i) for i in range(2000)]


async def test_a_stream_piped_into_the_output(workshop, node) -> None:
    source = """\
    const { pipeline } = require('node:stream/promises');
    const { Readable } = require('node:stream');
    exports.handler = async () => {
      await pipeline(Readable.from(['a\\n', 'b\\n']), process.stdout, {end: false});
      process.stdout.end();
      console.log('still');
    };
    """
    written = await lines(workshop, node(source))
    assert [line.split("\t")[-1] for line in written] == ["a", "b", "still"]

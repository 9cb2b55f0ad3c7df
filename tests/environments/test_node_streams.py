"""Streamed answers of functions in Node.js."""

import asyncio
import hashlib
import json

import pytest

from portico.environments.stream import Stream
from portico.environments.work import Invocation

runtimes = pytest.mark.parametrize("runtime", ["nodejs22.x", "nodejs24.x"])


def begin(workshop, spec, event: object = None) -> Stream:
    invocation = Invocation("req", json.dumps(event).encode(), spec.arn)
    stream: Stream = workshop.supervisor.stream(spec, invocation, lambda _: None)
    return stream


async def read(stream: Stream) -> tuple[str, bytes]:
    """The content type and all of the body."""
    async with asyncio.timeout(20):
        head = json.loads(await stream.begun() or b"{}")
        return head.get("contentType", ""), b"".join([part async for part in stream.parts()])


def streaming(body: str, options: str = "") -> str:
    return f"exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {{ {body} }}{options});"


@runtimes
async def test_what_is_written_is_the_answer(workshop, node, runtime) -> None:
    body = "stream.setContentType('text/plain'); stream.write('one '); stream.write(Buffer.from('two ')); stream.end('three');"
    spec = node(streaming(body), runtime=runtime)
    for _ in range(2):
        stream = begin(workshop, spec)
        assert await read(stream) == ("text/plain", b"one two three")
        assert stream.outcome is not None
        assert stream.outcome.function_error == ""
    assert len(workshop.prepared) == 1


async def test_without_a_type_it_is_bytes(workshop, node) -> None:
    assert await read(begin(workshop, node(streaming("stream.end();")))) == ("application/octet-stream", b"")


async def test_what_is_neither_text_nor_bytes_is_json(workshop, node) -> None:
    body = "stream.write({a: 1}); stream.write([2]); stream.end(3);"
    assert (await read(begin(workshop, node(streaming(body)))))[1] == b'{"a":1}[2]3'


async def test_a_first_part_comes_before_the_function_has_ended(workshop, node) -> None:
    spec = node(
        streaming("stream.write('first'); await new Promise(() => setInterval(() => {}, 1000));"), timeout_s=1
    )
    stream = begin(workshop, spec)
    async with asyncio.timeout(20):
        parts = stream.parts()
        assert await anext(parts) == b"first"
        assert stream.outcome is None
        assert [part async for part in parts] == []
    assert stream.outcome is not None
    assert stream.outcome.error_type == "Sandbox.Timedout"


@pytest.mark.parametrize("rest", ["stream.write('body'); stream.end();", "stream.end('body');"])
async def test_a_response_with_a_prelude(workshop, node, rest) -> None:
    body = f"stream = awslambda.HttpResponseStream.from(stream, {{statusCode: 418, headers: {{a: 'b'}}}}); {rest}"
    content_type, answer = await read(begin(workshop, node(streaming(body))))
    assert content_type == "application/vnd.awslambda.http-integration-response"
    assert answer == b'{"statusCode":418,"headers":{"a":"b"}}' + bytes(8) + b"body"


async def test_a_response_with_a_prelude_only(workshop, node) -> None:
    body = "awslambda.HttpResponseStream.from(stream, {statusCode: 204}).end();"
    assert (await read(begin(workshop, node(streaming(body)))))[1] == b'{"statusCode":204}' + bytes(8)


async def test_a_pipeline(workshop, node) -> None:
    source = """\
    const { pipeline } = require('node:stream/promises');
    const { Readable } = require('node:stream');
    const zlib = require('node:zlib');
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      await pipeline(Readable.from(['a'.repeat(100000), 'b']), zlib.createGzip(), zlib.createGunzip(), stream);
    });
    """
    assert (await read(begin(workshop, node(source))))[1] == b"a" * 100_000 + b"b"


async def test_a_large_answer_arrives_whole(workshop, node) -> None:
    source = """\
    const { once } = require('node:events');
    const { createHash } = require('node:crypto');
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      const hash = createHash('sha256');
      for (let i = 0; i < 160; i++) {
        const chunk = Buffer.alloc(100003, i);
        hash.update(chunk);
        if (!stream.write(chunk)) await once(stream, 'drain');
      }
      stream.end(hash.digest());
    });
    """
    _, answer = await read(begin(workshop, node(source)))
    assert len(answer) == 160 * 100_003 + 32
    assert hashlib.sha256(answer[:-32]).digest() == answer[-32:]


async def test_who_reads_slowly_slows_the_function_down(workshop, node) -> None:
    source = """\
    let waiting = 0;
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event === 'ask') { stream.end(String(waiting)); return; }
      const chunk = Buffer.alloc(65536);
      const tick = setInterval(() => { waiting += 1; }, 1);
      for (let i = 0; i < 320; i++) {
        if (!stream.write(chunk)) await new Promise(done => stream.once('drain', done));
        }
      clearInterval(tick);
      stream.end();
    });
    """
    spec = node(source)
    other = node("exports.handler = () => new Promise(done => setTimeout(done, 200));", name="other")
    stream = begin(workshop, spec)
    async with asyncio.timeout(20):
        await stream.begun()
        await workshop.answer(other)  # meanwhile the function fills what it may, and then waits
        assert stream.outcome is None
        parts = [part async for part in stream.parts()]
    assert sum(map(len, parts)) == 320 * 65536
    _, ticks = await read(begin(workshop, spec, "ask"))
    assert int(ticks) > 10  # its event loop went on meanwhile


async def test_a_caller_who_wants_it_at_once(workshop, node) -> None:
    outcome = await workshop.invoke(node(streaming("stream.write('a'); stream.end('b');")))
    assert (outcome.payload, outcome.function_error) == (b"ab", "")


@runtimes
async def test_an_error_before_the_first_byte(workshop, node, runtime) -> None:
    spec = node(streaming("throw new TypeError('bad');"), runtime=runtime)
    _, document = await workshop.error(spec)
    assert (document["errorType"], document["errorMessage"]) == ("TypeError", "bad")
    stream = begin(workshop, spec)
    assert await read(stream) == ("", b"")
    assert stream.outcome is not None
    assert stream.outcome.error_type == "TypeError"
    assert len(workshop.prepared) == 1


@runtimes
@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("throw new TypeError('bad');", "TypeError", "bad"),
        ("", "Error", "Response stream is not finished."),
        ("stream.destroy();", "Error", "Response stream is not finished."),
        ("stream.end(); throw new TypeError('after the end');", "TypeError", "after the end"),
    ],
)
async def test_an_answer_that_breaks_off(workshop, node, body, kind, message, runtime) -> None:
    source = streaming(f"stream.write('half'); await new Promise(setImmediate); {body}")
    stream = begin(workshop, node(source, runtime=runtime))
    assert (await read(stream))[1] == b"half"
    assert stream.outcome is not None
    document = json.loads(stream.outcome.payload)
    assert (document["errorType"], document["errorMessage"]) == (kind, message)
    assert stream.outcome.lines[-1].text.split("\t")[3] == "Invoke Error "


async def test_what_nobody_catches_while_an_answer_is_streamed(workshop, node) -> None:
    body = """
      stream.write('half');
      if (event) { setTimeout(() => { throw new RangeError('lost'); }, 5); await new Promise(done => setTimeout(done, 1000)); }
      stream.end();
    """
    spec = node(streaming(body))
    stream = begin(workshop, spec, 1)
    assert (await read(stream))[1] == b"half"
    assert stream.outcome is not None
    assert json.loads(stream.outcome.payload)["errorType"] == "RangeError"
    assert await read(begin(workshop, spec, 0)) == ("application/octet-stream", b"half")
    assert len(workshop.prepared) == 2


async def test_a_pipeline_that_fails(workshop, node) -> None:
    source = """\
    const { pipeline } = require('node:stream/promises');
    const { Readable } = require('node:stream');
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      await pipeline(Readable.from((function* () { yield 'half'; throw new RangeError('bad source'); })()), stream);
    });
    """
    stream = begin(workshop, node(source))
    await read(stream)
    assert stream.outcome is not None
    assert json.loads(stream.outcome.payload)["errorMessage"] == "bad source"


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (
            "exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end(); });",
            "Error",
            "Streaming does not support non-async handlers.",
        ),
        (
            streaming("stream.write('x'); stream.setContentType('text/plain');"),
            "Runtime.InvalidStreamingOperation",
            "Cannot set content-type, too late.",
        ),
        (
            "exports.handler = async () => 1; exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';",
            "Runtime.MalformedStreamingHandler",
            "Only response streaming is supported.",
        ),
    ],
)
async def test_what_can_not_be_streamed(workshop, node, source, kind, message) -> None:
    _, document = await workshop.error(node(source))
    assert (document["errorType"], document["errorMessage"]) == (kind, message)


async def test_a_returned_value_is_ignored_and_said_so(workshop, node) -> None:
    outcome = await workshop.invoke(node(streaming("stream.end('x'); return 1;")))
    assert outcome.payload == b"x"
    assert outcome.lines[0].text.endswith("\tWARN\tStreaming handlers ignore return values.")


async def test_how_much_is_buffered_can_be_said(workshop, node) -> None:
    body = "stream.end(String(stream.writableHighWaterMark));"
    assert (await workshop.invoke(node(streaming(body, ", {highWaterMark: 1234}")))).payload == b"1234"


async def test_many_small_writes(workshop, node) -> None:
    body = "for (let i = 0; i < 20000; i++) stream.write(`${i} `); stream.end();"
    outcome = await workshop.invoke(node(streaming(body)))
    assert outcome.payload.split() == [str(i).encode() for i in range(20_000)]

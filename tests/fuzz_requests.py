"""What the fuzzer sends: requests as AWS's tools make them, and what becomes of them when each part may be damaged."""

import json
import random
from collections.abc import Callable

import msgspec


class Conversation(msgspec.Struct, frozen=True):
    """What one connection sends. `echoed`: a reply may contain what was sent, so that its words prove nothing."""

    kinds: tuple[str, ...]
    pieces: tuple[bytes, ...]
    head_only: bool = False
    hangs_up: bool = False
    echoed: bool = False


class Draft(msgspec.Struct):
    """A request under the knife. `framing`: whether Content-Length is still to be added."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    version: bytes = b"HTTP/1.1"
    framing: bool = True

    def encode(self) -> bytes:
        headers = list(self.headers)
        if self.framing and (self.body or self.method in (b"POST", b"PUT")):
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        return self.method + b" " + self.target + b" " + self.version + b"\r\n" + lines + b"\r\n" + self.body


_DATE = b"20260101T120000Z"
_CREDENTIAL = b"test/20260101/us-east-1/%b/aws4_request"


def _authorization(rng: random.Random, service: bytes) -> bytes:
    signature = b"%064x" % rng.getrandbits(256)
    return (
        b"AWS4-HMAC-SHA256 Credential=" + _CREDENTIAL % service + b", SignedHeaders=host;x-amz-date, "
        b"Signature=" + signature
    )


def _signed(rng: random.Random, host: str, service: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", host.encode()),
        (b"X-Amz-Date", _DATE),
        (b"Authorization", _authorization(rng, service)),
        (b"User-Agent", b"Boto3/1.44.0 md/Botocore#1.44.0"),
        (b"Accept-Encoding", b"identity"),
    ]


def _lambda(rng: random.Random, host: str) -> Draft:
    name = rng.choice(
        [
            b"hello",
            b"hello:prod",
            b"a" * 141,
            b"arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ah",
            b"..%2f..",
        ]
    )
    target = b"/2015-03-31/functions" + rng.choice(
        [b"", b"/" + name, b"/" + name + b"/invocations?Qualifier=1"]
    )
    body = rng.choice(
        [b"", json.dumps({"key": "v" * rng.randrange(2000)}).encode(), b'{"FunctionName": 1}', b"[" * 2000]
    )
    return Draft(
        rng.choice([b"GET", b"POST", b"PUT", b"DELETE"]), target, _signed(rng, host, b"lambda"), body
    )


def _json(rng: random.Random, host: str) -> Draft:
    target = rng.choice(
        [b"Logs_20140328.DescribeLogGroups", b"DynamoDB_20120810.GetItem", b"Nobody.Nothing", b"x", b""]
    )
    headers = [
        *_signed(rng, host, b"logs"),
        (b"X-Amz-Target", target),
        (b"Content-Type", b"application/x-amz-json-1.1"),
    ]
    return Draft(
        b"POST",
        b"/",
        headers,
        rng.choice([b"{}", b'{"limit": "x"}', b"{", b"null", b"\xff\xfe", b'{"a":1e999}']),
    )


def _query(rng: random.Random, host: str) -> Draft:
    body = rng.choice(
        [
            b"Action=GetCallerIdentity&Version=2011-06-15",
            b"Action=CreateUser&Version=2010-05-08&UserName=%00",
            b"Action=",
            b"&&&=%zz",
        ]
    )
    headers = [
        *_signed(rng, host, rng.choice([b"sts", b"iam"])),
        (b"Content-Type", b"application/x-www-form-urlencoded"),
    ]
    return Draft(b"POST", b"/", headers, body)


def _cbor(rng: random.Random, host: str) -> Draft:
    headers = [
        *_signed(rng, host, b"logs"),
        (b"Smithy-Protocol", b"rpc-v2-cbor"),
        (b"Content-Type", b"application/cbor"),
    ]
    target = b"/service/Logs_20140328/operation/" + rng.choice([b"DescribeLogGroups", b"Nothing", b""])
    return Draft(
        b"POST", target, headers, rng.choice([b"\xa0", b"\xbf\xff", b"\x9b" + b"\xff" * 8, rng.randbytes(40)])
    )


def _presigned(rng: random.Random, host: str) -> Draft:
    query = (
        b"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + (_CREDENTIAL % b"s3").replace(b"/", b"%2F")
        + b"&X-Amz-Date=" + _DATE + b"&X-Amz-Expires=%d&X-Amz-SignedHeaders=host&X-Amz-Signature=00" % rng.randrange(10**6)
    )  # fmt: skip
    return Draft(b"GET", b"/bucket/key" + query, [(b"Host", host.encode())], b"")


def _chunk_signed(rng: random.Random, host: str) -> Draft:
    body = b"5;chunk-signature=%064x\r\nhello\r\n0;chunk-signature=%064x\r\n\r\n" % (rng.getrandbits(256), 1)
    headers = [
        *_signed(rng, host, b"s3"),
        (b"Content-Encoding", b"aws-chunked"),
        (
            b"X-Amz-Content-SHA256",
            rng.choice([b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"]),
        ),
        (b"X-Amz-Decoded-Content-Length", rng.choice([b"5", b"-5", b"999999999999", b"x"])),
    ]
    return Draft(b"PUT", b"/bucket/key", headers, body)


def _own(rng: random.Random, host: str) -> Draft:
    target = rng.choice(
        [
            b"/_portico/health",
            b"/_localstack/health",
            b"/_portico/metrics",
            b"/_portico/explain/x",
            b"/_portico/%00",
        ]
    )
    return Draft(rng.choice([b"GET", b"OPTIONS", b"POST"]), target, [(b"Host", host.encode())], b"")


_ORIGINALS = (_lambda, _json, _query, _cbor, _presigned, _chunk_signed, _own)

_ODD = (
    b"\x00",
    b"\r",
    b"\n",
    b"\x7f",
    b"\x80\xff",
    b"\r\n ",
    b"\r\n\t",
    b"\x0b",
    b"\xe2\x82\xac",
    b" ",
    b"\t",
    b":",
    b",",
    b"%",
    b";",
)
_SIZES = (
    b"-1",
    b"+1",
    b"0x1",
    b"1e3",
    b"",
    b" ",
    b"9" * 30,
    b"1, 1",
    b"1\x00",
    b"\xb2",
    b"00000000000000001",
    b"18446744073709551616",
)


def _valid(rng: random.Random, draft: Draft) -> bytes:
    return draft.encode()


def _header(rng: random.Random, draft: Draft) -> bytes:
    position = rng.randrange(len(draft.headers) + 1)
    name = rng.choice(
        [b"X-A", b"", b"(", b"X A", b"X" * rng.choice([10, 70_000]), b"host", b"content-length", b"\xff"]
    )
    value = rng.choice(_ODD) * rng.choice([1, 3]) + b"v" * rng.choice([0, 1, 5_000, 70_000])
    draft.headers.insert(position, (name, value))
    return draft.encode()


def _damaged_value(rng: random.Random, draft: Draft) -> bytes:
    position = rng.randrange(len(draft.headers))
    name, value = draft.headers[position]
    cut = rng.randrange(len(value) + 1)
    draft.headers[position] = (name, value[:cut] + rng.choice(_ODD) + value[cut:])
    return draft.encode()


def _lost_header(rng: random.Random, draft: Draft) -> bytes:
    draft.headers.pop(rng.randrange(len(draft.headers)))
    return draft.encode()


def _doubled_header(rng: random.Random, draft: Draft) -> bytes:
    draft.headers.append(rng.choice(draft.headers))
    return draft.encode()


def _many_headers(rng: random.Random, draft: Draft) -> bytes:
    draft.headers += [(b"X-%d" % n, b"v" * rng.choice([1, 400])) for n in range(rng.choice([150, 250, 1000]))]
    return draft.encode()


def _target(rng: random.Random, draft: Draft) -> bytes:
    draft.target = rng.choice(
        [b"", b"*", b"//", b"/" + b"a" * 40_000, b"http://", b"http://evil/", b"/%", b"/%ff%00", b"/a b",
         b"/\xc3\xa9", b"/../../etc/passwd",
         b"/?" + b"&" * 5000, b"/?a=%zz", b"/#x", b"localhost:80", draft.target + rng.choice(_ODD), b"/" + b"%2e%2e%2f" * 50]
    )  # fmt: skip
    return draft.encode()


def _method(rng: random.Random, draft: Draft) -> bytes:
    draft.method = rng.choice(
        [b"get", b"", b"CONNECT", b"PRI", b"TRACE", b"PATCH", b"G\x00T", b"A" * 1000, b"M-SEARCH", b"SOURCE"]
    )
    return draft.encode()


def _version(rng: random.Random, draft: Draft) -> bytes:
    draft.version = rng.choice(
        [
            b"HTTP/1.0",
            b"HTTP/0.9",
            b"HTTP/2.0",
            b"HTTP/1.2",
            b"HTTP/1.1 ",
            b"http/1.1",
            b"",
            b"HTTP/11",
            b"RTSP/1.0",
        ]
    )
    return draft.encode()


def _smuggled(rng: random.Random, draft: Draft) -> bytes:
    draft.framing = False
    inner = b"GET /_portico/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    length = (b"Content-Length", rng.choice([b"%d" % len(inner), b"0", *_SIZES]))
    coding = rng.choice(
        [
            b"chunked",
            b"Chunked",
            b"xchunked",
            b"chunked, identity",
            b"gzip, chunked",
            b"identity",
            b" chunked",
            b"chunked\x0b",
        ]
    )
    fields = [
        length,
        (rng.choice([b"Transfer-Encoding", b"transfer-encoding ", b"Transfer_Encoding"]), coding),
    ]
    if rng.random() < 0.3:
        fields.append(length)
    elif rng.random() < 0.3:
        fields.remove(length)
    rng.shuffle(fields)
    draft.headers += fields
    draft.body = rng.choice([b"0\r\n\r\n" + inner, inner])
    return draft.encode()


def _length(rng: random.Random, draft: Draft) -> bytes:
    draft.framing = False
    wrong = rng.choice([b"%d" % (len(draft.body) + rng.choice([-3, -1, 1, 1000, 10**9])), rng.choice(_SIZES)])
    draft.headers.append((b"Content-Length", wrong))
    return draft.encode()


def _chunk(rng: random.Random, data: bytes) -> bytes:
    size = rng.choice(
        [b"%x" % len(data)] * 6
        + [b"%X;a=b" % len(data), b"0%x" % len(data), *_SIZES, b"x", b"%x" % (len(data) + 1)]
    )
    end = rng.choice([b"\r\n"] * 12 + [b"\n", b"", b"\r", b"\r\nx"])
    return size + end + data + rng.choice([b"\r\n"] * 12 + [b"", b"\n"])


def _chunked(rng: random.Random, draft: Draft) -> bytes:
    draft.framing = False
    draft.headers.append((b"Transfer-Encoding", b"chunked"))
    draft.body = b"".join(
        _chunk(rng, rng.randbytes(rng.choice([1, 10, 5000]))) for _ in range(rng.randrange(5))
    )
    draft.body += rng.choice(
        [b"0\r\n\r\n"] * 5 + [b"", b"0\r\n", b"0\r\nTrailer: x\r\n\r\n", b"0;" + b"e" * 70_000 + b"\r\n\r\n"]
    )
    return draft.encode()


def _expecting(rng: random.Random, draft: Draft) -> bytes:
    draft.headers.append((b"Expect", rng.choice([b"100-continue", b"100-CONTINUE", b"200-ok", b""])))
    return draft.encode()


def _upgrading(rng: random.Random, draft: Draft) -> bytes:
    draft.headers += [
        (b"Connection", rng.choice([b"Upgrade", b"close, upgrade", b"keep-alive"])),
        (b"Upgrade", rng.choice([b"h2c", b"websocket", b""])),
    ]
    return draft.encode()


def _flipped(rng: random.Random, draft: Draft) -> bytes:
    data = bytearray(draft.encode())
    for _ in range(rng.choice([1, 2, 10])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _cut(rng: random.Random, draft: Draft) -> bytes:
    data = draft.encode()
    return data[: rng.randrange(len(data))]


def _garbage(rng: random.Random, draft: Draft) -> bytes:
    return rng.choice(
        [
            rng.randbytes(rng.choice([1, 50, 3000])),
            b"\r\n" * 100,
            b"\x16\x03\x01\x02\x00" + rng.randbytes(100),
            b"\x00" * 1000,
        ]
    )


_KNIVES: tuple[tuple[Callable[[random.Random, Draft], bytes], int], ...] = (
    (_valid, 12), (_header, 6), (_damaged_value, 6), (_lost_header, 3), (_doubled_header, 3), (_many_headers, 1), (_target, 4),
    (_method, 3), (_version, 3), (_smuggled, 6), (_length, 4), (_chunked, 6), (_expecting, 2), (_upgrading, 2), (_flipped, 5),
    (_cut, 4), (_garbage, 2),
)  # fmt: skip


def conversation(rng: random.Random, host: str) -> Conversation:
    """What one connection says, as `rng` has it."""
    if rng.random() < 0.02:
        draft = rng.choice(_ORIGINALS)(rng, host)
        draft.method = b"HEAD"
        return Conversation(("head",), _pieces(rng, draft.encode()), head_only=True)
    kinds, data = [], b""
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        (knife,) = rng.choices([knife for knife, _ in _KNIVES], [weight for _, weight in _KNIVES])
        kinds.append(knife.__name__.lstrip("_"))
        data += knife(rng, rng.choice(_ORIGINALS)(rng, host))
    return Conversation(tuple(kinds), _pieces(rng, data), hangs_up=rng.random() < 0.05)


def _pieces(rng: random.Random, data: bytes) -> tuple[bytes, ...]:
    """Mostly in one, sometimes cut anywhere, sometimes byte by byte."""
    way = rng.random()
    if way < 0.7 or len(data) < 2:
        return (data,)
    if way < 0.97 or len(data) > 3000:
        cuts = sorted(rng.randrange(1, len(data)) for _ in range(rng.choice([1, 2, 5])))
        return tuple(data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True))
    return tuple(data[n : n + 1] for n in range(len(data)))

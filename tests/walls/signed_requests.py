"""Requests that get past authentication: every operation of every service, its parameters wrong in every way, its body damaged, its
signature right. What the fuzzer sends to the whole server beside its damaged HTTP (see `fuzz_requests`)."""

import base64
import hashlib
import hmac
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from fuzz_requests import Conversation, Draft, conversation
from harness import TRUST_LAMBDA
from portico.app import SERVICES as SPECS
from portico.calls.ports import load

SERVICES = ("lambda", "iam", "sts", "logs")
ACCOUNT = "200000000002"
_ELSEWHERE = "300000000003"
_SECRET = "test"
_REGION = "us-east-1"
_SIGNED = ("content-type", "host", "x-amz-date", "x-amz-target")

_TEXTS = (
    "run",
    "gg",
    "prod",
    "$LATEST",
    "1",
    "app.handler",
    "AKIAIOSFODNN7EXAMPLE",
    "123456",
    "/",
    "a-service.amazonaws.com",
    "https://issuer.example.com",
    f"arn:aws:lambda:{_REGION}:{ACCOUNT}:function:run",
    f"arn:aws:lambda:{_REGION}:{_ELSEWHERE}:function:f:prod",
    f"arn:aws:iam::{ACCOUNT}:role/run",
    f"arn:aws:iam::{_ELSEWHERE}:role/run",
    f"arn:aws:iam::{ACCOUNT}:policy/p",
    f"arn:aws:logs:{_REGION}:{ACCOUNT}:log-group:g:*",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    f"arn:aws:iam::{ACCOUNT}:instance-profile/run",
    f"arn:aws:iam::{ACCOUNT}:user/run",
    "arn:::::",
    "arn:aws:lambda:::",
)
_DOCUMENTS = (
    TRUST_LAMBDA,
    '{"Version":"2012-10-17","Statement":[]}',
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["s3:*"],"Resource":"${aws:x","Condition":{"Bool":{"a":[]}}}]}',
    '{"Statement":' + "[" * 900,
    '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"IpAddress":{"x":"300.1"}}}]}',
    "null",
)
_ODD_TEXTS = (
    "", " ", "x" * 5000, "é€\U0001f600", "\x00", "\x7f\x1b", "../..", "%", "%s%n", "{", "*" * 300, "a:b:c", "\u202e", "<!--", "&#x0;",
    "?*" * 100, "[a, ..., b=%x%]", "{ $.a = 1 && ($.b[0] IS NULL) }", "%(a+)+$%",
)  # fmt: skip
_ODD_VALUES: tuple[Any, ...] = (
    None, 0, -1, 2**31, 2**63, 2**70, -(2**70), 1e308, 0.5, True, "", "x", [], {}, [None], {"": None}, {"a": {"b": []}}, "1",
    [[[[[[]]]]]], ["x"] * 300, {str(n): n for n in range(200)},
)  # fmt: skip


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@cache
def _implemented(service: str) -> tuple[str, ...]:
    (spec,) = (spec for spec in SPECS if spec.folder.rstrip("_") == service)
    return tuple(sorted(load(spec).operations))


def operations(service: str, *, implemented: bool = True) -> tuple[str, ...]:
    """The names of a service's operations: those that Portico has, or all that the model has."""
    return _implemented(service) if implemented else tuple(_model(service).operation_names)


@cache
def _fitting(service: str, name: str) -> tuple[str, ...]:
    """The texts that the model takes for the shape `name`."""
    shape = _model(service).shape_for(name)
    meta = shape.metadata
    least, most = meta.get("min", 0), meta.get("max", 1 << 30)
    pattern = meta.get("pattern")
    try:
        fits = re.compile(pattern, re.ASCII).fullmatch if pattern else bool
    except re.error:
        fits = bool
    return tuple(text for text in _TEXTS if least <= len(text) <= most and fits(text)) or _TEXTS


def _text(rng: random.Random, service: str, name: str, shape: Shape, wild: bool) -> str:
    if wild and rng.random() < 0.1:
        return rng.choice(_ODD_TEXTS)
    if getattr(shape, "enum", None):
        return str(rng.choice(shape.enum))
    if "Document" in name or name == "Policy":
        return rng.choice(_DOCUMENTS if wild else _DOCUMENTS[:3])
    if name == "Payload":
        return rng.choice(['{"a":1}', "[", '"x"'])
    fitting = _fitting(service, shape.name)
    return "run" if "run" in fitting and rng.random() < 0.6 else rng.choice(_TEXTS if wild else fitting)


def _value(rng: random.Random, service: str, shape: Shape, wild: bool, name: str = "", depth: int = 0) -> Any:
    """Something like what the model asks for; `wild`: one in twenty-five is something else."""
    if wild and rng.random() < 0.04:
        return rng.choice(_ODD_VALUES)
    kind = shape.type_name
    if kind == "structure":
        required = set(shape.required_members)
        if depth > 4:
            return {}
        return {
            member: _value(rng, service, below, wild, member, depth + 1)
            for member, below in shape.members.items()
            if rng.random() < (0.98 if member in required else 0.15)
        }
    if kind == "list":
        return [
            _value(rng, service, shape.member, wild, name, depth + 1) for _ in range(rng.choice([0, 1, 1, 2]))
        ]
    if kind == "map":
        return {
            _text(rng, service, name, shape.key, wild): _value(
                rng, service, shape.value, wild, name, depth + 1
            )
            for _ in range(2)
        }
    if kind in ("integer", "long", "timestamp", "float", "double"):
        return rng.choice([0, 1, 3, 60, 128, int(time.time()) * 1000, rng.randrange(10_000)])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "blob":
        data = rng.choice([b"", b"{}", b"PK\x05\x06" + bytes(18), rng.randbytes(60)])
        return base64.b64encode(data).decode()
    return _text(rng, service, name, shape, wild)


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, below)
    elif isinstance(value, list):
        for number, below in enumerate(value, 1):
            yield from _flat(f"{prefix}.member.{number}", below)
    elif value is not None:
        yield prefix, str(value)


def _query_draft(
    rng: random.Random, operation: OperationModel, parameters: dict[str, Any], wild: bool
) -> Draft:
    pairs = [
        ("Action", operation.name),
        ("Version", operation.service_model.api_version),
        *_flat("", parameters),
    ]
    if rng.random() < 0.05:
        pairs.append(
            (rng.choice(["a" + ".b" * 60, "Tags.member.99999999999.Key", ".", "Tags.member.x"]), "1")
        )
    body = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    headers = [(b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")]
    return Draft(b"POST", b"/", headers, body.encode())


def _json_draft(
    rng: random.Random, operation: OperationModel, parameters: dict[str, Any], wild: bool
) -> Draft:
    prefix = operation.metadata["targetPrefix"]
    right = f"{prefix}.{operation.name}"
    wrong = [f"{prefix}.Nothing", f"Other.{operation.name}", prefix]
    target = rng.choice(wrong) if wild and rng.random() < 0.2 else right
    headers = [(b"content-type", b"application/x-amz-json-1.1"), (b"x-amz-target", target.encode())]
    return Draft(b"POST", b"/", headers, json.dumps(parameters).encode())


def _rest_draft(
    rng: random.Random, operation: OperationModel, parameters: dict[str, Any], wild: bool
) -> Draft:
    path, query, headers, body = operation.http["requestUri"], [], [], dict(parameters)
    members = operation.input_shape.members if operation.input_shape else {}
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape else None
    for name, shape in members.items():
        place, wire = shape.serialization.get("location"), shape.serialization.get("name", name)
        value = body.pop(name, "f") if place else None
        text = value if isinstance(value, str) else json.dumps(value)
        if place == "uri":
            path = path.replace(
                "{" + wire + "}", quote(text, safe=rng.choice(["", ":", "/:"]) if wild else "")
            )
        elif place == "querystring" and name in parameters:
            query.append(f"{quote(wire)}={quote(text)}")
        elif place == "header" and name in parameters:
            clean = "".join(c for c in text if " " <= c < "\x7f").strip()
            headers.append((wire.encode(), clean[:2000].encode()))
    if "?" in path:
        path, _, fixed = path.partition("?")
        query.append(fixed)
    content = str(body.get(payload, "")).encode() if payload else json.dumps(body).encode()
    target = path + ("?" + "&".join(query) if query else "")
    headers.append((b"content-type", b"application/json"))
    return Draft(operation.http["method"].encode(), target.encode(), headers, content)


_DRAFTS: dict[str, Callable[[random.Random, OperationModel, dict[str, Any], bool], Draft]] = {
    "query": _query_draft,
    "json": _json_draft,
    "rest-json": _rest_draft,
}


def _damaged(rng: random.Random, body: bytes) -> bytes:
    """The body with something wrong in its middle."""
    at = rng.randrange(len(body) + 1)
    return rng.choice(
        [
            body[:at],
            body[:at] + rng.randbytes(3) + body[at:],
            body[:at] + rng.choice([b'"', b"{", b"}", b"[", b",", b"\\", b"&", b"=", b"%", b"\x00", b"\xed\xa0\x80"]) + body[at:],
            b"[" * 3000,
            b'{"a":' * 3000,
            b"null",
            b"\xef\xbb\xbf" + body,
            body + body,
            b'{"a":NaN,"b":1e999,"c":"\\ud800"}',
            b"<a>" * 500,
            b"\xbf\x61\x61\x9f\x9f\x9f",
            b"&" * 30_000,
            b"a=b&" * 25_000,
        ]
    )  # fmt: skip


@cache
def _signing_key(secret: str, day: str, service: str) -> bytes:
    key = hmac.digest(b"AWS4" + secret.encode(), day.encode(), "sha256")
    for part in (_REGION, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _encoded(raw: str) -> str:
    return quote_from_bytes(unquote_to_bytes(raw), safe="-_.~")


def sign(
    draft: Draft,
    service: str,
    *,
    key: str = ACCOUNT,
    secret: str = _SECRET,
    host: str,
    at: float | None = None,
) -> Draft:
    """`draft` with the headers of Signature Version 4, by the test account's root unless said otherwise.

    Of its own, and not botocore's, as that would put in order what is to arrive as it is.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    scope = f"{stamp[:8]}/{_REGION}/{service}/aws4_request"
    draft.headers += [(b"host", host.encode()), (b"x-amz-date", stamp.encode())]
    given = {name.decode().lower(): value.decode("latin-1").strip() for name, value in draft.headers}
    names = sorted(name for name in given if name in _SIGNED or name.startswith("x-amz-"))
    path, _, query = draft.target.decode().partition("?")
    parts = (part.partition("=") for part in query.split("&") if part)
    lines = [
        draft.method.decode(),
        quote(path, safe="/-_.~"),
        "&".join(
            f"{name}={value}" for name, value in sorted((_encoded(n), _encoded(v)) for n, _, v in parts)
        ),
        *(f"{name}:{' '.join(given[name].split())}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(draft.body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(lines).encode("latin-1")).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.digest(_signing_key(secret, stamp[:8], service), text.encode(), "sha256").hex()
    value = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    draft.headers.append((b"authorization", value.encode()))
    return draft


def draft_of(rng: random.Random, service: str, name: str, *, wild: bool) -> Draft:
    """An unsigned request of an operation, with parameters that the model takes, or (`wild`) that are often wrong."""
    operation = _model(service).operation_model(name)
    parameters = _value(rng, service, operation.input_shape, wild) if operation.input_shape else {}
    if not isinstance(parameters, dict):
        parameters = {}
    return _DRAFTS[operation.service_model.metadata["protocol"]](rng, operation, parameters, wild)


def _one(rng: random.Random, host: str) -> tuple[str, bytes]:
    service = rng.choice(SERVICES)
    name = rng.choice(operations(service, implemented=rng.random() < 0.95))
    draft = draft_of(rng, service, name, wild=rng.random() < 0.5)
    if rng.random() < 0.15:
        draft.body = _damaged(rng, draft.body)
    wrong = rng.choice(SERVICES) if rng.random() < 0.03 else service
    return f"{service}.{name}", sign(draft, wrong, host=host).encode()


def signed_conversation(rng: random.Random, host: str) -> Conversation:
    """A few calls on one connection; every third conversation is one of damaged HTTP instead."""
    if rng.random() < 0.35:
        return conversation(rng, host)
    said = [_one(rng, host) for _ in range(rng.choice([1, 2, 4, 8]))]
    return Conversation(tuple(kind for kind, _ in said), (b"".join(data for _, data in said),))

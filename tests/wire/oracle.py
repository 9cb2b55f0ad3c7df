"""botocore as the oracle: parameters made up from a model, its serialisers' requests, its parsers' results."""

import random
import re
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from portico.wire.http import Head, Reply

SERVICES = [
    "apigateway",
    "cognito-idp",
    "dynamodb",
    "events",
    "iam",
    "lambda",
    "logs",
    "s3",
    "sns",
    "sqs",
    "sts",
]
SAFE = string.ascii_letters + string.digits + "-_.$/:=+@"
TEXT = SAFE + " <>&\"'%#?;,\t\néß漢🎉{}[]\\"


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operations(service: str) -> Iterator[OperationModel]:
    for name in model(service).operation_names:
        yield model(service).operation_model(name)


class Maker:
    """Makes up values of a shape. Timestamps are floats with milliseconds, or whole seconds in headers."""

    def __init__(self, seed: int, protocol: str, *, for_request: bool) -> None:
        self.random = random.Random(seed)
        self.protocol = protocol
        self.for_request = for_request

    def value(self, shape: Any, depth: int = 0, place: str = "") -> Any:
        return getattr(self, f"_{shape.type_name}")(shape, depth, place)

    def _structure(self, shape: Any, depth: int, place: str) -> Any:
        if shape.is_document_type:
            return {"a": [1, "b", {"c": True}]}
        names = [
            name for name, member in shape.members.items() if not member.serialization.get("eventstream")
        ]
        if shape.is_tagged_union:
            names = [self.random.choice(names)]
        elif depth:
            names = [name for name in names if self.random.random() < (0.5 if depth < 4 else 0.1)] or names[
                :1
            ]
        elif self.random.random() < 0.3:
            required = set(shape.required_members)
            names = [name for name in names if name in required or self.random.random() < 0.3]
        out = {}
        for name in names:
            member = shape.members[name]
            if depth > 6 and member.type_name in ("structure", "list", "map"):
                continue
            value = self.value(member, depth + 1, member.serialization.get("location", ""))
            if not self._unsendable(value):
                out[name] = value
        return out

    def _unsendable(self, value: Any) -> bool:
        """A form can't say that there is an empty structure or map."""
        return self.for_request and self.protocol == "query" and value == {}

    def _size(self, place: str) -> int:
        sparse_ok = not place and self.protocol not in ("query",)
        return self.random.randint(0 if sparse_ok else 1, 3)

    def _list(self, shape: Any, depth: int, place: str) -> list[Any]:
        flattened = shape.serialization.get("flattened")
        size = max(self._size(place), 1) if flattened or depth > 5 else self._size(place)
        values = (self.value(shape.member, depth + 1, place) for _ in range(size))
        return [value for value in values if not self._unsendable(value)]

    def _map(self, shape: Any, depth: int, place: str) -> dict[str, Any]:
        size = max(self._size(place), 1) if shape.serialization.get("flattened") else self._size(place)
        keys = {
            self._string(shape.key, depth, place).lower() if place else self._string(shape.key, depth, "key")
            for _ in range(size)
        }
        return {key: self.value(shape.value, depth + 1, place) for key in sorted(keys)}

    def _string(self, shape: Any, depth: int, place: str) -> str:
        if shape.metadata.get("enum") and self.random.random() < 0.8:
            return str(self.random.choice(shape.metadata["enum"]))
        if place in ("header", "headers", "key"):
            return "".join(
                self.random.choices(string.ascii_letters + string.digits + "-", k=self.random.randint(1, 12))
            )
        low = 1 if place else 0
        return "".join(self.random.choices(TEXT, k=self.random.randint(low, 16)))

    _character = _string

    def _integer(self, shape: Any, depth: int, place: str) -> int:
        if place == "statusCode":
            return 200
        return self.random.choice([0, 1, -1, 255, 2**31 - 1, -(2**31), self.random.randint(0, 10**6)])

    def _long(self, shape: Any, depth: int, place: str) -> int:
        return self.random.choice([0, 2**40, -(2**63), 2**63 - 1, self.random.randint(0, 10**12)])

    def _float(self, shape: Any, depth: int, place: str) -> float:
        return self.random.choice([0.0, 0.5, -1.25, 1024.0, 2.0**20])  # exact in single precision too

    _double = _float

    def _boolean(self, shape: Any, depth: int, place: str) -> bool:
        return self.random.random() < 0.5

    def _timestamp(self, shape: Any, depth: int, place: str) -> float:
        whole = place or str(shape.serialization.get("timestampFormat", "")).lower() == "rfc822"
        seconds = self.random.randint(0, 4_000_000_000)
        return float(seconds) if whole else seconds + self.random.choice([0.0, 0.5, 0.123, 0.999])

    def _blob(self, shape: Any, depth: int, place: str) -> bytes:
        return self.random.randbytes(self.random.randint(0, 20))


def for_botocore(shape: Any, value: Any) -> Any:
    """Typed values as boto3's users write them: timestamps are datetimes."""
    kind = shape.type_name
    if kind == "timestamp":
        return datetime.fromtimestamp(value, UTC)
    if kind == "list":
        return [for_botocore(shape.member, item) for item in value]
    if kind == "map":
        return {key: for_botocore(shape.value, item) for key, item in value.items()}
    if kind == "structure" and not shape.is_document_type:
        return {name: for_botocore(shape.members[name], item) for name, item in value.items()}
    return value


def from_botocore(shape: Any, value: Any) -> Any:
    """What a parser made, as typed values: datetimes become seconds, to the millisecond."""
    kind = shape.type_name
    if kind == "timestamp":
        return round(value.timestamp(), 3)
    if kind == "list":
        return [from_botocore(shape.member, item) for item in value]
    if kind == "map":
        return {key: from_botocore(shape.value, item) for key, item in value.items()}
    if kind == "blob":
        return value.encode() if isinstance(value, str) else bytes(value)
    if kind == "structure" and not shape.is_document_type:
        return {
            name: from_botocore(shape.members[name], value[name]) for name in shape.members if name in value
        }
    return value


def request(
    operation: OperationModel, params: Mapping[str, Any], protocol: str
) -> tuple[Head, dict[str, str], bytes]:
    """The request that boto3 would send, and the labels that a router would find in it."""
    serialized = create_serializer(protocol, include_validation=False).serialize_to_request(params, operation)
    prepared = AWSRequest(
        method=serialized["method"],
        url="http://localhost" + serialized["url_path"],
        headers=serialized["headers"],
        data=serialized["body"],
        params=serialized["query_string"],
    ).prepare()
    url = urlsplit(prepared.url)
    headers = tuple(
        (key.lower(), as_text(value).strip())
        for key, value in prepared.headers.items()
        if key != "Content-Length" or "ContentLength" in params
    )
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    found = labels(operation, url.path) if protocol.startswith("rest") else {}
    return Head(prepared.method, url.path, url.query, headers), found, body


def as_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def labels(operation: OperationModel, path: str) -> dict[str, str]:
    template = operation.http.get("requestUri", "/").split("?")[0]
    names = re.findall(r"\{([^}]+)\}", template)
    parts = re.split(r"\{[^}]+\}", template)
    pattern = re.escape(parts[0])
    for name, part in zip(names, parts[1:], strict=True):
        pattern += ("(.+)" if name.endswith("+") else "([^/]+)") + re.escape(part)
    match = re.fullmatch(pattern, path)
    assert match, (template, path)
    return {name.rstrip("+"): unquote(text) for name, text in zip(names, match.groups(), strict=True)}


def parse(operation: OperationModel, reply: Reply, protocol: str, shape: Any = None) -> dict[str, Any]:
    """What boto3 would give its user for `reply`."""
    body: Any = bytearray(reply.body) if operation.has_streaming_output else reply.body
    response = {
        "headers": HeadersDict(dict(reply.headers)),
        "status_code": reply.status,
        "body": body,
        "context": {"operation_name": operation.name},
    }
    parsed: dict[str, Any] = create_parser(protocol).parse(response, shape or operation.output_shape)
    return parsed

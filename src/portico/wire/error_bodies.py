"""Errors on the wire, per protocol: what SDKs look for (code, message, request id) where they look for it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.wire import cbor, json, xml
from portico.wire.dialects import Dialect, dialect
from portico.wire.errors import AwsError
from portico.wire.http import Reply
from portico.wire.rest import header_text

if TYPE_CHECKING:
    from botocore.model import ServiceModel


class ErrorShape(msgspec.Struct, frozen=True, gc=False):
    """What a model says of one error: its shape's name, its code where the two differ, its status (0: not said), its members
    by name (value: their name on the wire), those that travel as headers, and how it spells its message's member."""

    name: str
    code: str
    status: int
    members: Mapping[str, str]
    headers: Mapping[str, str]
    message: str


def error_shapes(model: "ServiceModel") -> dict[str, ErrorShape]:
    """Every error of a model, by its shape's name and by its code."""
    shapes: Iterable[Any] = model.error_shapes
    by_name = {shape.name: _error_shape(shape) for shape in shapes}
    return {entry.code: entry for entry in by_name.values()} | by_name


def _error_shape(shape: Any) -> ErrorShape:
    said = shape.metadata.get("error", {})
    members = {name: str(member.serialization.get("name", name)) for name, member in shape.members.items()}
    headers = {
        name: members.pop(name)
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
    return ErrorShape(
        shape.name,
        str(said.get("code") or shape.name),
        int(said.get("httpStatusCode") or (500 if shape.metadata.get("fault") else 0)),
        members,
        headers,
        next((name for name in members if name.lower() == "message"), "message"),
    )


def error_reply(protocol: str, error: AwsError, request_id: str, *, service: str = "") -> Reply:
    """An error without a model: an unknown operation, one that is not implemented, a failed authentication.

    `protocol` is a name as in a model (`rest-json`, `json`, `query`, `rest-xml`, `smithy-rpc-v2-cbor`); anything else is
    answered like rest-json.
    """
    return encode_error(protocol, error, request_id, service=service)


def encode_error(
    protocol: str,
    error: AwsError,
    request_id: str,
    *,
    service: str = "",
    shape: ErrorShape | None = None,
    json_version: str = "",
    namespace: str = "",
    query_compatible: bool = False,
) -> Reply:
    """An error as `protocol` carries it. `shape` is what the model says of it, if it knows it."""
    said = dialect(service)
    status = shape.status if shape and shape.status and error.status == 400 else error.status
    fault = _Fault(error, request_id, service, said, shape, status, json_version, namespace, query_compatible)
    headers, body = _WRITERS.get(protocol, _rest_json)(fault)
    for name, key in (shape.headers if shape else {}).items():
        if error.fields.get(name) is not None:
            headers.append((key, header_text(str(error.fields[name]))))
    headers += [(name, header_text(value)) for name, value in error.headers.items()]
    return Reply(status, tuple(headers), body)


class _Fault(msgspec.Struct, frozen=True, gc=False):
    error: AwsError
    request_id: str
    service: str
    dialect: Dialect
    shape: ErrorShape | None
    status: int
    json_version: str
    namespace: str
    query_compatible: bool

    @property
    def sender(self) -> bool:
        return self.status < 500

    @property
    def code(self) -> str:
        """The code as json, rest-json and CBOR name it: the shape's name, where the model has the error."""
        return self.shape.name if self.shape and self.query_compatible else self.error.code

    def members(self) -> dict[str, Any]:
        """The error's members, under the names that its shape gives them."""
        shape, fields = self.shape, self.error.fields
        hidden = shape.headers if shape else {}
        out: dict[str, Any] = {}
        if shape and "Type" in shape.members and "Type" not in fields:
            out["Type"] = "User" if self.sender else "Service"
        out.update((key, value) for key, value in fields.items() if value is not None and key not in hidden)
        if self.error.message is not None:
            out[shape.message if shape else "message"] = self.error.message
        return {(shape.members.get(key, key) if shape else key): value for key, value in out.items()}


Parts = tuple[list[tuple[str, str]], bytes]


def _rest_json(fault: _Fault) -> Parts:
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", fault.request_id),
        ("x-amzn-ErrorType", header_text(fault.error.code)),
    ]
    return headers, json.encode(fault.members())


def _typed(fault: _Fault) -> dict[str, Any]:
    said = fault.dialect
    invalid = said.invalid_prefix if fault.code == "ValidationException" else ""
    prefix = said.error_prefix if fault.shape else invalid or said.common_prefix
    return {"__type": prefix + fault.code, **fault.members()}


def _query_error(fault: _Fault) -> list[tuple[str, str]]:
    """The header by which SDKs of a service that once spoke query still see the old codes."""
    if not fault.query_compatible:
        return []
    old = query_code(fault.dialect, fault.error, fault.shape)
    return [("x-amzn-query-error", f"{header_text(old)};{'Sender' if fault.sender else 'Receiver'}")]


def query_code(said: Dialect, error: AwsError, shape: ErrorShape | None) -> str:
    """The error's code in the query protocol."""
    known = shape.name if shape else error.code
    return said.query_codes.get(known) or (shape.code if shape else error.code)


def _json(fault: _Fault) -> Parts:
    kind = f"application/x-amz-json-{fault.json_version or '1.1'}"
    told = fault.dialect.told_in_headers
    headers = [
        ("Content-Type", kind),
        ("x-amzn-RequestId", fault.request_id),
        ("x-amzn-ErrorType", header_text(fault.code) + (":" if told else "")),
        *_query_error(fault),
    ]
    if told:
        headers.append(("x-amzn-ErrorMessage", header_text(fault.error.message or "")))
    return headers, json.encode(_typed(fault))


def _cbor(fault: _Fault) -> Parts:
    headers = [
        ("Content-Type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
        ("x-amzn-RequestId", fault.request_id),
        *_query_error(fault),
    ]
    return headers, cbor.encode(_typed(fault))


def _xml_members(fault: _Fault, code: str, first: str) -> str:
    out = [first, f"<Code>{xml.text(code)}</Code>"]
    if fault.error.message is not None:
        out.append(f"<Message>{xml.text(fault.error.message)}</Message>")
    for name, value in fault.error.fields.items():
        if value is not None and not (fault.shape and name in fault.shape.headers):
            out.append(f"<{name}>{xml.text(str(value))}</{name}>")
    return "".join(out)


def _query(fault: _Fault) -> Parts:
    words = fault.dialect.query_words.get(fault.error.code)
    if words is not None:
        error = AwsError(fault.error.code, words, fault.error.status, fields=fault.error.fields)
        fault = msgspec.structs.replace(fault, error=error)
    namespace = fault.namespace or fault.dialect.query_namespace
    declared = f' xmlns="{namespace}"' if namespace else ""
    kind = f"<Type>{'Sender' if fault.sender else 'Receiver'}</Type>"
    inner = _xml_members(fault, query_code(fault.dialect, fault.error, fault.shape), kind)
    if fault.dialect.query_detail:
        inner += "<Detail/>"
    body = (
        f"<ErrorResponse{declared}><Error>{inner}</Error>"
        f"<RequestId>{xml.text(fault.request_id)}</RequestId></ErrorResponse>"
    )
    return [("Content-Type", "text/xml"), ("x-amzn-RequestId", fault.request_id)], body.encode()


def _rest_xml(fault: _Fault) -> Parts:
    if fault.service != "s3":
        return _query(fault)
    inner = _xml_members(fault, fault.error.code, "")
    tail = f"<RequestId>{xml.text(fault.request_id)}</RequestId><HostId>{xml.text(fault.request_id)}</HostId>"
    body = f"{xml.DECLARATION}<Error>{inner}{tail}</Error>"
    headers = [
        ("Content-Type", "application/xml"),
        ("x-amz-request-id", fault.request_id),
        ("x-amz-id-2", fault.request_id),
    ]
    return headers, body.encode()


_WRITERS = {
    "rest-json": _rest_json,
    "json": _json,
    "query": _query,
    "ec2": _query,
    "rest-xml": _rest_xml,
    "smithy-rpc-v2-cbor": _cbor,
}

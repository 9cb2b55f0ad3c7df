"""The protocols: how an operation's request is read and its answer written, compiled from the model once."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portico.wire import cbor, json, rest, xml
from portico.wire.dialects import Dialect
from portico.wire.http import Head, Headers, Reply
from portico.wire.query import QueryDecoder, parse_form, tree
from portico.wire.scalars import Malformed, WrongType

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, StructureShape

Read = rest.Read
Write = Callable[[Mapping[str, Any], str], Reply]


class Protocol:
    """One protocol of one service: keeps the compiled shapes, so that operations share them."""

    content_type = "application/json"
    """Of a whole body, and of an event's payload."""
    begins_streams = False
    """Whether a stream of events begins with a message that holds the answer's other members."""

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        self.model = model
        self.dialect = dialect

    def structure(self, shape: Any, name: str) -> Callable[[Any], bytes]:
        """A function from a structure to a whole body; `name` is the root's, where there is one."""
        raise NotImplementedError

    def reader(self, operation: "OperationModel") -> Read:
        """A function from head, labels and body to the operation's typed parameters."""
        raise NotImplementedError

    def writer(self, operation: "OperationModel") -> Write:
        """A function from the operation's typed result and the request id to the reply."""
        raise NotImplementedError


def _status(operation: "OperationModel") -> int:
    return int(operation.http.get("responseCode", 200))


class RestJson(Protocol):
    """rest-json: members in path, query and headers, the others in a JSON body."""

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        super().__init__(model, dialect)
        self._decoder = json.JsonDecoder(dialect.sparse_maps)
        self._encoder = json.JsonEncoder(dialect.sparse_maps)

    def reader(self, operation: "OperationModel") -> Read:
        shape = operation.input_shape
        if shape is None:
            return lambda head, labels, body: {}
        return rest.request_reader(
            shape, operation.http["requestUri"], rest.payload_reader(shape, self._body)
        )

    def _body(self, shape: "StructureShape") -> Callable[[bytes], Any]:
        convert = self._decoder.compile(shape)
        return lambda body: convert(json.parse(body))

    def writer(self, operation: "OperationModel") -> Write:
        shape, status = operation.output_shape, _status(operation)
        if shape is None:
            return lambda response, request_id: Reply(status, (("x-amzn-RequestId", request_id),), b"")
        write_body = rest.body_writer(shape, self.content_type, self.structure)
        return rest.response_writer(shape, status, "x-amzn-RequestId", write_body)

    def structure(self, shape: Any, name: str) -> Callable[[Any], bytes]:
        convert = self._encoder.compile(shape)
        return lambda value: json.encode(convert(value))


class RestXml(Protocol):
    """rest-xml: members in path, query and headers, the others in an XML body."""

    content_type = "application/xml"

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        super().__init__(model, dialect)
        self._decoder = xml.XmlDecoder(dialect)
        self._encoder = xml.XmlEncoder(dialect)

    def reader(self, operation: "OperationModel") -> Read:
        shape = operation.input_shape
        if shape is None:
            return lambda head, labels, body: {}
        return rest.request_reader(
            shape, operation.http["requestUri"], rest.payload_reader(shape, self._body)
        )

    def _body(self, shape: "StructureShape") -> Callable[[bytes], Any]:
        convert = self._decoder.compile(shape)

        def read(body: bytes) -> Any:
            try:
                return convert([xml.parse(body)])
            except WrongType:
                raise Malformed(xml.NOT_WELL_FORMED) from None

        return read

    def writer(self, operation: "OperationModel") -> Write:
        shape, status = operation.output_shape, _status(operation)
        id_header = self.dialect.id_header
        if shape is None:
            return lambda response, request_id: Reply(status, ((id_header, request_id),), b"")
        write_body = rest.body_writer(shape, self.content_type, self.structure)
        return rest.response_writer(shape, status, id_header, write_body)

    def structure(self, shape: Any, name: str) -> Callable[[Any], bytes]:
        root = self.dialect.response_roots.get(shape.name) or name
        if shape.name in self.dialect.bare_roots:
            member, namespace = self.dialect.bare_roots[shape.name], self._namespace(shape)
            return lambda value: (
                f"{xml.DECLARATION}<{root}{namespace}>{xml.text(value.get(member) or '')}</{root}>".encode()
            )
        encode, namespace = self._encoder.compile(shape), self._namespace(shape)

        def write(value: Any) -> bytes:
            out: list[str] = []
            encode(out, root, value)
            if namespace:
                out[0] = out[0].replace(f"<{root}", f"<{root}{namespace}", 1)
            return (xml.DECLARATION + "".join(out)).encode("utf-8", "replace")

        return write

    def _namespace(self, shape: "StructureShape") -> str:
        declared = xml.namespace_of(shape)
        said = self.model.metadata.get("xmlNamespace") or self.dialect.xml_namespace
        return "" if declared or not said else f' xmlns="{said}"'


class Query(Protocol):
    """query: a form in, XML in two wrappers out."""

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        super().__init__(model, dialect)
        self._decoder = QueryDecoder(dialect)
        self._encoder = xml.XmlEncoder(dialect)

    def reader(self, operation: "OperationModel") -> Read:
        shape = operation.input_shape
        if shape is None:
            return lambda head, labels, body: {}
        convert = self._decoder.compile(shape)

        def read(head: Head, labels: Mapping[str, str], body: bytes) -> dict[str, Any]:
            pairs = [*labels.items(), *(parse_form(head.query) if head.query else ())]
            found: dict[str, Any] = convert(tree(pairs + parse_form(body)))
            return found

        return read

    def writer(self, operation: "OperationModel") -> Write:
        shape, name = operation.output_shape, operation.name
        namespace = self.model.metadata.get("xmlNamespace") or self.dialect.query_namespace
        encode = self._encoder.compile(shape) if shape is not None else None
        wrapper = f"{name}Result"
        if shape is not None:
            wrapper = shape.serialization.get("resultWrapper") or wrapper
        start = f'<{name}Response xmlns="{namespace}">'

        def write(response: Mapping[str, Any], request_id: str) -> Reply:
            out = [start]
            if encode is not None:
                encode(out, wrapper, response)
            out.append(
                f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>"
            )
            headers = (("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id))
            return Reply(200, headers, "".join(out).encode("utf-8", "replace"))

        return write


class Json(Protocol):
    """json 1.0 and 1.1: everything in one JSON body, the operation in a header."""

    begins_streams = True

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        super().__init__(model, dialect)
        self._decoder = json.JsonDecoder()
        self._encoder = json.JsonEncoder()
        self._kind = f"application/x-amz-json-{model.metadata.get('jsonVersion') or '1.0'}"

    def reader(self, operation: "OperationModel") -> Read:
        shape = operation.input_shape
        if shape is None:
            return lambda head, labels, body: {}
        convert = self._decoder.compile(shape)

        def read(head: Head, labels: Mapping[str, str], body: bytes) -> dict[str, Any]:
            return convert(json.parse(body)) if body else {}

        return read

    def writer(self, operation: "OperationModel") -> Write:
        shape, kind = operation.output_shape, self._kind
        write_body = self.structure(shape, "") if shape is not None else None

        def write(response: Mapping[str, Any], request_id: str) -> Reply:
            headers = (("Content-Type", kind), ("x-amzn-RequestId", request_id))
            return Reply(200, headers, write_body(response) if write_body else b"")

        return write

    def structure(self, shape: Any, name: str) -> Callable[[Any], bytes]:
        convert = self._encoder.compile(shape)
        return lambda value: json.encode(convert(value))


class RpcV2Cbor(Protocol):
    """rpc-v2-cbor: everything in one CBOR body, the operation in the path."""

    content_type = "application/cbor"
    begins_streams = True

    def __init__(self, model: "ServiceModel", dialect: Dialect) -> None:
        super().__init__(model, dialect)
        self._decoder = cbor.CborDecoder()
        self._encoder = cbor.CborEncoder()

    def reader(self, operation: "OperationModel") -> Read:
        shape = operation.input_shape
        if shape is None:
            return lambda head, labels, body: {}
        convert = self._decoder.compile(shape)

        def read(head: Head, labels: Mapping[str, str], body: bytes) -> dict[str, Any]:
            return convert(cbor.parse(body)) if body else {}

        return read

    def writer(self, operation: "OperationModel") -> Write:
        shape = operation.output_shape
        write_body = self.structure(shape, "") if shape is not None else None

        def write(response: Mapping[str, Any], request_id: str) -> Reply:
            headers: Headers = (("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-RequestId", request_id))
            if write_body is None:
                return Reply(200, headers, b"")
            return Reply(200, (("Content-Type", self.content_type), *headers), write_body(response))

        return write

    def structure(self, shape: Any, name: str) -> Callable[[Any], bytes]:
        convert = self._encoder.compile(shape)
        return lambda value: cbor.encode(convert(value))


PROTOCOLS: dict[str, type[Protocol]] = {
    "rest-json": RestJson,
    "rest-xml": RestXml,
    "query": Query,
    "json": Json,
    "smithy-rpc-v2-cbor": RpcV2Cbor,
}

"""An operation's codec: bytes to typed parameters and typed results to bytes, compiled from botocore's model at first use."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from portico.base.ids import uuid
from portico.wire.dialects import dialect
from portico.wire.error_bodies import ErrorShape, encode_error, error_reply, error_shapes
from portico.wire.errors import AwsError
from portico.wire.events import event_encoder, stream_member, stream_writer
from portico.wire.http import Head, Reply
from portico.wire.protocols import PROTOCOLS, Protocol
from portico.wire.query import query_action
from portico.wire.scalars import Malformed
from portico.wire.unreadable import unreadable
from portico.wire.validate import Validator

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape

__all__ = ["Codec", "codec", "error_reply", "query_action"]


class Codec:
    """One operation in one protocol. `protocol` is named as in the model."""

    __slots__ = (
        "_check",
        "_head",
        "_service",
        "_tokens",
        "encode",
        "encode_event",
        "event_member",
        "protocol",
        "read",
    )

    def __init__(self, service: "_Service", operation: "OperationModel", protocol: str) -> None:
        self.protocol = protocol
        compiled = service.protocol(protocol)
        self._service = service
        self._head = operation.http.get("method") == "HEAD"
        self._tokens = tuple(operation.idempotent_members)
        self._check = service.validator(protocol).request(operation)
        self.read = compiled.reader(operation)
        """Like `decode` without what the model demands of values; raises Malformed."""
        self.encode: Callable[[Mapping[str, Any], str], Reply] = compiled.writer(operation)
        """A result and the request id to the reply: the model's status, headers, payload. Absent and None members are left out."""
        self.encode_event = event_encoder(operation, compiled.structure, compiled.content_type)
        """An event (`{"PayloadChunk": {...}}`) of an answer that is a stream to its message; None for other operations."""
        self.event_member = ""
        """The member of the answer that is a stream of events; empty for other operations."""
        if self.encode_event is not None:
            self.event_member = stream_member(operation)
            first = compiled.content_type if compiled.begins_streams else ""
            self.encode = stream_writer(operation, self.encode, self.encode_event, first)

    def decode(self, head: Head, labels: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The operation's parameters as boto3's users know them: blobs are bytes, timestamps seconds since the epoch, absent
        idempotency tokens are made up. `labels` are the URI's, percent-decoded. Unknown members are ignored, null ones absent.

        Raises:
            AwsError: the request can't be read, or is not as the model says, in AWS's words.
        """
        try:
            params = self.read(head, labels, body)
            for token in self._tokens:
                if token not in params:
                    params[token] = uuid()
            self._check(params)
        except Malformed as wrong:
            raise unreadable(self.protocol, self._service.name, wrong) from None
        except RecursionError:
            raise unreadable(self.protocol, self._service.name, Malformed("nested too deeply")) from None
        return params

    def encode_error(self, error: AwsError, request_id: str) -> Reply:
        """`error` as this protocol carries it, with the members and the status that the model gives it. HEAD has no body."""
        reply = self._service.encode_error(self.protocol, error, request_id)
        return Reply(reply.status, reply.headers, b"") if self._head else reply


class _Service:
    """A service's model and what has been compiled from it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.model = _load(name)
        self.errors: dict[str, ErrorShape] = error_shapes(self.model)
        self._protocols: dict[str, Protocol] = {}
        self._validators: dict[str, Validator] = {}

    def protocol(self, name: str) -> Protocol:
        if name not in self._protocols:
            self._protocols[name] = PROTOCOLS[name](self.model, dialect(self.name))
        return self._protocols[name]

    def validator(self, protocol: str) -> Validator:
        if protocol not in self._validators:
            self._validators[protocol] = Validator(dialect(self.name), protocol)
        return self._validators[protocol]

    def encode_error(self, protocol: str, error: AwsError, request_id: str) -> Reply:
        metadata = self.model.metadata
        return encode_error(
            protocol,
            error,
            request_id,
            service=self.name,
            shape=self.errors.get(error.code),
            json_version=str(metadata.get("jsonVersion") or ""),
            namespace=str(metadata.get("xmlNamespace") or ""),
            query_compatible="awsQueryCompatible" in metadata,
        )


@cache
def _service(name: str) -> _Service:
    return _Service(name)


def output_shape(service: str, operation: str) -> "Shape | None":
    """The shape of an operation's answers, as botocore's model has it; None for one that answers nothing."""
    return _service(service).model.operation_model(operation).output_shape


def _load(name: str) -> "ServiceModel":
    """botocore's model of a service, without its documentation (two thirds of its memory). No session, no user's models."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    data = loader.load_service_model(name, "service-2")
    for shape in data["shapes"].values():
        shape.pop("documentation", None)
        for member in shape.get("members", {}).values():
            member.pop("documentation", None)
    for operation in data["operations"].values():
        operation.pop("documentation", None)
    return ServiceModel(data, name)


@cache
def codec(service: str, operation: str, protocol: str | None = None) -> Codec:
    """The codec of an operation, kept by (service, operation, protocol).

    `service` is botocore's name (`lambda`, `cognito-idp`); `protocol` as in the model, by default the model's own.

    Raises:
        LookupError: there is no such service, operation or protocol.
    """
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError

    try:
        found = _service(service)
        name = protocol or str(found.model.metadata["protocol"])
        if name not in PROTOCOLS:
            raise LookupError(f"{service} can't be spoken to in {name}")
        return Codec(found, found.model.operation_model(operation), name)
    except (UnknownServiceError, OperationNotFoundError) as wrong:
        raise LookupError(str(wrong)) from None

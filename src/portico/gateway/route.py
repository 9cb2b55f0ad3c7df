"""Which service and operation a request is for, decided from its head alone. Pure.

AWS's protocols are the routes: a json request names its operation in `X-Amz-Target`, an rpc-v2-cbor one in its path, a rest one by
method and path, a query one in its body (so it is known later). The service is named by the target, or by the signature's scope.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

import msgspec

from portico.calls.operation import ServiceIndex
from portico.wire.errors import AwsError
from portico.wire.http import Head

_CACHE_MAX = 10_000
_CACHED_PATH_MAX = 256  # whoever is not authenticated yet fills this cache too
_QUEUE_PATH = re.compile(r"/(?:queue/[a-z0-9-]+/)?[0-9]{12}/[A-Za-z0-9_.-]{1,80}/?").fullmatch
_NO_LABELS: Mapping[str, str] = {}


class Route(msgspec.Struct, frozen=True, gc=False):
    """Where a request goes. `operation` is "" for the query protocol until its body has been read, and `service` too when an
    unsigned query request does not say which it is. `labels` are the path's parameters, percent-decoded. `foreign` routes lead to a
    service of AWS that Portico does not have; `protocol` is then a guess that serves to tell so."""

    service: str
    signing_name: str
    protocol: str
    operation: str = ""
    labels: Mapping[str, str] = _NO_LABELS
    foreign: bool = False


class _Node:
    """A segment of the tree of rest paths."""

    __slots__ = ("greedy", "label", "literal", "operations")

    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.label: _Node | None = None
        self.greedy: _Node | None = None
        self.operations: list[tuple[frozenset[str], str, tuple[str, ...]]] = []


class RestRoutes:
    """The method and path templates of one rest service, as a tree of segments; literals win over labels, labels over greedy ones."""

    def __init__(self, index: ServiceIndex) -> None:
        self._roots: dict[str, _Node] = {}
        for name, entry in index.operations.items():
            self._add(entry.method, entry.uri, name)

    def _add(self, method: str, uri: str, name: str) -> None:
        path, _, query = uri.partition("?")
        node, labels = self._roots.setdefault(method, _Node()), []
        for segment in _segments(path):
            if not segment.startswith("{"):
                node = node.literal.setdefault(segment, _Node())
                continue
            labels.append(segment.strip("{}+"))
            if segment.endswith("+}"):
                node.greedy = node = node.greedy or _Node()
            else:
                node.label = node = node.label or _Node()
        wanted = frozenset(part for part in query.split("&") if part)
        node.operations.append((wanted, name, tuple(labels)))
        node.operations.sort(key=lambda row: -len(row[0]))

    def match(self, method: str, path: str, query: str) -> tuple[str, dict[str, str]] | None:
        """The operation of a raw path and its decoded labels, or None."""
        root = self._roots.get(method)
        found = _walk(root, _segments(path), 0, ()) if root else None
        if found is None:
            return None
        node, values = found
        given = frozenset(query.split("&")) if query else frozenset[str]()
        for wanted, name, labels in node.operations:
            if wanted <= given or all(w in given or f"{w}=" in given for w in wanted):
                return name, dict(zip(labels, values, strict=True))
        return None


def _likely_protocol(head: Head, signed_for: str) -> str:
    if signed_for == "s3":
        return "rest-xml"
    form = head.header("content-type").startswith("application/x-www-form-urlencoded")
    return "query" if form else "rest-json"


def _queue_labels(head: Head) -> Mapping[str, str]:
    """Older clients of SQS send a query request to the queue's own URL, and name the queue nowhere else."""
    return {"QueueUrl": head.path} if _QUEUE_PATH(head.path) else _NO_LABELS


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _walk(
    node: _Node, segments: list[str], at: int, values: tuple[str, ...]
) -> tuple[_Node, tuple[str, ...]] | None:
    if at == len(segments):
        return (node, values) if node.operations else None
    segment = segments[at]
    if (literal := node.literal.get(segment)) is not None:
        found = _walk(literal, segments, at + 1, values)
        if found:
            return found
    if node.label is not None and segment:
        found = _walk(node.label, segments, at + 1, (*values, unquote(segment)))
        if found:
            return found
    if node.greedy is not None and node.greedy.operations:
        return node.greedy, (*values, unquote("/".join(segments[at:])))
    return None


class Router:
    """Routes for a set of services."""

    def __init__(self, indexes: Iterable[ServiceIndex]) -> None:
        indexes = tuple(indexes)
        self._by_signing = {index.signing_name: index for index in indexes}
        self._by_target = {i.target_prefix: i for i in self._by_signing.values() if i.target_prefix}
        self._rest: dict[str, list[tuple[ServiceIndex, RestRoutes]]] = {}
        for index in indexes:  # services that sign under one name (API Gateway's two) differ in their paths
            if index.protocols[0].startswith("rest-"):
                self._rest.setdefault(index.signing_name, []).append((index, RestRoutes(index)))
        spoken = [i for i in self._by_signing.values() if "query" in i.protocols]
        self._by_version = {index.api_version: index for index in spoken}
        actions = Counter(name for index in spoken for name in index.operations)
        self._by_action = {name: i for i in spoken for name in i.operations if actions[name] == 1}
        self._cache: dict[tuple[str, str, str], Route] = {}

    def index(self, signing_name: str) -> ServiceIndex | None:
        """What is known of the service that signatures name so."""
        return self._by_signing.get(signing_name)

    def route(self, head: Head, signed_for: str) -> Route:
        """The route of a request that is signed for the service `signed_for` ("" if unsigned).

        Raises:
            AwsError: no such operation (`UnknownOperationException`), or nothing that AWS has.
        """
        key = (head.method, head.path, signed_for)
        cached = self._cache.get(key)
        if cached is not None and not head.query:
            return cached
        target = head.header("x-amz-target")
        if target:
            return self._targeted(target, signed_for)
        if head.header("smithy-protocol") == "rpc-v2-cbor":
            return self._cbor(head, signed_for)
        route = self._signed(head, signed_for) if signed_for else self._unsigned(head)
        if route.operation and not head.query and not route.foreign and len(head.path) <= _CACHED_PATH_MAX:
            if len(self._cache) >= _CACHE_MAX:
                self._cache.clear()
            self._cache[key] = route
        return route

    def query_operation(self, route: Route, action: str, version: str) -> Route:
        """The route of a query request, once its body has said `Action` and `Version`.

        Raises:
            AwsError: `InvalidAction`, `MissingAction`.
        """
        if route.service:
            index = self._by_signing.get(route.signing_name)
        else:  # links in messages (SNS) are not signed and have no version
            index = self._by_version.get(version) if version else self._by_action.get(action)
        if not action:
            raise AwsError("MissingAction", "The request must contain the parameter Action.", 400)
        if index is None or action not in index.operations:
            raise AwsError(
                "InvalidAction",
                f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}",
                400,
            )
        if version and version != index.api_version:
            raise AwsError("InvalidAction", f"Could not find operation {action} for version {version}", 400)
        return Route(index.service, index.signing_name, "query", action, route.labels)

    def _targeted(self, target: str, signed_for: str) -> Route:
        prefix, _, operation = target.rpartition(".")
        index = self._by_target.get(prefix)
        if index is None:
            return Route(signed_for or prefix, signed_for, "json", operation or target, foreign=True)
        if operation not in index.operations:
            raise AwsError("UnknownOperationException", None, 400)
        return Route(index.service, index.signing_name, "json", operation)

    def _cbor(self, head: Head, signed_for: str) -> Route:
        parts = _segments(head.path)
        if len(parts) == 4 and parts[0] == "service" and parts[2] == "operation":
            for index in self._by_signing.values():
                if (
                    index.target_prefix.rpartition(".")[2] == parts[1]
                    and "smithy-rpc-v2-cbor" in index.protocols
                ):
                    if parts[3] in index.operations:
                        return Route(index.service, index.signing_name, "smithy-rpc-v2-cbor", parts[3])
                    raise AwsError("UnknownOperationException", None, 404)
            return Route(parts[1], signed_for, "smithy-rpc-v2-cbor", parts[3], foreign=True)
        raise AwsError("UnknownOperationException", None, 404)

    def _signed(self, head: Head, signed_for: str) -> Route:
        index = self._by_signing.get(signed_for)
        if index is None:
            return Route(signed_for, signed_for, _likely_protocol(head, signed_for), foreign=True)
        if signed_for in self._rest:
            return self._rest_route(signed_for, head)
        if "query" in index.protocols:
            labels = _queue_labels(head) if signed_for == "sqs" else _NO_LABELS
            return Route(index.service, index.signing_name, "query", labels=labels)
        raise AwsError("UnknownOperationException", None, 404)

    def _rest_route(self, signing_name: str, head: Head) -> Route:
        found = self._rest_match(signing_name, head)
        if found is None:
            raise AwsError("UnknownOperationException", None, 404)
        return found

    def _rest_match(self, signing_name: str, head: Head) -> Route | None:
        for index, routes in self._rest[signing_name]:
            found = routes.match(head.method, head.path, head.query)
            if found is not None:
                return Route(index.service, signing_name, index.protocols[0], found[0], found[1])
        return None

    def _unsigned(self, head: Head) -> Route:
        for signing_name in self._rest:
            route = self._rest_match(signing_name, head)
            if route is not None:
                return route
        if head.path == "/" and head.method in ("GET", "POST"):
            return Route("", "", "query")
        if "sqs" in self._by_signing and (labels := _queue_labels(head)):
            return Route("sqs", "sqs", "query", labels=labels)
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)

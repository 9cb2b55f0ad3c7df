"""Operations: a function bound to an AWS operation by its name, and what it needs to be allowed.

    @operation(on=function_arn)
    async def get_function(lam: Lambda, call: Call, request: GetFunctionRequest) -> GetFunctionResponse: ...

The name is checked against the service's index (`index.py`, written by `scripts/shapes`) at import; an unknown one stops the start.
What is not said is taken from AWS's service authorisation reference: the action is `<prefix>:<OperationName>`.
"""

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from portico.calls.call import Call, Origin

Values = str | tuple[str, ...]


class Check(msgspec.Struct, frozen=True, gc=False):
    """A further permission that the same call needs (`iam:PassRole` on the role that is passed).

    `policy` is the resource policy (document) of `resource`, if it has one. `decisive`: it must itself allow, whatever else does (a
    key's policy). `trust`: it is a role's trust policy, which must itself allow; without one nothing is allowed.
    """

    action: str
    resource: str
    keys: Mapping[str, Values] = {}
    policy: str | None = None
    decisive: bool = False
    trust: bool = False


OnResources = Callable[[Call, Any], Iterable[str] | Awaitable[Iterable[str]]]
Keys = Callable[[Call, Any], Mapping[str, Values] | Awaitable[Mapping[str, Values]]]
ResourcePolicy = Callable[[Any, Call, Any], Awaitable[str | None]]
Also = Callable[[Any, Call, Any], Awaitable[Iterable[Check]]]
Body = Callable[[Any, Call, Any], Awaitable[Any]]
Admit = Callable[[Any, str, Origin, Any], Awaitable[None]]
Answer = Callable[[Any], None]
"""Takes a response, or the AwsError in its place, once; or the payload (bytes) of a usual response (see `Ready`). Does not raise."""
Again = Callable[[str, float, str, bytes, Answer], bool]
"""Runs an operation with the parameters that it once had, but for its payload, and waits for nothing: request id, time (`now` clock,
seconds), trace, payload, and who takes the answer, after this has returned. False where that can't be, and then nothing has been done."""


class Ready(msgspec.Struct, frozen=True, gc=False):
    """An operation that may be run again: `again` runs it. `usual`: the response of which nothing but the payload differs from others,
    in the place of which `again` may give the payload alone; None where it does not."""

    again: Again
    usual: Callable[[bytes], Any] | None = None


Prepare = Callable[[Any, Call, Any], Ready | None]
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


class IndexEntry(msgspec.Struct, frozen=True, gc=False):
    """An operation as the service's model names it: HTTP method and request URI (rest protocols), and whether the model says
    that it is called unsigned (`authtype: none`)."""

    method: str
    uri: str
    unsigned: bool = False


class ServiceIndex(msgspec.Struct, frozen=True, gc=False):
    """What routing needs to know of a service without loading its model (generated).

    `protocols` in order of preference (`rest-json`, `query`, `json`, ...); `target_prefix` and `json_version` for json;
    `api_version` for query; `signing_name` as in the signature's scope; `prefix` as in IAM actions.
    """

    service: str
    signing_name: str
    prefix: str
    api_version: str
    protocols: tuple[str, ...]
    target_prefix: str
    json_version: str
    operations: Mapping[str, IndexEntry]


class Operation(msgspec.Struct, frozen=True, gc=False):
    """An implemented operation.

    `action` is None for those that need no permission (`sts:GetCallerIdentity`). `on` yields the ARNs to check (`"*"` if the
    action has no resource) and `keys` the request's own condition values; either may be a coroutine function that reads records.
    `policy` reads the resource policy's document; `decisive`: where there is one, it must itself allow. `also` are dependent checks.
    `anonymous` admits unsigned callers past authentication (their permission is checked as always). `prepare` is for one whose parameters
    are all in the head but for its payload: what was found out for a call is kept, for the next ones of the same caller with the same head.
    """

    service: str
    name: str
    body: Body
    action: str | None
    on: OnResources | None = None
    keys: Keys | None = None
    policy: ResourcePolicy | None = None
    also: Also | None = None
    anonymous: bool = False
    decisive: bool = False
    prepare: Prepare | None = None


class Registry:
    """The operations of one service folder, filled by the decorator as its modules are imported."""

    def __init__(self, index: ServiceIndex) -> None:
        self.index = index
        self.operations: dict[str, Operation] = {}


_registries: dict[str, Registry] = {}


def registry(folder: str) -> Registry:
    """The registry of the service in `portico.services.<folder>`."""
    if folder not in _registries:
        index = importlib.import_module(f"portico.services.{folder}.index").INDEX
        _registries[folder] = Registry(index)
    return _registries[folder]


def operation(
    *,
    name: str = "",
    action: str | None = "",
    on: OnResources | None = None,
    keys: Keys | None = None,
    policy: ResourcePolicy | None = None,
    also: Also | None = None,
    anonymous: bool = False,
    decisive: bool = False,
    prepare: Prepare | None = None,
) -> Callable[[F], F]:
    """Bind a function to the operation that its name says (`put_function_concurrency` -> `PutFunctionConcurrency`).

    Raises:
        LookupError: the service has no such operation (at import).
    """

    def bind(function: F) -> F:
        folder = function.__module__.split(".services.", 1)[1].split(".", 1)[0]
        service = registry(folder)
        wanted = name or function.__name__.replace("_", "")
        known = {entry.lower(): entry for entry in service.index.operations}
        if wanted.lower() not in known:
            raise LookupError(
                f"{folder} has no operation {wanted!r} ({function.__module__}.{function.__name__})"
            )
        found = known[wanted.lower()]
        service.operations[found] = Operation(
            service.index.service,
            found,
            function,
            f"{service.index.prefix}:{found}" if action == "" else action,
            on,
            keys,
            policy,
            also,
            anonymous or service.index.operations[found].unsigned,
            decisive,
            prepare,
        )
        return function

    return bind

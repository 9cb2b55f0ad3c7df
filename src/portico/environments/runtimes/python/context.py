"""The `context` argument of a handler.

Source: Lambda Developer Guide, "Using the Lambda context object to retrieve Python function information".
"""

from __future__ import annotations

import json
import os
import sys
import time

from .faults import Fault

_W3C_FIELDS = ("traceparent", "tracestate", "baggage")


class _Members:
    """An object with exactly the members of `__slots__`, each None unless `given` has it."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, given: dict[str, object]) -> None:
        for name in self.__slots__:
            setattr(self, name, given.get(name))

    def __repr__(self) -> str:
        return _represent(self, self.__slots__)


class CognitoIdentity:
    """Who called through a Cognito identity pool; both members are None otherwise."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, identity: str | None, pool: str | None) -> None:
        self.cognito_identity_id = identity
        self.cognito_identity_pool_id = pool

    def __repr__(self) -> str:
        return _represent(self, self.__slots__)


class Client(_Members):
    """The calling application, as a mobile SDK describes it."""

    __slots__ = ("app_package_name", "app_title", "app_version_code", "app_version_name", "installation_id")


class ClientContext(_Members):
    """What the caller sent as `X-Amz-Client-Context`."""

    __slots__ = ("client", "custom", "env")

    def __init__(self, given: dict[str, object]) -> None:
        client = given.get("client")
        super().__init__({**given, "client": Client(client) if isinstance(client, dict) else None})


class LambdaContext:
    """What a handler can learn about its invocation, its function and its environment."""

    log_group_name: str | None
    log_stream_name: str | None
    function_name: str | None
    memory_limit_in_mb: str | None
    function_version: str | None

    def __init__(
        self,
        surroundings: dict[str, str | None],
        request_id: str,
        invoked_arn: str,
        deadline_ms: int,
        client_context: dict[str, object] | None,
        identity: CognitoIdentity,
    ) -> None:
        self.__dict__.update(surroundings)
        self.aws_request_id = request_id
        self.invoked_function_arn = invoked_arn
        self.tenant_id = None
        self._w3c = _take_w3c(client_context)
        self.client_context = None if client_context is None else ClientContext(client_context)
        self.identity = identity
        self._epoch_deadline_time_in_ms = deadline_ms

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out, never negative."""
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self) -> dict[str, str]:
        """The W3C trace context that came with the client context."""
        return dict(self._w3c)

    def log(self, msg: object) -> None:
        """Write `msg` to the log as it is."""
        sys.stdout.write(str(msg))

    def __repr__(self) -> str:
        return _represent(self, _SHOWN)


_VARIABLES = {
    "log_group_name": "AWS_LAMBDA_LOG_GROUP_NAME",
    "log_stream_name": "AWS_LAMBDA_LOG_STREAM_NAME",
    "function_name": "AWS_LAMBDA_FUNCTION_NAME",
    "memory_limit_in_mb": "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "function_version": "AWS_LAMBDA_FUNCTION_VERSION",
}
_SHOWN = (
    "aws_request_id",
    "log_group_name",
    "log_stream_name",
    "function_name",
    "memory_limit_in_mb",
    "function_version",
    "invoked_function_arn",
    "client_context",
    "identity",
    "tenant_id",
)


def surroundings() -> dict[str, str | None]:
    """The members of a context that are the same for every invocation of an environment."""
    return {member: os.environ.get(variable) for member, variable in _VARIABLES.items()}


def parse_client_context(text: str) -> dict[str, object] | None:
    """The client context's JSON object, None for "".

    Raises:
        Fault: it is not a JSON object.
    """
    if not text:
        return None
    try:
        decoded = json.loads(text)
    except ValueError as error:
        raise Fault(
            "Runtime.LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}"
        ) from None
    return decoded if isinstance(decoded, dict) else {}


def _take_w3c(given: dict[str, object] | None) -> dict[str, str]:
    fields = given.pop("w3c", None) if given else None
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in _W3C_FIELDS if isinstance(fields.get(name), str)}


def _represent(thing: object, names: tuple[str, ...]) -> str:
    members = ",".join(f"{name}={getattr(thing, name)}" for name in names)
    return f"{type(thing).__name__}([{members}])"

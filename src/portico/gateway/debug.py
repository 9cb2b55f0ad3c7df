"""The endpoint behind `portico invoke --debug` (development mode): one invocation, in an environment that waits for a debugger."""

import base64
from typing import Annotated

import msgspec

from portico.base import ids
from portico.environments.work import Invocation, PreparationFailed
from portico.gateway.own import Endpoint, json_reply
from portico.invoke.admit import Throttled
from portico.invoke.invoker import Invoker
from portico.invoke.resolve import Resolver
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

_DEBUGGED = ("python", "nodejs")


class _Wanted(msgspec.Struct, frozen=True):
    """`function` is an ARN without qualifier; `payload` is base64 of the event."""

    function: Annotated[str, msgspec.Meta(pattern=r"^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+$")]
    port: Annotated[int, msgspec.Meta(ge=1024, le=65_535)]
    payload: bytes = b"{}"
    qualifier: str = ""


class Debug:
    """Answers once the invocation has ended, which may take a day."""

    def __init__(self, *, resolver: Resolver, invoker: Invoker) -> None:
        self._resolver = resolver
        self._invoker = invoker

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            "/_portico/debug": Endpoint(
                "POST", self._debugged, "portico:Debug", "development", development=True
            )
        }

    async def _debugged(self, head: Head, body: bytes) -> Reply:
        try:
            wanted = msgspec.json.decode(body, type=_Wanted)
        except msgspec.DecodeError as error:
            raise AwsError("ValidationException", str(error), 400) from error
        _, _, _, region, account, _, name = wanted.function.split(":")
        resolved = self._resolver.resolve(account, region, name, wanted.qualifier)
        if resolved is None:
            raise AwsError("ResourceNotFoundException", f"Function not found: {wanted.function}", 404)
        if not resolved.spec.runtime.startswith(_DEBUGGED):
            raise AwsError("ValidationException", f"{resolved.spec.runtime} has no debugger here", 400)
        invocation = Invocation(ids.request_id(), wanted.payload, wanted.function)
        try:
            finished = await self._invoker.debug(resolved, invocation, wanted.port)
        except Throttled as error:
            raise AwsError("TooManyRequestsException", error.reason, 429) from error
        except PreparationFailed as error:
            raise AwsError(error.code, error.message, 500) from error
        outcome = finished.outcome
        return json_reply(
            {
                "payload": base64.b64encode(outcome.payload).decode(),
                "function_error": outcome.function_error,
                "log": finished.tail,
            }
        )

"""Functions whose answer is passed on while they make it: metadata as JSON, eight NUL bytes, and then the body.

Source: API Gateway Developer Guide, "Set up a Lambda proxy integration with payload response streaming" (metadata within the first 16 KB;
a pause of 5 minutes ends the stream).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from portico.doors import payload1
from portico.doors.payload2 import Malformed
from portico.services.apigateway.transform import told
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.deadline import within
from portico.services.apigateway.transform.lambda_calls import Function, address, refused, sent_headers
from portico.services.apigateway.transform.reach import Reach
from portico.services.apigateway.transform.remapping import answered
from portico.services.apigateway.transform.seam import (
    GatewayAnswer,
    GatewayRefusal,
    IntegrationFacts,
    RequestContext,
)
from portico.wire.errors import AwsError

_SEPARATOR = b"\0" * 8
_PRELUDE_BYTES_MAX = 16 * 1024
_IDLE_S = 300.0


async def call(
    reach: Reach, request: RequestContext, rules: MethodRules, function: Function, event: bytes
) -> GatewayAnswer:
    """The function's answer, once its status and headers are there.

    Raises:
        GatewayRefusal: it can't be called, or begins with something else.
    """
    begun = reach.clock.monotonic()
    timeout_ms = rules.integration.timeout_in_millis if rules.integration else 0
    client = reach.client(request, rules)
    told.sent(request, address(function), sent_headers(request), event)
    try:
        answer = await within(
            timeout_ms,
            client.call("lambda", "InvokeWithResponseStream", FunctionName=function.arn, Payload=event),
        )
        events: Any = answer["EventStream"]
        stream = _Parts(events.__aiter__())
        prelude = await within(timeout_ms, stream.prelude())
        given = payload1.read(_without_cookies(prelude), decode=False)
    except AwsError as error:
        raise refused(error, _since(reach, begun)) from error
    except Malformed as error:
        facts = IntegrationFacts(service_status=200, latency_ms=_since(reach, begun), error=str(error))
        raise GatewayRefusal(
            "API_CONFIGURATION_ERROR",
            detail=f"Execution failed due to configuration error: Malformed streaming response: {error}",
            integration=facts,
        ) from error
    facts = IntegrationFacts(given.status, 200, _since(reach, begun), request.request_id)
    told.received(request, 200, facts.latency_ms, given.headers, b"")
    headers = (*answered(given.headers, "AWS_PROXY"), *_cookies(prelude))
    if request.trace:
        headers = (*headers, ("X-Amzn-Trace-Id", request.trace))
    return GatewayAnswer(given.status, headers, chunks=stream.rest(), integration=facts)


def _since(reach: Reach, begun: float) -> int:
    return round((reach.clock.monotonic() - begun) * 1000)


def _without_cookies(prelude: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prelude.items() if name != "cookies"}


def _cookies(prelude: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    cookies = prelude.get("cookies") or []
    return tuple(
        ("Set-Cookie", cookie)
        for cookie in cookies
        if isinstance(cookie, str) and payload1.can_be_sent("Set-Cookie", cookie)
    )


class _Parts:
    """The parts of a function's answer, of which the first may be only the beginning of the prelude."""

    def __init__(self, events: AsyncIterator[dict[str, Any]]) -> None:
        self._events = events
        self._left = b""

    async def prelude(self) -> dict[str, Any]:
        """What the answer begins with.

        Raises:
            Malformed: it is not within the first 16 KB, or no JSON object.
        """
        held = b""
        while _SEPARATOR not in held:
            part = await self._next()
            if part is None or len(held) > _PRELUDE_BYTES_MAX:
                await self.close()
                raise Malformed("there is no separator within the first 16 KB")
            held += part
        text, _, self._left = held.partition(_SEPARATOR)
        try:
            given = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            await self.close()
            raise Malformed(f"the metadata is not JSON: {error}") from error
        if not isinstance(given, dict):
            await self.close()
            raise Malformed("the metadata is no object")
        return {"statusCode": 200, **given}

    async def rest(self) -> AsyncIterator[bytes]:
        """The body. One that breaks off cuts the connection."""
        try:
            if self._left:
                yield self._left
            while True:
                async with asyncio.timeout(_IDLE_S):
                    part = await self._next()
                if part is None:
                    return
                yield part
        finally:
            await self.close()

    async def close(self) -> None:
        """Read no more."""
        aclose = getattr(self._events, "aclose", None)
        if aclose is not None:
            await aclose()

    async def _next(self) -> bytes | None:
        async for event in self._events:
            if "PayloadChunk" in event:
                return bytes(event["PayloadChunk"]["Payload"])
            if event.get("InvokeComplete", {}).get("ErrorCode"):
                raise Malformed(str(event["InvokeComplete"]["ErrorCode"]))
        return None

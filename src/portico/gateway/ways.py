"""The endpoint behind `portico doors`: what leads to a function, and who may use each way."""

import re
from urllib.parse import parse_qs

import msgspec

from portico.doors.leading import Function, Guide
from portico.gateway.own import Endpoint, json_reply
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

_ARN = re.compile(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)").fullmatch


class WaysEndpoint:
    """Answers for one server."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {"/_portico/doors": Endpoint("GET", self._told, "portico:Doors", "development")}

    async def _told(self, head: Head, body: bytes) -> Reply:
        arn = parse_qs(head.query).get("function", [""])[0]
        found = _ARN(arn)
        if found is None:
            raise AwsError(
                "ValidationException", "function must be the ARN of a function, without qualifier", 400
            )
        ways = await self._guide.leading_to(Function(found[2], found[1], found[3]))
        if not ways:
            raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)
        return json_reply({"function": arn, "doors": msgspec.to_builtins(ways)})

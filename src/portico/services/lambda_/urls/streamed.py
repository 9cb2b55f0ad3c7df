"""An HTTP answer that is streamed: what it says ahead of its body. Pure.

A function that wants to set status, headers or cookies gives its stream the type `application/vnd.awslambda.http-integration-response`:
a JSON document, eight NUL bytes, the body. Source: Lambda Developer Guide, "Response streaming"; AWS's runtime for Node.js.
"""

import msgspec

from portico.doors.payload2 import Answer, Malformed, answer_headers, status_of

DELIMITER = b"\0" * 8
_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
_PRELUDE_BYTES_MAX = 64 * 1024
_OCTETS = "application/octet-stream"


class _Said(msgspec.Struct, frozen=True, gc=False):
    contentType: str = ""  # noqa: N815  # as the runtime says it


def content_type(head: bytes) -> str:
    """The type that a stream's head announces; octets for an answer without a head, which was given at once."""
    if not head:
        return _OCTETS
    try:
        return msgspec.json.decode(head, type=_Said).contentType or _OCTETS
    except (msgspec.DecodeError, RecursionError):
        return _OCTETS


def has_prelude(kind: str) -> bool:
    """Whether a stream of this type begins with a prelude."""
    return kind.partition(";")[0].strip().lower() == _PRELUDE_TYPE


class Prelude:
    """Gathers the beginning of a stream until its prelude is whole."""

    __slots__ = ("_gathered",)

    def __init__(self) -> None:
        self._gathered = b""

    def feed(self, part: bytes) -> Answer | None:
        """One more part; the answer's head, with as much of the body as has come, once the prelude is whole.

        Raises:
            Malformed: the prelude is none, or too long.
        """
        self._gathered += part
        text, found, rest = self._gathered.partition(DELIMITER)
        if not found:
            if len(self._gathered) > _PRELUDE_BYTES_MAX:
                raise Malformed("the stream has no prelude")
            return None
        return read(text, rest)


def read(text: bytes, body: bytes) -> Answer:
    """The answer that a prelude and a body make.

    Raises:
        Malformed: the prelude is none.
    """
    try:
        given = msgspec.json.decode(text) if text.strip() else {}
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(f"the prelude is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise Malformed("the prelude is not an object")
    headers = answer_headers(given)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", _OCTETS))
    return Answer(status_of(given.get("statusCode", 200)), headers, body)

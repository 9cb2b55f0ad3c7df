"""An invocation's payload: its size, and whether it is JSON, with the reason in the words of the parser that AWS uses.

Source: Developer Guide, "Lambda quotas" and "Invoke a function synchronously"; reported error messages.
"""

import base64
import binascii
import json
import re

import msgspec

from portico.services.lambda_ import errors

EVENT_BYTES_MAX = 1024 * 1024
CLIENT_CONTEXT_CHARS_MAX = 3583
_EMPTY = b"{}"
_SHOWN_BYTES = 500
_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_TOKEN = re.compile(r"[A-Za-z0-9_$\u0080-\uffff]+")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')  # and strings, which may hold brackets
_syntax = msgspec.json.Decoder(msgspec.Raw)


def sync_event(payload: bytes) -> bytes:
    """The event of a synchronous invocation; `{}` for none. The gateway has bounded it: no body of a request is larger than 6 MB.

    Raises:
        InvalidRequestContentException: it is not JSON.
    """
    return _checked(payload)


def queued_event(payload: bytes) -> bytes:
    """The event of an asynchronous invocation; as `sync_event`, with its own limit.

    Raises:
        RequestEntityTooLargeException, InvalidRequestContentException: it is too large, or not JSON.
    """
    if len(payload) > EVENT_BYTES_MAX:
        raise errors.request_too_large(
            f"{len(payload)} byte payload is too large for the Event invocation type (limit {EVENT_BYTES_MAX} bytes)"
        )
    return _checked(payload)


def client_context(encoded: str) -> str:
    """The client context's JSON text.

    Raises:
        InvalidRequestContentException: it is too long, not base64, or not a JSON object.
    """
    if len(encoded) > CLIENT_CONTEXT_CHARS_MAX:
        raise errors.bad_payload(
            f"Client context must be no more than {CLIENT_CONTEXT_CHARS_MAX} bytes, Base64-encoded."
        )
    try:
        text = base64.b64decode(encoded, validate=True)
        msgspec.json.decode(text, type=dict)
        return text.decode()
    except (binascii.Error, ValueError, RecursionError) as error:
        raise errors.bad_payload("Client context must be a valid Base64-encoded JSON object.") from error


def _checked(payload: bytes) -> bytes:
    if not payload:
        return _EMPTY
    try:
        _syntax.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise errors.bad_payload(why_not_json(payload)) from error
    return payload


def why_not_json(payload: bytes) -> str:
    """What is wrong with `payload`, and where (columns count from one, behind what was read)."""
    reason, read = _reason(payload)
    before = payload[:read]
    line = before.count(b"\n") + 1
    column = read - (before.rfind(b"\n") + 1) + 1
    shown = payload[:_SHOWN_BYTES].decode(errors="replace")
    rest = len(payload) - _SHOWN_BYTES
    source = f'"{shown}"' + (f"[truncated {rest} bytes]" if rest > 0 else "")
    return (
        f"Could not parse request body into json: Could not parse payload into json: {reason}\n"
        f" at [Source: (byte[]){source}; line: {line}, column: {column}]"
    )


def _reason(payload: bytes) -> tuple[str, int]:
    """The reason, and how many bytes were read when it was found."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        return f"Invalid UTF-8 start byte 0x{payload[error.start]:02x}", error.start + 1
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return _at(text, error.pos)
    except RecursionError:
        return "Document nesting depth exceeds the maximum allowed", 0
    except ValueError as error:
        return str(error), 0
    return "Unexpected character", 0


def _unclosed(text: str) -> str:
    """What the innermost open object or array still needs; the parser does not say more about an open string."""
    opened: list[int] = []
    for found in _BRACKETS.finditer(text):
        if found[0] in "{[":
            opened.append(found.start())
        elif found[0] in "}]" and opened:
            opened.pop()
    if not opened:
        return ""
    before = text[: opened[-1]]
    kind = "Object" if text[opened[-1]] == "{" else "Array"
    line, column = before.count("\n") + 1, opened[-1] - (before.rfind("\n") + 1) + 1
    return f": expected close marker for {kind} (start marker at line: {line}, column: {column})"


def _refuse_constant(name: str) -> None:
    raise ValueError(
        f"Non-standard token '{name}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"
    )


def _at(text: str, position: int) -> tuple[str, int]:
    if position >= len(text):
        return f"Unexpected end-of-input{_unclosed(text)}", len(text.encode())
    token = _TOKEN.match(text, position)
    if token is not None and not text[position].isdigit():
        read = min(token.end() + 1, len(text))
        return f"Unrecognized token '{token[0]}': was expecting {_VALUE}", len(text[:read].encode())
    read = len(text[: position + 1].encode())
    return (
        f"Unexpected character ('{text[position]}' (code {ord(text[position])})): expected a valid value {_VALUE}",
        read,
    )

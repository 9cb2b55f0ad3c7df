"""The opening handshake: what a client must ask for, and what it is answered. Pure.

Source: RFC 6455, section 4.2.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error

from portico.wire.http import Head, Headers

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
VERSION = "13"


class NoHandshake(Exception):
    """The request is no handshake, or one that can't be answered; `status` tells which, `headers` what would be understood."""

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def check(head: Head) -> None:
    """Judge a request for a WebSocket.

    Raises:
        NoHandshake: it is none.
    """
    asked = head.header("upgrade").lower() == "websocket"
    if head.method != "GET" or not asked or "upgrade" not in _tokens(head, "connection"):
        raise NoHandshake(426, "Upgrade Required", (("Upgrade", "websocket"),))
    if head.http_version != "1.1" or head.header("content-length", "0") != "0":
        raise NoHandshake(400, "Bad Request")
    if head.header("transfer-encoding"):
        raise NoHandshake(400, "Bad Request")
    if head.header("sec-websocket-version") != VERSION:
        raise NoHandshake(426, "Upgrade Required", (("Sec-WebSocket-Version", VERSION),))
    if not _is_key(head.header("sec-websocket-key")) or not all(map(_TOKEN, subprotocols(head))):
        raise NoHandshake(400, "Bad Request")


def subprotocols(head: Head) -> list[str]:
    """What the client offers to speak."""
    return [
        part.strip()
        for name, value in head.headers
        if name == "sec-websocket-protocol"
        for part in value.split(",")
        if part.strip()
    ]


def answer(head: Head, chosen: str) -> Headers:
    """The headers of the answer to a handshake. `chosen` is the subprotocol, "" for none; one that was not offered is not told."""
    from wsproto.utilities import generate_accept_token

    token = generate_accept_token(head.header("sec-websocket-key").encode())
    headers: Headers = (("Sec-WebSocket-Accept", token.decode()),)
    return (*headers, ("Sec-WebSocket-Protocol", chosen)) if chosen in subprotocols(head) else headers


def _tokens(head: Head, wanted: str) -> set[str]:
    values = (value for name, value in head.headers if name == wanted)
    return {part.strip().lower() for value in values for part in value.split(",")}


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == 16
    except (Base64Error, ValueError):
        return False

"""Answers that are no pages: redirects, and JSON of the endpoints."""

from typing import Any

import msgspec

from portico.wire.http import Headers, Reply

_JSON: Headers = (
    ("content-type", "application/json;charset=UTF-8"),
    ("cache-control", "no-store"),
    ("access-control-allow-origin", "*"),
)


class OAuthError(Exception):
    """What an endpoint answers in OAuth's words (RFC 6749, section 5.2)."""

    def __init__(self, error: str, description: str = "", status: int = 400, more: Headers = ()) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.more = more

    def reply(self) -> Reply:
        """As an answer."""
        said = {"error": self.error}
        if self.description:
            said["error_description"] = self.description
        return json(said, self.status, self.more)


def redirect(location: str, more: Headers = ()) -> Reply:
    """Send the browser on."""
    return Reply(302, (("location", location), ("cache-control", "no-store"), *more), b"")


def json(value: Any, status: int = 200, more: Headers = ()) -> Reply:
    """An answer of an endpoint. Every page may read it: what it says is for whoever has the code, the secret or the token."""
    return Reply(status, _JSON + more, msgspec.json.encode(value))

"""What an HTTP API answers by itself: short JSON messages.

Source: API Gateway Developer Guide, "Troubleshooting HTTP APIs"; answers seen.
"""

from portico.wire.http import Headers, Reply

_JSON: Headers = (("content-type", "application/json"),)


class Refusal(Exception):
    """A request gets no further: the answer's status and message, and why (for the access log, `reason`)."""

    def __init__(self, status: int, message: str, *, reason: str = "", headers: Headers = ()) -> None:
        super().__init__(reason or message)
        self.status = status
        self.message = message
        self.reason = reason
        self.headers = headers

    def reply(self) -> Reply:
        """The answer."""
        body = b'{"message":"' + self.message.encode() + b'"}'
        return Reply(self.status, _JSON + self.headers, body)


def not_found(reason: str = "") -> Refusal:
    """There is no such stage or route."""
    return Refusal(404, "Not Found", reason=reason)


def forbidden(reason: str) -> Refusal:
    """The caller is known, and may not."""
    return Refusal(403, "Forbidden", reason=reason)


def unauthorized(reason: str, challenge: str = "") -> Refusal:
    """The caller is not known; `challenge` is what `www-authenticate` says."""
    headers: Headers = (("www-authenticate", challenge),) if challenge else ()
    return Refusal(401, "Unauthorized", reason=reason, headers=headers)


def too_large() -> Refusal:
    """The body, or what is made of it, is larger than may be."""
    return Refusal(413, "Request Entity Too Large")


def too_many() -> Refusal:
    """The route, the stage or the account is throttled."""
    return Refusal(429, "Too Many Requests")


def failed(reason: str) -> Refusal:
    """The integration or the authorizer has failed, or was not allowed."""
    return Refusal(500, "Internal Server Error", reason=reason)


def unavailable(reason: str) -> Refusal:
    """The integration could not be reached, or took too long."""
    return Refusal(503, "Service Unavailable", reason=reason)


def insufficient(scopes: str) -> Refusal:
    """The token has none of the route's scopes."""
    challenge = f'Bearer scope="{scopes}" error="insufficient_scope"'
    headers: Headers = (("www-authenticate", challenge),)
    return Refusal(403, "Forbidden", reason="the token lacks the scopes of the route", headers=headers)


def bad_request(reason: str) -> Refusal:
    """The request can't be passed on."""
    return Refusal(400, "Bad Request", reason=reason)

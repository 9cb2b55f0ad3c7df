"""Where `Code.Location` points: the zip of a function, for ten minutes, to whoever has the address.

The address is signed with a key of this process, so it ends with the server. It is served on the plane of Portico's own
endpoints, not by an operation.
"""

import hashlib
import hmac
import secrets
from urllib.parse import parse_qs

from portico.base.clock import Clock
from portico.store.port import Store
from portico.wire.http import Head, Reply

PATH = "/_portico/code/"
EXPIRES_S = 600


class Downloads:
    """Makes addresses of code and answers them."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def location(self, host: str, *, secure: bool, digest: str) -> str:
        """The address of the zip `digest` under the host that the caller used."""
        expires = int(self._clock.now()) + EXPIRES_S
        scheme = "https" if secure else "http"
        return (
            f"{scheme}://{host}{PATH}{digest}?Expires={expires}&Signature={self._sign(digest, str(expires))}"
        )

    async def reply(self, head: Head) -> Reply:
        """The zip; 403 when the address is forged or too old, 404 when the code is gone, 405 unless it is a GET or HEAD."""
        if head.method not in ("GET", "HEAD"):
            return _refusal(405, "only GET and HEAD")
        digest = head.path.removeprefix(PATH)
        given = {key: values[0] for key, values in parse_qs(head.query).items()}
        expires = given.get("Expires", "")
        signature = self._sign(digest, expires).encode()
        if not hmac.compare_digest(signature, given.get("Signature", "").encode()):
            return _refusal(403, "the signature of this address does not match")
        if int(expires) < self._clock.now():
            return _refusal(403, "this address has expired; GetFunction tells a new one")
        try:
            body = await self._store.read_blob(digest)
        except KeyError:
            return _refusal(404, "this code does not exist any more")
        headers = (("Content-Type", "application/zip"), ("Cache-Control", "no-store"))
        return Reply(200, headers, body if head.method == "GET" else b"")

    def _sign(self, digest: str, expires: str) -> str:
        return hmac.new(self._key, f"{digest}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _refusal(status: int, why: str) -> Reply:
    return Reply(status, (("Content-Type", "text/plain; charset=utf-8"),), f"{why}\n".encode())

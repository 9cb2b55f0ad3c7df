"""What is kept of a function URL."""

import hashlib
from base64 import b32encode
from typing import Literal

import msgspec

from portico.doors.cors import Cors
from portico.services.lambda_.names import Name
from portico.store.table import Table

AuthType = Literal["NONE", "AWS_IAM"]
InvokeMode = Literal["BUFFERED", "RESPONSE_STREAM"]

_ID_CHARS = 32


class UrlConfig(msgspec.Struct, frozen=True, gc=False):
    """The URL of a function (`qualifier` "") or of one of its aliases. Times are seconds on the `now` clock."""

    id: str
    qualifier: str
    auth: AuthType
    created_at: float
    modified_at: float
    mode: InvokeMode = "BUFFERED"
    cors: Cors | None = None


URLS = Table("function-url", UrlConfig)  # (account, region, function, qualifier)


def id_of(name: Name) -> str:
    """The id of a function's or alias's URL: always the same one, as clients have it written down."""
    digest = hashlib.sha256(f"function url {name.asked_arn}".encode()).digest()
    return b32encode(digest).decode().lower()[:_ID_CHARS]

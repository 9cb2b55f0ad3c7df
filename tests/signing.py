"""Requests signed by botocore, as `Head`s: what the verifier's tests start from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from portico.wire.http import Head, Headers

NOW = 1_790_000_000.0  # 2026-09-21T14:13:20Z
KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def head_of(request: AWSRequest) -> Head:
    """The head that a server would see of a signed request."""
    parts = urlsplit(request.prepare().url)
    headers: Headers = tuple(
        (name.lower(), value.decode("latin-1") if isinstance(value, bytes) else value)
        for name, value in request.headers.items()
        if name.lower() != "host"
    )
    return Head(request.method, parts.path or "/", parts.query, (("host", parts.netloc), *headers))


def signed(
    url: str = "http://localhost:4566/2015-03-31/functions/hello/invocations",
    *,
    method: str = "POST",
    body: bytes = b"{}",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    service: str = "lambda",
    region: str = "us-east-1",
    key_id: str = KEY_ID,
    secret: str = SECRET,
    token: str | None = None,
    at: float = NOW,
    signer: Any = botocore.auth.SigV4Auth,
    **options: Any,
) -> Head:
    """A request signed by botocore at the time `at`."""
    request = AWSRequest(method, url, dict(headers or {}), body, dict(params or {}))
    auth = signer(Credentials(key_id, secret, token), service, region, **options)
    moment = datetime.fromtimestamp(at, UTC)
    with (
        patch.object(
            botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None)
        ),
    ):
        auth.add_auth(request)
    return head_of(request)


def replaced(head: Head, name: str, value: str | None) -> Head:
    """`head` with another value of a header, or without it."""
    kept = tuple(pair for pair in head.headers if pair[0] != name)
    return Head(head.method, head.path, head.query, kept if value is None else (*kept, (name, value)))

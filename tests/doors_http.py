"""A plain HTTP client for front doors: the name goes into the Host header, as not every machine resolves names below localhost."""

from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_pool = urllib3.PoolManager(retries=False)


def ask(
    url: str, method: str = "GET", *, body: bytes | str = b"", **headers: str
) -> urllib3.BaseHTTPResponse:
    """The answer of `url` on this machine; `content_type="text/plain"` is a header."""
    parts = urlsplit(url)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    target = f"{parts.scheme}://127.0.0.1:{parts.port}{parts.path or '/'}" + (
        f"?{parts.query}" if parts.query else ""
    )
    return _pool.request(
        method, target, body=body or None, headers={"host": parts.netloc, **fields}, redirect=False
    )


def ask_signed(
    url: str,
    service: str,
    credentials: tuple[Any, ...],
    method: str = "GET",
    *,
    body: bytes | str = b"",
    region: str = "us-east-1",
    **headers: str,
) -> urllib3.BaseHTTPResponse:
    """As `ask`, signed with (key, secret) or (key, secret, token)."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, url, headers={"host": urlsplit(url).netloc, **fields}, data=body or None)
    SigV4Auth(Credentials(*credentials), service, region).add_auth(request)
    sent = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    return ask(url, method, body=body, **sent)

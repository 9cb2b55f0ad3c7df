"""Queue URLs: every form in which a client may name a queue, and the one in which it is told. Pure.

| form | who uses it |
|---|---|
| `http://HOST/ACCOUNT/NAME` | what Portico answers; HOST is the one that was called |
| `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, `http://sqs.REGION.localhost:4566/ACCOUNT/NAME` | AWS, and tools that build it |
| `https://REGION.queue.amazonaws.com/ACCOUNT/NAME`, `https://queue.amazonaws.com/ACCOUNT/NAME` | older SDKs |
| `http://HOST/queue/REGION/ACCOUNT/NAME` | tools that put the region into the path |
| `/ACCOUNT/NAME` | a request that is sent to the queue's own path |
| `NAME` | a queue of one's own |
"""

import re

import msgspec

_PATH = re.compile(
    r"/?(?:queue/(?P<region>[a-z0-9-]+)/)?(?P<account>[0-9]{12})/(?P<name>[^/?#]+)/?"
).fullmatch
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo").fullmatch
_HOST = re.compile(r"(?:sqs\.(?P<new>[a-z0-9-]+)|(?P<old>[a-z0-9-]+)\.queue)\.").match


class Address(msgspec.Struct, frozen=True, gc=False):
    """The queue that a URL names; `account` and `region` are "" where it does not say."""

    account: str
    region: str
    name: str


def parse(url: str) -> Address | None:
    """The queue of a URL, or None when it names none."""
    if "/" not in url:
        return Address("", "", url) if url else None
    scheme, found, rest = url.partition("://")
    if found and scheme not in ("http", "https"):
        return None
    host, _, path = rest.partition("/") if found else ("", "", url)
    parts = _PATH(path)
    if parts is None:
        return None
    return Address(parts["account"], parts["region"] or region_of(host), parts["name"])


def region_of(host: str) -> str:
    """The region that a host name of SQS tells, or ""."""
    named = _HOST(host)
    return (named["new"] or named["old"]) if named else ""


def url(origin: str, account: str, name: str) -> str:
    """The URL of a queue; `origin` is scheme and host of who asks."""
    return f"{origin}/{account}/{name}"


def is_name(name: str, *, fifo: bool) -> bool:
    """Whether a queue may have that name: 1 to 80 letters, digits, hyphens and underscores, `.fifo` counting among them."""
    return _NAME(name) is not None and name.endswith(".fifo") == fifo

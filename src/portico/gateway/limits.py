"""How much of the machine one caller, and all callers together, may use before they are authenticated."""

import msgspec


class Limits(msgspec.Struct, frozen=True, gc=False):
    """The bounds of the HTTP lane. Everything that a stranger can make grow has one, and each has its AWS-shaped refusal."""

    header_bytes: int = 65_536
    """Request line and headers together, also chunk extensions and trailers; more is 431."""
    header_count: int = 200
    """Header fields of one request; more is 431."""
    target_bytes: int = 32_768
    """Path and query as sent (a presigned URL with a session token takes up to about 8 KB); more is 414."""
    head_s: float = 10.0
    """From the first byte of a head to its last; later is 408."""
    idle_s: float = 65.0
    """A kept-alive connection without a request. Above the 60 s for which AWS SDKs may keep an idle connection in their pools."""
    body_bytes: int = 104_857_600
    """A request's body where the handler names no limit of its own; more is 413."""
    body_grace_s: float = 30.0
    """How long a body may lag behind `body_rate`, in waiting time of its reader; later is 408."""
    body_rate: int = 1_024
    """Bytes per second that a body must arrive at, after the grace."""
    body_ahead_bytes: int = 65_536
    """What is kept of a body that nobody has asked for yet; then the socket is no longer read."""
    body_memory_bytes: int = 536_870_912
    """Bodies in memory, of all requests together; a body that does not fit waits."""
    body_memory_wait_s: float = 10.0
    """How long it waits; then 503."""
    write_s: float = 60.0
    """How long a reader of a reply may accept nothing; then the connection is dropped."""
    linger_s: float = 2.0
    """After a refusal that leaves a body unread: how long the rest is read and dropped, so that the refusal arrives."""
    linger_bytes: int = 8_388_608
    """And how many bytes of it."""
    pipeline_depth: int = 100
    """Requests waiting on one connection; those beyond are dropped and the connection closed after the last answer."""
    requests: int = 10_000
    """Requests being handled at the same time; more are 503."""
    connections: int = 10_000
    """Open connections; more get 503 and are closed."""

"""CORS as HTTP APIs and function URLs are configured for it (Fetch standard, "CORS protocol"). Pure."""

import msgspec

from portico.wire.http import Head, Headers

_ANY = "*"
_PREFIX = "access-control-"


class Cors(msgspec.Struct, frozen=True):
    """A configuration: `*` stands for any. `max_age_s` None: not said."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    credentials: bool = False
    max_age_s: int | None = None

    def admits(self, origin: str) -> bool:
        """Whether pages of `origin` may read answers; `https://*` and `http://*` stand for any of that scheme."""
        wanted = origin.lower()
        for entry in self.origins:
            allowed = entry.lower()
            if allowed in (_ANY, wanted) or (allowed.endswith("://*") and wanted.startswith(allowed[:-1])):
                return True
        return False


def is_preflight(head: Head) -> bool:
    """Whether a browser asks whether its page may call."""
    return (
        head.method == "OPTIONS"
        and head.header("origin") != ""
        and head.header("access-control-request-method") != ""
    )


def preflight(cors: Cors, head: Head) -> Headers:
    """What the answer to a preflight says: nothing about an origin that is not allowed, and then the browser refuses."""
    origin = head.header("origin")
    if not cors.admits(origin):
        return ()
    found = [*_origin(cors, origin)]
    asked = head.header("access-control-request-method")
    for name, allowed, wanted in (
        ("access-control-allow-methods", cors.methods, asked),
        ("access-control-allow-headers", cors.headers, head.header("access-control-request-headers")),
    ):
        if allowed:
            # a wildcard does not count for a call with credentials, so what was asked for is named
            named = wanted if _ANY in allowed and cors.credentials else ",".join(allowed)
            if named:
                found.append((name, named))
    if cors.max_age_s is not None:
        found.append(("access-control-max-age", str(cors.max_age_s)))
    return tuple(found)


def told(cors: Cors, head: Head) -> Headers:
    """What any other answer says to a page."""
    origin = head.header("origin")
    if not origin or not cors.admits(origin):
        return ()
    found = [*_origin(cors, origin)]
    if cors.expose:
        found.append(("access-control-expose-headers", ",".join(cors.expose)))
    return tuple(found)


def without_own(headers: Headers) -> Headers:
    """`headers` without those of a backend that a configuration replaces."""
    return tuple((name, value) for name, value in headers if not name.lower().startswith(_PREFIX))


def _origin(cors: Cors, origin: str) -> Headers:
    named = _ANY if _ANY in cors.origins and not cors.credentials else origin
    found: Headers = (("access-control-allow-origin", named),)
    if cors.credentials:
        found += (("access-control-allow-credentials", "true"),)
    return found if named == _ANY else (*found, ("vary", "Origin"))

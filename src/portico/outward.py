"""How far a server reaches: issuers' keys, endpoints that callers name, the HTTP backends of APIs, each as far as the settings let; and
where its functions reach it."""

from urllib.parse import urlsplit

from portico.base.outbound import Outbound
from portico.base.outbound_pool import Pool
from portico.doors.backends import Backends, is_front_door, resolver
from portico.environments.doors import LOOPBACK
from portico.settings import Settings, listed

_THIS_MACHINE = ("127.0.0.0/8", "::1")


def to_issuers(settings: Settings, url: str) -> Outbound:
    """Who fetches the keys of foreign issuers, from where callers say. `url` is the server's own, which is never asked."""
    return Outbound(allow=listed(settings.outbound_allow), own=(urlsplit(url).hostname or "",))


def to_endpoints(settings: Settings, url: str) -> Outbound:
    """Who posts to HTTP endpoints that callers name: they may be on this machine in development mode, but are never Portico itself."""
    parts = urlsplit(url)
    return Outbound(allow=_allowed(settings), own=(parts.hostname or "",), own_port=parts.port or 0)


def to_backends(settings: Settings, url: str) -> Backends:
    """Who calls the HTTP backends of APIs: as `to_endpoints`, but front doors of this server may be backends as well."""
    parts = urlsplit(url)
    outbound = Outbound(
        allow=_allowed(settings),
        own=(parts.hostname or "",),
        own_port=parts.port or 0,
        doors=is_front_door,
        resolve=resolver(),
    )
    return Backends(Pool(outbound))


def endpoint_of_functions(settings: Settings, url: str, *, own_network: bool) -> str:
    """The URL under which functions reach the server: in a network of their own, by the door in there."""
    if own_network:
        parts = urlsplit(url)
        return f"{parts.scheme}://{LOOPBACK}:{parts.port}"
    return settings.endpoint_url or url


def _allowed(settings: Settings) -> tuple[str, ...]:
    return (*listed(settings.outbound_allow), *(_THIS_MACHINE if settings.development else ()))

"""Which names the control plane answers to. A page whose own name resolves to this machine (DNS rebinding) gets nothing."""

import ipaddress
import re
from collections.abc import Iterable

from portico.wire.errors import AwsError
from portico.wire.http import Head

_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z]{2,3}(?:-[a-z]+)+-\d{1,2})?").fullmatch
LOOPBACK_NAMES = ("localhost.localstack.cloud", "*.localhost.localstack.cloud")
"""Public names that resolve to this machine, which tools of this kind have written into projects and test suites; nobody else can put a
page below them."""

_REMEMBERED_MAX = 256
_SHOWN_MAX = 100


class Hosts:
    """Decides by the `Host` header.

    Answers to `localhost` and every name below it (`lambda.us-east-1.localhost`), loopback addresses, the address that is listened
    on, and `configured` names (`example.com` for itself, `*.example.com` for all names below it). A listener on every
    address answers to any address as well: a page can be called by a name of its own choosing, but not by our address.
    """

    def __init__(self, configured: Iterable[str] = (), listening: str = "127.0.0.1") -> None:
        entries = {entry.lower().rstrip(".") for entry in configured}
        self._exact = frozenset(entry for entry in entries if not entry.startswith("*."))
        self._below = (".localhost", *(entry[1:] for entry in entries if entry.startswith("*.")))
        self._listening = listening
        self._remembered: set[str] = set()

    def check(self, head: Head) -> None:
        """Let the request pass if its `Host` is one of ours.

        Raises:
            AwsError: 403 AccessDeniedException.
        """
        host = head.header("host")
        if host in self._remembered:
            return
        if not self.admits(host):
            shown = host[:_SHOWN_MAX]
            raise AwsError(
                "AccessDeniedException",
                f"Portico does not answer to the host name '{shown}'. Add it to the setting hostnames if it should.",
                403,
            )
        if len(self._remembered) < _REMEMBERED_MAX:
            self._remembered.add(host)

    def admits(self, host: str) -> bool:
        """Whether `host`, with or without a port, is one of ours."""
        name = host_name(host)
        if name is None:
            return False
        try:
            return self._admits_address(ipaddress.ip_address(name))
        except ValueError:
            return name == "localhost" or name in self._exact or name.endswith(self._below)

    def is_controls(self, name: str) -> bool:
        """Whether a name (see `host_name`) is the control plane's for good, so that nobody's custom domain can take it: addresses,
        `localhost`, the configured names, and below those for all names what an SDK calls a service by (`lambda.us-east-1.localhost`)."""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            if name == "localhost" or name in self._exact:
                return True
            return any(name.endswith(base) and _SERVICE(name.removesuffix(base)) for base in self._below)
        return True

    def _admits_address(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        if address.is_loopback or str(address) in self._exact:
            return True
        try:
            own = ipaddress.ip_address(self._listening)
        except ValueError:
            return False
        return own.is_unspecified or address == own


def host_name(host: str) -> str | None:
    """The name in a `Host` header: in lower case, without port, brackets and a last dot; None when it is malformed."""
    if host.startswith("["):
        name, closed, port = host[1:].partition("]")
        if not closed or (port and port[0] != ":"):
            return None
        port = port[1:]
    else:
        name, _, port = host.partition(":")
    if port and not (port.isascii() and port.isdigit()):
        return None
    return name.lower().removesuffix(".") or None

"""The public addresses of front doors, as answers name them."""

import ipaddress
from urllib.parse import urlsplit

from portico.doors.address import Address


class Public:
    """Makes addresses below the server's own `origin` (`http://127.0.0.1:4566`): names below it, or below `localhost` on loopback. An
    address that is a number has no names below it, so that paths stand in for them."""

    __slots__ = ("_base", "_netloc", "_origin", "_scheme")

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        host = parts.hostname or "localhost"
        port = f":{parts.port}" if parts.port else ""
        self._scheme = parts.scheme
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = base_name(host)
        self._netloc = f"{self._base}{port}"

    def function_url(self, url_id: str, region: str) -> str:
        """Where a function URL answers, with a slash at its end."""
        if not self._base:
            return f"{self._origin}/_portico/urls/{url_id}/"
        return f"{self._scheme}://{url_id}.lambda-url.{region}.{self._netloc}/"

    def api(self, api_id: str, region: str, *, scheme: str = "") -> str:
        """Where an API answers, without stage and closing slash. `scheme` other than the server's: `ws` stands for it or its secure one."""
        spoken = {"": self._scheme, "ws": "wss" if self._scheme == "https" else "ws"}[scheme]
        if not self._base:
            return f"{spoken}://{urlsplit(self._origin).netloc}/_portico/apis/{api_id}"
        return f"{spoken}://{api_id}.execute-api.{region}.{self._netloc}"

    def sign_in(self, prefix: str, region: str) -> str:
        """Where the sign-in pages of a user pool's domain answer, without a closing slash."""
        if not self._base:
            return f"{self._origin}/_portico/auth/{prefix}"
        return f"{self._scheme}://{prefix}.auth.{region}.{self._netloc}"

    def endpoints(self, prefix: str, region: str) -> str:
        """The same for programs, which have no cookies: by path where those names are below `localhost`, as the resolvers that programs
        ask may not know them."""
        if self._base == "localhost":
            return f"{self._origin}/_portico/auth/{prefix}"
        return self.sign_in(prefix, region)

    def portal(self, portal_id: str, region: str) -> str:
        """Where the site of a developer portal answers, without a closing slash."""
        if not self._base:
            return f"{self._origin}/_portico/portals/{portal_id}"
        return f"{self._scheme}://p-{portal_id}.apigw-portal.{region}.{self._netloc}"

    def named(self, name: str) -> str:
        """Where a custom domain name answers, without a closing slash."""
        port = urlsplit(self._origin).port
        return f"{self._scheme}://{name}:{port}" if port else f"{self._scheme}://{name}"


def base_name(host: str) -> str:
    """What names of front doors end in where the server is called `host`: `localhost` on loopback, "" for other numbers."""
    try:
        return "localhost" if ipaddress.ip_address(host.strip("[]")).is_loopback else ""
    except ValueError:
        return host


def called_name(host: str, address: Address, service: str, region: str) -> str:
    """The name that an API or a URL was called by (its `service`: `execute-api`, `lambda-url`); where that was a path of the control
    plane's, the one that it would have below it.

    Never one below a number, which URL parsers take for a broken address.
    """
    base = base_name(host) if address.shared else ""
    return f"{address.id}.{service}.{region}.{base}" if base else host

"""The guarded HTTP client: for every connection to an address that a caller chose.

The name is resolved once, every address that it has is checked, and the connection goes to one of those. Loopback, link-local,
private, otherwise special and Portico's own addresses are refused unless they are configured. No redirects are followed; time
and bytes are bounded. An answer with any status is a `Response`; everything else is an `OutboundError`.

Source: OWASP "Server-Side Request Forgery Prevention"; IANA special-purpose address registries.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

import httptools
import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
P = TypeVar("P", bound=asyncio.Protocol)
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Reason = Literal["url", "refused", "unresolved", "unreachable", "timeout", "too_large", "malformed"]

_VISIBLE = re.compile(r"[\x21-\x7e]+").fullmatch
_FIELD = re.compile(r"[\x20-\x7e\t]*").fullmatch
_PORTS = {"http": 80, "https": 443}
_PIECE_BYTES = 64 * 1024

_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class OutboundError(Exception):
    """No answer was had. `reason` says why; the message names what was asked for and, if refused, the address."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Response(msgspec.Struct, frozen=True, gc=False):
    """An answer: `headers` by lower-case name (repeats joined by `, `), and the whole body."""

    status: int
    headers: dict[str, str]
    body: bytes


def is_public(address: Address) -> bool:
    """Whether `address` is one of the public internet's, also when it is wrapped in an IPv6 form (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
    if _within(address, _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_this_machine(address: Address) -> bool:
    inner = _wrapped(address) if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address).is_loopback or (inner or address).is_unspecified


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (int(address) >> 32 == 0 and low > 1):
        return ipaddress.IPv4Address(low)
    return address.teredo[1] if address.teredo is not None else None


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of `host` as the machine resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Outbound:
    """A client with one set of rules.

    `allow` are host names and networks (`localhost`, `10.1.0.0/16`) that are configured as reachable; `own` are the addresses and
    names that Portico itself answers under, refused even if public. This machine at `own_port` is Portico, and refused whatever is
    allowed (0: not asked), unless `doors` says of a name and a path that a front door of it is meant, which is open to anyone.
    """

    __slots__ = (
        "_context",
        "_doors",
        "_hosts",
        "_networks",
        "_own_hosts",
        "_own_networks",
        "_own_port",
        "_resolve",
        "_unverified",
    )

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        own: Iterable[str] = (),
        own_port: int = 0,
        doors: Callable[[str, str], bool] = lambda host, path: False,
        resolve: Resolve = system_resolver,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts, self._networks = _hosts_and_networks(allow)
        self._own_hosts, self._own_networks = _hosts_and_networks(own)
        self._own_port = own_port
        self._doors = doors
        self._resolve = resolve
        self._context = context
        self._unverified: ssl.SSLContext | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = 5.0,
        bytes_max: int = 1024 * 1024,
    ) -> Response:
        """Send one request and read its answer, in `timeout_s` altogether and at most `bytes_max` of body.

        Raises:
            OutboundError: see there.
        """
        parts = parsed(url)
        message = _message(method, parts, headers or {}, body)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._exchange(parts, message, bytes_max)
        except TimeoutError as error:
            raise OutboundError("timeout", f"{url} did not answer within {timeout_s:g} s") from error
        except (OSError, ssl.SSLError) as error:
            raise OutboundError("unreachable", f"{url} can't be reached: {error}") from error

    async def connect(
        self,
        parts: SplitResult,
        protocol: Callable[[], P],
        *,
        verify: bool = True,
        door: bool = False,
        context: ssl.SSLContext | None = None,
    ) -> P:
        """A connection to the host of a URL (`parsed`), once its addresses are checked; `verify`: its certificate must be a good one;
        `door`: it is for a front door of ours (`is_door`), and for nothing else; `context`: the caller's own terms (a client's
        certificate), in place of `verify`.

        Raises:
            OutboundError: the address is refused, or there is none.
            OSError: it can't be reached.
        """
        address, port = await self._address(parts, door=door)
        secure = parts.scheme == "https"
        _, made = await asyncio.get_running_loop().create_connection(
            protocol,
            address,
            port,
            ssl=(context or self._tls(verify=verify)) if secure else None,
            server_hostname=host_port(parts)[0] if secure else None,
        )
        return made

    def _tls(self, *, verify: bool) -> ssl.SSLContext:
        if not verify:
            if self._unverified is None:
                self._unverified = ssl.create_default_context()
                self._unverified.check_hostname = False
                self._unverified.verify_mode = ssl.CERT_NONE
            return self._unverified
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def is_door(self, parts: SplitResult) -> bool:
        """Whether a URL leads to a front door of this server (if it leads to this server at all)."""
        host, port = host_port(parts)
        return port == self._own_port != 0 and self._doors(host, parts.path)

    async def _address(self, parts: SplitResult, *, door: bool) -> tuple[str, int]:
        host, port = host_port(parts)
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise OutboundError("unresolved", f"{host} has no address: {error}") from error
        if not found:
            raise OutboundError("unresolved", f"{host} has no address")
        for text in found:
            self._check(host, port, text, door=door)
        return found[0], port

    def _check(self, host: str, port: int, text: str, *, door: bool) -> None:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError as error:
            raise OutboundError("refused", f"{host} resolves to {text!r}, which is no address") from error
        if port == self._own_port and _is_this_machine(address):
            if door:
                return
            raise OutboundError("refused", f"{host}:{port} resolves to {address}, which is Portico's own")
        if host in self._hosts or _within(address, self._networks):
            return
        own = host in self._own_hosts or _within(address, self._own_networks)
        if own or not is_public(address):
            what = "Portico's own" if own else "not a public address"
            raise OutboundError("refused", f"{host} resolves to {address}, which is {what}")

    async def _exchange(self, parts: SplitResult, message: bytes, bytes_max: int) -> Response:
        address, port = await self._address(parts, door=self.is_door(parts))
        secure = parts.scheme == "https"
        reader, writer = await asyncio.open_connection(
            address,
            port,
            ssl=self._tls(verify=True) if secure else None,
            server_hostname=host_port(parts)[0] if secure else None,
        )
        try:
            writer.write(message)
            await writer.drain()
            return await _read(reader, bytes_max)
        finally:
            writer.transport.abort()


def _hosts_and_networks(entries: Iterable[str]) -> tuple[frozenset[str], tuple[Network, ...]]:
    hosts: set[str] = set()
    networks: list[Network] = []
    for entry in entries:
        try:
            networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            hosts.add(entry.lower())
    return frozenset(hosts), tuple(networks)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def parsed(url: str) -> SplitResult:
    """The parts of a URL that can be called.

    Raises:
        OutboundError: it can't.
    """
    if not _VISIBLE(url):
        raise OutboundError("url", f"{url!r} is not a URL")
    try:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.port == 0:
            raise ValueError("it needs a scheme of http or https, and a host")
        if "@" in parts.netloc:
            raise ValueError("it must not carry credentials")
    except ValueError as error:
        raise OutboundError("url", f"{url!r} is not a URL that can be called: {error}") from error
    return parts


def host_port(parts: SplitResult) -> tuple[str, int]:
    """Whom a URL is for: its host in lower case, and its port."""
    return (parts.hostname or "").rstrip(".").lower(), parts.port or _PORTS[parts.scheme]


def _message(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = {
        "Host": parts.netloc,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
        **({"Content-Length": str(len(body))} if body or method in ("POST", "PUT", "PATCH") else {}),
    }
    if not method.isalpha() or not all(_VISIBLE(name) and _FIELD(value) for name, value in fields.items()):
        raise OutboundError("url", "a header has characters that it can't have")
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body


class _Collector:
    """What httptools' parser calls as it reads the answer."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.head_complete = False
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        self.head_complete = True

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete = True


async def _read(reader: asyncio.StreamReader, bytes_max: int) -> Response:
    collector = _Collector()
    parser = httptools.HttpResponseParser(collector)
    received = 0
    while True:
        data = await reader.read(_PIECE_BYTES)
        if not data:
            break
        received += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise OutboundError("malformed", f"the answer is not HTTP: {error}") from error
        if received > bytes_max + _PIECE_BYTES or len(collector.body) > bytes_max:
            raise OutboundError("too_large", f"the answer is larger than {bytes_max} bytes")
        if collector.complete:
            if parser.get_status_code() >= 200:
                break
            collector.complete = collector.head_complete = (
                False  # 100 Continue, 103 Early Hints: the answer itself follows
            )
            collector.headers.clear()
    until_close = "content-length" not in collector.headers and "transfer-encoding" not in collector.headers
    if not (collector.complete or (collector.head_complete and until_close)):
        raise OutboundError("malformed", "the answer broke off")
    return Response(parser.get_status_code(), collector.headers, bytes(collector.body))

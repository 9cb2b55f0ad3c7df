"""The guarded client, attacked: by addresses, names, redirects, slowness and size."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from portico.base.outbound import Outbound, OutboundError, Response, is_public

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Site:
    """A server on loopback that answers each request with the bytes it was told to."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        self.hold = False
        self.port = 0
        self._held = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        if self.hold:
            await self._held.wait()
        writer.write(self.answer)
        writer.close()

    def release(self) -> None:
        self._held.set()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    made.release()
    server.close()
    await server.wait_closed()


def resolver(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Name service in which every name has these addresses."""

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


async def failure(client: Outbound, url: str, **options: object) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        await client.request("GET", url, **options)  # type: ignore[arg-type]
    return caught.value


PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "0.1.2.3",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_name_leads_to_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    error = await failure(Outbound(resolve=resolver(address)), "https://innocent.example/")
    assert error.reason == "refused"
    assert "innocent.example resolves to" in str(error)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
    ],
)
async def test_no_spelling_of_loopback_gets_through(site: Site, host: str) -> None:
    error = await failure(Outbound(), f"http://{host}:{site.port}/")
    assert error.reason in ("refused", "unresolved", "url")
    assert site.requests == []


async def test_every_address_of_a_name_is_checked() -> None:
    client = Outbound(resolve=resolver("8.8.8.8", "10.0.0.1"))
    assert (await failure(client, "http://rebinding.example/")).reason == "refused"


async def test_the_connection_goes_to_the_address_that_was_checked(site: Site) -> None:
    """A name that resolves differently the second time has no second time."""
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    client = Outbound(allow=["127.0.0.1/32"], resolve=rebinding)
    response = await client.request("GET", f"http://rebinding.example:{site.port}/")
    assert (response.status, asked) == (200, ["rebinding.example"])


async def test_porticos_own_addresses_are_refused_even_if_public() -> None:
    for own in ("8.8.8.8", "Portico.example"):
        client = Outbound(own=[own], resolve=resolver("8.8.8.8"))
        assert "Portico's own" in str(await failure(client, "http://portico.example/"))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
async def test_this_machine_at_porticos_own_port_is_refused_whatever_is_allowed(address: str) -> None:
    client = Outbound(allow=["0.0.0.0/0", "::/0", "x.example"], own_port=4566, resolve=resolver(address))
    assert "Portico's own" in str(await failure(client, "http://x.example:4566/"))


async def test_other_ports_of_this_machine_are_not_porticos(site: Site) -> None:
    client = Outbound(allow=["127.0.0.1"], own_port=site.port + 1)
    assert (await client.request("GET", f"http://127.0.0.1:{site.port}/")).status == 200


@pytest.mark.parametrize("allow", ["127.0.0.0/8", "127.0.0.1", "site.example"])
async def test_what_is_configured_is_reached(site: Site, allow: str) -> None:
    client = Outbound(allow=[allow], resolve=resolver("127.0.0.1"))
    response = await client.request(
        "POST", f"http://site.example:{site.port}/a?b=c", headers={"X-Note": "1"}, body=b"{}"
    )
    assert response == Response(200, {"content-length": "2"}, b"hi")
    (request,) = site.requests
    assert request.startswith(b"POST /a?b=c HTTP/1.1\r\nHost: site.example:")
    assert b"X-Note: 1\r\n" in request
    assert b"Content-Length: 2\r\n" in request


async def test_a_configured_host_opens_no_other(site: Site) -> None:
    client = Outbound(allow=["site.example"], resolve=resolver("127.0.0.1"))
    assert (await failure(client, f"http://other.example:{site.port}/")).reason == "refused"


async def test_a_redirect_is_an_answer_and_is_not_followed(site: Site) -> None:
    site.answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    response = await Outbound(allow=["127.0.0.1"]).request("GET", f"http://127.0.0.1:{site.port}/")
    assert (response.status, response.headers["location"]) == (302, "http://169.254.169.254/")
    assert len(site.requests) == 1


async def test_an_answer_in_chunks_or_until_the_end_is_read_whole(site: Site) -> None:
    client, url = Outbound(allow=["127.0.0.1"]), f"http://127.0.0.1:{site.port}/"
    site.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    assert (await client.request("GET", url)).body == b"abcd"
    site.answer = b"HTTP/1.0 200 OK\r\n\r\nto the end"
    assert (await client.request("GET", url)).body == b"to the end"
    site.answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx"
    assert (await client.request("GET", url)).status == 201


async def test_an_answer_that_is_too_large_is_cut_off(site: Site) -> None:
    client, url = Outbound(allow=["127.0.0.1"]), f"http://127.0.0.1:{site.port}/"
    site.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
    assert (await failure(client, url, bytes_max=1000)).reason == "too_large"
    site.answer = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n"
    assert (await failure(client, url, bytes_max=1000)).reason == "too_large"


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"HTTP/1.1 200 OK\r\n"],
)
async def test_an_answer_that_is_none_is_malformed(site: Site, answer: bytes) -> None:
    site.answer = answer
    error = await failure(Outbound(allow=["127.0.0.1"]), f"http://127.0.0.1:{site.port}/")
    assert error.reason == "malformed"


async def test_a_site_that_does_not_answer_is_given_up(site: Site) -> None:
    site.hold = True
    error = await failure(Outbound(allow=["127.0.0.1"]), f"http://127.0.0.1:{site.port}/", timeout_s=0.05)
    assert error.reason == "timeout"


async def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert (await failure(Outbound(allow=["127.0.0.1"]), f"http://127.0.0.1:{port}/")).reason == "unreachable"


async def test_a_name_without_an_address_is_unresolved() -> None:
    async def fails(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    assert (await failure(Outbound(resolve=fails), "https://nowhere.example/")).reason == "unresolved"
    assert (await failure(Outbound(resolve=resolver()), "https://nowhere.example/")).reason == "unresolved"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://exa mple.com/",
        "http://example.com/\r\nX-Evil: 1",
        "http://example.com/\x00",
        "http://[::1/",
        "http://éxample.com/",
    ],
)
async def test_what_is_no_url_is_not_called(url: str) -> None:
    assert (await failure(Outbound(resolve=resolver("8.8.8.8")), url)).reason == "url"


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X Y": "b"}, {"": "b"}])
async def test_a_header_can_not_smuggle_another(headers: dict[str, str]) -> None:
    error = await failure(Outbound(resolve=resolver("8.8.8.8")), "http://example.com/", headers=headers)
    assert error.reason == "url"

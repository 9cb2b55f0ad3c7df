import asyncio
import datetime
import ssl
import stat

import pytest
from cryptography import x509

from portico.gateway.authority import ensure_leaf
from portico.gateway.body import Body
from portico.gateway.serve import ListenError, listen, serve
from portico.gateway.tls import TlsError, authority_certificate, automatic, from_files
from portico.gateway.traffic import Traffic
from portico.wire.http import Head, Peer, Reply

NOW = datetime.datetime.now(datetime.UTC)


async def show(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, (), f"{peer.secure} ".encode() + await body.read())


def test_keys_are_private_and_nothing_is_made_twice(tmp_path):
    chain, key = ensure_leaf(tmp_path / "tls", ["portico.test"], NOW)
    before = {path: path.read_bytes() for path in (tmp_path / "tls").iterdir()}
    assert sorted(path.name for path in before) == [
        "authority.key",
        "authority.pem",
        "server.key",
        "server.pem",
    ]
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    readable = [path.name for path in before if stat.S_IMODE(path.stat().st_mode) != 0o600]
    assert readable == ["authority.pem"]  # which functions read, as users of their own
    assert ensure_leaf(tmp_path / "tls", ["portico.test"], NOW) == (chain, key)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("days", "names", "leaf_changes", "authority_changes"),
    [(360, [], False, False), (370, [], True, False), (0, ["new.test"], True, False), (3630, [], True, True)],
)
def test_renewal(tmp_path, days, names, leaf_changes, authority_changes):
    chain, _ = ensure_leaf(tmp_path, [], NOW)
    leaf, authority = chain.read_bytes(), (tmp_path / "authority.pem").read_bytes()
    ensure_leaf(tmp_path, names, NOW + datetime.timedelta(days=days))
    assert (chain.read_bytes() != leaf) is leaf_changes
    assert ((tmp_path / "authority.pem").read_bytes() != authority) is authority_changes


def test_the_certificate_names_what_it_is_for(tmp_path):
    chain, _ = ensure_leaf(tmp_path, ["portico.test", "10.0.0.5"], NOW)
    leaf, authority = x509.load_pem_x509_certificates(chain.read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", "portico.test"} <= set(names.get_values_for_type(x509.DNSName))
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {
        "127.0.0.1",
        "::1",
        "10.0.0.5",
    }
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_damaged_files_are_named(tmp_path):
    ensure_leaf(tmp_path / "tls", [], NOW)
    (tmp_path / "tls" / "authority.pem").write_text("rubbish")
    with pytest.raises(TlsError, match="tls"):
        automatic(tmp_path, [])
    with pytest.raises(TlsError, match=r"missing\.pem"):
        from_files(tmp_path / "missing.pem", tmp_path / "missing.key")


def test_a_certificate_with_the_key_of_another(tmp_path):
    chain, _ = ensure_leaf(tmp_path / "one", [], NOW)
    _, key = ensure_leaf(tmp_path / "two", [], NOW)
    with pytest.raises(TlsError):
        from_files(chain, key)


async def test_a_client_that_trusts_the_authority_is_answered(tmp_path):
    context = automatic(tmp_path, [])
    listener, ready, stop = listen("127.0.0.1", 0), asyncio.Event(), asyncio.Event()
    port = listener.getsockname()[1]
    serving = asyncio.create_task(
        serve(Traffic(show), listener, ready=ready.set, stop=stop, tls=lambda: context)
    )
    await ready.wait()
    try:
        client = ssl.create_default_context(cafile=authority_certificate(tmp_path))
        for name in ("localhost", "lambda.us-east-1.localhost", "127.0.0.1"):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=client, server_hostname=name
            )
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            assert (await reader.read()).endswith(b"\r\n\r\nTrue hi")
            writer.close()
            await writer.wait_closed()
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="evil.example")
    finally:
        stop.set()
        await serving


async def test_an_address_that_is_taken_is_named():
    listener = listen("localhost", 0)
    port = listener.getsockname()[1]
    try:
        with pytest.raises(ListenError, match=f"localhost, port {port}: .*name another one with --port"):
            listen("localhost", port)
    finally:
        listener.close()

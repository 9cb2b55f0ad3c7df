"""A server from its settings to its exit status: listener, store, signals, TLS, and word of where it is."""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec

from portico import __version__
from portico.app import ROOT_ACCOUNT, Server
from portico.base import ids
from portico.base.clock import Clock
from portico.base.operator_log import configure
from portico.gateway.limits import Limits
from portico.gateway.serve import listen, serve
from portico.gateway.traffic import Traffic
from portico.identity.credentials import DEVELOPMENT_KEY, DEVELOPMENT_SECRET
from portico.identity.records import ACCESS_KEYS, ACCOUNTS, AccessKey, AccountSettings
from portico.server_file import SERVER_FILE, ServerFile, forget, leave
from portico.settings import Settings, listed
from portico.store.open import open_store
from portico.store.port import StoreFailed
from portico.store.saved_clock import saved
from portico.store.transaction import Transaction

log = logging.getLogger("portico")

_GRACEFUL_S = 30


async def run(settings: Settings) -> int:
    """Run a server until SIGINT or SIGTERM; the exit status.

    Raises:
        StoreError: the data directory can't be used. ListenError: the address can't. Both say what to do.
    """
    configure(settings.log_format, settings.log_level)
    _allow_many_files()
    stop = asyncio.Event()
    failures: list[StoreFailed] = []

    def failed(error: StoreFailed) -> None:
        log.critical("the store has failed, so the server ends: %s", error)
        failures.append(error)
        stop.set()

    listener = listen(settings.host, settings.port)
    try:
        clock = Clock()
        store = await open_store(settings.data_directory, clock=clock, failed=failed)
        clock.advance(await saved(store))
    except BaseException:
        listener.close()
        raise
    server = Server(settings, store, clock, _url(settings, listener))

    def end() -> None:
        server.bus.close()  # what waits for something to happen answers at once, and holds up nobody
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        await server.start()
        key = await _root_key(server)
        _settle_memory()
        await serve(
            Traffic(server.handler, Limits(body_bytes=settings.body_bytes_max), at_once=server.at_once),
            listener,
            ready=lambda: _announce(server, key),
            stop=stop,
            tls=_tls(settings, server.directory),
            graceful_s=_GRACEFUL_S,
            doors=server.open_doors,
        )
    finally:
        forget(settings.data_directory)
        await server.close()
    return 1 if failures else 0


def _allow_many_files() -> None:
    """Every connection and every environment takes descriptors: use what the system grants instead of the usual 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _settle_memory() -> None:
    """What is there after the start stays: the collector need not look at it again, and calls leave few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _url(settings: Settings, listener: socket.socket) -> str:
    """The address as clients write it: loopback for a listener on every address."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104  # compared, not bound
    return f"{'https' if settings.secure else 'http'}://{name}:{port}"


def _tls(settings: Settings, directory: Path) -> Callable[[], ssl.SSLContext] | None:
    from portico.gateway.tls import automatic, from_files

    if settings.tls == "auto":
        return lambda: automatic(directory, listed(settings.hostnames))
    if settings.tls_cert:
        return lambda: from_files(settings.tls_cert, settings.tls_key)
    return None


async def _root_key(server: Server) -> tuple[str, str]:
    """The key of the root user: the well-known one in development mode, else one that is made at the first start."""
    if server.settings.development:
        return DEVELOPMENT_KEY, DEVELOPMENT_SECRET
    tx = Transaction(server.cache)
    account = await tx.get(ACCOUNTS, ROOT_ACCOUNT) or AccountSettings()
    for key_id in account.root_keys:
        key = await tx.get(ACCESS_KEYS, key_id)
        if key is not None and key.active:
            return key.key_id, key.secret
    made = AccessKey(
        ids.access_key_id("AKIA", ROOT_ACCOUNT), ids.secret_key(), ROOT_ACCOUNT, "", server.clock.now()
    )
    tx.put(ACCESS_KEYS, made, made.key_id)
    tx.put(
        ACCOUNTS, msgspec.structs.replace(account, root_keys=(*account.root_keys, made.key_id)), ROOT_ACCOUNT
    )
    await tx.commit()
    return made.key_id, made.secret


def _announce(server: Server, key: tuple[str, str]) -> None:
    """Leave word in the data directory for the `portico` command, then say on standard output where the server is."""
    settings = server.settings
    if settings.data_directory is not None:
        from portico.gateway.tls import authority_certificate

        ca = str(authority_certificate(server.directory)) if settings.tls == "auto" else ""
        leave(settings.data_directory, ServerFile(server.url, os.getpid(), *key, settings.region, ca))
    print(f"Portico {__version__} at {server.url}", flush=True)
    if not settings.development:
        print(f"Root access key: {key[0]} (its secret is in {server.directory / SERVER_FILE})", flush=True)

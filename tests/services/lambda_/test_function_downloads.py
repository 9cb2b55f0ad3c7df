"""Addresses of code: signed, short-lived, read-only."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from portico.base.clock import Clock
from portico.services.lambda_.downloads import EXPIRES_S, Downloads
from portico.store.open import open_store
from portico.store.port import Store
from portico.wire.http import Head


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await open_store(None, clock=Clock())
    yield opened
    await opened.close()


def head(location: str, method: str = "GET") -> Head:
    parts = urlsplit(location)
    return Head(method, parts.path, parts.query, ())


async def test_an_address_serves_its_blob(store: Store) -> None:
    downloads = Downloads(store=store, clock=Clock())
    digest = await store.put_blob(b"a zip")
    location = downloads.location("localhost:4566", secure=True, digest=digest)
    assert location.startswith(f"https://localhost:4566/_portico/code/{digest}?Expires=")
    reply = await downloads.reply(head(location))
    assert (reply.status, reply.body) == (200, b"a zip")
    assert ("Content-Type", "application/zip") in reply.headers
    assert (await downloads.reply(head(location, "HEAD"))).body == b""
    assert (await downloads.reply(head(location, "DELETE"))).status == 405


async def test_an_address_is_for_one_blob_and_for_a_while(store: Store) -> None:
    clock = Clock()
    downloads = Downloads(store=store, clock=clock)
    mine, other = await store.put_blob(b"mine"), await store.put_blob(b"other")
    location = downloads.location("localhost", secure=False, digest=mine)
    assert (await downloads.reply(head(location.replace(mine, other)))).status == 403
    assert (await downloads.reply(head(location.replace("Expires=", "Expires=1")))).status == 403
    assert (await downloads.reply(head(location.split("?", 1)[0]))).status == 403
    assert (await downloads.reply(head(location.replace("Signature=", "Signature=%C3%A9")))).status == 403
    clock.advance(EXPIRES_S + 1)
    assert (await downloads.reply(head(location))).status == 403


async def test_code_that_is_gone(store: Store) -> None:
    downloads = Downloads(store=store, clock=Clock())
    assert (await downloads.reply(head(downloads.location("h", secure=False, digest="0" * 64)))).status == 404

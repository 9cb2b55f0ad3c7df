"""A data directory with queues that hold messages already: written through the store, which is faster than any client."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from portico.base.clock import Clock
from portico.services.sqs.message import Contents, encode, md5
from portico.services.sqs.records import QUEUES, Queue, new_incarnation
from portico.store.open import open_store
from portico.store.port import Put, Send, Store

ACCOUNT, REGION = "000000000000", "us-east-1"
_COMMIT = 1_000
_AT_ONCE = 4


def fill(directory: Path, queues: Mapping[str, int], body: str) -> None:
    """Make the queues of these names, with so many messages of this body each."""
    asyncio.run(_fill(directory, queues, body))


async def _fill(directory: Path, queues: Mapping[str, int], body: str) -> None:
    store = await open_store(directory, clock=Clock())
    contents = encode(Contents(body, md5(body.encode()), ACCOUNT))
    for name, messages in queues.items():
        now = time.time()
        queue = Queue(ACCOUNT, REGION, name, new_incarnation(), new_incarnation(), now, now)
        await store.commit([Put(QUEUES.key(*queue.key), QUEUES.encode(queue))])
        commits = iter([Send(queue.messages, contents)] * _COMMIT for _ in range(messages // _COMMIT))
        await asyncio.gather(*(_send(store, commits) for _ in range(_AT_ONCE)))
    await store.close()


async def _send(store: Store, commits: Iterator[list[Send]]) -> None:
    for sends in commits:
        await store.commit_each(sends)

"""A process that holds only the store: it commits until it is killed, and says on its standard output what was acknowledged.

Each line is `commit N` (a record, a message, a log entry and a blob's owner, in one commit) or `done N` (message N acked and its
outcome written, in one commit), written after the acknowledgement.
"""

import asyncio
import os
import sys
from pathlib import Path

from portico.base.clock import Clock
from portico.store.open import open_store
from portico.store.port import Ack, Append, Put, Refer, Send, Store

WRITERS = 16
SMALL_BLOB = b"small"
LARGE_BLOB = b"large" * 20_000


async def write(store: Store, lane: str, writer: int, digests: list[str]) -> None:
    number = writer
    while True:
        text = str(number).encode()
        await store.commit(
            [
                Put((lane, "record", number), text + b" " + b"x" * (number % 7 * 500)),
                Send(
                    (lane, "queue"), text, message_id=str(number), group=str(writer) if writer % 2 else None
                ),
                Append((lane, "log"), text, 0.0),
                Refer(digests[number % 2], (lane, "owner", number)),
            ]
        )
        os.write(1, b"commit %d\n" % number)
        number += WRITERS


async def work(store: Store, lane: str) -> None:
    while True:
        for message in await store.receive((lane, "queue"), limit=5, lease_s=1e6, lease="worker", now=1.0):
            await store.commit(
                [Put((lane, "outcome", int(message.body)), b"{}"), Ack((lane, "queue"), message.receipt)]
            )
            os.write(1, b"done %d\n" % int(message.body))
        await asyncio.sleep(0)


async def main(directory: Path, lane: str) -> None:
    store = await open_store(directory, clock=Clock())
    digests = [await store.put_blob(blob) for blob in (SMALL_BLOB, LARGE_BLOB)]
    await asyncio.gather(
        *(write(store, lane, writer, digests) for writer in range(WRITERS)), work(store, lane)
    )


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))

"""Who reads when: the messages of one client, what waits, and when nothing is read any more. Without a network."""

import asyncio
import struct
from typing import Any

from portico.base.clock import Clock
from portico.doors.connections import Client, Served
from portico.services.apigatewayv2.sockets.socket import Socket


class Wire:
    """A transport that remembers."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.paused = self.closed = False

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.written.append(b"EOF")

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def close(self) -> None:
        self.closed = True


class Owner:
    """Takes messages, and answers none of them by itself."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def message(self, socket: Socket, text: str) -> None:
        self.texts.append(text)

    def sent(self, socket: Socket) -> None: ...

    def leaving(self, socket: Socket) -> None: ...

    def closed(self, socket: Socket, code: int, reason: str) -> None: ...


def frame(payload: bytes, opcode: int = 1) -> bytes:
    return struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload)) + b"\0\0\0\0" + payload


def connected() -> tuple[Socket, Owner, Wire]:
    owner, wire = Owner(), Wire()
    client = Client("x" * 15 + "=", Served("0" * 12, "us-east-1", "api", "dev"), 0.0, "host", "127.0.0.1", "")
    transport: Any = wire
    return Socket(client, owner, Clock(), transport, lambda socket: None), owner, wire


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_few_messages_are_read_in_one_turn_and_all_of_them_in_order():
    socket, owner, _ = connected()
    texts = [str(number) for number in range(40)]
    socket.data_received(b"".join(frame(text.encode()) for text in texts[:30]))
    assert owner.texts == texts[:4]
    socket.data_received(b"".join(frame(text.encode()) for text in texts[30:]))
    assert owner.texts == texts[:4]  # what arrives meanwhile waits for its turn
    await turns(12)
    assert owner.texts == texts


async def test_a_client_with_too_many_messages_waits_for_an_answer():
    socket, owner, wire = connected()
    socket.data_received(frame(b"x") * 70)
    await turns(30)
    assert (len(owner.texts), wire.paused) == (64, True)
    for _ in range(6):
        socket.answered()
    await turns(5)
    assert (len(owner.texts), wire.paused) == (70, True)  # as many are under way again
    socket.answered()
    await turns(2)
    assert not wire.paused


async def test_what_has_not_had_its_turn_is_bounded():
    socket, _, wire = connected()
    socket.data_received(frame(b"x" * 100) * 700)
    assert wire.paused


async def test_nothing_is_read_behind_what_breaks_a_rule():
    socket, owner, wire = connected()
    socket.data_received(frame(b"x") * 63 + frame(b"y", opcode=2) + frame(b"late") * 10)
    await turns(30)
    assert len(owner.texts) == 63
    assert wire.written[-1] == b"EOF"
    for _ in range(63):
        socket.answered()
    await turns(30)
    assert len(owner.texts) == 63


async def test_what_is_sent_in_one_turn_leaves_at_once():
    socket, _, wire = connected()
    for text in (b"one", b"two", b"three"):
        assert socket.post(text)
    assert wire.written == []
    await turns(1)
    assert wire.written == [b"\x81\x03one\x81\x03two\x81\x05three"]


async def test_and_before_the_goodbye():
    socket, _, wire = connected()
    socket.post(b"one")
    socket.data_received(frame(struct.pack("!H", 1000), opcode=8))
    assert wire.written == [b"\x81\x03one\x88\x02\x03\xe8"]
    assert wire.closed
    assert not socket.post(b"two")

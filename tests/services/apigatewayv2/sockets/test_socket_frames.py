"""Frames as clients send them, good and bad, without a socket."""

import gc
import struct

import pytest
from wsproto.frame_protocol import FrameProtocol

from portico.services.apigatewayv2.sockets import frames
from portico.services.apigatewayv2.sockets.frames import Frames, Received, Violation

TEXT, CONTINUATION, BINARY, CLOSE, PING = 0x1, 0x0, 0x2, 0x8, 0x9


def frame(opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    """A frame of a client, with a mask of zeros."""
    first = (0x80 if fin else 0) | rsv | opcode
    mask = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, mask | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, mask | 126, size)
    else:
        head = struct.pack("!BBQ", first, mask | 127, size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def read(data: bytes) -> list[Received]:
    """Everything in these bytes."""
    inbox = Frames()
    inbox.feed(data)
    return list(iter(inbox.next, None))


def code(data: bytes) -> int:
    """What a connection on which these bytes arrive is closed with."""
    with pytest.raises(Violation) as caught:
        read(data)
    return caught.value.code


def test_messages_in_one_frame_and_in_several():
    sent = frame(TEXT, b"one") + frame(TEXT, "zw\xf6".encode()[:3], fin=False)
    sent += frame(PING, b"p") + frame(CONTINUATION, "\xf6".encode()[1:]) + frame(TEXT, b"")
    assert [(one.kind, one.text, one.data) for one in read(sent)] == [
        ("text", "one", b""),
        ("ping", "", b"p"),
        ("text", "zw\xf6", b""),
        ("text", "", b""),
    ]


def test_a_message_byte_by_byte():
    inbox, found = Frames(), []
    for byte in frame(TEXT, b"x" * 5_000) + frame(TEXT, b"y"):
        inbox.feed(bytes([byte]))
        while (received := inbox.next()) is not None:
            found.append(received.text)
    assert found == ["x" * 5_000, "y"]


def test_nothing_is_kept_of_what_was_read():
    """An idle connection must not hold on to the last that came."""
    inbox = Frames()
    inbox.feed(frame(TEXT, b"x" * 30_000) + frame(TEXT, b"y"))
    assert [one.text[:1] for one in iter(inbox.next, None)] == ["x", "y"]
    kept = [one for one in gc.get_referents(inbox) if isinstance(one, bytes | bytearray)]
    assert sum(map(len, kept)) == 0


def test_the_largest_frame_and_message():
    largest = frame(TEXT, b"a" * 32_768, fin=False) + frame(CONTINUATION, b"b" * 32_768, fin=False) * 2
    (message,) = read(largest + frame(CONTINUATION, b"c" * 32_768))
    assert len(message.text) == 131_072
    assert code(frame(TEXT, b"a" * 32_769)) == 1009
    assert code(largest + frame(CONTINUATION, b"c" * 32_768, fin=False) + frame(CONTINUATION, b"d")) == 1009


def test_bytes_are_counted_and_not_characters():
    assert code(frame(TEXT, "\u20ac".encode() * 10_923)) == 1009
    assert len(read(frame(TEXT, "\u20ac".encode() * 10_922))[0].text) == 10_922


def test_a_huge_frame_is_refused_before_it_has_arrived():
    head = struct.pack("!BBQ", 0x81, 0xFF, 1 << 40) + b"\0\0\0\0"
    assert code(head + b"x" * 32_769) == 1009


def test_a_flood_of_fragments():
    assert code(frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 1_024) == 1008


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (frame(TEXT, b"hello", masked=False), 1002),
        (frame(TEXT, b"hello", rsv=0x40), 1002),  # compressed, which was not offered
        (frame(0x3, b""), 1002),
        (frame(CONTINUATION, b"x"), 1002),
        (frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002),
        (frame(PING, b"", fin=False), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"\xc3", fin=True), 1007),
        (frame(CLOSE, b"x"), 1002),
        (frame(CLOSE, struct.pack("!H", 1005)), 1002),
        (frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
        (frame(BINARY, b"x"), 1003),
    ],
)
def test_what_breaks_a_rule(sent: bytes, expected: int):
    assert code(sent) == expected


def test_goodbyes():
    assert read(frame(CLOSE, struct.pack("!H", 4000) + b"why")) == [Received("close", "why", code=4000)]
    assert read(frame(CLOSE, b"")) == [Received("close", "", code=1005)]


@pytest.mark.parametrize("message", ["", "hello", "a" * 100_000, "\u20ac" * 40_000])
def test_what_clients_are_sent_is_in_frames_of_bounded_size(message: str):
    reader, parts = FrameProtocol(True, []), []
    reader.receive_bytes(Frames().message(message.encode()))
    for one in reader.received_frames():
        parts.append(one.payload)
        assert len(str(one.payload).encode()) <= frames.FRAME_BYTES_MAX
    assert "".join(parts) == message


def test_bytes_are_sent_as_a_binary_message():
    sent = Frames().message(b"\xff" * 70_000)
    assert (sent[0] & 0x0F, len(sent)) == (BINARY, 70_000 + 3 * 4)

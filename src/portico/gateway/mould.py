"""Heads that come again on a connection, byte for byte but for a few values of the same length: what was parsed once needs no parsing.

A client says the same each time; what differs is when, who has traced it, its signature and what the body is like. Pure.
"""

from itertools import pairwise
from struct import Struct

from portico.identity.claim_header import SIGNATURE_CHARS
from portico.identity.repeated import DIFFERS
from portico.wire.http import Head

_END = b"\r\n\r\n"
_UNUSUAL = frozenset(("expect", "te", "trailer", "transfer-encoding", "upgrade"))


class Mould:
    """What all heads of a kind have in common, and where each has values of its own; they have the same `length`. Made by `mould`."""

    __slots__ = ("_fixed", "_names", "_split", "length")

    def __init__(self, text: bytes, own: list[tuple[str, int, int]]) -> None:
        ends = [0, *(at for _, start, end in own for at in (start, end)), len(text)]
        self._names = tuple(name for name, _, _ in own)
        self._split = Struct("".join(f"{end - start}s" for start, end in pairwise(ends))).unpack_from
        self._fixed = self._split(text)[::2]
        self.length = len(text)

    def read(self, data: bytes) -> tuple[dict[str, str], bytes] | None:
        """The values (of an Authorization header the signature) and the body of a request of which `data` is all; None if it is not of
        this kind, or not whole, or more than one."""
        if len(data) < self.length:
            return None
        parts = self._split(data)
        if parts[::2] != self._fixed:
            return None
        own = parts[1::2]
        values = dict(zip(self._names, [value.decode("latin-1") for value in own], strict=True))
        if not b"".join(own).isalnum():
            together = f"|{'|'.join(values.values())}|"
            if not together.isprintable() or "| " in together or " |" in together:
                return None
        body = data[self.length :]
        announced = values.get("content-length", "0")
        return (values, body) if announced.isdecimal() and int(announced) == len(body) else None


def mould(data: bytes, head: Head) -> Mould | None:
    """The mould of the head that `data` begins with, which was read as `head`; None if it is not written as it usually is."""
    end = data.find(_END) + len(_END)
    if end < len(_END) or len(head.values) != len(head.headers) or not _UNUSUAL.isdisjoint(head.values):
        return None
    if head.header("connection", "keep-alive").lower() != "keep-alive":
        return None
    first, *fields = data[: end - len(_END)].decode("latin-1").split("\r\n")
    target = f"{head.path}?{head.query}" if head.query else head.path
    if first != f"{head.method} {target} HTTP/1.1" or len(fields) != len(head.headers):
        return None
    own = []
    at = len(first) + 2
    for field, (name, value) in zip(fields, head.headers, strict=True):
        said, _, rest = field.partition(":")
        if said.lower() != name or rest.strip(" \t") != value:
            return None
        if name in DIFFERS:
            begin = at + len(said) + 1 + rest.index(value)
            stop = begin + len(value)
            own.append((name, max(begin, stop - SIGNATURE_CHARS) if name == "authorization" else begin, stop))
        at += len(field) + 2
    return Mould(data[:end], own)

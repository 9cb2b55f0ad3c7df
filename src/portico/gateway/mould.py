"""Heads that come again on a connection, byte for byte but for a few values of the same length: what was parsed once needs no parsing.

A client says the same each time; what differs is when, who has traced it, its signature and what the body is like. Pure.
"""

from portico.identity.claim_header import SIGNATURE_CHARS
from portico.identity.repeated import DIFFERS
from portico.wire.http import Head

_END = b"\r\n\r\n"
_UNUSUAL = frozenset(("expect", "te", "trailer", "transfer-encoding", "upgrade"))


class Mould:
    """What all heads of a kind have in common, and where each has values of its own; they have the same `length`. Made by `mould`."""

    __slots__ = ("_fixed", "_own", "length")

    def __init__(self, text: str, own: list[tuple[str, int, int]]) -> None:
        self.length = len(text)
        self._own = own
        starts = [0, *(end for _, _, end in own)]
        ends = [*(start for _, start, _ in own), len(text)]
        self._fixed = [(start, end, text[start:end]) for start, end in zip(starts, ends, strict=True)]

    def read(self, data: bytes) -> tuple[dict[str, str], bytes] | None:
        """The values (of an Authorization header the signature) and the body of a request of which `data` is all; None if it is not of
        this kind, or not whole, or more than one."""
        text = data[: self.length].decode("latin-1")
        for start, end, said in self._fixed:
            if text[start:end] != said:
                return None
        values = {name: text[start:end] for name, start, end in self._own}
        body = data[self.length :]
        announced = values.get("content-length", "0")
        if not announced.isdecimal() or int(announced) != len(body):
            return None
        together = f"|{'|'.join(values.values())}|"
        if not together.isprintable() or "| " in together or " |" in together:
            return None
        return values, body


def mould(data: bytes, head: Head) -> Mould | None:
    """The mould of the head that `data` begins with, which was read as `head`; None if it is not written as it usually is."""
    end = data.find(_END) + len(_END)
    if end < len(_END) or len(head.values) != len(head.headers) or not _UNUSUAL.isdisjoint(head.values):
        return None
    if head.header("connection", "keep-alive").lower() != "keep-alive":
        return None
    text = data[:end].decode("latin-1")
    first, *fields = text[: -len(_END)].split("\r\n")
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
            end = begin + len(value)
            own.append((name, max(begin, end - SIGNATURE_CHARS) if name == "authorization" else begin, end))
        at += len(field) + 2
    return Mould(text, own)

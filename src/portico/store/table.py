"""A table: one kind of record, its name and its type. Services read and write through these, never by raw key."""

from typing import Any, Generic, TypeVar

import msgspec

from portico.store.port import Key, KeyPart

T = TypeVar("T", bound=msgspec.Struct)


class Table(Generic[T]):
    """Records of type `kind` under keys that begin with `name`: (`name`, account, region or "", identifiers ...).

    The documents are JSON: readable in the sqlite3 shell, fields that a newer Portico wrote are kept out of the way by their
    defaults, and a field added later has a default.
    """

    __slots__ = ("_decoder", "_encoder", "kind", "name")

    def __init__(self, name: str, kind: type[T]) -> None:
        self.name = name
        self.kind = kind
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder()

    def key(self, *parts: KeyPart) -> Key:
        """The key of the record with these identifiers."""
        return (self.name, *parts)

    def decode(self, document: bytes) -> T:
        """The record of a stored document."""
        return self._decoder.decode(document)

    def encode(self, value: T) -> bytes:
        """The document of a record."""
        return self._encoder.encode(value)

    def __repr__(self) -> str:
        return f"Table({self.name!r})"


AnyTable = Table[Any]

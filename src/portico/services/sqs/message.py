"""A message's contents: what may be in them, their sizes and checksums, and the form in which the store keeps them. Pure.

Source: SQS API reference, SendMessage; Developer Guide, "Amazon SQS message metadata" (attributes, MD5 calculation) and "Message
quotas".
"""

import hashlib
import re
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from portico.services.sqs import errors

ATTRIBUTES_MAX = 10
TRACE = "AWSTraceHeader"
_FORBIDDEN = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE_NAME = re.compile(r"(?!.*\.\.)(?!\.)[A-Za-z0-9_.-]{1,256}(?<!\.)").fullmatch
_RESERVED = ("aws.", "amazon.")
_TYPE_CHARS_MAX = 256
_DIGITS_MAX = 38
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_ID = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}").fullmatch
_length = struct.Struct(">I").pack


class Attribute(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message attribute: its type with label, and a value that is text or bytes."""

    data_type: str
    text: str | None = None
    binary: bytes | None = None

    @property
    def value(self) -> bytes:
        """The value's bytes."""
        return (self.text or "").encode() if self.binary is None else self.binary

    def shown(self) -> dict[str, Any]:
        """The attribute as it is answered."""
        if self.binary is None:
            return {"StringValue": self.text, "DataType": self.data_type}
        return {"BinaryValue": self.binary, "DataType": self.data_type}


class Contents(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the store keeps of a message besides its id, times and counts. `attributes_md5` is that of all attributes."""

    body: str
    body_md5: str
    sender: str
    attributes: dict[str, Attribute] = {}
    attributes_md5: str = ""
    trace: str = ""
    group: str = ""
    deduplication: str = ""

    @property
    def size(self) -> int:
        """What counts against the limits, in bytes: the body, and the attributes' names, types and values."""
        return len(self.body.encode()) + sum(
            len(name.encode()) + len(each.data_type.encode()) + len(each.value)
            for name, each in self.attributes.items()
        )


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Contents).decode


def check_body(body: str) -> None:
    """Whether a message may have this body.

    Raises:
        AwsError: it is empty, or has characters that XML does not allow.
    """
    if not body:
        raise errors.missing("MessageBody")
    if _FORBIDDEN.search(body):
        raise errors.bad_contents()


def check_id(value: str, parameter: str) -> None:
    """Whether a group or a deduplication may be named so: 1 to 128 letters, digits and punctuation.

    Raises:
        AwsError: it may not.
    """
    if not _ID(value):
        reason = f"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        raise errors.invalid_value(value, parameter, reason)


def attributes_of(given: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Attribute]:
    """The message attributes of a request.

    Raises:
        AwsError: there are too many, or one has a name, a type or a value that it can't have.
    """
    if not given:
        return {}
    if len(given) > ATTRIBUTES_MAX:
        raise errors.invalid(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum [{ATTRIBUTES_MAX}]."
        )
    return {name: _attribute(name, value, "user") for name, value in given.items()}


def trace_of(given: Mapping[str, Mapping[str, Any]] | None) -> Attribute | None:
    """The trace header among the message system attributes of a request.

    Raises:
        AwsError: there is another system attribute, or it is not a text.
    """
    found = None
    for name, value in (given or {}).items():
        if name != TRACE:
            raise errors.invalid(
                f"Message (system) attribute '{name}' is invalid. The only supported one is '{TRACE}'."
            )
        found = _attribute(name, value, "system")
        if found.text is None:
            raise errors.invalid(f"Message (system) attribute '{name}' must be of type 'String'.")
    return found


def md5(data: bytes) -> str:
    """The checksum that clients compare."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def md5_of_attributes(attributes: Mapping[str, Attribute]) -> str:
    """The checksum over names, types and values in the order of the names."""
    digest = hashlib.md5(usedforsecurity=False)
    for name, attribute in sorted(attributes.items()):
        for part in (name.encode(), attribute.data_type.encode()):
            digest.update(_length(len(part)) + part)
        kind = b"\x01" if attribute.binary is None else b"\x02"
        digest.update(kind + _length(len(attribute.value)) + attribute.value)
    return digest.hexdigest()


def _attribute(name: str, given: Mapping[str, Any], kind: str) -> Attribute:
    if not name:
        raise errors.invalid("The request must contain non-empty message attribute name.")
    if not _ATTRIBUTE_NAME(name) or name.lower().startswith(_RESERVED):
        raise errors.invalid(f"The message attribute name '{name}' is invalid.")
    data_type = given.get("DataType") or ""
    prefix = data_type.partition(".")[0]
    if not data_type:
        raise errors.invalid(f"The message attribute '{name}' must contain non-empty message attribute type.")
    if prefix not in _VALUES or len(data_type) > _TYPE_CHARS_MAX or _FORBIDDEN.search(data_type):
        raise errors.invalid(
            f"The type of message ({kind}) attribute '{name}' is invalid. You must use only the following supported type "
            "prefixes: Binary, Number, String."
        )
    value = given.get(_VALUES[prefix])
    if not value:
        wanted = "Binary" if prefix == "Binary" else "String"
        raise errors.invalid(
            f"Message ({kind}) attribute '{name}' must contain a non-empty value of type '{wanted}'."
        )
    if prefix == "Binary":
        return Attribute(data_type, binary=value)
    if _FORBIDDEN.search(value):
        raise errors.invalid(f"Message ({kind}) attribute '{name}' contains invalid characters.")
    if prefix == "Number" and not _is_number(value):
        raise errors.invalid(f"Can't cast the value of message ({kind}) attribute '{name}' to a number.")
    return Attribute(data_type, text=value)


_VALUES = {"String": "StringValue", "Number": "StringValue", "Binary": "BinaryValue"}


def _is_number(text: str) -> bool:
    """38 digits between 10^-128 and 10^126, as AWS documents it."""
    if not _NUMBER(text):
        return False
    number = Decimal(text)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return not number or (len(digits) <= _DIGITS_MAX and -128 <= number.adjusted() <= 126)

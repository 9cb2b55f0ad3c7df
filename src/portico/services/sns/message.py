"""A published message: what may be in it, and its size. Pure.

Source: SNS API reference, Publish and MessageAttributeValue; Developer Guide, "Amazon SNS message attributes".
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.sns import errors

_NAME_BYTES_MAX = 256
_NAME_CHARACTER = re.compile(r"[A-Za-z0-9_.-]")
_PREFIXES = {"String": "StringValue", "Number": "StringValue", "Binary": "BinaryValue"}
_SUBJECT = re.compile(r"[ -~]{1,100}").fullmatch
_ID = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}").fullmatch
_OF_SNS = ("AWS.SNS.SMS.", "AWS.SNS.MOBILE.", "AWS.MM.SMS.")  # what says how to text and to push
PROTOCOLS = (*("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"),)


class Attribute(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message attribute: its type with label, and a value that is text or bytes."""

    data_type: str
    text: str | None = None
    binary: bytes | None = None

    @property
    def size(self) -> int:
        """What it counts against the limits, in bytes, without its name."""
        value = self.binary if self.binary is not None else (self.text or "").encode()
        return len(self.data_type.encode()) + len(value)


class Message(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message as it is published. `bodies` are the texts by protocol, that of `default` for those without one of their own; without a
    structure it is the only one. `published_at` in seconds on the `now` clock. `replayed` is the id of the replay that delivers it
    again."""

    id: str
    bodies: Mapping[str, str]
    published_at: float
    subject: str | None = None
    attributes: Mapping[str, Attribute] = {}
    structured: bool = False
    group: str = ""
    deduplication: str = ""
    sequence: str = ""
    trace: str = ""
    replayed: str = ""

    @property
    def bytes_about(self) -> int:
        """About how much one delivery of it takes."""
        return (
            1_024 + max(map(len, self.bodies.values())) + sum(each.size for each in self.attributes.values())
        )

    def body(self, protocol: str) -> str:
        """The text for a protocol."""
        found = self.bodies.get(protocol)
        return self.bodies["default"] if found is None else found


def check_subject(subject: str | None) -> None:
    """Whether a message may have this subject: up to 100 ASCII characters, none of control.

    Raises:
        AwsError: InvalidParameter.
    """
    if subject is not None and (not _SUBJECT(subject) or subject[0] == " "):
        raise errors.invalid("Subject")


def bodies_of(text: str, structure: str | None) -> dict[str, str]:
    """The texts of a message by protocol.

    Raises:
        AwsError: InvalidParameter, it is empty, or its structure is `json` and it is not so.
    """
    if not text:
        raise errors.invalid("Empty message")
    if not structure:
        return {"default": text}
    if structure != "json":
        raise errors.invalid("MessageStructure")
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, dict):
        raise errors.invalid("Message Structure - JSON message body failed to parse")
    if not isinstance(loaded.get("default"), str):
        raise errors.invalid("Message Structure - No default entry in JSON message body")
    return {name: body for name, body in loaded.items() if isinstance(body, str)}


def size_of(text: str, attributes: Mapping[str, Attribute]) -> int:
    """What counts against the limits, in bytes: the text as it was sent, and the attributes' names, types and values."""
    return len(text.encode()) + sum(len(name.encode()) + each.size for name, each in attributes.items())


def check_id(value: str, parameter: str) -> None:
    """Whether a group or a deduplication may be named so.

    Raises:
        AwsError: InvalidParameter.
    """
    if not _ID(value):
        reason = f"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length"
        raise errors.invalid_because(parameter, reason)


def attributes_of(given: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Attribute]:
    """The message attributes of a request.

    Raises:
        AwsError: ParameterValueInvalid, one has a name, a type or a value that it can't have.
    """
    return {name: _attribute(name, value) for name, value in (given or {}).items()}


def _attribute(name: str, given: Mapping[str, Any]) -> Attribute:
    _check_name(name)
    data_type = given.get("DataType") or ""
    prefix, _, label = data_type.partition(".")
    if prefix not in _PREFIXES or (not label and "." in data_type):
        raise errors.invalid_value(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is "
            "Binary, Number, and String."
        )
    field = _PREFIXES[prefix]
    kind = field.removesuffix("Value")
    other = "StringValue" if field == "BinaryValue" else "BinaryValue"
    if given.get(other) and not given.get(field):
        raise errors.invalid_value(
            f"The message attribute '{name}' with type '{prefix}' must use field '{kind}'."
        )
    value = given.get(field)
    if not value:
        raise errors.invalid_value(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{prefix}'."
        )
    if field == "BinaryValue":
        return Attribute(data_type, binary=value)
    if prefix == "Number":
        _check_number(name, value)
    elif data_type == "String.Array":
        _check_array(name, value)
    return Attribute(data_type, text=value)


def _check_name(name: str) -> None:
    if len(name.encode()) > _NAME_BYTES_MAX or not name:
        raise errors.invalid_value("Length of message attribute name must be less than 256 bytes.")
    strange = next((sign for sign in name if not _NAME_CHARACTER.fullmatch(sign)), None)
    if strange is not None:
        raise errors.invalid_value(
            f"Invalid non-alphanumeric character '#x{ord(strange):X}' was found in the message attribute name. Can only include "
            "alphanumeric characters, hyphens, underscores, or dots."
        )
    if name.startswith("."):
        raise errors.invalid_value("Invalid message attribute name starting with character '.' was found.")
    if name.endswith("."):
        raise errors.invalid_value("Invalid message attribute name ending with character '.' was found.")
    if ".." in name:
        raise errors.invalid_value("Message attribute name can not have successive '.' character.")
    if name.lower().startswith(("aws.", "amazon.")) and not name.startswith(_OF_SNS):
        raise errors.invalid_value(f"Message attribute name '{name}' starts with a prefix that is reserved.")


def _check_number(name: str, value: str) -> None:
    try:
        float(value)
    except ValueError:
        raise errors.invalid_value(f"Could not cast message attribute '{name}' value to number.") from None


def _check_array(name: str, value: str) -> None:
    try:
        loaded = json.loads(value)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, list) or any(isinstance(each, (list, dict)) for each in loaded):
        raise errors.invalid_value(
            f"The message attribute '{name}' must be an array of strings, numbers, true, false or null."
        )

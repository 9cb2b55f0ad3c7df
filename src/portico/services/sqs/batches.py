"""Batches: what holds for any of them, and answers of which each entry stands alone."""

import re
from collections.abc import Sequence
from typing import Any

from portico.services.sqs import errors
from portico.wire.errors import AwsError

ENTRIES_MAX = 10
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}").fullmatch
_ENTRY_CODES = {
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
}


def check_entries(operation: str, entries: Sequence[Any]) -> None:
    """Whether these can be a batch of `operation` (`SendMessageBatch`).

    Raises:
        AwsError: there are none or more than ten, or an id is repeated or has other characters than it may.
    """
    if not entries:
        raise errors.empty_batch(operation)
    if len(entries) > ENTRIES_MAX:
        raise errors.too_many_entries(len(entries))
    seen: set[str] = set()
    for entry in entries:
        name = entry["Id"]
        if not _ID(name):
            raise errors.bad_entry_id()
        if name in seen:
            raise errors.repeated_entry_id(name)
        seen.add(name)


class BatchAnswer:
    """The entries that succeeded and those that failed, each in the order of the request."""

    __slots__ = ("failed", "successful")

    def __init__(self) -> None:
        self.successful: list[dict[str, Any]] = []
        self.failed: list[dict[str, Any]] = []

    def fail(self, name: str, error: AwsError) -> None:
        """Note that the entry `name` failed."""
        self.failed.append(
            {
                "Id": name,
                "SenderFault": error.sender,
                "Code": _ENTRY_CODES.get(error.code, error.code),
                "Message": error.message,
            }
        )

    def answer(self) -> dict[str, Any]:
        """The operation's answer; AWS leaves an empty list out."""
        both = {"Successful": self.successful, "Failed": self.failed}
        return {name: entries for name, entries in both.items() if entries}

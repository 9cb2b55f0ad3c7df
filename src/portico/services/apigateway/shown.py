"""Records as they are shown."""

from typing import Any

import msgspec

from portico.services.apigateway.records import Record

_DATES = ("createdDate", "lastUpdatedDate", "expirationDate")


def shown(record: Record, **members: Any) -> dict[str, Any]:
    """A record's document, its times in whole seconds, with further or other `members`."""
    document: dict[str, Any] = msgspec.to_builtins(record)
    for date in _DATES:
        if date in document:
            document[date] = int(document[date])
    return document | members


def with_tags(record: Record) -> dict[str, Any]:
    """A record with its tags even when there are none: so is what is read or updated by itself, but not what is created or listed."""
    document = shown(record)
    document.setdefault("tags", {})
    return document

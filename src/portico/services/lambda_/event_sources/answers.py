"""What a function answers about the items of a batch (`ReportBatchItemFailures`). Pure.

Source: Developer Guide, "Handling errors for an SQS event source in Lambda", success and failure conditions.
"""

from collections.abc import Collection
from typing import Any

import msgspec


def failed_items(answer: bytes, known: Collection[str]) -> frozenset[str]:
    """The ids of the items that failed. All of them, when the answer is no JSON or names anything that is not in the batch; none,
    when it names nothing."""
    every = frozenset(known)
    try:
        document = msgspec.json.decode(answer) if answer else None
    except (ValueError, RecursionError):
        return every
    failures = document.get("batchItemFailures") if isinstance(document, dict) else None
    if not isinstance(document, dict | None):
        return every
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return every
    named = [_identifier(item) for item in failures]
    return every if any(name not in every for name in named) else frozenset(named)


def _identifier(item: Any) -> str:
    found = item.get("itemIdentifier") if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""

"""Work that is done aside, and once."""

from typing import Any, cast

import pytest

from portico.doors.aside import OnceEach
from portico.store.transaction import Transaction


def transaction() -> Transaction:
    return Transaction(cast(Any, None))


async def test_once_for_each_transaction() -> None:
    asked: list[str] = []
    made: OnceEach[list[str]] = OnceEach()

    def make(text: str) -> list[str]:
        asked.append(text)
        return [text]

    first, second = transaction(), transaction()
    kept = await made.of(first, make, "a")
    assert await made.of(first, make, "a") is kept
    assert await made.of(second, make, "b") == ["b"]
    assert asked == ["a", "b"]


async def test_a_failure_is_not_kept() -> None:
    made: OnceEach[int] = OnceEach()
    own = transaction()
    with pytest.raises(ValueError, match="invalid literal"):
        await made.of(own, int, "x")
    assert await made.of(own, int, "1") == 1

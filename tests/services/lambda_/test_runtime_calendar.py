"""Runtimes that AWS withdraws on a day that is known: first no new functions, then no updates."""

from datetime import UTC, datetime

import pytest

from portico.services.lambda_.runtime_calendar import Change, require_open
from portico.wire.errors import AwsError


def at(day: str) -> float:
    """Noon of a day, as seconds since the epoch."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("runtime", "day", "open_for"),
    [
        ("provided.al2", "2026-11-21", {Change.CREATE, Change.UPDATE}),
        ("provided.al2", "2027-01-31", {Change.CREATE, Change.UPDATE}),
        ("provided.al2", "2027-02-01", {Change.UPDATE}),
        ("provided.al2", "2027-03-02", {Change.UPDATE}),
        ("provided.al2", "2027-03-03", set()),
        ("nodejs22.x", "2027-06-01", {Change.UPDATE}),
        ("python3.14", "2029-08-31", set()),
        ("python3.9", "2040-01-01", {Change.CREATE, Change.UPDATE}),  # AWS has settled no day
        ("", "2040-01-01", {Change.CREATE, Change.UPDATE}),  # an image has none
    ],
)
def test_what_is_open_on_a_day(runtime: str, day: str, open_for: set[Change]) -> None:
    for change in open_for:
        require_open(runtime, change, at(day))
    for change in set(Change) - open_for:
        with pytest.raises(
            AwsError, match=f"^The runtime parameter of {runtime} is no longer supported"
        ) as refused:
            require_open(runtime, change, at(day))
        assert (refused.value.code, refused.value.status) == ("InvalidParameterValueException", 400)

"""Periods of quotas: days, weeks and months of UTC. Pure.

Source: API Gateway API reference, QuotaSettings; a week begins with its Sunday.
"""

from datetime import UTC, date, datetime, timedelta


def today(now: float) -> date:
    """The day of `now` (epoch, seconds)."""
    return datetime.fromtimestamp(now, UTC).date()


def begin(period: str, day: date) -> date:
    """The first day of the `DAY`, `WEEK` or `MONTH` that a day is in."""
    if period == "MONTH":
        return day.replace(day=1)
    if period == "WEEK":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    return day


def days(start: date, end: date) -> list[date]:
    """The days from `start` to `end`, both included."""
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]

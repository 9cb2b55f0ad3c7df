"""What a client has used of a usage plan, as it is kept, and what follows from it. Pure.

Source: API Gateway API reference, QuotaSettings, GetUsage.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from portico.services.apigateway.plane.periods import begin
from portico.services.apigateway.usage_records import Quota
from portico.store.table import Table

_KEPT_DAYS = 400


class Day(msgspec.Struct, frozen=True, gc=False):
    """What was used on a day (ISO date), and what remained of the period's quota at its end (or remains)."""

    day: str
    used: int
    remaining: int


class Usage(msgspec.Struct, frozen=True, gc=False):
    """A client's use of a plan, by its `key`. `taken` of the period that begins on `period` (ISO date), `granted` beyond the quota there
    (less than 0: fewer); `first` is the first period that the client was seen in; `days` the last ones with any use, oldest first."""

    key: str
    period: str = ""
    taken: int = 0
    granted: int = 0
    first: str = ""
    days: tuple[Day, ...] = ()

    def on(self, quota: Quota | None, day: date) -> "Usage":
        """The usage in the period that `day` is in, where a new one begins with nothing used."""
        period = begin("DAY" if quota is None else quota.period, day).isoformat()
        if self.period == period:
            return self
        return msgspec.structs.replace(self, period=period, taken=0, granted=0, first=self.first or period)

    def allowed(self, quota: Quota) -> int:
        """How many requests the period has in all: the first one has the offset less."""
        return quota.limit - (quota.offset if self.period == self.first else 0) + self.granted

    def left(self, quota: Quota) -> int:
        """How many of them were not taken yet."""
        return max(self.allowed(quota) - self.taken, 0)

    def take(self, quota: Quota | None, day: date, count: int) -> "Usage":
        """The usage after `count` more requests on `day` (less than 0: so many are given back)."""
        taken = msgspec.structs.replace(self, taken=self.taken + count)
        name = day.isoformat()
        before = self.days[-1].used if self.days and self.days[-1].day == name else 0
        entry = Day(name, max(before + count, 0), 0 if quota is None else taken.left(quota))
        earliest = (day - timedelta(days=_KEPT_DAYS)).isoformat()
        earlier = tuple(each for each in self.days if earliest <= each.day < name)
        return msgspec.structs.replace(taken, days=(*earlier, entry))

    def by_day(
        self, quota: Quota | None, wanted: Iterable[date], in_hand: tuple[str, int]
    ) -> list[list[int]]:
        """Used and remaining of each day; what is in hand (a day, and how many) is not used yet."""
        days = {each.day: each for each in self.days}
        remaining = 0 if quota is None else quota.limit
        rows: list[list[int]] = []
        for day in wanted:
            entry = days.get(day.isoformat())
            used = 0
            if entry is not None:
                spare = in_hand[1] if in_hand[0] == entry.day else 0
                used, remaining = entry.used - spare, 0 if quota is None else entry.remaining + spare
            elif quota is not None and begin(quota.period, day) == day:
                remaining = quota.limit
            rows.append([used, remaining])
        return rows


USAGES = Table("apigateway-usage", Usage)  # (account, region, plan, key)

"""Budgets: how often a function, or an account, may be invoked in a minute and in a day, and what that may cost in a day at AWS's prices.

What a day's budget has left is on disk. Permits and money are taken from there in blocks ahead of use, so an invocation writes nothing,
and what of a block was not used when the server is killed counts as used. A minute's count is in memory only. Days are those of UTC on the
`now` clock.
"""

import asyncio

import msgspec

from portico.base.clock import Clock
from portico.environments.work import EnvironmentSpec, Outcome
from portico.invoke import prices
from portico.invoke.admit import Throttled
from portico.invoke.asynchronous.counts import BUDGET_STOPPED, Counts
from portico.invoke.notices import Notices
from portico.invoke.records import Version
from portico.invoke.resolve import Resolved
from portico.store.cache import RecordCache
from portico.store.port import Conflict
from portico.store.table import Table
from portico.store.transaction import Transaction

_DAY_S = 86_400
_MINUTE_S = 60
_BLOCKS = 100  # of a day's budget
_BLOCK_MAX = 1_000
_KNOWN_MAX = 10_000
_PURSES_MAX = 10_000

Place = tuple[str, str, str]
"""Account, region and function; of an account's budget the last two are empty."""


class Budget(msgspec.Struct, frozen=True, gc=False):
    """What may be used; None is no limit. `usd` is for a day."""

    account: str
    region: str = ""
    function: str = ""
    per_minute: int | None = None
    per_day: int | None = None
    usd: float | None = None

    @property
    def place(self) -> Place:
        """What its record is kept by."""
        return self.account, self.region, self.function

    @property
    def of(self) -> str:
        """Whose budget it is, in words."""
        return f"function {self.function}" if self.function else f"account {self.account}"


class Spent(msgspec.Struct, frozen=True, gc=False):
    """What has been taken from a day's budget; `day` counts from the epoch."""

    day: int = 0
    invocations: int = 0
    usd: float = 0.0


BUDGETS = Table("invoke.budget", Budget)  # account, region, function
SPENT = Table("invoke.spent", Spent)  # account, region, function


class OverBudget(Throttled):
    """A budget is used up. `words` say which, and `wait_s` how long it lasts."""

    def __init__(self, words: str, wait_s: int) -> None:
        super().__init__("BudgetExceeded")
        self.words = words
        self.wait_s = wait_s


class _Purse:
    """What this server has in hand of one budget: permits and money of the day, and the count of the minute."""

    __slots__ = ("budget", "day", "in_minute", "lock", "minute", "permits", "told", "usd")

    def __init__(self) -> None:
        self.budget: Budget | None = None
        self.day = self.minute = -1
        self.in_minute = 0
        self.permits = 0
        self.usd = (
            0.0  # below zero when invocations have cost more than was in hand: taken from the next block
        )
        self.told = -1  # the minute in which it was told that the budget is used up
        self.lock = asyncio.Lock()

    def give_back(self, price: float) -> None:
        """An invocation that has paid from it does not take place."""
        self.in_minute -= 1
        self.permits += 1
        self.usd += price


class Budgets:
    """Keeps invocations within their budgets."""

    __slots__ = ("_cache", "_clock", "_counts", "_known", "_notices", "_purses")

    def __init__(self, *, cache: RecordCache, clock: Clock, notices: Notices, counts: Counts) -> None:
        self._cache = cache
        self._clock = clock
        self._notices = notices
        self._counts = counts
        self._purses: dict[Place, _Purse] = {}
        # By the version's identity, for as long as no record changes.
        self._known: dict[int, tuple[Version, int, tuple[Budget, ...]]] = {}

    def of(self, version: Version) -> tuple[Budget, ...]:
        """The budgets of this function and of its account, most often none."""
        changes = self._cache.changes
        known = self._known.get(id(version))
        if known is not None and known[1] == changes and known[0] is version:
            return known[2]
        found = self._found(version)
        if self._cache.changes == changes:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[id(version)] = (version, changes, found)
        return found

    def _found(self, version: Version) -> tuple[Budget, ...]:
        peek = self._cache.peek
        own = peek(BUDGETS, version.account, version.region, version.function)
        whole = peek(BUDGETS, version.account, "", "")
        if own is None and whole is None:
            return ()
        return tuple(held.value for held in (own, whole) if held is not None)

    async def take(
        self,
        budgets: tuple[Budget, ...],
        resolved: Resolved,
        request_id: str,
        payload_bytes: int,
        *,
        queued: bool,
    ) -> None:
        """Take a permit of each of the function's budgets, and pay for the request.

        Raises:
            OverBudget: one is used up; nothing was taken.
        """
        price = prices.REQUEST * prices.requests_of(payload_bytes, queued=queued)
        now, paid = self._clock.now(), list[_Purse]()
        try:
            for budget in budgets:
                paid.append(await self._pay(budget, price, now))
        except OverBudget as over:
            for purse in paid:
                purse.give_back(price)
            self._tell(resolved.spec, over, request_id, now)
            raise

    async def close(self) -> None:
        """Give back what is in hand: the server ends."""
        purses, self._purses = self._purses, {}
        for purse in purses.values():
            await self._put_back(purse)

    def charge(self, budgets: tuple[Budget, ...], version: Version, outcome: Outcome, *, ahead: bool) -> None:
        """Pay for an invocation that has ended."""
        for budget in budgets:
            self._purse(budget).usd -= prices.duration_usd(version, outcome, ahead=ahead)

    def _purse(self, budget: Budget) -> _Purse:
        found = self._purses.get(budget.place)
        if found is None:
            if len(self._purses) >= _PURSES_MAX:
                self._purses.clear()
            found = self._purses[budget.place] = _Purse()
        return found

    async def _pay(self, budget: Budget, price: float, now: float) -> _Purse:
        """Pay for an invocation from this budget's purse.

        Raises:
            OverBudget: the budget has no permit left, or no money.
        """
        purse, minute = self._purse(budget), int(now // _MINUTE_S)
        if purse.minute != minute:
            purse.minute, purse.in_minute = minute, 0
        if budget.per_minute is not None and purse.in_minute >= budget.per_minute:
            raise _over(budget, f"{budget.per_minute} invocations a minute", _MINUTE_S, now)
        purse.in_minute += 1
        try:
            if budget.per_day is not None or budget.usd is not None:
                await self._pay_by_day(budget, purse, now)
        except OverBudget:
            purse.in_minute -= 1
            raise
        purse.usd -= price
        return purse

    async def _pay_by_day(self, budget: Budget, purse: _Purse, now: float) -> None:
        """Have money in hand, and pay a permit; errors as `_pay`'s."""
        async with purse.lock:
            if purse.budget is not budget:  # it was changed: what is in hand was taken for another
                await self._put_back(purse)
                purse.budget, purse.permits, purse.usd = budget, 0, 0.0
            day = int(now // _DAY_S)
            if purse.day != day:
                purse.day, purse.permits, purse.usd = day, 0, 0.0
            lacks_permits = budget.per_day is not None and purse.permits < 1
            lacks_money = budget.usd is not None and purse.usd <= 0
            if lacks_permits or lacks_money:
                await self._lease(budget, purse)
            if budget.per_day is not None and purse.permits < 1:
                raise _over(budget, f"{budget.per_day} invocations a day", _DAY_S, now)
            if budget.usd is not None and purse.usd <= 0:
                raise _over(budget, f"{budget.usd:g} USD a day", _DAY_S, now)
            purse.permits -= 1

    async def _put_back(self, purse: _Purse) -> None:
        """Give back to the day's budget what is in hand of it."""
        permits, usd = max(purse.permits, 0), max(purse.usd, 0.0)
        while purse.budget is not None and (permits or usd):
            tx = Transaction(self._cache)
            spent = await tx.get(SPENT, *purse.budget.place)
            if spent is None or spent.day != purse.day:
                return
            left = Spent(spent.day, max(spent.invocations - permits, 0), max(spent.usd - usd, 0.0))
            tx.put(SPENT, left, *purse.budget.place)
            try:
                await tx.commit()
            except Conflict:
                continue
            return

    async def _lease(self, budget: Budget, purse: _Purse) -> None:
        """Take the next block of what is left of the day's budget."""
        while True:
            tx = Transaction(self._cache)
            spent = await tx.get(SPENT, *budget.place) or Spent()
            if spent.day != purse.day:
                spent = Spent(purse.day)
            permits, usd = _block(budget, purse, spent)
            if not permits and not usd:
                return
            taken = Spent(purse.day, spent.invocations + permits, spent.usd + usd)
            tx.put(SPENT, taken, *budget.place)
            try:
                await tx.commit()
            except Conflict:
                continue
            purse.permits += permits
            purse.usd += usd
            return

    def _tell(self, spec: EnvironmentSpec, over: OverBudget, request_id: str, now: float) -> None:
        """Count it, and say so in the function's log, once a minute."""
        place = (spec.account, spec.region, spec.function)
        self._counts.add(BUDGET_STOPPED, place)
        purse = self._purses.setdefault(place, _Purse())
        minute = int(now // _MINUTE_S)
        if purse.told != minute:
            purse.told = minute
            self._notices.tell(spec, f"[ERROR] RequestId: {request_id} {over.words}", request_id)


def _block(budget: Budget, purse: _Purse, spent: Spent) -> tuple[int, float]:
    """The permits and the money that are taken next: what is owed, and a hundredth of the day's budget."""
    permits, usd = 0, 0.0
    if budget.per_day is not None and purse.permits < 1:
        block = max(min(budget.per_day // _BLOCKS, _BLOCK_MAX), 1)
        permits = max(min(block, budget.per_day - spent.invocations), 0)
    if budget.usd is not None and purse.usd <= 0:
        usd = max(min(budget.usd / _BLOCKS - purse.usd, budget.usd - spent.usd), 0.0)
    return permits, usd


def _over(budget: Budget, what: str, window_s: int, now: float) -> OverBudget:
    wait_s = window_s - int(now % window_s)
    words = f"The budget of {budget.of} is used up: {what}. There is more in {wait_s} s, or with a larger budget (portico budget set)."
    return OverBudget(words, wait_s)

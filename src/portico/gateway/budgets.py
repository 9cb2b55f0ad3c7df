"""The endpoints behind `portico budget`: what functions and accounts may use."""

from typing import Annotated

import msgspec

from portico.gateway.own import Endpoint, json_reply
from portico.invoke.budget import BUDGETS, SPENT, Budget, Spent
from portico.store.cache import RecordCache
from portico.store.port import Conflict
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A budget; one without any limit is taken away. Without `function` it is the account's."""

    account: Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")]
    region: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]*$")] = ""
    function: Annotated[str, msgspec.Meta(pattern=r"^[\w-]{0,64}$")] = ""
    per_minute: _Count | None = None
    per_day: _Count | None = None
    usd: Annotated[float, msgspec.Meta(ge=0)] | None = None


class BudgetEndpoints:
    """Reads and writes budgets."""

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            "/_portico/budget": Endpoint("POST", self._set, "portico:Budget", "development"),
            "/_portico/budgets": Endpoint("GET", self._listed, "portico:Budget", "development"),
        }

    async def _set(self, head: Head, body: bytes) -> Reply:
        try:
            wanted = msgspec.json.decode(body, type=_Wanted)
        except msgspec.DecodeError as error:
            raise AwsError("ValidationException", str(error), 400) from error
        if bool(wanted.region) != bool(wanted.function):
            raise AwsError(
                "ValidationException", "region and function belong together: give both or neither", 400
            )
        budget = msgspec.convert(msgspec.to_builtins(wanted), Budget)
        while True:
            tx = Transaction(self._cache)
            if budget == Budget(*budget.place):
                tx.delete(BUDGETS, *budget.place)
                tx.delete(SPENT, *budget.place)
            else:
                tx.put(BUDGETS, budget, *budget.place)
            try:
                await tx.commit()
            except Conflict:
                continue
            return json_reply(msgspec.to_builtins(budget))

    async def _listed(self, head: Head, body: bytes) -> Reply:
        """Every budget, with what has been taken of its day."""
        rows = []
        for row in await self._cache.store.scan((BUDGETS.name,)):
            budget = BUDGETS.decode(row.value)
            held = await self._cache.get(SPENT, *budget.place)
            spent = held.value if held is not None else Spent()
            rows.append({**msgspec.to_builtins(budget), "spent": msgspec.to_builtins(spent)})
        return json_reply({"budgets": rows})

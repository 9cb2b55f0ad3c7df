"""What leads to a function, and who may use each way: told by the services that have such ways, for `portico doors`."""

import re
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.identity.principal import ANONYMOUS, Principal, Session, root, service
from portico.identity.records import ROLES, USERS
from portico.identity.sessions import role_session
from portico.invoke.records import FUNCTIONS
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction


class Function(msgspec.Struct, frozen=True, gc=False):
    """The function that is asked about."""

    account: str
    region: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The identifiers of its record."""
        return self.account, self.region, self.name

    @property
    def arn(self) -> str:
        """Its ARN, without qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


class Leading(msgspec.Struct, frozen=True, gc=False):
    """One way to a function: what kind it is (`Invoke`, `function URL`, `REST API`), where it begins, who may use it (a line for each),
    and whether that is anybody at all (`open`)."""

    way: str
    address: str
    who: tuple[str, ...]
    open: bool = False


def qualifier_in(function: Function, text: str) -> str | None:
    """By which version or alias ("" for none) a text, such as an integration's URI, names the function; None if it does not."""
    found = re.search(rf"{re.escape(function.arn)}(?::([\w$-]+))?(?![\w-])", text)
    return None if found is None else found[1] or ""


Teller = Callable[[Function], Awaitable[Iterable[Leading]]]


class Census:
    """Who of an account may do something: asked of the evaluator for each user and role, without leaving a record."""

    __slots__ = ("_authorizer", "_cache", "_clock")

    def __init__(self, cache: RecordCache, clock: Clock, authorizer: Authorizer) -> None:
        self._cache = cache
        self._clock = clock
        self._authorizer = authorizer

    async def allowed(self, account: str, region: str, *checks: Check) -> tuple[str, ...]:
        """Those who are allowed all of `checks`, as `root`, `user/alice`, `role/run`."""
        found = ["root"] if self._may(root(account), region, checks) else []
        for row in await self._cache.store.scan((USERS.name, account)):
            user = USERS.decode(row.value)
            caller = Principal("user", account, user.arn, user.arn, user.unique_id, user.name, user.unique_id)
            if self._may(caller, region, checks):
                found.append(f"user/{user.name}")
        now = self._clock.now()
        for row in await self._cache.store.scan((ROLES.name, account)):
            role = ROLES.decode(row.value)
            if self._may(role_session(role, Session("session", now, now + 3600)), region, checks):
                found.append(f"role/{role.name}")
        return tuple(found)

    async def lets_in(self, function: Function, qualifier: str, service_name: str, source_arn: str) -> bool:
        """Whether the function's policy lets a service call it for a source."""
        held = await self._cache.get(FUNCTIONS, *function.key)
        policy = None if held is None else held.value.policies.get(qualifier)
        arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
        caller = service(service_name, source_arn=source_arn, source_account=function.account)
        return self._may(caller, function.region, [Check("lambda:InvokeFunction", arn, {}, policy)])

    def anyone(self, region: str, *checks: Check) -> bool:
        """Whether an anonymous caller is allowed all of `checks`."""
        return self._may(ANONYMOUS, region, checks)

    def _may(self, principal: Principal, region: str, checks: Iterable[Check]) -> bool:
        now = self._clock.now()
        origin = Origin(principal, Scope(principal.account, region), "")
        call = Call(origin, "", "", Transaction(self._cache), now)
        return all(self._authorizer.foresee(call, check).allowed for check in checks)


class Guide:
    """Gathers what the services tell."""

    def __init__(self) -> None:
        self._tellers: list[Teller] = []

    def add(self, teller: Teller) -> None:
        """Have `teller` asked about each function."""
        self._tellers.append(teller)

    async def leading_to(self, function: Function) -> list[Leading]:
        """Every way to a function, in the order in which the services were added."""
        return [way for teller in self._tellers for way in await teller(function)]

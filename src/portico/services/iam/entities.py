"""Users, groups and roles by what they have in common: a name, a path, and policies of their own.

Names are unique without regard to case, so records lie under the name in lower case.
"""

from typing import Any, Generic, Literal, TypeVar

import msgspec

from portico.calls.call import Call
from portico.identity.last_use import LAST_USES
from portico.identity.records import GROUPS, IDENTIFIED, ROLES, USERS, Group, Identified, Role, User
from portico.services.iam import errors
from portico.store.table import Table

Noun = Literal["user", "group", "role"]
E = TypeVar("E", User, Group, Role)


class Kind(msgspec.Struct, Generic[E], frozen=True, gc=False):
    """One kind of entity: its `noun` in ARNs and messages, its table."""

    noun: Noun
    table: Table[E]

    @property
    def name(self) -> str:
        """What operations are named for: `User`."""
        return self.noun.title()

    @property
    def member(self) -> str:
        """The member of requests that names one: `UserName`."""
        return f"{self.name}Name"


USER = Kind("user", USERS)
GROUP = Kind("group", GROUPS)
ROLE = Kind("role", ROLES)
KINDS: tuple[Kind[Any], ...] = (USER, GROUP, ROLE)


async def find(call: Call, kind: Kind[E], name: str) -> E:
    """The entity of the caller's account with that name.

    Raises:
        AwsError: `NoSuchEntity`.
    """
    found = await call.tx.get(kind.table, call.scope.account, name.lower())
    if found is None:
        raise errors.not_found(kind.noun, name)
    return found


async def everyone(call: Call, kind: Kind[E]) -> list[E]:
    """The account's entities of this kind."""
    return await call.tx.scan(kind.table, call.scope.account)


async def refuse_taken(call: Call, kind: Kind[E], name: str) -> None:
    """Check that the name is free.

    Raises:
        AwsError: `EntityAlreadyExists`.
    """
    if await call.tx.get(kind.table, call.scope.account, name.lower()) is not None:
        raise errors.name_taken(kind.noun, name)


def save(call: Call, kind: Kind[E], entity: E) -> None:
    """Write the entity; its unique id stands for it from then on."""
    call.tx.put(kind.table, entity, entity.account, entity.name.lower())
    if not isinstance(entity, Group):
        noun: Literal["user", "role"] = "user" if isinstance(entity, User) else "role"
        call.tx.put(IDENTIFIED, Identified(noun, entity.account, entity.name), entity.unique_id)


def remove(call: Call, kind: Kind[E], entity: E) -> None:
    """Delete the entity; its unique id stands for nobody from then on."""
    call.tx.delete(kind.table, entity.account, entity.name.lower())
    if not isinstance(entity, Group):
        call.tx.delete(IDENTIFIED, entity.unique_id)
        call.tx.delete(LAST_USES, entity.unique_id)


def rename(call: Call, kind: Kind[E], old: E, new: E) -> None:
    """Write the entity under its new name or path."""
    if old.name.lower() != new.name.lower():
        call.tx.delete(kind.table, old.account, old.name.lower())
    save(call, kind, new)


def created_at(call: Call) -> float:
    """The time of the call as IAM shows it: whole seconds."""
    return float(int(call.now))

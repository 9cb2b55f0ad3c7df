"""Writing users: the record and everything that it is found by, in one commit.

A user is found by its name, its `sub`, an alias that it may sign in with, and, to list users, by the value of each attribute that
ListUsers can search. Names and these values are folded to lower case where the pool takes them so.
"""

from collections.abc import Iterable

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import (
    ALIASES,
    ATTEMPTS,
    CODES,
    DEVICES,
    GROUPS_OF,
    IDENTITIES,
    MEMBERS,
    PENDING_TOKENS,
    REFRESH,
    SUBS,
    TALLIES,
    USED_STEPS,
    USERS,
    VALUES,
    Pool,
    Tally,
    User,
    UserPointer,
)
from portico.services.cognito_idp.service import shard_of, user_key
from portico.store.transaction import Transaction

SEARCHABLE = ("email", "phone_number", "name", "given_name", "family_name", "preferred_username")
"""The attributes that ListUsers can filter by, beside name, `sub`, status and whether the user is enabled."""

ENABLED = {True: "Enabled", False: "Disabled"}

_FOLDED = frozenset({"email", "preferred_username"})
_Entry = tuple[str, str]


def aliases_of(pool: Pool, user: User) -> set[_Entry]:
    """What the user signs in with beside its name: attribute and value as it is looked up. Who signs in at an identity provider only has
    nothing of that kind: an address that is told there is not taken away from whoever signs in with it here."""
    if user.status == "EXTERNAL_PROVIDER":
        return set()
    found = {name for name in pool.username_attributes if name in user.attributes}
    for name in pool.alias_attributes:
        if name in user.attributes and (name == "preferred_username" or user.verified(name)):
            found.add(name)
    return {(name, pool.folded(user.attributes[name])) for name in found}


def search_value(pool: Pool, attribute: str, value: str) -> str:
    """An attribute's value as users are listed by it."""
    if attribute == "cognito:user_status":
        return value.lower()
    return pool.folded(value) if attribute in _FOLDED else value


def _values_of(pool: Pool, user: User) -> set[_Entry]:
    found = {
        (name, search_value(pool, name, user.attributes[name]))
        for name in SEARCHABLE
        if name in user.attributes
    }
    return found | {
        ("cognito:user_status", search_value(pool, "cognito:user_status", user.status)),
        ("status", ENABLED[user.enabled]),
    }


def _links_of(pool: Pool, user: User) -> set[_Entry]:
    return {(each.provider, each.subject) for each in user.identities}


def create(call: Call, pool: Pool, user: User) -> None:
    """Write a new user. That its name and aliases are free has been checked (`refuse_taken`); counting it is `count`."""
    call.tx.put(SUBS, UserPointer(user_key(pool, user)), pool.id, user.sub)
    _index(call.tx, pool, user_key(pool, user), None, user)
    call.tx.put(USERS, user, pool.id, user_key(pool, user))


def save(call: Call, pool: Pool, before: User, after: User) -> User:
    """Write a changed user, and what it is found by; as it is now."""
    after = msgspec.structs.replace(after, modified_at=call.now)
    key = user_key(pool, after)
    _index(call.tx, pool, key, before, after)
    call.tx.put(USERS, after, pool.id, key)
    return after


def _index(tx: Transaction, pool: Pool, key: str, before: User | None, after: User | None) -> None:
    """Bring the index records of a user from what they were to what they are to be."""
    pointer, nothing = UserPointer(key), set[_Entry]()
    for table, of, tail in _INDEXES:
        was = nothing if before is None else of(pool, before)
        wanted = nothing if after is None else of(pool, after)
        rest = (key,) if tail else ()
        for entry in was - wanted:
            tx.delete(table, pool.id, *entry, *rest)
        for entry in wanted - was:
            tx.put(table, pointer, pool.id, *entry, *rest)


# Each index, what a user is in it by, and whether many users can be in it by the same.
_INDEXES = ((ALIASES, aliases_of, False), (VALUES, _values_of, True), (IDENTITIES, _links_of, False))


async def delete(call: Call, pool: Pool, user: User) -> None:
    """Remove a user with all that belongs to it."""
    key = user_key(pool, user)
    _index(call.tx, pool, key, user, None)
    for membership in await call.tx.scan(GROUPS_OF, pool.id, key):
        call.tx.delete(GROUPS_OF, pool.id, key, membership.group)
        call.tx.delete(MEMBERS, pool.id, membership.group, key)
    for device in await call.tx.scan(DEVICES, pool.id, key):
        call.tx.delete(DEVICES, pool.id, key, device.key)
    for family in await call.tx.scan(REFRESH, pool.id, key):
        call.tx.delete(REFRESH, pool.id, key, family.id)
    for purpose in CODE_PURPOSES:
        call.tx.delete(CODES, pool.id, key, purpose)
    for what in TRIED:
        call.tx.delete(ATTEMPTS, pool.id, key, what)
    call.tx.delete(PENDING_TOKENS, pool.id, key)
    call.tx.delete(USED_STEPS, pool.id, key)
    call.tx.delete(SUBS, pool.id, user.sub)
    call.tx.delete(USERS, pool.id, key)
    await count(call, pool, key, -1)


CODE_PURPOSES = ("sign-up", "password", "email", "phone_number")
"""What codes are sent for: to confirm a sign-up, to set a new password, to verify an attribute."""

TRIED = ("sign-in", "factor", "resend", "confirm", "forgot", "reset", "change", "ask", "verify")
"""What is counted per user."""


async def count(call: Call, pool: Pool, key: str, by: int) -> None:
    """Count users that came or went."""
    shard = shard_of(key)
    held = await call.tx.get(TALLIES, pool.id, shard) or Tally()
    call.tx.put(TALLIES, Tally(max(held.users + by, 0)), pool.id, shard)


async def total(call: Call, pool: Pool) -> int:
    """How many users the pool has."""
    return sum(tally.users for tally in await call.tx.scan(TALLIES, pool.id))


async def owner_of(call: Call, pool: Pool, alias: _Entry) -> str | None:
    """The name, as it is looked up, of the user that an alias is of."""
    pointer = await call.tx.get(ALIASES, pool.id, *alias)
    return None if pointer is None else pointer.key


async def refuse_taken(call: Call, pool: Pool, user: User) -> None:
    """Check that a new user's name, and what it signs up with in its place, are free.

    Raises:
        AwsError: UsernameExistsException.
    """
    if await call.tx.get(USERS, pool.id, user_key(pool, user)) is not None:
        raise errors.username_exists()
    for attribute in pool.username_attributes:
        if attribute not in user.attributes:
            continue
        alias = (attribute, pool.folded(user.attributes[attribute]))
        if await owner_of(call, pool, alias) is not None:
            raise errors.username_exists(f"An account with the given {attribute} already exists.")


async def take_aliases(
    call: Call, pool: Pool, before: User | None, after: User, *, force: bool = False
) -> None:
    """Check that the aliases that a user is to have are nobody else's; with `force` take them away from whoever has them.

    Raises:
        AwsError: AliasExistsException.
    """
    wanted: Iterable[_Entry] = aliases_of(pool, after) - (aliases_of(pool, before) if before else set())
    for alias in sorted(wanted):
        holder = await owner_of(call, pool, alias)
        if holder is None or holder == user_key(pool, after):
            continue
        if not force or alias[0] in pool.username_attributes:
            raise errors.alias_exists(alias[0])
        other = await call.tx.get(USERS, pool.id, holder)
        if other is not None:
            save(call, pool, other, without_alias(other, alias[0]))


def without_alias(user: User, attribute: str) -> User:
    """A user whose alias has become another's: the attribute stays, unverified (a preferred name goes)."""
    attributes = dict(user.attributes)
    if attribute == "preferred_username":
        del attributes[attribute]
    else:
        attributes[f"{attribute}_verified"] = "false"
    return msgspec.structs.replace(user, attributes=attributes)

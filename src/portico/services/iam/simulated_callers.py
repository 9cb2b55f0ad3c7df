"""Who would call in a simulation, and the policies that are theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.identity.policy.variables import Value
from portico.identity.principal import Principal
from portico.identity.records import Group, Role, User
from portico.services.iam import entities, errors, managed, targets
from portico.services.iam.entities import GROUP, ROLE, USER
from portico.services.iam.simulation import Source

_ENTITY_ARN = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role)/(?:.*/)?([^/]+)")
_KINDS: Mapping[str, targets.AnyKind] = {"user": USER, "group": GROUP, "role": ROLE}


class Holdings(NamedTuple):
    """An entity's policies: its own and its groups', and its boundary."""

    identity: tuple[Source, ...]
    boundary: Source | None


async def entity(call: Call, arn: str) -> User | Group | Role:
    """The account's user, group or role with that ARN.

    Raises:
        AwsError: `InvalidInput`, it is no such ARN; `NoSuchEntity`.
    """
    parts = _ENTITY_ARN.fullmatch(arn)
    if parts is None:
        raise errors.invalid_input(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    account, noun, name = parts.groups()
    if account != call.scope.account:
        raise errors.not_found(noun, name)
    found: User | Group | Role
    if noun == "user":
        found = await entities.find(call, USER, name)
    elif noun == "role":
        found = await entities.find(call, ROLE, name)
    else:
        found = await entities.find(call, GROUP, name)
    if found.arn != arn:  # the permission was checked on the ARN as it was given
        raise errors.not_found(noun, name)
    return found


async def entity_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    """The condition keys of the entity that a `PolicySourceArn` names."""
    parts = _ENTITY_ARN.fullmatch(request["PolicySourceArn"])
    if parts is None:
        return {}
    kind = _KINDS[parts[2]]
    return await targets.facts(kind)(call, {kind.member: parts[3]})


async def holdings(call: Call, of: User | Group | Role) -> Holdings:
    """What applies to an entity."""
    holders: list[User | Group | Role] = [of]
    if isinstance(of, User):
        holders += [await entities.find(call, GROUP, name) for name in of.groups]
    identity = [source for holder in holders for source in await _own(call, holder)]
    if isinstance(of, Group) or not of.boundary:
        return Holdings(tuple(identity), None)
    return Holdings(tuple(identity), await _managed(call, of.boundary))


def principal(call: Call, arn: str) -> Principal:
    """The caller that an ARN stands for, as far as it is known without looking: it need not exist.

    Raises:
        AwsError: `InvalidInput`, it is not a user's or a role's ARN.
    """
    parts = _ENTITY_ARN.fullmatch(arn)
    if parts is None or parts[2] == "group":
        raise errors.invalid_input(f"Invalid Caller Arn: {arn} is not the ARN of a user or role.")
    account, noun, name = parts.groups()
    return Principal("user" if noun == "user" else "role", account, arn, arn, "", name)


def anyone(call: Call) -> Principal:
    """A caller of the account without a name."""
    return Principal("user", call.scope.account, "", "", "")


def facts(of: Principal) -> dict[str, Value]:
    """The condition values that follow from who calls."""
    known: dict[str, Value] = {"aws:principalaccount": of.account}
    if of.arn:
        known["aws:principalarn"] = of.arn
        known["aws:principaltype"] = "User" if of.kind == "user" else "AssumedRole"
    if of.kind == "user" and of.name:
        known["aws:username"] = of.name
    if of.user_id:
        known["aws:userid"] = of.user_id
    return known


async def _own(call: Call, holder: User | Group | Role) -> list[Source]:
    noun = "user" if isinstance(holder, User) else "group" if isinstance(holder, Group) else "role"
    inline = [Source(f"{noun}_{holder.name}_{policy.name}", policy.document) for policy in holder.inline]
    attached = [await _managed(call, arn) for arn in holder.attached]
    return inline + [source for source in attached if source is not None]


async def _managed(call: Call, arn: str) -> Source | None:
    policy = await managed.find(call, arn)
    return None if policy is None else Source(policy.name, policy.document)

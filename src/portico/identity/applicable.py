"""The policies that apply to a caller, gathered from the records and kept for as long as those stay the same.

Source: IAM User Guide, "Policy evaluation logic"; STS API Reference, GetSessionToken and GetFederationToken (what their
credentials may not do).
"""

from typing import Any

import msgspec

from portico.identity.global_keys import Tags, global_context
from portico.identity.managed import managed_policy
from portico.identity.policy.evaluate import Policies, Sourced
from portico.identity.policy.parse import compiled
from portico.identity.policy.principals import is_web_identity
from portico.identity.principal import Principal
from portico.identity.records import GROUPS, POLICIES, ROLES, USERS, Attached, Group, Role, User
from portico.store.cache import Held, RecordCache
from portico.store.table import Table

__all__ = ["applicable", "global_context", "principal_tags"]

_KEPT_MAX = 10_000
_AWS_MANAGED = "arn:aws:iam::aws:policy/"
_DENY_ALL = compiled('{"Statement":{"Sid":"Gone","Effect":"Deny","Action":"*","Resource":"*"}}')
_ALLOW_ALL = compiled('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')
_STS = (
    '{"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"],"Resource":"*"}'
)
_SESSION_TOKEN = compiled(
    f'{{"Statement":[{{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}},{_STS}]}}'
)
_SESSION_TOKEN_MFA = compiled(
    f'{{"Statement":[{{"Effect":"Allow","NotAction":"sts:*","Resource":"*"}},{_STS}]}}'
)
_FEDERATION_TOKEN = compiled('{"Statement":{"Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}}')
_NONE = Policies()
_ROOT_BY_PROXY = Policies((Sourced(_ALLOW_ALL, "the root user"),))

_Address = tuple[Table[Any], str, str]


class _Gathered(msgspec.Struct, frozen=True):
    """An entity's policies and what they were gathered from: valid while the cache still holds these very records."""

    policies: Policies
    read: tuple[tuple[_Address, Held[Any] | None], ...]


_kept: dict[tuple[str, str, str], _Gathered] = {}


def applicable(cache: RecordCache, principal: Principal) -> Policies:
    """The caller's own policies: of the user and its groups or of the role, the boundary, the session's.

    Empty for root, services, anonymous callers and web identities, which have none. A user or role that was deleted, or made
    again under its name, is denied everything. Warm, this reads the cache and parses nothing.
    """
    if principal.kind == "role":
        own = _of_entity(cache, ROLES, principal)
    elif _is_federated_user(principal) and principal.unique_id == principal.account:
        own = _ROOT_BY_PROXY
    elif principal.kind == "user" or _is_federated_user(principal):
        own = _of_entity(cache, USERS, principal)
    else:
        own = _NONE
    session = _of_session(principal)
    return own if session is None else msgspec.structs.replace(own, session=session)


def principal_tags(cache: RecordCache, principal: Principal) -> Tags:
    """The caller's tags: the user's or the role's, with those of the session in place of its namesakes (in any case)."""
    tables: dict[str, Table[Any]] = {"role": ROLES, "user": USERS}
    table = tables.get(principal.kind)
    held = None if table is None else cache.peek(table, principal.account, principal.name.lower())
    own: Tags = held.value.tags if held is not None else ()
    if principal.session is None or not principal.session.tags:
        return own
    given = {key.lower() for key, _ in principal.session.tags}
    return (*(tag for tag in own if tag[0].lower() not in given), *principal.session.tags)


def _is_federated_user(principal: Principal) -> bool:
    return principal.kind == "federated" and not is_web_identity(principal)


def _of_session(principal: Principal) -> tuple[Sourced, ...] | None:
    session = principal.session
    if session is None:
        return None
    if principal.kind in ("user", "root"):
        limits = _SESSION_TOKEN_MFA if session.mfa else _SESSION_TOKEN
        return (Sourced(limits, "the limits of GetSessionToken"),)
    given = tuple(
        Sourced(compiled(document), f"session policy {number} of {principal.arn}")
        for number, document in enumerate(session.policies, 1)
    )
    if _is_federated_user(principal):
        return (*given, Sourced(_FEDERATION_TOKEN, "the limits of GetFederationToken"))
    return given or None


def _of_entity(cache: RecordCache, table: Table[Any], principal: Principal) -> Policies:
    key = (table.name, principal.account, principal.name.lower())
    kept = _kept.get(key)
    if kept is None or not all(
        cache.peek(record_table, account, name) is held for (record_table, account, name), held in kept.read
    ):
        kept = _Gathering(cache).entity(table, principal.account, key[2])
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        _kept[key] = kept
    held = kept.read[0][1]
    if held is None or held.value.unique_id != principal.unique_id:
        return Policies((Sourced(_DENY_ALL, f"{principal.principal_arn}, which was deleted"),))
    return kept.policies


class _Gathering:
    """Reads an entity's policies and remembers each record that it looked at."""

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._read: list[tuple[_Address, Held[Any] | None]] = []

    def entity(self, table: Table[Any], account: str, name: str) -> _Gathered:
        held = self._look(table, account, name)
        policies = Policies() if held is None else self._policies(held.value)
        return _Gathered(policies, tuple(self._read))

    def _policies(self, entity: User | Role) -> Policies:
        identity = self._attached(entity)
        for group in entity.groups if isinstance(entity, User) else ():
            held = self._look(GROUPS, entity.account, group.lower())
            if held is not None:
                identity.extend(self._attached(held.value))
        boundary = None
        if entity.boundary:
            boundary = self._managed(entity.boundary) or Sourced(
                _DENY_ALL, f"{entity.boundary}, which is gone"
            )
        return Policies(tuple(identity), boundary)

    def _attached(self, holder: User | Role | Group) -> list[Sourced]:
        inline = [_inline(policy, holder.arn) for policy in holder.inline]
        managed = (self._managed(arn) for arn in holder.attached)
        return inline + [sourced for sourced in managed if sourced is not None]

    def _managed(self, arn: str) -> Sourced | None:
        if arn.startswith(_AWS_MANAGED):
            document = managed_policy(arn)
        else:
            held = self._look(POLICIES, arn.split(":")[4], arn.rpartition("/")[2].lower())
            document = None if held is None else held.value.document
        return None if document is None else Sourced(compiled(document), arn)

    def _look(self, table: Table[Any], account: str, name: str) -> Held[Any] | None:
        held = self._cache.peek(table, account, name)
        self._read.append(((table, account, name), held))
        return held


def _inline(policy: Attached, arn: str) -> Sourced:
    return Sourced(compiled(policy.document), f"inline:{policy.name} on {arn}")

"""Aliases: names for keys, which can come to mean other keys.

Who makes, moves or removes one needs the permission on the alias and on each key that is touched.

Source: KMS API reference, CreateAlias, UpdateAlias, DeleteAlias, ListAliases; Developer Guide, "Controlling access to aliases", "Resource
quotas" (50 for a key).
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.services.kms import access, errors
from portico.services.kms.addresses import ALIAS, Named, existing, find, find_alias, find_key, named, put
from portico.services.kms.paging import cut, marker_after, page_of
from portico.services.kms.records import ALIASES, Alias, Key, alias_arn
from portico.services.kms.service import Kms
from portico.services.kms.states import require_kept

if TYPE_CHECKING:
    from portico.services.kms import shapes

Request = Mapping[str, Any]

_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]+").fullmatch
_RESERVED = "alias/aws/"
_ALIASES_MAX = 50


def _on_alias(call: Call, request: Request) -> list[str]:
    return [alias_arn(call.scope.account, call.scope.region, request["AliasName"])]


def _caller(call: Call, request: Request) -> dict[str, Values]:
    return access.caller_keys(call)


async def _on_target(kms: Kms, call: Call, request: Request) -> Iterable[Check]:
    return [await _check(call, request, "CreateAlias", named(call, request["TargetKeyId"]))]


async def _on_both(kms: Kms, call: Call, request: Request) -> Iterable[Check]:
    here = Named(call.scope.account, call.scope.region, request["AliasName"])
    there = named(call, request["TargetKeyId"])
    return [await _check(call, request, "UpdateAlias", at) for at in (here, there)]


async def _on_its_key(kms: Kms, call: Call, request: Request) -> Iterable[Check]:
    here = Named(call.scope.account, call.scope.region, request["AliasName"])
    return [] if await find(call, here) is None else [await _check(call, request, "DeleteAlias", here)]


async def _check(call: Call, request: Request, action: str, at: Named) -> Check:
    """The permission on the key that is named, by its policy for those of its account."""
    found = await find(call, at)
    keys = await access.keys_of(call, request, at, None)
    policy = found.policy if found is not None and found.account == call.scope.account else None
    return Check(f"kms:{action}", await access.arn_of(call, at), keys, policy, decisive=True)


@operation(on=_on_alias, keys=_caller, also=_on_target)
async def create_alias(kms: Kms, call: Call, request: "shapes.CreateAliasRequest") -> dict[str, Any]:
    """Give a key a name.

    Raises:
        InvalidAliasNameException: no name for an alias. AlreadyExistsException: it is taken. NotFoundException: there is no such key.
        KMSInvalidStateException: it is to be deleted. LimitExceededException: it has 50.
    """
    name = request["AliasName"]
    _require_name(name)
    account, region = call.scope.account, call.scope.region
    if await find(call, Named(account, region, name)) is not None:
        raise errors.alias_exists(alias_arn(account, region, name))
    key = await _target(call, request)
    put(call, _with_alias(key, name))
    call.tx.put(ALIASES, Alias(account, region, name, key.id, call.now, call.now), account, region, name)
    return {}


@operation(on=_on_alias, keys=_caller, also=_on_both)
async def update_alias(kms: Kms, call: Call, request: "shapes.UpdateAliasRequest") -> dict[str, Any]:
    """Give a name to another key.

    Raises:
        NotFoundException: there is no such alias or key. KMSInvalidStateException: the key is to be deleted. LimitExceededException: it
            has 50 aliases.
    """
    _require_name(request["AliasName"])
    alias = await _existing(call, request["AliasName"])
    key = await _target(call, request)
    if key.id != alias.key:
        await _take_away(call, alias)
        put(call, _with_alias(key, alias.name))
    moved = msgspec.structs.replace(alias, key=key.id, updated_at=call.now)
    call.tx.put(ALIASES, moved, alias.account, alias.region, alias.name)
    return {}


@operation(on=_on_alias, keys=_caller, also=_on_its_key)
async def delete_alias(kms: Kms, call: Call, request: "shapes.DeleteAliasRequest") -> dict[str, Any]:
    """Remove a name; the key stays.

    Raises:
        NotFoundException: there is no such alias.
    """
    alias = await _existing(call, request["AliasName"])
    await _take_away(call, alias)
    call.tx.delete(ALIASES, alias.account, alias.region, alias.name)
    return {}


@operation(on=lambda call, request: ["*"], keys=_caller)
async def list_aliases(kms: Kms, call: Call, request: "shapes.ListAliasesRequest") -> dict[str, Any]:
    """The aliases of the account and region, or those of a key, by name.

    Raises:
        NotFoundException: there is no such key. InvalidMarkerException: the marker is not one of ours.
    """
    page = page_of(request, default=50, most=100, parts=1)
    scope = (call.scope.account, call.scope.region)
    if request.get("KeyId"):
        key = await existing(call, request["KeyId"])
        behind = "" if page.after is None else str(page.after[0])
        names, more = cut([name for name in sorted(key.aliases) if name > behind], page.limit)
        got = [await call.tx.get(ALIASES, *scope, name) for name in names]
        found = [alias for alias in got if alias is not None]
    else:
        after = None if page.after is None else ALIASES.key(*scope, *page.after)
        rows, more = cut(await call.tx.scan(ALIASES, *scope, after=after, limit=page.limit + 1), page.limit)
        found = list(rows)
    there = [alias for alias in found if await find_key(call, alias.account, alias.key) is not None]
    answer: dict[str, Any] = {"Aliases": [_shown(alias) for alias in there], "Truncated": more}
    return answer | ({"NextMarker": marker_after(found[-1].name)} if more else {})


def _require_name(name: str) -> None:
    if not name.startswith(ALIAS):
        raise errors.bad_alias(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if name.startswith(_RESERVED):
        raise errors.reserved_alias()
    if not _NAME(name):
        raise errors.bad_alias(f"{name} contains invalid characters for an alias")


async def _target(call: Call, request: Request) -> Key:
    given = request["TargetKeyId"]
    if named(call, given).is_alias:
        raise errors.invalid("Aliases must refer to keys. Not aliases")
    key = await existing(call, given)
    require_kept(key)
    return key


async def _existing(call: Call, name: str) -> Alias:
    at = Named(call.scope.account, call.scope.region, name)
    alias = await find_alias(call, at)
    if alias is None:
        raise errors.no_alias(alias_arn(at.account, at.region, name))
    return alias


async def _take_away(call: Call, alias: Alias) -> None:
    """The alias's key is without it."""
    key = await find_key(call, alias.account, alias.key)
    if key is not None:
        left = tuple(name for name in key.aliases if name != alias.name)
        put(call, msgspec.structs.replace(key, aliases=left))


def _with_alias(key: Key, name: str) -> Key:
    if len(key.aliases) >= _ALIASES_MAX:
        raise errors.too_many(f"Key {key.arn} has the maximum number of aliases ({_ALIASES_MAX}).")
    return msgspec.structs.replace(key, aliases=(*key.aliases, name))


def _shown(alias: Alias) -> dict[str, Any]:
    return {
        "AliasName": alias.name,
        "AliasArn": alias_arn(alias.account, alias.region, alias.name),
        "TargetKeyId": alias.key,
        "CreationDate": alias.created_at,
        "LastUpdatedDate": alias.updated_at,
    }

"""Access keys of users, and those of the root user that were made through IAM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.last_use import LAST_USES
from portico.identity.records import ACCESS_KEYS, ACCOUNTS, AccessKey, AccountSettings
from portico.services.iam import entities, errors, targets
from portico.services.iam.entities import USER
from portico.services.iam.paging import page
from portico.services.iam.service import Iam
from portico.services.iam.users import name_or_own

if TYPE_CHECKING:
    from portico.services.iam import shapes


@operation(on=targets.on_user, keys=targets.user_facts)
async def create_access_key(
    iam: Iam, call: Call, request: shapes.CreateAccessKeyRequest
) -> shapes.CreateAccessKeyResponse:
    """Create a key for a user or, without a name, for the caller. Its secret is shown this once.

    Raises:
        NoSuchEntity: no such user.
        LimitExceeded: it has two keys.
    """
    user = _owner(call, request)
    have = await _key_ids(call, user)
    if len(have) >= iam.quotas.access_keys_per_user:
        raise errors.quota("AccessKeysPerUser", iam.quotas.access_keys_per_user)
    account = call.scope.account
    key_id = ids.access_key_id("AKIA", account)
    key = AccessKey(key_id, ids.secret_key(), account, user, entities.created_at(call))
    call.tx.put(ACCESS_KEYS, key, key_id)
    await _set_key_ids(call, user, (*have, key_id))
    return {
        "AccessKey": {
            "UserName": _shown_owner(user),
            "AccessKeyId": key_id,
            "Status": "Active",
            "SecretAccessKey": key.secret,
            "CreateDate": key.created_at,
        }
    }


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_access_keys(
    iam: Iam, call: Call, request: shapes.ListAccessKeysRequest
) -> shapes.ListAccessKeysResponse:
    """The keys of a user or of the caller, without their secrets.

    Raises:
        NoSuchEntity: no such user.
    """
    user = _owner(call, request)
    keys = [await call.tx.get(ACCESS_KEYS, key_id) for key_id in await _key_ids(call, user)]
    listed, more = page([key for key in keys if key], request, lambda key: key.key_id)
    metadata: list[shapes.AccessKeyMetadata] = [
        {
            "UserName": _shown_owner(user),
            "AccessKeyId": key.key_id,
            "Status": "Active" if key.active else "Inactive",
            "CreateDate": key.created_at,
        }
        for key in listed
    ]
    return {"AccessKeyMetadata": metadata, **more}


@operation(on=targets.on_user, keys=targets.user_facts)
async def update_access_key(iam: Iam, call: Call, request: shapes.UpdateAccessKeyRequest) -> None:
    """Make a key usable (`Active`) or not (`Inactive`).

    Raises:
        NoSuchEntity: no such user, or the key is not the user's.
        InvalidInput: a status that a caller can't set.
    """
    key = await _find(call, request)
    if request["Status"] == "Expired":
        raise errors.invalid_input("The status of an access key can be set to Active or Inactive.")
    call.tx.put(ACCESS_KEYS, msgspec.structs.replace(key, active=request["Status"] == "Active"), key.key_id)


@operation(on=targets.on_user, keys=targets.user_facts)
async def delete_access_key(iam: Iam, call: Call, request: shapes.DeleteAccessKeyRequest) -> None:
    """Delete a key for good.

    Raises:
        NoSuchEntity: no such user, or the key is not the user's.
    """
    key = await _find(call, request)
    have = await _key_ids(call, key.user)
    call.tx.delete(ACCESS_KEYS, key.key_id)
    call.tx.delete(LAST_USES, key.key_id)
    await _set_key_ids(call, key.user, tuple(key_id for key_id in have if key_id != key.key_id))


async def _key_owner(call: Call, request: Any) -> dict[str, str]:
    """The user that the key is of; a key that does not exist is checked against every user."""
    key = await call.tx.get(ACCESS_KEYS, request["AccessKeyId"])
    name = key.user if key is not None and key.account == call.scope.account else ""
    return {"UserName": name or "*"}


async def _on_key_owner(call: Call, request: Any) -> Iterable[str]:
    return await targets.on_user(call, await _key_owner(call, request))


async def _key_owner_facts(call: Call, request: Any) -> Mapping[str, Values]:
    return await targets.user_facts(call, await _key_owner(call, request))


@operation(on=_on_key_owner, keys=_key_owner_facts)
async def get_access_key_last_used(
    iam: Iam, call: Call, request: shapes.GetAccessKeyLastUsedRequest
) -> shapes.GetAccessKeyLastUsedResponse:
    """When, where and for which service a key was used last; `N/A` for one that was not.

    Raises:
        AccessDenied: the key does not exist, or is another account's.
    """
    key = await call.tx.get(ACCESS_KEYS, request["AccessKeyId"])
    if key is None or key.account != call.scope.account:
        raise errors.key_of_nobody(call.principal.arn, request["AccessKeyId"])
    use = iam.last_uses.of(key.key_id)
    shown: shapes.AccessKeyLastUsed = {"ServiceName": "N/A", "Region": "N/A"}
    if use is not None:
        shown = {"LastUsedDate": float(int(use.at)), "ServiceName": use.service, "Region": use.region}
    return {"UserName": _shown_owner(key.user), "AccessKeyLastUsed": shown}


def _owner(call: Call, request: Any) -> str:
    """The user that the request is about, "" for the root user."""
    if "UserName" not in request and call.principal.kind == "root":
        return ""
    return name_or_own(call, request.get("UserName"))


def _shown_owner(user: str) -> str:
    return user or "root"


async def _find(call: Call, request: Any) -> AccessKey:
    key_id = request["AccessKeyId"]
    if key_id not in await _key_ids(call, _owner(call, request)):
        raise errors.no_such_entity(f"The Access Key with id {key_id} cannot be found.")
    key = await call.tx.get(ACCESS_KEYS, key_id)
    assert key is not None, "a user's record names only keys that exist"
    return key


async def _key_ids(call: Call, user: str) -> tuple[str, ...]:
    if user:
        return (await entities.find(call, USER, user)).access_keys
    settings = await call.tx.get(ACCOUNTS, call.scope.account)
    return () if settings is None else settings.root_keys


async def _set_key_ids(call: Call, user: str, key_ids: tuple[str, ...]) -> None:
    if user:
        entity = await entities.find(call, USER, user)
        entities.save(call, USER, msgspec.structs.replace(entity, access_keys=key_ids))
        return
    settings = await call.tx.get(ACCOUNTS, call.scope.account) or AccountSettings()
    call.tx.put(ACCOUNTS, msgspec.structs.replace(settings, root_keys=key_ids), call.scope.account)

"""Keys: made, shown, described anew.

Source: KMS API reference, CreateKey, DescribeKey, ListKeys, UpdateKeyDescription; Developer Guide, "Resource quotas".
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.services.kms import access, errors
from portico.services.kms.addresses import existing, managed, put
from portico.services.kms.paging import cut, marker_after, page_of
from portico.services.kms.policies import default_policy, stored
from portico.services.kms.records import KEYS, Key, key_arn
from portico.services.kms.service import Kms
from portico.services.kms.states import require_kept
from portico.services.kms.tags import checked

if TYPE_CHECKING:
    from portico.services.kms import shapes

_DEFAULTS = {
    "KeySpec": access.SPEC,
    "CustomerMasterKeySpec": access.SPEC,
    "KeyUsage": access.USAGE,
    "Origin": "AWS_KMS",
    "MultiRegion": False,
}
"""The kind of key that there is here, by the members that could ask for another."""


def _on_all(call: Call, request: Mapping[str, Any]) -> list[str]:
    return ["*"]


def _keys_of_creation(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    bypass = "true" if request.get("BypassPolicyLockoutSafetyCheck") else "false"
    kind: dict[str, Values] = {
        f"kms:{name}": str(request.get(name, default)) for name, default in _DEFAULTS.items()
    }
    kind["kms:MultiRegion"] = "true" if request.get("MultiRegion") else "false"
    kind["kms:KeyOrigin"] = kind.pop("kms:Origin")
    kind["kms:CustomerMasterKeyUsage"] = kind["kms:KeyUsage"]
    kind["kms:BypassPolicyLockoutSafetyCheck"] = bypass
    return {**kind, **access.caller_keys(call), **access.request_tags(request)}


async def _tagging(kms: Kms, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """Tags at creation need the permission to tag."""
    keys = _keys_of_creation(call, request)
    return [Check("kms:TagResource", "*", keys)] if request.get("Tags") else []


@operation(on=_on_all, keys=_keys_of_creation, also=_tagging)
async def create_key(kms: Kms, call: Call, request: "shapes.CreateKeyRequest") -> dict[str, Any]:
    """Make a symmetric key; without `Policy` its account decides by identity policies who may use it.

    Raises:
        MalformedPolicyDocumentException: no policy, or one under which its maker could not change it. TagException: the tags.
        NotImplemented: another kind of key.
    """
    _require_symmetric(request)
    account, region, key_id = call.scope.account, call.scope.region, uuid()
    given = request.get("Policy")
    policy = default_policy(account)
    if given is not None:
        bypass = bool(request.get("BypassPolicyLockoutSafetyCheck"))
        policy = await stored(kms, call, key_arn(account, region, key_id), given, bypass=bypass)
    key = Key(
        account=account,
        region=region,
        id=key_id,
        policy=policy,
        created_at=call.now,
        materials=(kms.new_material(account, region, key_id, call.now),),
        description=request.get("Description") or "",
        tags=checked({}, request.get("Tags") or ()),
    )
    put(call, key)
    return {"KeyMetadata": shown(key)}


def _require_symmetric(request: Mapping[str, Any]) -> None:
    for name, only in _DEFAULTS.items():
        if request.get(name, only) != only:
            raise errors.unavailable("CreateKey", f"{name} {request[name]}")
    for name in ("CustomKeyStoreId", "XksKeyId"):
        if request.get(name):
            raise errors.unavailable("CreateKey", name)


@access.shared()
async def describe_key(kms: Kms, call: Call, request: "shapes.DescribeKeyRequest") -> dict[str, Any]:
    """Everything about a key but its policy, tags and grants.

    Raises:
        NotFoundException: there is no such key or alias.
    """
    return {"KeyMetadata": shown(await existing(call, request["KeyId"]))}


@operation(on=_on_all, keys=lambda call, request: access.caller_keys(call))
async def list_keys(kms: Kms, call: Call, request: "shapes.ListKeysRequest") -> dict[str, Any]:
    """The keys of the account and region, by id.

    Raises:
        InvalidMarkerException: the marker is not one of ours. NotImplemented: keys that others share.
    """
    if any(owner != "SELF" for owner in request.get("ResourceOwners") or ()):
        raise errors.unavailable("ListKeys", "ResourceOwners OTHER_ACCOUNTS_VIA_RAM")
    page, scope = page_of(request, default=100, most=1000, parts=1), (call.scope.account, call.scope.region)
    after = None if page.after is None else KEYS.key(*scope, *page.after)
    found, more = cut(await call.tx.scan(KEYS, *scope, after=after, limit=page.limit + 1), page.limit)
    there = [key for key in found if key.deletes_at is None or key.deletes_at > call.now]
    answer: dict[str, Any] = {
        "Keys": [{"KeyId": key.id, "KeyArn": key.arn} for key in there],
        "Truncated": more,
    }
    return answer | ({"NextMarker": marker_after(found[-1].id)} if more else {})


@access.own()
async def update_key_description(
    kms: Kms, call: Call, request: "shapes.UpdateKeyDescriptionRequest"
) -> dict[str, Any]:
    """Describe a key anew.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted.
    """
    key = await managed(call, request)
    require_kept(key)
    put(call, msgspec.structs.replace(key, description=request["Description"]))
    return {}


def shown(key: Key) -> dict[str, Any]:
    """A key as KeyMetadata."""
    metadata: dict[str, Any] = {
        "AWSAccountId": key.account,
        "KeyId": key.id,
        "Arn": key.arn,
        "CreationDate": key.created_at,
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": access.USAGE,
        "KeyState": key.state,
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": access.SPEC,
        "KeySpec": access.SPEC,
        "EncryptionAlgorithms": [access.SPEC],
        "MultiRegion": False,
        "CurrentKeyMaterialId": key.materials[-1].id,
    }
    return metadata | ({} if key.deletes_at is None else {"DeletionDate": key.deletes_at})

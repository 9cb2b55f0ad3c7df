"""What authorisation asks of an operation: which key, with which condition values, under which policy.

A key's policy decides: without a statement of it nobody has access, not even the account's root user; one that names the account lets
identity policies allow. Grants allow as statements of that policy would (`grant_statements`). Operations that other accounts can't use
count the policy for principals of the key's own account only.

Source: KMS Developer Guide, "AWS KMS condition keys", "AWS KMS permissions" (which operations work across accounts).
"""

from collections.abc import Callable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import F, Keys, Values, operation
from portico.services.kms import ciphertext, errors
from portico.services.kms.addresses import Named, find, named
from portico.services.kms.ciphertext import CiphertextError
from portico.services.kms.grant_statements import allowing
from portico.services.kms.records import Key
from portico.services.kms.service import Kms

Request = Mapping[str, Any]

SPEC = "SYMMETRIC_DEFAULT"
USAGE = "ENCRYPT_DECRYPT"


async def on_key(call: Call, request: Request) -> list[str]:
    """The key that `KeyId` names, itself or by an alias."""
    return [await arn_of(call, named(call, request["KeyId"]))]


async def on_source(call: Call, request: Request) -> list[str]:
    """The key of a ciphertext, for Decrypt and ReEncrypt."""
    return [await arn_of(call, source_of(call, request))]


def source_of(call: Call, request: Request) -> Named:
    """The key of a ciphertext: that which is named, if one is; else the one that the ciphertext tells.

    Raises:
        AwsError: NotFoundException; InvalidCiphertextException.
    """
    given = request.get("KeyId") or request.get("SourceKeyId")
    if given:
        return named(call, given)
    try:
        found = ciphertext.parse(request.get("CiphertextBlob") or b"")
    except CiphertextError:
        raise errors.bad_ciphertext() from None
    return Named(found.account, call.scope.region, found.key)


async def arn_of(call: Call, at: Named) -> str:
    """The ARN of the key that is named; of the alias, if that names none."""
    found = await find(call, at)
    return at.arn if found is None else found.arn


async def keys_of_key(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of a call about the key that `KeyId` names."""
    return await keys_of(call, request, named(call, request["KeyId"]), request.get("EncryptionContext"))


async def keys_of_source(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of Decrypt and ReEncrypt, about the ciphertext's key."""
    context = request.get("EncryptionContext") or request.get("SourceEncryptionContext")
    return await keys_of(call, request, source_of(call, request), context)


async def keys_of_deletion(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of ScheduleKeyDeletion."""
    days = str(request.get("PendingWindowInDays") or 30)
    return {
        **await keys_of_key(call, request),
        "kms:ScheduleKeyDeletionPendingWindowInDays": days,
    }


async def keys_of_policy(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of PutKeyPolicy."""
    bypass = "true" if request.get("BypassPolicyLockoutSafetyCheck") else "false"
    return {**await keys_of_key(call, request), "kms:BypassPolicyLockoutSafetyCheck": bypass}


async def keys_of_rotation(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of EnableKeyRotation."""
    days = request.get("RotationPeriodInDays")
    given: dict[str, Values] = {} if days is None else {"kms:RotationPeriodInDays": str(days)}
    return {**await keys_of_key(call, request), **given}


async def keys_of_tags(call: Call, request: Request) -> dict[str, Values]:
    """The condition values of a call that sets or removes tags."""
    return {**await keys_of_key(call, request), **request_tags(request)}


async def keys_of(
    call: Call, request: Request, at: Named, context: Mapping[str, str] | None
) -> dict[str, Values]:
    """The condition values of a call about a key; `context` is the encryption context."""
    found = await find(call, at)
    keys: dict[str, Values] = {**caller_keys(call), **context_keys(context or {})}
    if at.is_alias:
        keys["kms:RequestAlias"] = at.name
    if request.get("EncryptionAlgorithm"):
        keys["kms:EncryptionAlgorithm"] = request["EncryptionAlgorithm"]
    return keys if found is None else {**keys, **_of_record(found)}


def caller_keys(call: Call) -> dict[str, Values]:
    """The account of the caller, and the service that it calls through."""
    keys: dict[str, Values] = {"kms:CallerAccount": call.principal.account or call.scope.account}
    return keys | ({"kms:ViaService": call.origin.via} if call.origin.via else {})


def context_keys(context: Mapping[str, str]) -> dict[str, Values]:
    """The encryption context: the value of each key, and all keys."""
    keys: dict[str, Values] = {f"kms:EncryptionContext:{key}": value for key, value in context.items()}
    return keys | ({"kms:EncryptionContextKeys": tuple(context)} if context else {})


def request_tags(request: Request) -> dict[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys`."""
    tags = {tag["TagKey"]: tag["TagValue"] for tag in request.get("Tags") or ()}
    names = tuple(tags) or tuple(request.get("TagKeys") or ())
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return keys | ({"aws:TagKeys": names} if names else {})


async def shared_policy(kms: Kms, call: Call, request: Request) -> str | None:
    """The policy of the key that `KeyId` names, with the caller's grants: for operations that work across accounts."""
    return await policy_of(kms, call, named(call, request["KeyId"]), request)


async def source_policy(kms: Kms, call: Call, request: Request) -> str | None:
    """The policy of a ciphertext's key, with the caller's grants."""
    return await policy_of(kms, call, source_of(call, request), request)


async def own_policy(kms: Kms, call: Call, request: Request) -> str | None:
    """The policy of the key that `KeyId` names, for callers of its account."""
    at = named(call, request["KeyId"])
    found = await find(call, at)
    return found.policy if found is not None and found.account == call.scope.account else None


async def policy_of(kms: Kms, call: Call, at: Named, request: Request) -> str | None:
    """A key's policy with the caller's grants.

    Raises:
        AwsError: InvalidGrantTokenException, a grant token was never given out.
    """
    for token in request.get("GrantTokens") or ():
        kms.read_grant_token(token)
    found = await find(call, at)
    return None if found is None else await allowing(call, found)


def _of_record(key: Key) -> dict[str, Values]:
    keys: dict[str, Values] = {
        "kms:KeyOrigin": "AWS_KMS",
        "kms:KeySpec": SPEC,
        "kms:KeyUsage": USAGE,
        "kms:MultiRegion": "false",
        "kms:CustomerMasterKeySpec": SPEC,
        "kms:CustomerMasterKeyUsage": USAGE,
    }
    if key.aliases:
        keys["kms:ResourceAliases"] = key.aliases
    return keys | {f"aws:ResourceTag/{name}": value for name, value in key.tags.items()}


def own(keys: Keys = keys_of_key) -> Callable[[F], F]:
    """Bind a function to an operation on the key that `KeyId` names, which only callers of its account can use."""
    return operation(on=on_key, keys=keys, policy=own_policy, decisive=True)


def shared(keys: Keys = keys_of_key) -> Callable[[F], F]:
    """Bind a function to an operation on the key that `KeyId` names, which works across accounts."""
    return operation(on=on_key, keys=keys, policy=shared_policy, decisive=True)

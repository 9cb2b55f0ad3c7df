"""A key's policy: checked, kept with unique ids for users and roles, and never one that locks everybody out unasked.

Source: KMS API reference, PutKeyPolicy; Developer Guide, "Default key policy", "Resource quotas" (32 KB).
"""

import json
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls import pinning
from portico.calls.call import Call
from portico.calls.operation import Check
from portico.identity.policy.parse import PolicyError, parse
from portico.identity.principal import root
from portico.services.kms import access, errors
from portico.services.kms.addresses import managed, put
from portico.services.kms.paging import page_of
from portico.services.kms.service import Kms

if TYPE_CHECKING:
    from portico.services.kms import shapes

DEFAULT = "default"
_BYTES_MAX = 32_768
_INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
_LOCKOUT = "The new key policy will not allow you to update the key policy in the future."


def default_policy(account: str) -> str:
    """The policy of a key that was given none: it leaves the decision to the account's identity policies."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        },
        indent=2,
    )


async def stored(kms: Kms, call: Call, arn: str, document: str, *, bypass: bool) -> str:
    """A policy as the key `arn` keeps it. Unless with `bypass`, the caller or the account's root user must be able to change it afterwards.

    Raises:
        AwsError: MalformedPolicyDocumentException, LimitExceededException.
    """
    if len(document.encode()) > _BYTES_MAX:
        raise errors.too_many(f"Policy document size exceeds the limit of {_BYTES_MAX} bytes.")
    try:
        parse(document, "resource")
    except PolicyError as error:
        raise errors.malformed_policy(error.message) from None
    policy = await pinning.pinned(call, document, lambda name: errors.malformed_policy(_INVALID_PRINCIPALS))
    if not bypass and not _leaves_a_way(kms, call, Check("kms:PutKeyPolicy", arn, {}, policy, decisive=True)):
        raise errors.malformed_policy(_LOCKOUT)
    return policy


def _leaves_a_way(kms: Kms, call: Call, check: Check) -> bool:
    by_root = msgspec.structs.replace(call.origin, principal=root(call.scope.account))
    calls = (call, msgspec.structs.replace(call, origin=by_root))
    return any(kms.authorizer.foresee(each, check).allowed for each in calls)


@access.own(access.keys_of_policy)
async def put_key_policy(kms: Kms, call: Call, request: "shapes.PutKeyPolicyRequest") -> dict[str, Any]:
    """Give a key another policy.

    Raises:
        NotFoundException: there is no such key, or policy (`PolicyName` other than `default`).
        MalformedPolicyDocumentException, LimitExceededException: the policy.
    """
    _require_default(request.get("PolicyName"))
    key, bypass = await managed(call, request), bool(request.get("BypassPolicyLockoutSafetyCheck"))
    policy = await stored(kms, call, key.arn, request["Policy"], bypass=bypass)
    put(call, msgspec.structs.replace(key, policy=policy))
    return {}


@access.own()
async def get_key_policy(kms: Kms, call: Call, request: "shapes.GetKeyPolicyRequest") -> dict[str, Any]:
    """A key's policy.

    Raises:
        NotFoundException: there is no such key, or policy.
    """
    _require_default(request.get("PolicyName"))
    key = await managed(call, request)
    return {"Policy": await pinning.shown(call, key.policy), "PolicyName": DEFAULT}


@access.own()
async def list_key_policies(kms: Kms, call: Call, request: "shapes.ListKeyPoliciesRequest") -> dict[str, Any]:
    """The names of a key's policies: there is one, `default`.

    Raises:
        NotFoundException: there is no such key. InvalidMarkerException: there is no second page.
    """
    page_of(request, default=100, most=1000, parts=1)
    await managed(call, request)
    return {"PolicyNames": [DEFAULT], "Truncated": False}


def _require_default(name: str | None) -> None:
    if name not in (None, DEFAULT):
        raise errors.no_policy(name)

"""A key's life: enabled, disabled, waiting for its deletion, and what may be done in each state.

Source: KMS Developer Guide, "Key states of AWS KMS keys"; API reference, ScheduleKeyDeletion (7 to 30 days).
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.kms import access, errors
from portico.services.kms.addresses import managed, put
from portico.services.kms.records import DOOMED, Doomed, Key, State
from portico.services.kms.service import Kms

if TYPE_CHECKING:
    from portico.services.kms import shapes

_DAY_S = 86_400
_DAYS_MIN, _DAYS_MAX = 7, 30


def require_enabled(key: Key) -> None:
    """Refuse to use a key that is disabled or is to be deleted.

    Raises:
        AwsError: DisabledException, KMSInvalidStateException.
    """
    require_kept(key)
    if key.state == "Disabled":
        raise errors.disabled(key.arn)


def require_kept(key: Key) -> None:
    """Refuse to change a key that is to be deleted.

    Raises:
        AwsError: KMSInvalidStateException.
    """
    if key.state == "PendingDeletion":
        raise errors.pending_deletion(key.arn)


@access.own()
async def enable_key(kms: Kms, call: Call, request: "shapes.EnableKeyRequest") -> dict[str, Any]:
    """Let a key be used.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted.
    """
    return await _become(call, request, "Enabled")


@access.own()
async def disable_key(kms: Kms, call: Call, request: "shapes.DisableKeyRequest") -> dict[str, Any]:
    """Let a key not be used for now.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted.
    """
    return await _become(call, request, "Disabled")


async def _become(call: Call, request: Any, state: State) -> dict[str, Any]:
    key = await managed(call, request)
    require_kept(key)
    put(call, msgspec.structs.replace(key, state=state))
    return {}


@access.own(access.keys_of_deletion)
async def schedule_key_deletion(
    kms: Kms, call: Call, request: "shapes.ScheduleKeyDeletionRequest"
) -> dict[str, Any]:
    """Have a key deleted after `PendingWindowInDays` (7 to 30, 30 if not said). Nothing that it has encrypted can be read then.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted already.
    """
    days = request.get("PendingWindowInDays") or _DAYS_MAX
    if not _DAYS_MIN <= days <= _DAYS_MAX:
        raise errors.invalid(
            f"PendingWindowInDays must be between {_DAYS_MIN} and {_DAYS_MAX}, inclusive. Received {days}."
        )
    key = await managed(call, request)
    require_kept(key)
    due = call.now + days * _DAY_S
    put(call, msgspec.structs.replace(key, state="PendingDeletion", deletes_at=due))
    call.tx.put(DOOMED, Doomed(*key.at), int(due), *key.at)
    return {
        "KeyId": key.arn,
        "DeletionDate": due,
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }


@access.own()
async def cancel_key_deletion(
    kms: Kms, call: Call, request: "shapes.CancelKeyDeletionRequest"
) -> dict[str, Any]:
    """Keep a key that was to be deleted; it is disabled.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is not to be deleted.
    """
    key = await managed(call, request)
    if key.deletes_at is None:
        raise errors.not_pending(key.arn)
    put(call, msgspec.structs.replace(key, state="Disabled", deletes_at=None))
    call.tx.delete(DOOMED, int(key.deletes_at), *key.at)
    return {"KeyId": key.arn}

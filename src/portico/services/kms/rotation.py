"""Rotation: a key gets new material now and then, and decrypts with all that it ever had.

Material whose time is over is followed by new material when the key next encrypts.

Source: KMS Developer Guide, "Rotating AWS KMS keys"; API reference, EnableKeyRotation (90 to 2,560 days, 365 if not said),
RotateKeyOnDemand ("Resource quotas": 25 for a key).
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.kms import access, errors
from portico.services.kms.addresses import managed, put
from portico.services.kms.paging import cut, marker_after, page_of
from portico.services.kms.records import Key, Material
from portico.services.kms.service import Kms, next_rotation
from portico.services.kms.states import require_enabled

if TYPE_CHECKING:
    from portico.services.kms import shapes

_DAYS = 365
_ON_DEMAND_MAX = 25


@access.own(access.keys_of_rotation)
async def enable_key_rotation(
    kms: Kms, call: Call, request: "shapes.EnableKeyRotationRequest"
) -> dict[str, Any]:
    """Have a key rotate by itself, each `RotationPeriodInDays` from now on.

    Raises:
        NotFoundException: there is no such key. DisabledException, KMSInvalidStateException: its state.
    """
    key = await managed(call, request)
    require_enabled(key)
    days = request.get("RotationPeriodInDays") or key.rotation_days or _DAYS
    start = key.rotates_from if key.rotation_days == days else call.now
    put(call, msgspec.structs.replace(key, rotation_days=days, rotates_from=start))
    return {}


@access.own()
async def disable_key_rotation(
    kms: Kms, call: Call, request: "shapes.DisableKeyRotationRequest"
) -> dict[str, Any]:
    """Have a key not rotate by itself any more.

    Raises:
        NotFoundException: there is no such key. DisabledException, KMSInvalidStateException: its state.
    """
    key = await managed(call, request)
    require_enabled(key)
    put(call, msgspec.structs.replace(key, rotation_days=0))
    return {}


@access.own()
async def get_key_rotation_status(
    kms: Kms, call: Call, request: "shapes.GetKeyRotationStatusRequest"
) -> dict[str, Any]:
    """Whether a key rotates by itself, how often and when next.

    Raises:
        NotFoundException: there is no such key.
    """
    key = await managed(call, request)
    rotates = bool(key.rotation_days) and key.state != "PendingDeletion"
    answer: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": rotates}
    if rotates:
        due = max(next_rotation(key), call.now)
        answer |= {"RotationPeriodInDays": key.rotation_days, "NextRotationDate": due}
    return answer


@access.own()
async def rotate_key_on_demand(
    kms: Kms, call: Call, request: "shapes.RotateKeyOnDemandRequest"
) -> dict[str, Any]:
    """Give a key new material now; its rotation by itself goes on as planned.

    Raises:
        NotFoundException: there is no such key. DisabledException, KMSInvalidStateException: its state. LimitExceededException: it was
            done 25 times.
    """
    key = await managed(call, request)
    require_enabled(key)
    if sum(material.cause == "ON_DEMAND" for material in key.materials) >= _ON_DEMAND_MAX:
        raise errors.too_many(
            f"The on-demand rotation limit of {_ON_DEMAND_MAX} has been reached for {key.arn}."
        )
    put(call, kms.rotated(key, "ON_DEMAND", call.now))
    return {"KeyId": key.arn}


@access.own()
async def list_key_rotations(
    kms: Kms, call: Call, request: "shapes.ListKeyRotationsRequest"
) -> dict[str, Any]:
    """A key's completed rotations, the first one first; with `IncludeKeyMaterial` ALL_KEY_MATERIAL also the material that it began with.

    Raises:
        NotFoundException: there is no such key. InvalidMarkerException: the marker is not one of ours.
    """
    page = page_of(request, default=100, most=1000, parts=1)
    key = await managed(call, request)
    every = request.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    materials = [material for material in key.materials if every or material.cause]
    seen = [material.id for material in materials]
    start = 0
    if page.after is not None:
        if page.after[0] not in seen:
            raise errors.bad_marker()
        start = seen.index(str(page.after[0])) + 1
    found, more = cut(materials[start : start + page.limit + 1], page.limit)
    answer: dict[str, Any] = {"Rotations": [_shown(key, material) for material in found], "Truncated": more}
    return answer | ({"NextMarker": marker_after(found[-1].id)} if more else {})


def _shown(key: Key, material: Material) -> dict[str, Any]:
    current = material is key.materials[-1]
    entry: dict[str, Any] = {
        "KeyId": key.arn,
        "KeyMaterialId": material.id,
        "KeyMaterialState": "CURRENT" if current else "NON_CURRENT",
    }
    return entry | (
        {"RotationDate": material.made_at, "RotationType": material.cause} if material.cause else {}
    )

"""A function's layers: which versions it may use, in which order, and how large they are together.

Source: Developer Guide, "Working with layers" (five, each layer once, 250 MB with the code; who needs lambda:GetLayerVersion);
recorded answers; reported words of the size limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.invoke.folders import folder_of
from portico.invoke.records import UsedLayer
from portico.services.lambda_ import access, errors, layer_records
from portico.services.lambda_.layer_records import LAYER_VERSIONS, Place
from portico.services.lambda_.service import Lambda

LAYERS_MAX = 5


async def checks(lam: Lambda, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """What CreateFunction and UpdateFunctionConfiguration ask besides: `iam:PassRole` on the role, and
    `lambda:GetLayerVersion` on each layer version, by the caller's policies and, from another account, by the version's too."""
    found = list(await access.pass_role(lam, call, request))
    for arn in request.get("Layers") or ():
        place = layer_records.by_arn(arn)
        policy = layer_records.policy_of(lam, place) if place is not None else None
        found.append(Check("lambda:GetLayerVersion", arn, policy=policy))
    return found


async def fields_of(
    lam: Lambda, call: Call, request: Mapping[str, Any], region: str, digest: str
) -> dict[str, Any]:
    """The record's field that `Layers` of the request sets, for a function in `region` with the code `digest`.

    Raises:
        InvalidParameterValueException: see `_used_in_order` and `require_room`.
    """
    if request.get("Layers") is None:
        return {}
    layers = await _used_in_order(call, region, request["Layers"])
    await require_room(lam, digest, layers)
    return {"layers": layers}


async def _used_in_order(call: Call, region: str, arns: Sequence[str]) -> tuple[UsedLayer, ...]:
    """The versions with these ARNs, in this order, for a function in `region`.

    Raises:
        InvalidParameterValueException: too many, one of another region, two of the same layer, one that does not exist.
    """
    if len(arns) > LAYERS_MAX:
        raise errors.invalid(f"Cannot reference more than {LAYERS_MAX} layers.")
    places: dict[str, Place] = {}
    for arn in arns:
        place = layer_records.by_arn(arn)
        if place is None:
            raise _missing(arn)
        if place.region != region:
            raise errors.invalid(
                "Layers are not in the same region as the function. "
                f"Layers are expected to be in region {region}."
            )
        other = places.setdefault(place.layer_arn, place)
        if other is not place:
            raise errors.invalid(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{other.arn} and {place.arn} are versions of the same layer."
            )
    return tuple([await _used(call, place) for place in places.values()])


async def _used(call: Call, place: Place) -> UsedLayer:
    version = await call.tx.get(LAYER_VERSIONS, *place.key)
    if version is None:
        raise _missing(place.arn)
    return UsedLayer(place.arn, version.digest, version.size, version.unzipped)


async def require_room(lam: Lambda, digest: str, layers: Sequence[UsedLayer]) -> None:
    """Refuse layers that are too large together with the code `digest`.

    Raises:
        InvalidParameterValueException: more than 250 MB.
    """
    if not layers or folder_of(digest):  # a developer's folder is of any size
        return
    from portico.invoke.unpack import UNZIPPED_BYTES_MAX  # which brings what unpacks along

    total = sum(layer.unzipped for layer in layers)
    total += await lam.staging.unpacked_bytes(digest) if digest else 0
    if total > UNZIPPED_BYTES_MAX:
        raise errors.invalid(
            f"Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_BYTES_MAX} bytes. "
            f"The actual size is {total} bytes."
        )


def _missing(arn: str) -> Exception:
    return errors.invalid(f"Layer version {arn} does not exist.")

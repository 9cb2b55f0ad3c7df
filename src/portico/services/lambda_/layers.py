"""Layers: publish a version, look at versions, list them, delete one.

Source: API reference, PublishLayerVersion and its neighbours; recorded answers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_ import code, code_storage, errors, layer_records, markers, shown
from portico.services.lambda_.code_storage import CodeStorage
from portico.services.lambda_.layer_records import LAYER_VERSIONS, LAYERS, Layer, LayerVersion, Place
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteLayerVersionRequest,
        GetLayerVersionByArnRequest,
        GetLayerVersionRequest,
        GetLayerVersionResponse,
        ListLayersRequest,
        ListLayersResponse,
        ListLayerVersionsRequest,
        ListLayerVersionsResponse,
        PublishLayerVersionRequest,
        PublishLayerVersionResponse,
    )

PAGE_MAX = 50
Request = Mapping[str, Any]


def _layer_arn(call: Call, request: Request) -> tuple[str]:
    return (layer_records.named(call, request).layer_arn,)


def _listed_layer_arn(call: Call, request: Request) -> tuple[str]:
    """AWS knows no resource for this action; a layer of another account is nobody's to list all the same."""
    place = layer_records.named(call, request)
    return ("*",) if place.account == call.scope.account else (place.layer_arn,)


@operation(on=_layer_arn)
async def publish_layer_version(
    lam: Lambda, call: Call, request: "PublishLayerVersionRequest"
) -> "PublishLayerVersionResponse":
    """Make the next version of a layer, and the layer with its first one. A number is never used again.

    Raises:
        InvalidParameterValueException: no content, one that Portico does not have, or a zip that can't be unpacked.
        RequestEntityTooLargeException: the zip is too large.
        ServiceException: there is no room to unpack it.
        CodeStorageExceededException: the account has no room for it.
    """
    place = layer_records.named(call, request)
    package = await code.layer_content(lam, request["Content"])
    layer = await call.tx.get(LAYERS, *place.key[:3])
    number = layer.last + 1 if layer is not None else 1
    runtimes, architectures = request.get("CompatibleRuntimes"), request.get("CompatibleArchitectures")
    version = LayerVersion(
        layer=place.layer,
        account=place.account,
        region=place.region,
        version=number,
        digest=package.digest,
        sha256=package.sha256,
        size=package.size,
        unzipped=package.unzipped,
        created_at=call.now,
        description=request.get("Description") or "",
        license_info=request.get("LicenseInfo"),
        runtimes=None if runtimes is None else tuple(runtimes),
        architectures=None if architectures is None else tuple(architectures),
    )
    await code_storage.add(lam, call, place.key[:2], place.layer, CodeStorage(package.size))
    call.tx.put(LAYERS, Layer(place.layer, place.account, place.region, number), *place.key[:3])
    call.tx.put(LAYER_VERSIONS, version, *version.place.key)
    call.tx.refer(package.digest, LAYER_VERSIONS.key(*version.place.key))
    return _with_content(lam, call, version)  # type: ignore[return-value]  # built member by member


@operation(on=layer_records.version_arn, policy=layer_records.version_policy)
async def get_layer_version(
    lam: Lambda, call: Call, request: "GetLayerVersionRequest"
) -> "GetLayerVersionResponse":
    """A version, with an address that serves its zip for ten minutes.

    Raises:
        ResourceNotFoundException: no such version.
        InvalidParameterValueException: the number is below 1.
    """
    return _with_content(lam, call, await _version(call, layer_records.named(call, request)))  # type: ignore[return-value]


def _asked_arn(call: Call, request: Request) -> tuple[str]:
    return (request["Arn"],)


async def _policy_by_arn(lam: Lambda, call: Call, request: Request) -> str | None:
    place = layer_records.by_arn(request["Arn"])
    return layer_records.policy_of(lam, place) if place is not None else None


@operation(action="lambda:GetLayerVersion", on=_asked_arn, policy=_policy_by_arn)
async def get_layer_version_by_arn(
    lam: Lambda, call: Call, request: "GetLayerVersionByArnRequest"
) -> "GetLayerVersionResponse":
    """A version by its ARN, of any account that lets the caller have it; otherwise as GetLayerVersion.

    Raises:
        ResourceNotFoundException: no such version.
    """
    place = layer_records.by_arn(request["Arn"])
    if place is None:
        raise errors.no_policy()
    return _with_content(lam, call, await _version(call, place))  # type: ignore[return-value]


@operation()
async def list_layers(lam: Lambda, call: Call, request: "ListLayersRequest") -> "ListLayersResponse":
    """The account's layers by name, each with its newest version that is compatible; those that have none are left out.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.
    """
    place = (call.scope.account, call.scope.region)
    limit = min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)
    after = markers.place_of(request.get("Marker"), 1)
    found: list[dict[str, Any]] = []
    while len(found) <= limit:
        layers = await call.tx.scan(
            LAYERS, *place, after=LAYERS.key(*place, *after) if after else None, limit=PAGE_MAX
        )
        for layer in layers:
            newest = await _newest(call, layer, request)
            if newest is not None:
                found.append(_listed_layer(newest))
        if len(layers) < PAGE_MAX:
            break
        after = (layers[-1].name,)
    answer: dict[str, Any] = {"Layers": found[:limit]}
    if len(found) > limit:
        answer["NextMarker"] = markers.after(found[limit - 1]["LayerName"])
    return answer  # type: ignore[return-value]  # built member by member


@operation(on=_listed_layer_arn)
async def list_layer_versions(
    lam: Lambda, call: Call, request: "ListLayerVersionsRequest"
) -> "ListLayerVersionsResponse":
    """A layer's versions that are compatible, newest first; none for a layer that there is not.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.
    """
    place = layer_records.named(call, request)
    key = place.key[:3]
    limit = min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)
    after = markers.place_of(request.get("Marker"), 1)
    start = LAYER_VERSIONS.key(*key, _number(after[0])) if after else None
    versions = await call.tx.scan(LAYER_VERSIONS, *key, after=start, reverse=True)
    matching = [version for version in versions if _is_compatible(version, request)]
    answer: dict[str, Any] = {"LayerVersions": [_listed(version) for version in matching[:limit]]}
    if len(matching) > limit:
        answer["NextMarker"] = markers.after(str(matching[limit - 1].version))
    return answer  # type: ignore[return-value]  # built member by member


@operation(on=layer_records.version_arn, policy=layer_records.version_policy)
async def delete_layer_version(lam: Lambda, call: Call, request: "DeleteLayerVersionRequest") -> None:
    """Delete a version; that there is none is no error. Functions that use it go on using it.

    Raises:
        InvalidParameterValueException: the number is below 1.
    """
    place = layer_records.named(call, request)
    layer_records.require_number(place)
    version = await call.tx.get(LAYER_VERSIONS, *place.key)
    if version is not None:
        call.tx.delete(LAYER_VERSIONS, *place.key)
        await code_storage.add(lam, call, place.key[:2], place.layer, CodeStorage(-version.size))
        call.tx.unrefer(version.digest, LAYER_VERSIONS.key(*place.key))


async def _version(call: Call, place: Place) -> LayerVersion:
    layer_records.require_number(place)
    version = await call.tx.get(LAYER_VERSIONS, *place.key)
    if version is None or place.region != call.scope.region:
        raise errors.no_policy()
    return version


async def _newest(call: Call, layer: Layer, request: Request) -> LayerVersion | None:
    key = (layer.account, layer.region, layer.name)
    filtered = request.get("CompatibleRuntime") or request.get("CompatibleArchitecture")
    versions = await call.tx.scan(LAYER_VERSIONS, *key, reverse=True, limit=None if filtered else 1)
    return next((version for version in versions if _is_compatible(version, request)), None)


def _is_compatible(version: LayerVersion, request: Request) -> bool:
    """Whether the version says that it is for the runtime and the architecture that are asked for."""
    runtime, architecture = request.get("CompatibleRuntime"), request.get("CompatibleArchitecture")
    return (not runtime or runtime in (version.runtimes or ())) and (
        not architecture or architecture in (version.architectures or ())
    )


def _number(text: str) -> int:
    if not text.isdecimal():
        raise errors.invalid("Invalid Marker")
    return int(text)


def _with_content(lam: Lambda, call: Call, version: LayerVersion) -> dict[str, Any]:
    origin = call.origin
    location = lam.downloads.location(origin.host, secure=origin.secure, digest=version.digest)
    content = {"Location": location, "CodeSha256": version.sha256, "CodeSize": version.size}
    return {"Content": content, "LayerArn": version.place.layer_arn, **_listed(version)}


def _listed_layer(newest: LayerVersion) -> dict[str, Any]:
    return {
        "LayerName": newest.layer,
        "LayerArn": newest.place.layer_arn,
        "LatestMatchingVersion": _listed(newest),
    }


def _listed(version: LayerVersion) -> dict[str, Any]:
    """A version as lists show it: what was not said about it is not shown."""
    found: dict[str, Any] = {
        "LayerVersionArn": version.place.arn,
        "Version": version.version,
        "Description": version.description,
        "CreatedDate": shown.timestamp(version.created_at),
    }
    for member, value in (
        ("CompatibleArchitectures", version.architectures),
        ("CompatibleRuntimes", version.runtimes),
        ("LicenseInfo", version.license_info),
    ):
        if value is not None:
            found[member] = value if isinstance(value, str) else list(value)
    return found

"""Versions: publish one, list them.

Source: API reference, PublishVersion and ListVersionsByFunction; recorded answers.
"""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.invoke.records import LATEST, VERSIONS, Version
from portico.services.lambda_ import access, errors, markers, names, own_keys, publish, settings
from portico.services.lambda_.functions import changeable, function_of, page_size
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        FunctionConfiguration,
        ListVersionsByFunctionRequest,
        ListVersionsByFunctionResponse,
        PublishVersionRequest,
    )


@access.on_function
async def publish_version(
    lam: Lambda, call: Call, request: "PublishVersionRequest"
) -> "FunctionConfiguration":
    """Make a version of `$LATEST`; if nothing has changed since the last one, that is the answer.

    Raises:
        ResourceNotFoundException: no such function.
        PreconditionFailedException: `RevisionId` is not the latest.
        InvalidParameterValueException: `CodeSha256` is not that of `$LATEST`; a parameter that Portico does not have.
        ResourceConflictException: the function is being created or updated, or its creation has failed.
        CodeStorageExceededException: the account has no room for one more.
    """
    name = names.named(call, request)
    settings.refuse_unavailable(request)
    latest = await changeable(lam, call, name, request.get("RevisionId"))
    if latest.state != "Active":
        raise errors.in_state(latest.state)
    expected = request.get("CodeSha256")
    if expected and expected != latest.code_sha256:
        raise errors.other_code(expected, latest.code_sha256)
    function = await function_of(call, name)
    version = await publish.publish(lam, call, name, function, latest, description=request.get("Description"))
    arn = f"{name.arn}:{version.version}"
    return await own_keys.configuration(lam, call, version, arn=arn)  # type: ignore[return-value]


@access.on_function
async def list_versions_by_function(
    lam: Lambda, call: Call, request: "ListVersionsByFunctionRequest"
) -> "ListVersionsByFunctionResponse":
    """`$LATEST` and the versions in the order of their numbers, at most 50 at once.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the marker is not one of ours.
    """
    name = names.named(call, request)
    limit, after = page_size(request), markers.place_of(request.get("Marker"), 1)
    rows = sorted(await call.tx.scan(VERSIONS, *name.key), key=_order)
    if not rows:
        raise errors.function_not_found(name.arn)
    left = [row for row in rows if not after or _order(row) > _number(after[0])]
    page = [await own_keys.listed(lam, call, row, qualified=True) for row in left[:limit]]
    found: dict[str, Any] = {"Versions": page}
    if len(left) > limit:
        found["NextMarker"] = markers.after(left[limit - 1].version)
    return found  # type: ignore[return-value]  # built member by member


def _order(version: Version) -> int:
    return _number(version.version)


def _number(version: str) -> int:
    """`$LATEST` comes first."""
    return 0 if version == LATEST or not version.isdecimal() else int(version)

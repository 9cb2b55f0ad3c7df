"""Layers as they are stored, and how requests name them.

Source: the patterns of `LayerName` and `LayerVersionArn` in the API's model (the wire has checked the text against them before).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.arn import parse as parse_arn
from portico.calls.call import Call
from portico.services.lambda_ import errors
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.lambda_.service import Lambda


class Layer(msgspec.Struct, frozen=True, gc=False):
    """A layer's numbering: `last` is the highest version that it has ever had, so no number is used twice."""

    name: str
    account: str
    region: str
    last: int


class LayerVersion(msgspec.Struct, frozen=True, gc=False):
    """A version of a layer. `digest` is the blob of its zip (SHA-256, hex), `sha256` the same as AWS shows it (base64), `size` its
    bytes, `unzipped` those of what is in it.

    `license_info`, `runtimes` and `architectures` are None when nothing was said about them. `policy` is the resource policy's
    document (JSON) or empty, `policy_revision` its revision id.
    """

    layer: str
    account: str
    region: str
    version: int
    digest: str
    sha256: str
    size: int
    unzipped: int
    created_at: float
    description: str = ""
    license_info: str | None = None
    runtimes: tuple[str, ...] | None = None
    architectures: tuple[str, ...] | None = None
    policy: str = ""
    policy_revision: str = ""

    @property
    def place(self) -> "Place":
        """What names it."""
        return Place(self.account, self.region, self.layer, self.version)


LAYERS = Table("lambda.layer", Layer)  # account, region, name
LAYER_VERSIONS = Table("lambda.layer_version", LayerVersion)  # account, region, layer, version


class Place(msgspec.Struct, frozen=True, gc=False):
    """Which layer is meant, and which version of it (0 when none was said)."""

    account: str
    region: str
    layer: str
    version: int = 0

    @property
    def layer_arn(self) -> str:
        """The layer's ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:layer:{self.layer}"

    @property
    def arn(self) -> str:
        """The version's ARN."""
        return f"{self.layer_arn}:{self.version}"

    @property
    def key(self) -> tuple[str, str, str, int]:
        """The identifiers of the version's record."""
        return (self.account, self.region, self.layer, self.version)


def named(call: Call, request: Mapping[str, Any]) -> Place:
    """The layer, and the version if there is one, that a request names in `LayerName` and `VersionNumber`."""
    version = request.get("VersionNumber") or 0
    name = request["LayerName"]
    arn = parse_arn(name)
    if arn is None:
        return Place(call.scope.account, call.scope.region, name, version)
    return Place(arn.account, arn.region, arn.resource.split(":")[1], version)


def by_arn(arn: str) -> Place | None:
    """The version that a layer version's ARN names; None for one of AWS's own, which has no account."""
    parts = parse_arn(arn)
    if parts is None or not parts.account:
        return None
    _, layer, version = parts.resource.split(":")
    return Place(parts.account, parts.region, layer, int(version))


def version_arn(call: Call, request: Mapping[str, Any]) -> tuple[str]:
    """The resource of an operation on a version, whether or not there is one."""
    return (named(call, request).arn,)


async def version_policy(lam: "Lambda", call: Call, request: Mapping[str, Any]) -> str | None:
    """The resource policy of the version that a request names."""
    return policy_of(lam, named(call, request))


def policy_of(lam: "Lambda", place: Place) -> str | None:
    """The resource policy of a version, if it has one."""
    held = lam.cache.peek(LAYER_VERSIONS, *place.key)
    return held.value.policy or None if held is not None else None


def require_number(place: Place) -> None:
    """Refuse a version number that no version can have.

    Raises:
        InvalidParameterValueException: it is below 1.
    """
    if place.version < 1:
        raise errors.invalid("Layer Version Cannot be less than 1")

"""The zip of a function or a layer: where it may come from, how large it may be; a function's made ready to run.

Source: Developer Guide, "Lambda quotas"; recorded answers.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.environments.launchers.container.digests import digest_of
from portico.invoke.folders import PREFIX, FolderRefused
from portico.invoke.staging import CodeRefused
from portico.services.lambda_ import errors
from portico.services.lambda_.service import Lambda
from portico.wire.errors import AwsError

ZIPPED_BYTES_MAX = 52_428_800
_UNAVAILABLE = ("S3ObjectStorageMode", "SourceKMSKeyArn")
_MOUNTED_BUCKET = "hot-reload"


class Package(msgspec.Struct, frozen=True, gc=False):
    """A deployment package that is stored and unpacked. `digest`: the blob's; `sha256`: the same in base64, as AWS shows it.

    Of a container image there is `image_uri` instead, and `sha256` is the image's digest (hex) if the address names one, or the engine
    has the image.
    """

    digest: str
    sha256: str
    size: int
    image_uri: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a version's record."""
        return {
            "code_digest": self.digest,
            "code_sha256": self.sha256,
            "code_size": self.size,
            "image_uri": self.image_uri,
        }


class Content(msgspec.Struct, frozen=True, gc=False):
    """A layer's zip that is stored; members as of `Package`, and `unzipped`, the bytes of what is in it."""

    digest: str
    sha256: str
    size: int
    unzipped: int


def image(source: Mapping[str, Any]) -> Package:
    """The image that `source` names.

    Raises:
        InvalidParameterValueException: it names none.
    """
    uri = source.get("ImageUri")
    if not uri:
        raise errors.invalid("Please provide ImageUri when updating a function with packageType Image.")
    return Package("", uri.partition("@sha256:")[2], 0, uri)


async def of_kind(lam: Lambda, package_type: str, source: Mapping[str, Any]) -> Package:
    """The image or the zip of `source`, as the function's package type says; errors as for `image` and `package`."""
    if package_type != "Image":
        return await package(lam, source)
    named = image(source)
    return named if named.sha256 else msgspec.structs.replace(named, sha256=await digest_of(named.image_uri))


async def package(lam: Lambda, source: Mapping[str, Any]) -> Package:
    """Store and unpack the zip of `source` (the members of CreateFunction's `Code`).

    Raises:
        InvalidParameterValueException: no source, one that Portico does not have, or a zip that can't be unpacked.
        RequestEntityTooLargeException: the zip is too large.
        ServiceException: there is no room to unpack it.
    """
    if mounts(source):
        return _folder(lam, source)
    data = _zip_of(source)
    digest = await lam.store.put_blob(data)
    try:
        await lam.staging.ensure(digest, data)
    except CodeRefused as refused:
        raise _refusal(refused) from refused
    return Package(digest, _shown(digest), len(data))


def mounts(source: Mapping[str, Any]) -> bool:
    """Whether `source` asks for a folder of this machine, as tools of this kind do: by a bucket of a name that none can have here."""
    return source.get("S3Bucket") == _MOUNTED_BUCKET


def _folder(lam: Lambda, source: Mapping[str, Any]) -> Package:
    folder = source.get("S3Key") or ""
    try:
        lam.staging.folders.check(folder)
    except FolderRefused as refused:
        raise errors.invalid(f"{refused}.") from refused
    return Package(PREFIX + folder, _shown(hashlib.sha256(folder.encode()).hexdigest()), 0)


async def layer_content(lam: Lambda, source: Mapping[str, Any]) -> Content:
    """Store the zip of `source` (the members of PublishLayerVersion's `Content`), once it is known that it can be unpacked.

    Raises:
        InvalidParameterValueException, RequestEntityTooLargeException, ServiceException: as for `package`.
    """
    data = _zip_of(source)
    try:
        unzipped = await lam.staging.measure(data)
    except CodeRefused as refused:
        raise _refusal(refused) from refused
    digest = await lam.store.put_blob(data)
    return Content(digest, _shown(digest), len(data), unzipped)


def _zip_of(source: Mapping[str, Any]) -> bytes:
    for member in _UNAVAILABLE:
        if source.get(member):
            raise errors.unavailable(member)
    if source.get("ImageUri"):
        raise errors.invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
    if source.get("S3Bucket"):
        # There is no S3 here yet, so no bucket exists: AWS's own answer to that.
        raise errors.invalid(
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
            "S3 Error Message: The specified bucket does not exist"
        )
    data: bytes | None = source.get("ZipFile")
    if data is None:
        raise errors.invalid("Please provide a source for function code.")
    if len(data) > ZIPPED_BYTES_MAX:
        raise errors.request_too_large(f"Zipped size must be smaller than {ZIPPED_BYTES_MAX} bytes")
    return data


def _shown(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _refusal(refused: CodeRefused) -> AwsError:
    if refused.kind == "size":
        return errors.invalid("Unzipped size must be smaller than 262144000 bytes")
    if refused.kind == "empty":
        return errors.invalid("Uploaded file must be a non-empty zip")
    if refused.kind == "disk":
        words = "There is no room to unpack the deployment package."
        return AwsError("ServiceException", words, 500, fields={"Type": "Service"})
    return errors.cannot_unzip()

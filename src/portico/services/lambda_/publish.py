"""Publishing: `$LATEST` as it is now becomes a version that never changes again.

Source: API reference, PublishVersion; Developer Guide, "Manage Lambda function versions"; recorded answers.
"""

import hashlib
from typing import TYPE_CHECKING

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.invoke.folders import folder_of
from portico.invoke.records import FUNCTIONS, LATEST, NUMBERINGS, VERSIONS, Function, Numbering, Version
from portico.services.lambda_ import blobs, code_storage, errors
from portico.services.lambda_.code_storage import CodeStorage
from portico.services.lambda_.names import Name

if TYPE_CHECKING:
    from portico.services.lambda_.service import Lambda

CREATING = "The function is being created."
_PASSING = {  # what is no part of a version's content: when and how it came about
    "modified_at": 0.0,
    "revision_id": "",
    "state": "",
    "state_reason": "",
    "state_reason_code": "",
    "update_status": "",
    "update_reason": "",
    "update_reason_code": "",
    "generation": 0,
}
# A version that is published with an update becomes active when the update is done, one with SnapStart when its snapshot is there.
_NOT_YET = {
    "state": "Pending",
    "state_reason": CREATING,
    "state_reason_code": "Creating",
    "update_status": "",
    "update_reason": "",
    "update_reason_code": "",
}
_encode = msgspec.json.Encoder(order="deterministic").encode


async def publish(
    lam: "Lambda",
    call: Call,
    name: Name,
    function: Function,
    latest: Version,
    *,
    description: str | None = None,
) -> Version:
    """Write `latest` as the next version, or find the last one if nothing has changed since; the version.

    Writes the function and `$LATEST` too, which gets a new revision with a new version. Numbers are never given twice, not even to
    a function that is made again under the same name.

    Raises:
        CodeStorageExceededException: the account has no room for one more.
    """
    if folder_of(latest.code_digest):
        raise errors.invalid("Code that is a folder changes, so it can't be published as a version.")
    content = _content_of(latest)
    last, _, before = function.published.partition(":")
    if before == content:
        unchanged = await call.tx.get(VERSIONS, *name.key, last)
        if unchanged is not None:
            _write(call, name, function, latest)
            return unchanged
    numbering = await call.tx.get(NUMBERINGS, *name.key) or Numbering()
    number = str(numbering.last + 1)
    version = msgspec.structs.replace(
        latest,
        version=number,
        revision_id=uuid(),
        modified_at=call.now,
        description=latest.description if description is None else description,
        **(_NOT_YET if latest.update_status == "InProgress" or latest.snap_start else {}),
    )
    call.tx.put(NUMBERINGS, Numbering(numbering.last + 1), *name.key)
    # Before `$LATEST`: what follows changes (states.py) makes a new version active before the function itself.
    call.tx.put(VERSIONS, version, *name.key, number)
    blobs.hold(call, version)
    await code_storage.add(lam, call, name.key[:2], name.name, CodeStorage(version.code_size))
    _write(
        call,
        name,
        msgspec.structs.replace(function, published=f"{number}:{content}"),
        msgspec.structs.replace(latest, revision_id=uuid()),
    )
    return version


def _write(call: Call, name: Name, function: Function, latest: Version) -> None:
    call.tx.put(VERSIONS, latest, *name.key, LATEST)
    call.tx.put(FUNCTIONS, function, *name.key)


def _content_of(latest: Version) -> str:
    """A digest of everything that makes a version another one."""
    return hashlib.sha256(_encode(msgspec.structs.replace(latest, **_PASSING))).hexdigest()

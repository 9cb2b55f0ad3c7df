"""Where the file of an import job is put: an address that is itself the permission, for 15 minutes."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from portico.identity.sealing import SealError
from portico.services.cognito_idp.import_records import IMPORTS, ImportJob
from portico.services.cognito_idp.service import CognitoIdp
from portico.store.port import Conflict
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

PATH = "/_portico/user-import/"
_PURPOSE = "cognito-idp import file"
_VALID_S = 900.0
_BYTES_MAX = 1024 * 1024 * 1024
_URL_SAFE = str.maketrans("+/=", "-_.")
_FROM_URL_SAFE = str.maketrans("-_.", "+/=")


class Chunked(Protocol):
    """A request's body, read in pieces (`gateway.body.Body`)."""

    def chunks(self, limit: int | None = None) -> AsyncIterator[bytes]:
        """The pieces; raises AwsError when there are more than `limit` bytes."""


class Place(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The job that an address is for, and until when (seconds, `now` clock)."""

    pool: str
    job: str
    until: float


def address_of(idp: CognitoIdp, job: ImportJob, now: float) -> str:
    """The address for a job's file."""
    place = msgspec.json.encode(Place(job.pool, job.id, now + _VALID_S))
    return f"{idp.origin}{PATH}{idp.sealer.seal(_PURPOSE, place).translate(_URL_SAFE)}"


class Uploads:
    """Takes files of import jobs."""

    __slots__ = ("_idp",)

    def __init__(self, idp: CognitoIdp) -> None:
        self._idp = idp

    async def take(self, head: Head, body: Chunked) -> Reply:
        """Keep a file for the job that the address names.

        Raises:
            AwsError: AccessDenied (403), the address is not one of ours, or too old; RequestEntityTooLargeException (413).
        """
        place = self._place(head.path.removeprefix(PATH))
        digest = await self._idp.store.put_blob(body.chunks(_BYTES_MAX))
        while True:
            tx = Transaction(self._idp.cache)
            job = await tx.get(IMPORTS, place.pool, place.job)
            if job is None or job.status != "Created":
                raise AwsError("AccessDenied", "The import job takes no file.", 403)
            key = IMPORTS.key(job.pool, job.id)
            if job.blob:
                tx.unrefer(job.blob, key)
            tx.refer(digest, key)
            tx.put(IMPORTS, msgspec.structs.replace(job, blob=digest), job.pool, job.id)
            try:
                await tx.commit()
            except Conflict:
                continue
            return Reply(200, (), b"")

    def _place(self, text: str) -> Place:
        try:
            content = self._idp.sealer.unseal(_PURPOSE, text.translate(_FROM_URL_SAFE))
            place = msgspec.json.decode(content, type=Place)
        except (SealError, msgspec.DecodeError):
            raise AwsError("AccessDenied", "Access Denied", 403) from None
        if place.until < self._idp.clock.now():
            raise AwsError("AccessDenied", "Request has expired", 403)
        return place

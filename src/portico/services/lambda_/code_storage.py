"""What an account's zips take up in a region: kept as a sum in the commit that changes it, and held below the quota.

The sum is in parts, each for some of the functions and layers, so that those who make functions at the same time do not wait for each
other. Far below the quota the parts are added up as they are; near it they are a condition of the commit, and nobody gets past.

Source: Developer Guide, "Lambda quotas" (300 GB a Region); API reference, CodeStorageExceededException.
"""

from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from portico.calls.call import Call
from portico.services.lambda_ import errors
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.lambda_.service import Lambda

_PARTS = 32
_NEAR_BYTES = 32 * 1024**3  # more than all the calls that run at the same time could add


class CodeStorage(msgspec.Struct, frozen=True, gc=False):
    """A part of the sum: the bytes of the zips of versions and of layers, and how many functions there are."""

    zipped_bytes: int = 0
    functions: int = 0

    def __add__(self, other: "CodeStorage") -> "CodeStorage":
        return CodeStorage(self.zipped_bytes + other.zipped_bytes, self.functions + other.functions)


CODE_STORAGE = Table("lambda.code-storage", CodeStorage)  # account, region, part


async def add(lam: "Lambda", call: Call, place: tuple[str, str], owner: str, added: CodeStorage) -> None:
    """Add to the sum of `place` (account, region) what a function or a layer, `owner`, has more now; less is negative.

    Raises:
        CodeStorageExceededException: it would be more than the account may have.
    """
    if added.zipped_bytes > 0 and await _is_too_much(lam, call, place, added):
        raise errors.code_storage_exceeded()
    part = crc32(owner.encode()) % _PARTS
    held = await call.tx.get(CODE_STORAGE, *place, part) or CodeStorage()
    call.tx.put(CODE_STORAGE, held + added, *place, part)


async def total(call: Call, place: tuple[str, str]) -> CodeStorage:
    """The whole sum; the commit holds only if it is still that."""
    return sum(await call.tx.scan(CODE_STORAGE, *place), CodeStorage())


async def _is_too_much(lam: "Lambda", call: Call, place: tuple[str, str], added: CodeStorage) -> bool:
    rows = await lam.store.scan(CODE_STORAGE.key(*place), limit=_PARTS)  # so few are read without a thread
    seen = sum(CODE_STORAGE.decode(row.value).zipped_bytes for row in rows)
    if seen + added.zipped_bytes + _NEAR_BYTES <= lam.code_bytes_max:
        return False
    return (await total(call, place)).zipped_bytes + added.zipped_bytes > lam.code_bytes_max

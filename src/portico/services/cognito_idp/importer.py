"""The loop that imports users: a few hundred lines at a time, each lot in one commit with the note of how far the job has come.

So a server that ends goes on where it was, no user comes twice, and a file of any size takes no more memory than a lot of it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec

from portico.calls.call import Call, Origin, Scope
from portico.services.cognito_idp import import_lines, new_users, user_records
from portico.services.cognito_idp.import_lines import Line, Unreadable
from portico.services.cognito_idp.import_log import ImportLog
from portico.services.cognito_idp.import_records import IMPORTS, ImportJob
from portico.services.cognito_idp.new_users import Asked
from portico.services.cognito_idp.records import POOLS, Pool, User
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.triggers import principal_of
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Send
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

QUEUE: Key = ("cognito-idp.imports",)
_LEASE_S = 60.0
_LOT = 500
_BREATH = 25
_LINE_BYTES_MAX = 256 * 1024
_LOOK_S = 1.0
_TAKEN = frozenset({"UsernameExistsException", "AliasExistsException"})


class Started(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A job that was started."""

    pool: str
    job: str


class Counted(msgspec.Struct, frozen=True, gc=False):
    """What became of a lot: how many users came, were there before, and could not come; what the log says."""

    imported: int
    skipped: int
    failed: int
    said: tuple[str, ...]


def start(job: ImportJob) -> Send:
    """The operation that has a job begin."""
    return Send(QUEUE, msgspec.json.encode(Started(job.pool, job.id)))


class Importer:
    """Carries out jobs, one after the other. Start `run` as a background loop."""

    def __init__(self, idp: CognitoIdp, logs: ImportLog) -> None:
        self._idp = idp
        self._logs = logs
        self._woken = idp.bus.subscribe(QUEUE)

    async def run(self) -> None:
        """Carry out what is started, for ever."""
        store, now = self._idp.store, self._idp.clock.now
        while True:
            taken = await store.receive(QUEUE, limit=1, lease_s=_LEASE_S, lease="worker", now=now())
            for message in taken:
                await self._carry_out(message)
            if not taken:
                soonest = await store.next_visible(QUEUE)
                await self._woken.wait(None if soonest is None else min(max(soonest - now(), 0.01), _LOOK_S))

    async def _carry_out(self, message: Message) -> None:
        """One job, from where it is to its end."""
        started = msgspec.json.decode(message.body, type=Started)
        job = await self._job(started)
        if job is None or not job.blob:
            await self._idp.store.commit([Ack(QUEUE, message.receipt)])
            return
        try:
            columns, skip = await self._header(job)
            async for lot, position in self._lots(job, skip):
                if not await self._import(message, started, columns, lot, position):
                    return
        except Unreadable as error:
            await self._end(message, started, "Failed", str(error))
            return
        await self._end(message, started, "Succeeded", "Import Job Completed Successfully.")

    async def _job(self, started: Started) -> ImportJob | None:
        held = await self._idp.cache.get(IMPORTS, started.pool, started.job)
        return None if held is None else held.value

    async def _header(self, job: ImportJob) -> tuple[list[str], int]:
        """The file's columns, and how many bytes the header has."""
        pool = await self._idp.cache.get(POOLS, job.pool)
        async for line in _lines(self._idp.store.open_blob(job.blob)):
            columns = [cell.strip() for cell in import_lines.cells(line)]
            if pool is not None:
                import_lines.check_header(pool.value, columns)
            return columns, len(line)
        raise Unreadable("The CSV file is empty.")

    async def _lots(self, job: ImportJob, header_bytes: int) -> AsyncIterator[tuple[list[bytes], int]]:
        """The rest of the file in lots of lines, each with the position behind it."""
        position = max(job.position, header_bytes)
        lot: list[bytes] = []
        async for line in _lines(self._idp.store.open_blob(job.blob, position)):
            position += len(line)
            lot.append(line)
            if len(lot) == _LOT:
                yield lot, position
                lot = []
        if lot:
            yield lot, position

    async def _import(
        self,
        message: Message,
        started: Started,
        columns: Sequence[str],
        lot: Sequence[bytes],
        position: int,
    ) -> bool:
        """Import a lot; whether to go on."""
        while True:
            now = self._idp.clock.now()
            tx = Transaction(self._idp.cache)
            pool, job = await tx.get(POOLS, started.pool), await tx.get(IMPORTS, started.pool, started.job)
            if pool is None or job is None:
                await self._idp.store.commit([Ack(QUEUE, message.receipt)])
                return False
            if job.status == "Stopping":
                await self._end(message, started, "Stopped", "The Import Job was stopped by the developer.")
                return False
            scope = Scope(pool.account, pool.region)
            call = Call(Origin(principal_of(pool), scope, job.id), "cognito-idp", "Import", tx, now)
            counted = await _take(call, pool, job, columns, lot)
            after = msgspec.structs.replace(
                job,
                status="InProgress",
                position=position,
                line=job.line + len(lot),
                imported=job.imported + counted.imported,
                skipped=job.skipped + counted.skipped,
                failed=job.failed + counted.failed,
            )
            tx.put(IMPORTS, after, job.pool, job.id)
            tx.add(ChangeVisibility(QUEUE, message.receipt, now + _LEASE_S))
            try:
                await tx.commit()
            except Conflict:
                continue
            await self._logs.write(pool, job, now, counted.said)
            return True

    async def _end(self, message: Message, started: Started, status: str, words: str) -> None:
        """Note a job's end; its file is needed no longer."""
        while True:
            tx = Transaction(self._idp.cache)
            job = await tx.get(IMPORTS, started.pool, started.job)
            if job is not None:
                tx.unrefer(job.blob, IMPORTS.key(job.pool, job.id))
                ended = msgspec.structs.replace(
                    job, status=status, message=words, completed_at=self._idp.clock.now(), blob=""
                )
                tx.put(IMPORTS, ended, job.pool, job.id)
            tx.add(Ack(QUEUE, message.receipt))
            try:
                await tx.commit()
            except Conflict:
                continue
            return


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a file, each with its end.

    Raises:
        Unreadable: one is longer than any user can be.
    """
    rest = b""
    async for piece in pieces:
        whole = (rest + piece).split(b"\n")
        rest = whole.pop()
        for line in whole:
            yield line + b"\n"
        if len(rest) > _LINE_BYTES_MAX:
            raise Unreadable("A line of the CSV file is too long.")
    if rest:
        yield rest


async def _take(
    call: Call, pool: Pool, job: ImportJob, columns: Sequence[str], lot: Sequence[bytes]
) -> Counted:
    """Write the users of a lot."""
    said, counts, made = [], {"SUCCEEDED": 0, "SKIPPED": 0, "FAILED": 0}, 0
    for number, line in enumerate(lot, job.line + 2):  # lines count from 1, and the first is the header
        if not line.strip():
            continue
        outcome, words = await _one(call, pool, columns, line)
        counts[outcome] += 1
        made += outcome == "SUCCEEDED"
        if number % _BREATH == 0:
            await asyncio.sleep(0)  # others have calls to be answered
        said.append(f"[{outcome}] Line Number {number} - {words}")
    if made:
        await user_records.count(call, pool, job.id, made)
    return Counted(counts["SUCCEEDED"], counts["SKIPPED"], counts["FAILED"], tuple(said))


async def _one(call: Call, pool: Pool, columns: Sequence[str], text: bytes) -> tuple[str, str]:
    """Write the user of a line; what became of it, and what the log says."""
    try:
        line = import_lines.parsed(pool, columns, text)
        user = _drafted(call, pool, line)
        await user_records.refuse_taken(call, pool, user)
        await user_records.take_aliases(call, pool, None, user)
    except Unreadable as error:
        return "FAILED", str(error)
    except AwsError as error:
        if error.code in _TAKEN:
            return "SKIPPED", "The user already exists."
        return "FAILED", error.message or error.code
    user_records.create(call, pool, user)
    return "SUCCEEDED", "The import succeeded."


def _drafted(call: Call, pool: Pool, line: Line) -> User:
    user = new_users.drafted(call, pool, Asked(line.username, line.attributes), None, "RESET_REQUIRED")
    return msgspec.structs.replace(user, mfa=("SMS_MFA",)) if line.mfa else user

"""Jobs that import users from CSV files: made, started, stopped, shown.

Source: Cognito Developer Guide, "Importing users into user pools from a CSV file"; API reference, UserImportJobType.
"""

import secrets
import string
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.cognito_idp import errors, import_lines
from portico.services.cognito_idp.import_log import is_of
from portico.services.cognito_idp.import_records import IMPORTS, ImportJob
from portico.services.cognito_idp.import_upload import address_of
from portico.services.cognito_idp.importer import start
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp, keys_of_pool, of_pool, on_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_ALPHABET = string.ascii_letters + string.digits
_JOBS_MAX = 1_000
_EXPIRES_S = 24 * 3_600.0
_RUNNING = frozenset({"Pending", "InProgress", "Stopping"})


@of_pool
async def get_csv_header(
    idp: CognitoIdp, call: Call, request: "shapes.GetCSVHeaderRequest"
) -> dict[str, Any]:
    """The columns that a file for this pool has.

    Raises:
        ResourceNotFoundException: no such pool.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"UserPoolId": pool.id, "CSVHeader": import_lines.header(pool)}


async def _may_pass(idp: CognitoIdp, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`iam:PassRole` on the role that the job's log is written as. There is nothing to ask about another account's, which has no log."""
    role = request["CloudWatchLogsRoleArn"]
    if not is_of(role, call.scope.account):
        return []
    return [Check("iam:PassRole", role, {"iam:PassedToService": "cognito-idp.amazonaws.com"})]


@operation(on=on_pool, keys=keys_of_pool, also=_may_pass)
async def create_user_import_job(
    idp: CognitoIdp, call: Call, request: "shapes.CreateUserImportJobRequest"
) -> dict[str, Any]:
    """Make a job; the file is then put (HTTP `PUT`) to the address that the answer names, within 15 minutes.

    Raises:
        ResourceNotFoundException: no such pool. LimitExceededException: the pool has 1,000 jobs.
    """
    pool = await pool_of(call, request["UserPoolId"])
    if "PasswordHashingAlgorithm" in request:
        raise errors.unavailable("imports with hashed passwords")
    if len(await call.tx.scan(IMPORTS, pool.id)) >= _JOBS_MAX:
        raise errors.limit_exceeded(f"Maximum number of user import jobs ({_JOBS_MAX}) exceeded.")
    job = ImportJob(
        pool=pool.id,
        id=f"import-{''.join(secrets.choice(_ALPHABET) for _ in range(10))}",
        name=request["JobName"],
        role=request["CloudWatchLogsRoleArn"],
        created_at=call.now,
    )
    call.tx.put(IMPORTS, job, pool.id, job.id)
    return {"UserImportJob": {**shown(job, call.now), "PreSignedUrl": address_of(idp, job, call.now)}}


async def _job_of(call: Call, pool: Pool, job_id: str) -> ImportJob:
    found = await call.tx.get(IMPORTS, pool.id, job_id)
    if found is None:
        raise errors.not_found(f"User import job {job_id} does not exist.")
    return found


@of_pool
async def describe_user_import_job(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeUserImportJobRequest"
) -> dict[str, Any]:
    """How far a job has come.

    Raises:
        ResourceNotFoundException: no such pool or job.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"UserImportJob": shown(await _job_of(call, pool, request["JobId"]), call.now)}


@of_pool
async def start_user_import_job(
    idp: CognitoIdp, call: Call, request: "shapes.StartUserImportJobRequest"
) -> dict[str, Any]:
    """Begin with the import.

    Raises:
        ResourceNotFoundException: no such pool or job. PreconditionNotMetException: there is no file, the job was started before, or
            another one is under way.
    """
    pool = await pool_of(call, request["UserPoolId"])
    job = await _job_of(call, pool, request["JobId"])
    if job.status != "Created" or _expired(job, call.now):
        raise errors.precondition(f"The job can't be started in the status {shown(job, call.now)['Status']}.")
    if not job.blob:
        raise errors.precondition("The CSV file has not been uploaded.")
    if any(other.status in _RUNNING for other in await call.tx.scan(IMPORTS, pool.id)):
        raise errors.precondition("Another user import job of the user pool is in progress.")
    started = msgspec.structs.replace(job, status="Pending", started_at=call.now)
    call.tx.put(IMPORTS, started, pool.id, job.id)
    call.tx.add(start(started))
    return {"UserImportJob": shown(started, call.now)}


@of_pool
async def stop_user_import_job(
    idp: CognitoIdp, call: Call, request: "shapes.StopUserImportJobRequest"
) -> dict[str, Any]:
    """End an import before its time; users that were imported stay.

    Raises:
        ResourceNotFoundException: no such pool or job. PreconditionNotMetException: it is not under way.
    """
    pool = await pool_of(call, request["UserPoolId"])
    job = await _job_of(call, pool, request["JobId"])
    if job.status not in ("Pending", "InProgress"):
        raise errors.precondition(f"The job can't be stopped in the status {job.status}.")
    stopping = msgspec.structs.replace(job, status="Stopping")
    call.tx.put(IMPORTS, stopping, pool.id, job.id)
    return {"UserImportJob": shown(stopping, call.now)}


@of_pool
async def list_user_import_jobs(
    idp: CognitoIdp, call: Call, request: "shapes.ListUserImportJobsRequest"
) -> dict[str, Any]:
    """The pool's jobs.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    at, most = position(request.get("PaginationToken"), pool.id), request["MaxResults"]
    after = None if at is None else IMPORTS.key(*at)
    found = await call.tx.scan(IMPORTS, pool.id, after=after, limit=most + 1)
    answer: dict[str, Any] = {"UserImportJobs": [shown(job, call.now) for job in found[:most]]}
    if len(found) > most:
        answer["PaginationToken"] = token_after(IMPORTS.key(pool.id, found[most - 1].id))
    return answer


def _expired(job: ImportJob, now: float) -> bool:
    return job.status == "Created" and now > job.created_at + _EXPIRES_S


def shown(job: ImportJob, now: float) -> dict[str, Any]:
    """A job as AWS's UserImportJobType."""
    found: dict[str, Any] = {
        "JobName": job.name,
        "JobId": job.id,
        "UserPoolId": job.pool,
        "CreationDate": job.created_at,
        "Status": "Expired" if _expired(job, now) else job.status,
        "CloudWatchLogsRoleArn": job.role,
        "ImportedUsers": job.imported,
        "SkippedUsers": job.skipped,
        "FailedUsers": job.failed,
    }
    if job.started_at:
        found["StartDate"] = job.started_at
    if job.completed_at:
        found["CompletionDate"] = job.completed_at
    if job.message:
        found["CompletionMessage"] = job.message
    return found

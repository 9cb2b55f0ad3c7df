"""What an import job says of each line, in CloudWatch Logs, written as the job's role.

Source: Cognito Developer Guide, "Viewing the user pool import results in the CloudWatch console".
"""

import logging
from collections.abc import Sequence

from portico.base.arn import parse
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.doors.log_streams import as_role, make_group, make_stream
from portico.identity.sessions import Sessions, TokenInvalid
from portico.services.cognito_idp.import_records import ImportJob
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.triggers import principal_of
from portico.wire.errors import AwsError

log = logging.getLogger("portico.cognito_idp")

_ROLE_S = 3_000.0


class ImportLog:
    """Writes the logs of jobs. A role that can't be assumed, may not write, or is another account's, has no log; the import goes on."""

    def __init__(self, clients: Clients, sessions: Sessions) -> None:
        self._clients = clients
        self._sessions = sessions
        self._open: tuple[str, Client | None, float] = ("", None, 0.0)

    async def write(self, pool: Pool, job: ImportJob, now: float, lines: Sequence[str]) -> None:
        """Write lines of a job."""
        if not lines:
            return
        group = f"/aws/cognito/userpools/{pool.id}/{pool.name}"
        try:
            client = await self._client(pool, job, group, now)
            if client is None:
                return
            events = [{"timestamp": int(now * 1000), "message": line} for line in lines]
            await client.call(
                "logs", "PutLogEvents", logGroupName=group, logStreamName=job.id, logEvents=events
            )
        except (AwsError, TokenInvalid) as error:
            self._open = (job.id, None, now + _ROLE_S)
            log.info("the import job %s can't be logged: %s", job.id, error)

    async def _client(self, pool: Pool, job: ImportJob, group: str, now: float) -> Client | None:
        """A client that is the job's role, its log stream made; None if there was none a while ago."""
        name, client, until = self._open
        if name == job.id and now < until:
            return client
        if not is_of(job.role, pool.account):
            self._open = (job.id, None, now + _ROLE_S)
            return None
        scope = Scope(pool.account, pool.region)
        client = await as_role(
            self._clients,
            self._sessions,
            principal_of(pool),
            scope,
            role=job.role,
            session_name="CognitoUserImport",
        )
        await make_group(client, group)
        await make_stream(client, group, job.id)
        self._open = (job.id, client, now + _ROLE_S)
        return client


def is_of(role: str, account: str) -> bool:
    """Whether an account has the role, so that it can be passed here."""
    parts = parse(role)
    return parts is not None and parts.account == account

"""Logs that services write for an account, as a role that it names: in groups and streams that are made where they are missing."""

from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.identity.principal import Principal
from portico.identity.sessions import Sessions
from portico.wire.errors import AwsError

_ROLE_S = 3_600
_EXISTS = "ResourceAlreadyExistsException"


async def as_role(
    clients: Clients, sessions: Sessions, by: Principal, scope: Scope, *, role: str, session_name: str
) -> Client:
    """A client in `scope` that is `role` (an ARN), assumed by the service `by` for an hour.

    Raises:
        AwsError: it may not. TokenInvalid: the role has gone since.
    """
    answer = await clients.of(by, scope).call(
        "sts", "AssumeRole", RoleArn=role, RoleSessionName=session_name, DurationSeconds=_ROLE_S
    )
    given = answer["Credentials"]
    opened = sessions.unseal(given["SessionToken"], given["AccessKeyId"])
    return clients.of(opened.principal, scope)


async def make_group(client: Client, group: str) -> None:
    """Make a log group, unless it is there.

    Raises:
        AwsError: the client may not.
    """
    await _unless_there(client, "CreateLogGroup", logGroupName=group)


async def make_stream(client: Client, group: str, stream: str) -> None:
    """Make a stream, unless it is there.

    Raises:
        AwsError: the client may not, or there is no such group.
    """
    await _unless_there(client, "CreateLogStream", logGroupName=group, logStreamName=stream)


async def _unless_there(client: Client, operation: str, **request: str) -> None:
    try:
        await client.call("logs", operation, **request)
    except AwsError as error:
        if error.code != _EXISTS:
            raise

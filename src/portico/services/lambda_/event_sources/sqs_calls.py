"""The calls that polling a queue takes, to a queue of this server; and what AWS says of those that are refused."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from portico.base.arn import Arn
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.environments.work import EnvironmentSpec
from portico.identity.principal import Principal
from portico.wire.errors import AwsError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# The codes of today's protocol that differ from those in AWS's words.
_OLD_CODES = {"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"}


class QueueCalls(Protocol):
    """Calls of one queue, wherever it is."""

    async def call(self, spec: EnvironmentSpec, operation: str, **request: Any) -> dict[str, Any]:
        """Call an operation on the queue as the role of `spec`.

        Raises:
            AwsError: as SQS answers.
        """

    async def require(self, spec: EnvironmentSpec, operation: str) -> None:
        """Ask whether the role may make such a call, as far as it can be told without making it.

        Raises:
            AwsError: it may not.
        """


class QueuesHere(msgspec.Struct, frozen=True):
    """Calls of queues of this server. `role` is a session of the execution role, or None when it can't be assumed."""

    clients: Clients
    role: Callable[[EnvironmentSpec], Principal | None]

    def of(self, arn: Arn) -> "_Here":
        """The calls of one queue."""
        return _Here(self, arn)


class _Here(msgspec.Struct, frozen=True):
    queues: QueuesHere
    arn: Arn

    @property
    def url(self) -> str:
        return f"/{self.arn.account}/{self.arn.resource}"

    async def call(self, spec: EnvironmentSpec, operation: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self._client(spec).call("sqs", operation, QueueUrl=self.url, **request)
        return answer

    async def require(self, spec: EnvironmentSpec, operation: str) -> None:
        await self._client(spec).require("sqs", operation, QueueUrl=self.url)

    def _client(self, spec: EnvironmentSpec) -> Client:
        principal = self.queues.role(spec)
        if principal is None:
            raise AwsError(
                "AccessDenied", "The role defined for the function cannot be assumed by Lambda.", 403
            )
        return self.queues.clients.of(principal, Scope(spec.account, self.arn.region))


def problem_of(operation: str, error: AwsError) -> str:
    """What AWS says when a poller's call is refused."""
    if error.code in _DENIED:
        return f"The provided execution role does not have permissions to call {operation} on SQS"
    code = _OLD_CODES.get(error.code, error.code)
    return f"Error occurred while {operation}. SQS Error Code: {code}. SQS Error Message: {error.message}"

"""The calls of a queue that is elsewhere, by botocore in threads. Imported when there is one: botocore's session is large."""

import asyncio
import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from portico.environments.work import EnvironmentSpec
from portico.wire.errors import AwsError

_WAIT_S_MAX = 5  # a call that has been given up goes on for so long, and with it the end of the server
_UNREACHABLE = "EndpointConnectionError"


def client(url: str, region: str, connections: int) -> Any:
    """A client of the queues at `url`, with the operator's own credentials."""
    config = Config(connect_timeout=5, read_timeout=30, max_pool_connections=connections)
    return Session().create_client("sqs", region_name=region, endpoint_url=url, config=config)


class There(msgspec.Struct, frozen=True):
    """One queue. Implements `QueueCalls`."""

    threads: ThreadPoolExecutor
    client: Any
    url: str

    async def call(self, spec: EnvironmentSpec, operation: str, **request: Any) -> dict[str, Any]:
        """Call an operation; its errors are AwsErrors like everywhere."""
        if request.get("WaitTimeSeconds"):
            request["WaitTimeSeconds"] = min(request["WaitTimeSeconds"], _WAIT_S_MAX)
        future = self.threads.submit(self._called, operation, request)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if operation == "ReceiveMessage":
                future.add_done_callback(self._give_back)
            raise
        except ClientError as error:
            said = error.response["Error"]
            raise AwsError(said.get("Code", "Unknown"), said.get("Message", "")) from error
        except BotoCoreError as error:
            raise AwsError(_UNREACHABLE, str(error), 503) from error

    def _called(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self.client, xform_name(operation))(QueueUrl=self.url, **request)
        return answer

    def _give_back(self, received: Future[dict[str, Any]]) -> None:
        """Let others have what a receive got that nobody waits for any more."""
        if received.cancelled() or received.exception() is not None:
            return
        for message in received.result().get("Messages", []):
            handle = message["ReceiptHandle"]
            with contextlib.suppress(ClientError, BotoCoreError):  # then they come when their time is over
                self._called("ChangeMessageVisibility", {"ReceiptHandle": handle, "VisibilityTimeout": 0})

    async def require(self, spec: EnvironmentSpec, operation: str) -> None:
        """Nothing can be told from here."""

"""Queues that are elsewhere (at AWS, in ElasticMQ, at another Portico) as event sources.

The setting `sqs_endpoint` says which: `URL` for every queue, `ACCOUNT=URL` for those of an account, `ARN=URL` for one. They are called
by botocore in threads, with the credentials of the operator (environment, shared files, instance): who may do so is decided there.
"""

import asyncio
import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from portico.base.arn import Arn
from portico.environments.work import EnvironmentSpec
from portico.services.lambda_.event_sources.sqs_calls import QueueCalls
from portico.wire.errors import AwsError

_THREADS_MAX = 64
_WAIT_S_MAX = 5  # a call that has been given up goes on for so long, and with it the end of the server
_UNREACHABLE = "EndpointConnectionError"


class Elsewhere:
    """The queues that are elsewhere."""

    def __init__(self, setting: str) -> None:
        self._endpoints: dict[str, str] = {}
        for each in filter(None, setting.split(",")):
            which, _, url = each.rpartition("=")
            self._endpoints[which.strip()] = url.strip()
        self._clients: dict[tuple[str, str], Any] = {}
        self._threads = ThreadPoolExecutor(_THREADS_MAX, "portico-sqs") if self._endpoints else None

    def of(self, queue: Arn) -> QueueCalls | None:
        """The calls of a queue, or None when it is here."""
        for which in (str(queue), queue.account, ""):
            url = self._endpoints.get(which)
            if url and self._threads is not None:
                return _There(
                    self._threads,
                    self._client(url, queue.region),
                    f"{url.rstrip('/')}/{queue.account}/{queue.resource}",
                )
        return None

    def _client(self, url: str, region: str) -> Any:
        key = (url, region)
        if key not in self._clients:
            config = Config(connect_timeout=5, read_timeout=30, max_pool_connections=_THREADS_MAX)
            self._clients[key] = Session().create_client(
                "sqs", region_name=region, endpoint_url=url, config=config
            )
        return self._clients[key]


class _There(msgspec.Struct, frozen=True):
    threads: ThreadPoolExecutor
    client: Any
    url: str

    async def call(self, spec: EnvironmentSpec, operation: str, **request: Any) -> dict[str, Any]:
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

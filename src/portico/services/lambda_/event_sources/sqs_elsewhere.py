"""Queues that are elsewhere (at AWS, in ElasticMQ, at another Portico) as event sources.

The setting `sqs_endpoint` says which: `URL` for every queue, `ACCOUNT=URL` for those of an account, `ARN=URL` for one. They are called
by botocore in threads, with the credentials of the operator (environment, shared files, instance): who may do so is decided there.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from portico.base.arn import Arn
from portico.services.lambda_.event_sources.sqs_calls import QueueCalls

_THREADS_MAX = 64


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
                from portico.services.lambda_.event_sources.sqs_there import There

                return There(
                    self._threads,
                    self._client(url, queue.region),
                    f"{url.rstrip('/')}/{queue.account}/{queue.resource}",
                )
        return None

    def _client(self, url: str, region: str) -> Any:
        key = (url, region)
        if key not in self._clients:
            from portico.services.lambda_.event_sources.sqs_there import client

            self._clients[key] = client(url, region, _THREADS_MAX)
        return self._clients[key]

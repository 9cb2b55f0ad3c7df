"""Queues of a fresh account, and what the tests of SQS ask of them again and again."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def sqs(client: Callable[..., Any]) -> Any:
    """SQS as the root of this test's account."""
    return client("sqs")


@pytest.fixture
def queue(sqs: Any) -> Callable[..., str]:
    """`queue(name, **attributes)`: the URL of a new queue; a FIFO one if its name says so."""

    def make(name: str = "q", **attributes: object) -> str:
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        given = fifo | {attribute: str(value) for attribute, value in attributes.items()}
        url: str = sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]
        return url

    return make

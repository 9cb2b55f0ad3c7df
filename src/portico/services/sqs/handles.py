"""Receipt handles: which queue, which receipt of the store's, and when it was received. Pure."""

import base64
import re

import msgspec

from portico.services.sqs import errors
from portico.services.sqs.records import Queue

_PARTS = re.compile("([0-9a-f]{12})/([0-9a-f]{1,16}-[0-9a-f]{24})/([0-9a-f]{1,12})").fullmatch


class Handle(msgspec.Struct, frozen=True, gc=False):
    """What a receipt handle says; `received_at` on the `now` clock, in seconds."""

    receipt: str
    received_at: float


def handle_of(queue: Queue, receipt: str, received_at: float) -> str:
    """The handle for a message that was received."""
    return base64.b64encode(f"{queue.identity}/{receipt}/{int(received_at * 1000):x}".encode()).decode()


def read_handle(queue: Queue, text: str) -> Handle:
    """What a handle says.

    Raises:
        AwsError: ReceiptHandleIsInvalid, if it is none, or one of another queue.
    """
    try:
        parts = _PARTS(base64.b64decode(text, validate=True).decode("ascii"))
    except ValueError:
        parts = None
    if parts is None:
        raise errors.not_a_receipt(text)
    if parts[1] != queue.identity:
        raise errors.foreign_receipt(text)
    return Handle(parts[2], int(parts[3], 16) / 1000)

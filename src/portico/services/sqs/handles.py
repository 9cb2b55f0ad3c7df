"""Receipt handles: which queue, which receipt of the store's, and when it was received. Pure."""

import base64
import binascii

import msgspec

from portico.services.sqs import errors
from portico.services.sqs.records import Queue


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
        identity, receipt, received_ms = base64.b64decode(text, validate=True).decode("ascii").split("/")
        received_at = int(received_ms, 16) / 1000
    except (binascii.Error, ValueError):
        raise errors.not_a_receipt(text) from None
    if identity != queue.identity:
        raise errors.foreign_receipt(text)
    return Handle(receipt, received_at)

"""A queue's attributes as AWS shows them."""

from portico.services.sqs.attributes import FIFO_DEFAULTS
from portico.services.sqs.records import NUMBERS, Queue

_KMS_REUSE_S = "300"


def shown(queue: Queue) -> dict[str, str]:
    """Every attribute that the queue's record knows, those with a default as well."""
    set_ = queue.attributes
    found = {name: str(value) for name, value in NUMBERS.items()}
    if queue.fifo:
        found |= FIFO_DEFAULTS
    found |= {
        "QueueArn": queue.arn,
        "CreatedTimestamp": str(int(queue.created_at)),
        "LastModifiedTimestamp": str(int(queue.modified_at)),
        "SqsManagedSseEnabled": "true",
        **set_,
    }
    if not set_.get("KmsMasterKeyId"):
        found.pop("KmsDataKeyReusePeriodSeconds", None)
    else:
        found.setdefault("KmsDataKeyReusePeriodSeconds", _KMS_REUSE_S)
    return found

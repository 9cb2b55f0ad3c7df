"""The words of SQS's errors. Codes are those of the JSON protocol; `wire` knows their older names."""

from portico.wire.errors import AwsError


def no_queue() -> AwsError:
    """The queue does not exist."""
    return AwsError("QueueDoesNotExist", "The specified queue does not exist.")


def queue_exists(attribute: str) -> AwsError:
    """A queue of that name exists and differs."""
    return AwsError(
        "QueueNameExists",
        f"A queue already exists with the same name and a different value for attribute {attribute}",
    )


def deleted_recently() -> AwsError:
    """A queue of that name was deleted less than 60 seconds ago."""
    return AwsError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    )


def purge_in_progress(name: str) -> AwsError:
    """The queue was purged less than 60 seconds ago."""
    message = f"Only one PurgeQueue operation on {name} is allowed every 60 seconds."
    return AwsError("PurgeQueueInProgress", message, 403)


def bad_address(url: str) -> AwsError:
    """A queue URL that names no queue."""
    return AwsError("InvalidAddress", f"The address {url} is not valid for this endpoint.", 404)


def missing(parameter: str) -> AwsError:
    """A parameter that has to be there."""
    return AwsError(
        "MissingRequiredParameterException", f"The request must contain the parameter {parameter}."
    )


def invalid(message: str) -> AwsError:
    """A parameter can't be used."""
    return AwsError("InvalidParameterValueException", message)


def invalid_value(value: object, parameter: str, reason: str) -> AwsError:
    """The value of a parameter can't be used, and why."""
    return invalid(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def wrong_for_type(value: object, parameter: str) -> AwsError:
    """A parameter that this type of queue, standard or FIFO, does not have."""
    return invalid_value(
        value, parameter, "The request include parameter that is not valid for this queue type."
    )


def unknown_attribute(name: str) -> AwsError:
    """No attribute of that name, or none that can be set here."""
    return AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")


def misplaced_attribute(message: str) -> AwsError:
    """An attribute that does not go with the others."""
    return AwsError("InvalidAttributeName", message)


def bad_attribute(name: str, reason: str = "") -> AwsError:
    """A value that an attribute can't have."""
    return AwsError(
        "InvalidAttributeValue",
        f"Invalid value for the parameter {name}." + (f" Reason: {reason}" if reason else ""),
    )


def bad_contents() -> AwsError:
    """The body has characters that no message may have."""
    return AwsError(
        "InvalidMessageContents",
        "Invalid binary character was found in the message body, the set of allowed characters is "
        "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    )


def not_a_receipt(handle: str) -> AwsError:
    """A receipt handle that was never given out."""
    return AwsError(
        "ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.'
    )


def foreign_receipt(handle: str) -> AwsError:
    """A receipt handle of another queue."""
    return AwsError("ReceiptHandleIsInvalid", f'The receipt handle "{handle}" is not valid for this queue.')


def expired_receipt(handle: str) -> AwsError:
    """The visibility timeout of a FIFO queue's message is over."""
    return invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")


def not_in_flight(handle: str) -> AwsError:
    """The message is gone, or another has received it."""
    return invalid_value(
        handle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
    )


def too_many_in_flight() -> AwsError:
    """120,000 messages are received and not deleted."""
    return AwsError("OverLimit", "Too many messages in flight.", 403)


def over_limit(message: str) -> AwsError:
    """More of something than there may be."""
    return AwsError("OverLimit", message, 403)


def empty_batch(operation: str) -> AwsError:
    """A batch without entries."""
    return AwsError(
        "EmptyBatchRequest", f"There should be at least one {operation}RequestEntry in the request."
    )


def too_many_entries(count: int) -> AwsError:
    """A batch of more than ten."""
    return AwsError(
        "TooManyEntriesInBatchRequest",
        f"Maximum number of entries per request are 10. You have sent {count}.",
    )


def bad_entry_id() -> AwsError:
    """The id of a batch's entry has other characters than it may, or too many."""
    return AwsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
        "It can be at most 80 letters long.",
    )


def repeated_entry_id(name: str) -> AwsError:
    """Two entries of one id."""
    return AwsError("BatchEntryIdsNotDistinct", f"Id {name} repeated.")


def batch_too_long(size: int, limit: int) -> AwsError:
    """The entries together have too many bytes."""
    return AwsError(
        "BatchRequestTooLong",
        f"Batch requests cannot be longer than {limit} bytes. You have sent {size} bytes.",
    )


def no_resource(message: str) -> AwsError:
    """What a move task names is not there."""
    return AwsError("ResourceNotFoundException", message, 404)

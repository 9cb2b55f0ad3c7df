"""Handles of message move tasks: the task and its source queue's ARN. Pure."""

import base64

import msgspec

from portico.services.sqs import errors

_BAD_HANDLE = "You must specify a valid TaskHandle."


class TaskHandle(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a handle says."""

    task_id: str
    source_arn: str


def task_handle(task_id: str, source_arn: str) -> str:
    """The handle of a task."""
    return base64.b64encode(msgspec.json.encode(TaskHandle(task_id, source_arn))).decode()


def read_task_handle(text: str) -> TaskHandle:
    """What a handle says.

    Raises:
        AwsError: InvalidParameterValue, if it is none.
    """
    try:
        return msgspec.json.decode(base64.b64decode(text, validate=True), type=TaskHandle)
    except (ValueError, msgspec.MsgspecError):
        raise errors.invalid_value(text, "TaskHandle", _BAD_HANDLE) from None

"""Names that are given out: execution ids and ARNs, checkpoint tokens, callback ids.

Tokens and callback ids are base64 of plain ASCII without `?`, `>` or `~`, which yields neither `+` nor `/`: they can stand in a path.
"""

import base64
import binascii
import re
import secrets

import msgspec

from portico.base.ids import uuid

_ARN = re.compile(
    r"arn:(?P<partition>[a-zA-Z0-9-]+):lambda:(?P<region>[a-zA-Z0-9-]+):(?P<account>\d{12}):function:(?P<function>[a-zA-Z0-9_-]+)"
    r":(?P<version>\$LATEST(?:\.PUBLISHED)?|[0-9]+)/durable-execution/(?P<name>[a-zA-Z0-9_-]+)/(?P<id>[a-zA-Z0-9_-]+)"
)


_NUMBER = re.compile(r"[0-9]{1,9}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Named(msgspec.Struct, frozen=True, gc=False):
    """The execution that an ARN names."""

    account: str
    region: str
    function: str
    version: str
    name: str
    id: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The identifiers of the execution's record."""
        return (self.account, self.region, self.function, self.id)


class CallbackPlace(msgspec.Struct, frozen=True, gc=False):
    """What a callback id stands for: the execution's ARN and the operation's number."""

    arn: str
    operation: int


def new_execution_id(now: float) -> str:
    """A UUID that begins with the time in milliseconds (the layout of version 7), so that later ones sort behind it."""
    head = f"{int(now * 1000):012x}"
    tail = uuid()[14:]
    return f"{head[:8]}-{head[8:]}-7{tail[1:]}"


def parsed(arn: str) -> Named | None:
    """The execution that `arn` names, or None if it does not have the form of one."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    return Named(
        found["account"], found["region"], found["function"], found["version"], found["name"], found["id"]
    )


def new_token(execution_id: str) -> str:
    """A checkpoint token of this execution."""
    return _encoded(f"{execution_id}:{secrets.token_hex(12)}")


def execution_of_token(token: str) -> str:
    """The id of the execution that the token was made for, "" if it is none of ours."""
    return _decoded(token).partition(":")[0]


def new_callback_id(arn: str, operation: int) -> str:
    """An id for a callback operation that says where it belongs and can't be guessed."""
    return _encoded(f"{arn}|{operation}|{secrets.token_hex(8)}")


def callback_place(callback_id: str) -> CallbackPlace | None:
    """Where the callback belongs, or None if the id is none of ours."""
    arn, _, rest = _decoded(callback_id).partition("|")
    number = rest.partition("|")[0]
    if parsed(arn) is None or not _NUMBER.fullmatch(number):
        return None
    return CallbackPlace(arn, int(number))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("ascii")).decode("ascii")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def is_execution_id(text: str) -> bool:
    """Whether `text` has the form of an execution's id."""
    return _ID.fullmatch(text) is not None

"""A message to a person: an e-mail, or a text message to a telephone."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec


class Mail(msgspec.Struct, frozen=True, gc=False):
    """An e-mail or a text message. `html`: the text is a page. `code` is the code in it that somebody has to type, "" if there is none.
    `at` is when it was kept, in seconds on the `now` clock."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    at: float = 0.0
    kind: Literal["email", "sms"] = "email"
    html: bool = False
    code: str = ""


Post = Callable[[Mail], Awaitable[None]]
"""Sends or keeps a mail; raises SMTPException or OSError when it can't."""

"""Committing a part of a call before the rest of it: what a trigger is told has happened has happened, whatever its function answers."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp.service import CognitoIdp
from portico.store.port import Conflict
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

T = TypeVar("T")
_ATTEMPTS = 64


async def settled(idp: CognitoIdp, call: Call, work: Callable[[Call], Awaitable[T]]) -> T:
    """Run `work` with a transaction of its own, again if another was faster, and commit it.

    Raises:
        AwsError: `work`'s own errors; nothing of it is committed then.
    """
    for _ in range(_ATTEMPTS):
        tx = Transaction(idp.cache)
        result = await work(msgspec.structs.replace(call, tx=tx))
        try:
            await tx.commit()
        except Conflict:
            continue
        return result
    raise AwsError("TooManyRequestsException", "Too many calls change the same user; try again.")

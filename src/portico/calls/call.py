"""One call of one operation, with everything that the operation may know about it."""

import msgspec

from portico.identity.principal import Principal
from portico.store.transaction import Transaction


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Where a call happens: every record lives in an account and a region."""

    account: str
    region: str
    partition: str = "aws"


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Who calls, from where, under which id: what stays the same if the body has to run again.

    `account` of the scope is the caller's; an operation that takes an ARN of another account says so itself.
    `deadline` is on the monotonic clock, in seconds (0: none). `via` is the service that makes the call for the principal in the course of
    another (`cognito-idp.us-east-1.amazonaws.com`), "" for the principal's own calls.
    """

    principal: Principal
    scope: Scope
    request_id: str
    source_ip: str = ""
    secure: bool = False
    user_agent: str = ""
    trace: str = ""
    deadline: float = 0.0
    host: str = ""
    via: str = ""


class Call(msgspec.Struct, frozen=True, gc=False):
    """An operation being run: its origin and its transaction. `now` is the call's one idea of the time (`now` clock, seconds)."""

    origin: Origin
    service: str
    operation: str
    tx: Transaction
    now: float

    @property
    def scope(self) -> Scope:
        """The account and region of the call."""
        return self.origin.scope

    @property
    def principal(self) -> Principal:
        """Who calls."""
        return self.origin.principal

    @property
    def request_id(self) -> str:
        """The id that the answer carries and `portico explain` looks up."""
        return self.origin.request_id

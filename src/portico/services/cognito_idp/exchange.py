"""One call of a sign-in: who asks, with which parameters; what every flow and every challenge works with."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.guesses import Guesser
from portico.services.cognito_idp.records import Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, client_in, client_of, pool_of, user_key
from portico.wire.errors import AwsError

Answer = dict[str, Any]
"""A response of the operations that sign in."""


_NAME_CHARS_MAX = 128
_DEVICE_KEY = re.compile(r"[\w-]+_[0-9a-f-]+", re.ASCII).fullmatch
_DEVICE_KEY_CHARS_MAX = 55


class Exchange(msgspec.Struct, frozen=True):
    """A call that begins or goes on with a sign-in. `given` are AuthParameters or ChallengeResponses, `metadata` is
    ClientMetadata, `session` the Session that came along. `hosted`: it goes on on the pages, where other flows are admitted and from where
    a sign-in does not go over to the API."""

    idp: CognitoIdp
    call: Call
    pool: Pool
    client: Client
    given: Mapping[str, str]
    metadata: Mapping[str, str]
    session: str = ""
    admin: bool = False
    hosted: bool = False

    def need(self, name: str) -> str:
        """The parameter `name`.

        Raises:
            AwsError: InvalidParameterException, it is not given.
        """
        value = self.given.get(name)
        if not value:
            raise errors.invalid(f"Missing required parameter {name}")
        return value

    def username(self) -> str:
        """The parameter USERNAME, of a length that a name can have.

        Raises:
            AwsError: InvalidParameterException.
        """
        name = self.need("USERNAME")
        if len(name) > _NAME_CHARS_MAX:
            raise errors.invalid(
                "1 validation error detected: Value at 'username' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_NAME_CHARS_MAX}"
            )
        return name

    def device_key(self) -> str:
        """The parameter DEVICE_KEY, "" if it is not given.

        Raises:
            AwsError: InvalidParameterException, no device can be called that.
        """
        key = self.given.get("DEVICE_KEY", "")
        if key and (len(key) > _DEVICE_KEY_CHARS_MAX or not _DEVICE_KEY(key)):
            raise errors.invalid("Invalid device key given.")
        return key

    def guesser(self, name: str, user: User | None) -> Guesser:
        """Who tries to sign in; `name` is what the caller called it."""
        if user is None:
            return Guesser(self.pool.id, self.pool.folded(name), known=False)
        return Guesser(self.pool.id, user_key(self.pool, user))


async def asked(
    idp: CognitoIdp, call: Call, request: Mapping[str, Any], *, given: str, admin: bool = False
) -> Exchange:
    """What a request asks; `given` is the member with its parameters. An administrator's names the pool, too.

    Raises:
        AwsError: ResourceNotFoundException, there is no such pool or client.
    """
    if admin:
        pool = await pool_of(call, request["UserPoolId"])
        client = await client_in(call, pool, request["ClientId"])
    else:
        pool, client = await client_of(call, request["ClientId"])
    parameters, metadata = request.get(given) or {}, request.get("ClientMetadata") or {}
    return Exchange(idp, call, pool, client, parameters, metadata, request.get("Session", ""), admin)


def refuse_unable(user: User) -> None:
    """Refuse a user that may not sign in by any flow, whatever it has proved and to whom.

    Raises:
        AwsError: NotAuthorizedException, it is disabled; UserNotConfirmedException.
    """
    if not user.enabled:
        raise errors.disabled()
    if user.status == "UNCONFIRMED":
        raise errors.not_confirmed()


def refuse_standing(user: User, now: float) -> None:
    """Refuse a user that may not sign in with a password, or a code in its place, whatever it knows.

    Raises:
        AwsError: as `refuse_unable`; NotAuthorizedException, the temporary password has expired; PasswordResetRequiredException.
    """
    refuse_unable(user)
    if user.status == "RESET_REQUIRED":
        raise errors.reset_required()
    if user.status == "FORCE_CHANGE_PASSWORD" and user.temporary_until and now >= user.temporary_until:
        raise errors.not_authorized("Temporary password has expired and must be reset by an administrator.")


def stands(user: User, now: float) -> bool:
    """Whether a user would not be refused by `refuse_standing`."""
    try:
        refuse_standing(user, now)
    except AwsError:
        return False
    return True

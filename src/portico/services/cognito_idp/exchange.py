"""One call of a sign-in: who asks, with which parameters; what every flow and every challenge works with."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.guesses import Guesser
from portico.services.cognito_idp.records import Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, user_key

Answer = dict[str, Any]
"""A response of the operations that sign in."""


class Exchange(msgspec.Struct, frozen=True):
    """A call that begins or goes on with a sign-in. `given` are AuthParameters or ChallengeResponses, `metadata` is
    ClientMetadata, `session` the Session that came along."""

    idp: CognitoIdp
    call: Call
    pool: Pool
    client: Client
    given: Mapping[str, str]
    metadata: Mapping[str, str]
    session: str = ""
    admin: bool = False

    def need(self, name: str) -> str:
        """The parameter `name`.

        Raises:
            AwsError: InvalidParameterException, it is not given.
        """
        value = self.given.get(name)
        if not value:
            raise errors.invalid(f"Missing required parameter {name}")
        return value

    def guesser(self, name: str, user: User | None) -> Guesser:
        """Who tries to sign in; `name` is what the caller called it."""
        if user is None:
            return Guesser(self.pool.id, self.pool.folded(name), known=False)
        return Guesser(self.pool.id, user_key(self.pool, user))


def refuse_standing(user: User, now: float) -> None:
    """Refuse a user that may not sign in, whatever it knows.

    Raises:
        AwsError: NotAuthorizedException (disabled, or the temporary password has expired), UserNotConfirmedException,
            PasswordResetRequiredException.
    """
    if not user.enabled:
        raise errors.disabled()
    if user.status == "UNCONFIRMED":
        raise errors.not_confirmed()
    if user.status == "RESET_REQUIRED":
        raise errors.reset_required()
    if user.status == "FORCE_CHANGE_PASSWORD" and user.temporary_until and now >= user.temporary_until:
        raise errors.not_authorized("Temporary password has expired and must be reset by an administrator.")

"""Where codes are sent: which of a user's addresses, for what.

Source: Cognito Developer Guide, "Signing up and confirming user accounts", "Managing account recovery methods"; API reference,
AccountRecoverySettingType.
"""

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.attributes import CONTACTS
from portico.services.cognito_idp.messages import delivery, medium_of
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.service import CognitoIdp
from portico.wire.errors import AwsError

_PRETENDED = "cognito-idp pretended address"
_RECOVERY = {"verified_email": "email", "verified_phone_number": "phone_number"}


def to_confirm(pool: Pool, user: User) -> str | None:
    """The attribute that a new user's code goes to: the number before the address."""
    for attribute in ("phone_number", "email"):
        if attribute in pool.auto_verified and attribute in user.attributes:
            return attribute
    return None


def to_recover(pool: Pool, user: User) -> str:
    """The attribute that a code for a new password goes to. A number that is also a second factor does not count.

    Raises:
        AwsError: InvalidParameterException, there is none; NotAuthorizedException, administrators only give new passwords.
    """
    mechanisms = pool.settings["AccountRecoverySetting"].get("RecoveryMechanisms") or []
    for each in sorted(mechanisms, key=lambda each: each["Priority"]):
        attribute = _RECOVERY.get(each["Name"])
        if attribute is None:
            raise errors.not_authorized("Contact administrator to reset password.")
        if user.verified(attribute) and not (attribute == "phone_number" and "SMS_MFA" in user.mfa):
            return attribute
    raise errors.invalid(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )


def has_recovery(pool: Pool, user: User) -> bool:
    """Whether there is an attribute that `to_recover` would find."""
    try:
        to_recover(pool, user)
    except AwsError:
        return False
    return True


def pretended(idp: CognitoIdp, pool: Pool, name: str, attribute: str = "") -> dict[str, str]:
    """Where a code would have gone to a user who is not there: always the same for a name, of the form that it would have, and nothing that
    can be worked out elsewhere. `attribute` is what codes go to, "" the one that the pool verifies."""
    attribute = attribute or next((each for each in CONTACTS if each in pool.auto_verified), "email")
    digest = idp.sealer.digest(_PRETENDED, f"{pool.id} {pool.folded(name)}".encode())
    letters = "abcdefghijklmnopqrstuvwxyz"
    if "@" in name and attribute == "email":
        to = name
    elif attribute == "phone_number":
        to = f"+1{int.from_bytes(digest[:8], 'big') % 10**10:010d}"
    else:
        to = f"{letters[digest[0] % 26]}x@{letters[digest[1] % 26]}x"
    return delivery(medium_of(attribute), to)

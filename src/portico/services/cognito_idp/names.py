"""How a new user is named: by a name of its own, or by an address or a number in its place.

Source: Cognito Developer Guide, "Customizing sign-in attributes".
"""

import re
from collections.abc import Mapping

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import Pool

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+").fullmatch
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}").fullmatch
_FORMS = {"email": _EMAIL, "phone_number": _PHONE}
_WANTED: Mapping[tuple[str, ...], str] = {
    ("email",): "Username should be an email.",
    ("phone_number",): "Username should be a phone number.",
}
_EITHER = "Username should be either an email or a phone number."
_REFUSED = {
    "email": "Username cannot be of email format, since user pool is configured for email alias.",
    "phone_number": "Username cannot be of phone number format, since user pool is configured for phone number alias.",
}


def named(pool: Pool, name: str, attributes: dict[str, str]) -> str:
    """Check the name that a user is to have. The attribute that it stands for is put into `attributes` and its own name is "" then: the
    user's `sub` is its name.

    Raises:
        AwsError: InvalidParameterException.
    """
    for attribute in pool.alias_attributes:
        fits = _FORMS.get(attribute)
        if fits is not None and fits(name):
            raise errors.invalid(_REFUSED[attribute])
    wanted = pool.username_attributes
    if not wanted:
        return name
    found = next((attribute for attribute in wanted if _FORMS[attribute](name)), None)
    if found is None:
        raise errors.invalid(_WANTED.get(tuple(wanted), _EITHER))
    if attributes.get(found, name) != name:
        raise errors.invalid(f"The username and the attribute {found} must be the same.")
    attributes[found] = name
    return ""

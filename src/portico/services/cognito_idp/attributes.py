"""Users' attributes: what may be set by whom, and how they are shown.

Source: Cognito Developer Guide, "Working with user attributes", "Attribute permissions and scopes".
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.attribute_values import malformed, violation
from portico.services.cognito_idp.records import Client, Pool, User

CONTACTS = ("email", "phone_number")
_VERIFIED = {"email_verified": "email", "phone_number_verified": "phone_number"}
NEVER_SET = frozenset({"sub", "identities"})
"""What Cognito itself says of a user: nobody else does."""


def given(members: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """AWS's AttributeListType as a mapping; of a name that comes twice the last value counts."""
    return {each["Name"]: each.get("Value", "") for each in members or ()}


def check(pool: Pool, values: Mapping[str, str], *, client: Client | None) -> None:
    """Check that these attributes are of the pool's schema, and, for a `client`'s user, that it may write them.

    Raises:
        AwsError: InvalidParameterException, naming all that do not conform; or NotAuthorizedException for what the client may not write.
    """
    wrong = []
    for name, value in values.items():
        attribute = pool.attribute(name)
        if attribute is None:
            wrong.append(f"{name}: Attribute does not exist in the schema.")
            continue
        if name in NEVER_SET:
            raise errors.invalid(f"Cannot modify the non-mutable attribute {name}")
        if client is not None and (
            name in _VERIFIED or attribute.developer_only or not client.may_write(name)
        ):
            raise errors.not_authorized("A client attempted to write unauthorized attribute")
        form = malformed(name, value)
        if form is not None:
            raise errors.invalid(form)
        why = violation(attribute, value)
        if why is not None:
            wrong.append(f"{name}: {why}")
    if wrong:
        raise errors.not_of_schema(wrong)


def check_required(pool: Pool, values: Mapping[str, str]) -> None:
    """Check that a new user has what the schema requires.

    Raises:
        AwsError: InvalidParameterException, naming all that is missing.
    """
    missing = [
        f"{each.name}: The attribute is required"
        for each in pool.schema
        if each.required and each.name != "sub" and not values.get(each.name)
    ]
    if missing:
        raise errors.not_of_schema(missing)


def check_mutable(pool: Pool, user: User, values: Mapping[str, str]) -> None:
    """Check that what is to change may.

    Raises:
        AwsError: InvalidParameterException.
    """
    for name, value in values.items():
        attribute = pool.attribute(name)
        if attribute is not None and not attribute.mutable and user.attributes.get(name, "") != value:
            raise errors.invalid(f"user.{name}: Attribute cannot be updated.")
        if attribute is not None and attribute.required and not value:
            raise errors.not_of_schema([f"{name}: The attribute is required"])


def with_values(user: User, values: Mapping[str, str]) -> User:
    """A user with attributes set, an empty value clears one. A new address or number is unverified unless `values` says otherwise."""
    after = dict(user.attributes)
    for name, value in values.items():
        if value:
            after[name] = value.lower() if name in _VERIFIED else value
        else:
            after.pop(name, None)
    for flag, contact in _VERIFIED.items():
        if contact not in after:
            after.pop(flag, None)
        elif flag not in values and contact in values and values[contact] != user.attributes.get(contact):
            after[flag] = "false"
    pending = {name: value for name, value in user.pending.items() if name not in values}
    return msgspec.structs.replace(user, attributes=after, pending=pending)


def without(pool: Pool, user: User, names: Iterable[str], *, client: Client | None) -> User:
    """A user without these attributes.

    Raises:
        AwsError: InvalidParameterException, one is not in the schema, required, or fixed. NotAuthorizedException: the client may not
            write it.
    """
    cleared = dict.fromkeys(names, "")
    check(pool, cleared, client=client)
    check_mutable(pool, user, {name: value for name, value in cleared.items() if name in user.attributes})
    required = [each.name for each in pool.schema if each.required and each.name in cleared]
    if required:
        raise errors.invalid(f"user.{required[0]}: Attribute is required and cannot be deleted.")
    names_in_place = [n for n in pool.username_attributes if n in cleared and n in user.attributes]
    if names_in_place and not any(n in user.attributes for n in pool.username_attributes if n not in cleared):
        raise errors.invalid(f"user.{names_in_place[0]}: Attribute is the username and cannot be deleted.")
    return with_values(user, cleared)


def verified(user: User, attribute: str) -> User:
    """A user whose address or number has been verified."""
    return msgspec.structs.replace(user, attributes={**user.attributes, f"{attribute}_verified": "true"})


def shown(
    user: User, *, client: Client | None = None, only: Iterable[str] | None = None
) -> list[dict[str, str]]:
    """A user's attributes as AWS's AttributeListType: all, those that a client may read, or `only` some."""
    found = {"sub": user.sub, **user.attributes}
    if user.identities:
        found["identities"] = identities_of(user)
    names = set(found) if only is None else set(only) & set(found)
    order = ["sub", *sorted(names - {"sub"})] if "sub" in names else sorted(names)
    return [{"Name": name, "Value": found[name]} for name in order if client is None or client.may_read(name)]


def identities_of(user: User) -> str:
    """A user's accounts at identity providers, as the attribute `identities` has them."""
    entries = [
        {
            "userId": each.subject,
            "providerName": each.provider,
            "providerType": each.provider_type,
            "issuer": each.issuer or None,
            "primary": each.primary,
            "dateCreated": int(each.created_at * 1000),
        }
        for each in user.identities
    ]
    return msgspec.json.encode(entries).decode()


def user_shown(
    user: User, *, only: Iterable[str] | None = None, member: str = "Attributes"
) -> dict[str, Any]:
    """A user as AWS's UserType; its attributes under `member`."""
    found: dict[str, Any] = {
        "Username": user.username,
        member: shown(user, only=only),
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": user.enabled,
        "UserStatus": user.status,
    }
    if user.mfa_options:
        found["MFAOptions"] = [dict(each) for each in user.mfa_options]
    return found

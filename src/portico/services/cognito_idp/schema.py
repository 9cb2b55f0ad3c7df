"""A pool's schema: the standard attributes, and those that customers add. Pure.

Source: Cognito Developer Guide, "Working with user attributes"; OpenID Connect Core, 5.1.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.attribute_values import LENGTH_MAX, Attribute, DataType, number_of

CUSTOM_MAX = 50


def _text(name: str, low: str = "0", high: str = "2048") -> Attribute:
    return Attribute(name, minimum=low, maximum=high)


STANDARD: tuple[Attribute, ...] = (
    _text("profile"),
    _text("address"),
    _text("birthdate", "10", "10"),
    _text("gender"),
    _text("preferred_username"),
    Attribute("updated_at", "Number", minimum="0"),
    _text("website"),
    _text("picture"),
    Attribute("identities"),
    Attribute("sub", mutable=False, required=True, minimum="1", maximum="2048"),
    _text("phone_number"),
    Attribute("phone_number_verified", "Boolean"),
    _text("zoneinfo"),
    _text("locale"),
    _text("email"),
    Attribute("email_verified", "Boolean"),
    _text("given_name"),
    _text("family_name"),
    _text("middle_name"),
    _text("name"),
    _text("nickname"),
)
_VERIFIED = frozenset(
    {"email_verified", "phone_number_verified"}
)  # nothing of them can be set, so these names are free
_STANDARD = {each.name: each for each in STANDARD}
_LIMITS: Mapping[DataType, tuple[str, str, str]] = {
    "String": ("StringAttributeConstraints", "MinLength", "MaxLength"),
    "Number": ("NumberAttributeConstraints", "MinValue", "MaxValue"),
}


def of_request(given: Iterable[Mapping[str, Any]]) -> tuple[Attribute, ...]:
    """The whole schema of a new pool: the standard attributes, changed as `given` says, and the custom ones.

    Raises:
        AwsError: InvalidParameterException.
    """
    standard, custom = dict(_STANDARD), []
    for each in given:
        name = each.get("Name", "")
        known = None if name in _VERIFIED else standard.get(name)
        if known is None:
            custom.append(each)
        else:
            standard[known.name] = _changed(known, each)
    return extended(tuple(standard.values()), custom)


def extended(schema: tuple[Attribute, ...], given: Iterable[Mapping[str, Any]]) -> tuple[Attribute, ...]:
    """A schema with custom attributes added.

    Raises:
        AwsError: InvalidParameterException, one is there already, or can't be as it is asked for.
    """
    known = {each.name: each for each in schema}
    for each in given:
        attribute = _custom(each)
        if attribute.name in known:
            raise errors.invalid(f"{attribute.name}: Existing attribute already has name {attribute.name}.")
        known[attribute.name] = attribute
    if len(known) - len(STANDARD) > CUSTOM_MAX:
        raise errors.limit_exceeded(f"Custom attributes limit exceeded. Max {CUSTOM_MAX} allowed.")
    return tuple(known.values())


def _changed(known: Attribute, given: Mapping[str, Any]) -> Attribute:
    if given.get("AttributeDataType", known.kind) != known.kind or given.get("DeveloperOnlyAttribute"):
        raise errors.invalid(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute "
            + known.name
        )
    low, high = _limits(given, known.kind, known.name)
    return msgspec.structs.replace(
        known,
        required=bool(given.get("Required", known.required)),
        mutable=bool(given.get("Mutable", known.mutable)),
        minimum=low if low is not None else known.minimum,
        maximum=high if high is not None else known.maximum,
    )


def _custom(given: Mapping[str, Any]) -> Attribute:
    name, kind = given.get("Name"), given.get("AttributeDataType")
    if not name or kind is None:
        raise errors.invalid(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
        )
    if given.get("Required"):
        raise errors.invalid("Required custom attributes are not supported currently.")
    hidden = bool(given.get("DeveloperOnlyAttribute"))
    low, high = _limits(given, kind, name)
    full = f"{'dev:' if hidden else ''}custom:{name}"
    return Attribute(full, kind, bool(given.get("Mutable", True)), False, hidden, low, high)


def _limits(given: Mapping[str, Any], kind: DataType, name: str) -> tuple[str | None, str | None]:
    """The least and the greatest that a schema asks for; None where it says nothing."""
    if kind not in _LIMITS:
        return None, None
    member, least, most = _LIMITS[kind]
    said = given.get(member, {})
    low, high = said.get(least), said.get(most)
    for text in (low, high):
        if text is not None and number_of(text) is None:
            raise errors.invalid(f"Invalid constraint for attribute {name}: {text} is not a number.")
    floor, ceiling = (0.0, float(LENGTH_MAX)) if kind == "String" else (float("-inf"), float("inf"))
    bottom, top = number_of(low or ""), number_of(high or "")
    bottom, top = floor if bottom is None else bottom, ceiling if top is None else top
    if bottom < floor or top > ceiling or bottom > top:
        raise errors.invalid(f"Invalid constraints for attribute {name}: {least} must not exceed {most}.")
    return low, high


def shown(attribute: Attribute) -> dict[str, Any]:
    """An attribute as DescribeUserPool shows it."""
    found: dict[str, Any] = {
        "Name": attribute.name,
        "AttributeDataType": attribute.kind,
        "DeveloperOnlyAttribute": attribute.developer_only,
        "Mutable": attribute.mutable,
        "Required": attribute.required,
    }
    if attribute.kind in _LIMITS:
        member, least, most = _LIMITS[attribute.kind]
        limits = ((least, attribute.minimum), (most, attribute.maximum))
        found[member] = {name: value for name, value in limits if value is not None}
    return found

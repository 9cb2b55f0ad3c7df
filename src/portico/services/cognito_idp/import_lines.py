"""Lines of an import file: the header that a pool's file has, and the user that a line is. Pure.

A file is CSV in UTF-8, a user on each line; a comma inside of a value is escaped by a backslash, or the value is in quotation marks.

Source: Cognito Developer Guide, "Importing users from a CSV file".
"""

import csv
from collections.abc import Mapping, Sequence

import msgspec

from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.schema import STANDARD

USERNAME = "cognito:username"
MFA = "cognito:mfa_enabled"
_ORDER = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
)
_STANDARD = frozenset(each.name for each in STANDARD)


class Unreadable(Exception):
    """A line that is no user; the message says why."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """A user to import: its name, its attributes, and whether text messages are its second factor."""

    username: str
    attributes: Mapping[str, str]
    mfa: bool


def header(pool: Pool) -> list[str]:
    """The columns of a pool's file."""
    custom = [each.name for each in pool.schema if each.name not in _STANDARD and not each.developer_only]
    return [*_ORDER, *custom, MFA, USERNAME]


def check_header(pool: Pool, columns: Sequence[str]) -> None:
    """Check the first line of a file.

    Raises:
        Unreadable: it has columns that are not in the schema, some twice, or no names of users.
    """
    known = set(header(pool))
    if USERNAME not in columns or len(set(columns)) != len(columns) or not set(columns) <= known:
        raise Unreadable("The header in the CSV file does not match the expected headers.")


def cells(line: bytes) -> list[str]:
    """The values of a line.

    Raises:
        Unreadable: it is not UTF-8, or not CSV.
    """
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
        return next(csv.reader([text], escapechar="\\", strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("The line is not valid CSV in UTF-8.") from error


def parsed(pool: Pool, columns: Sequence[str], line: bytes) -> Line:
    """The user of a line.

    Raises:
        Unreadable: it has too few or too many values, or no address that is verified where the pool asks for one.
    """
    values = cells(line)
    if len(values) != len(columns):
        raise Unreadable("The number of values does not match the number of columns in the header.")
    found = {name: value.strip() for name, value in zip(columns, values, strict=True) if value.strip()}
    mfa = found.pop(MFA, "false").lower() == "true"
    username = found.pop(USERNAME, "")
    if not username:
        raise Unreadable("The User Record does not set the user name.")
    if pool.auto_verified and not any(
        name in found and found.get(f"{name}_verified", "").lower() == "true" for name in pool.auto_verified
    ):
        raise Unreadable("The User Record does not set any of the auto verified attributes to true.")
    if mfa and found.get("phone_number_verified", "").lower() != "true":
        raise Unreadable("The User Record enables MFA without a verified phone number.")
    return Line(username, found, mfa)

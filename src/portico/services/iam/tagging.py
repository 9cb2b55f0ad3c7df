"""Tags as values: what a request may set, and what comes of it.

Tag keys of users and roles are one key whatever their case; of everything else they are different keys.
Source: IAM User Guide, "Tags for IAM resources", rules for tagging.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from portico.services.iam import errors

if TYPE_CHECKING:
    from portico.services.iam import shapes

Tags = tuple[tuple[str, str], ...]

TAGS_MAX = 50


def read(tags: Iterable[shapes.Tag], *, any_case: bool) -> Tags:
    """The tags of a request.

    Raises:
        AwsError: `InvalidInput`, a key twice or one of AWS's own.
    """
    given = tuple((tag["Key"], tag["Value"]) for tag in tags)
    if len({_form(key, any_case) for key, _ in given}) != len(given):
        words = " Please note that Tag keys are case insensitive." if any_case else ""
        raise errors.invalid_input(f"Duplicate tag keys found.{words}")
    if any(key.lower().startswith("aws:") for key, _ in given):
        raise errors.invalid_input("Caller is an end user and not allowed to mutate system tags.")
    return given


def added(have: Tags, given: Tags, *, any_case: bool) -> Tags:
    """`have` with `given` added, those of the same key replaced.

    Raises:
        AwsError: `LimitExceeded`, more than 50.
    """
    replaced = {_form(key, any_case) for key, _ in given}
    tags = tuple(tag for tag in have if _form(tag[0], any_case) not in replaced) + given
    if len(tags) > TAGS_MAX:
        raise errors.too_many_tags()
    return tags


def without(have: Tags, keys: Iterable[str], *, any_case: bool) -> Tags:
    """`have` without those of the given keys; keys that are not there do not matter."""
    gone = {_form(key, any_case) for key in keys}
    return tuple(tag for tag in have if _form(tag[0], any_case) not in gone)


def shown(tags: Iterable[tuple[str, str]]) -> list[shapes.Tag]:
    """The tags as a response has them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def _form(key: str, any_case: bool) -> str:
    return key.lower() if any_case else key

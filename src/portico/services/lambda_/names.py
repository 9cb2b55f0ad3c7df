"""A function's name in all the forms that AWS takes: name, partial ARN, ARN, each with or without a qualifier.

Source: the pattern of `FunctionName` in the API's model (the wire has checked the text against it before); recorded answers.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call, Scope
from portico.invoke.records import LATEST
from portico.services.lambda_ import errors

NAME_MAX = 64
_FORMS = re.compile(
    r"(?:arn:(?P<partition>aws[a-zA-Z-]*)?:lambda:)?"
    r"(?:(?P<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?"
    r"(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_.]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
_ALIAS = re.compile(r"(?!^[0-9]+$)[a-zA-Z0-9-_]+")


class Name(msgspec.Struct, frozen=True, gc=False):
    """Which function is meant, and of which version or alias (`qualifier`, empty when none was said).

    `arn` is the unqualified ARN, `asked_arn` the one with the qualifier if one was said; both follow from the rest and are made
    once, as every call asks for them several times.
    """

    account: str
    region: str
    name: str
    qualifier: str = ""
    arn: str = ""
    asked_arn: str = ""

    def __post_init__(self) -> None:
        arn = f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"
        msgspec.structs.force_setattr(self, "arn", arn)
        msgspec.structs.force_setattr(self, "asked_arn", f"{arn}:{self.qualifier}" if self.qualifier else arn)

    @property
    def key(self) -> tuple[str, str, str]:
        """The identifiers of the function's record."""
        return (self.account, self.region, self.name)

    @property
    def executed_arn(self) -> str:
        """The ARN with the qualifier, `$LATEST` if none was said."""
        return f"{self.arn}:{self.qualifier or LATEST}"

    @property
    def names_alias(self) -> bool:
        """Whether the qualifier has the form of an alias."""
        return _ALIAS.fullmatch(self.qualifier) is not None


def named(call: Call, request: Mapping[str, Any]) -> Name:
    """The function that a request names in `FunctionName` and `Qualifier`.

    Raises:
        ResourceNotFoundException: the ARN is of another region.
        InvalidParameterValueException: name and parameter say different qualifiers.
    """
    return parse(call.scope, request["FunctionName"], request.get("Qualifier") or "")


def alias(call: Call, request: Mapping[str, Any]) -> Name:
    """The alias that a request names in `FunctionName` and `Name`; a qualifier of the function's name says nothing.

    Raises:
        ResourceNotFoundException: the ARN is of another region.
    """
    return msgspec.structs.replace(parse(call.scope, request["FunctionName"]), qualifier=request["Name"])


@functools.lru_cache(maxsize=4096)
def parse(scope: Scope, text: str, qualifier: str = "") -> Name:
    """The function that `text` and `qualifier` mean to a caller in `scope`; errors as for `named`."""
    if ":" not in text:
        return Name(scope.account, scope.region, text, qualifier)
    found = _FORMS.fullmatch(text)
    if found is None:
        raise errors.validation(
            text, "functionName", f"Member must satisfy regular expression pattern: {_FORMS.pattern}"
        )
    region = found["region"] or scope.region
    if region != scope.region:
        raise errors.other_region(region, scope.region)
    own = found["qualifier"] or ""
    if own and qualifier and own != qualifier:
        raise errors.qualifier_mismatch()
    return Name(found["account"] or scope.account, region, found["name"], own or qualifier)


def created(call: Call, request: Mapping[str, Any]) -> Name:
    """The name of a function that is to be made: without qualifier, at most 64 characters, in the caller's account.

    Raises:
        InvalidParameterValueException: it is too long.
    """
    name = parse(call.scope, request["FunctionName"])
    if len(name.name) > NAME_MAX:
        raise errors.invalid(
            f"1 validation error detected: Value '{name.name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {NAME_MAX}"
        )
    return msgspec.structs.replace(name, qualifier="")

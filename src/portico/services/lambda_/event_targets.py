"""Whether events' outcomes can go where a configuration says: the form of the ARN, that the target is there, and that the execution
role may send to it.

Source: recorded answers; the permission's words are widely reported.
"""

from collections.abc import Mapping
from typing import Any

from portico.base.arn import Arn
from portico.base.arn import parse as parse_arn
from portico.calls.call import Call
from portico.environments.work import EnvironmentSpec
from portico.invoke.destinations import KINDS, NOT_HERE
from portico.invoke.records import Version
from portico.invoke.resolve import spec_of
from portico.services.lambda_ import errors
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

_ENDS = {"OnSuccess": "on_success", "OnFailure": "on_failure"}
_FAILURES_ONLY = "s3"


async def checked(lam: Lambda, call: Call, name: Name, config: Mapping[str, Any]) -> dict[str, str]:
    """The record's fields of a `DestinationConfig`.

    Raises:
        InvalidParameterValueException: an ARN is none of a destination, or of one that Portico does not have; the target is the function
            itself or not there; the role may not send to it.
    """
    given = {end: (config.get(end) or {}).get("Destination") for end in _ENDS if end in config}
    for end, destination in given.items():
        if destination:
            await _require(lam, call, name, end, destination, given)
    return {_ENDS[end]: destination or "" for end, destination in given.items()}


async def require_dead_letters(lam: Lambda, version: Version) -> None:
    """Refuse a dead letter queue that the function's execution role may not send to.

    Raises:
        InvalidParameterValueException: so it is.
    """
    arn = parse_arn(version.dead_letter_arn)
    if arn is not None:
        await _require_permission(lam, spec_of(version), arn)


async def _require_permission(lam: Lambda, spec: EnvironmentSpec, arn: Arn) -> None:
    if not await lam.destinations.is_permitted(spec, arn):
        raise errors.role_may_not(KINDS[arn.service].permission)


async def _require(
    lam: Lambda, call: Call, name: Name, end: str, text: str, given: Mapping[str, str | None]
) -> None:
    arn = parse_arn(text)
    known = arn is not None and (arn.service in KINDS or arn.service in NOT_HERE)
    if arn is None or not known or (arn.service == _FAILURES_ONLY and end == "OnSuccess"):
        raise errors.bad_destination_config(given.get("OnSuccess"), given.get("OnFailure"))
    if arn.service in NOT_HERE:
        raise errors.invalid(
            f"The destination ARN {text} is invalid: Portico has no {NOT_HERE[arn.service]}."
        )
    if text == name.arn or text.startswith(f"{name.arn}:"):
        raise errors.invalid("You can't specify the function as a destination for itself.")
    if not arn.account or not arn.resource:
        raise errors.invalid(f"The destination ARN {text} is invalid.")
    if arn.account == name.account and not await lam.destinations.exists(arn):
        raise errors.invalid(f"The destination ARN {text} is invalid.")
    resolved = lam.resolver.resolve(name.account, name.region, name.name, name.qualifier)
    if resolved is None:
        raise errors.no_function()
    await _require_permission(lam, resolved.spec, arn)

"""Telephones that want no more text messages of an account: they have answered STOP, at the mailbox.

Source: SNS Developer Guide, "Managing phone numbers and SMS subscriptions" (the words that opt out); API reference; recorded answers.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns.paging import PAGE, position, token_after
from portico.services.sns.service import Sns
from portico.store.port import Put
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.sns import shapes

_WORDS = frozenset(
    ["ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"]
)


class OptedOut(msgspec.Struct, frozen=True, gc=False):
    """A telephone that has opted out, at an instant in seconds on the `now` clock."""

    number: str
    at: float


class Texted(msgspec.Struct, frozen=True, gc=False):
    """Who has texted a telephone last: who its answer is for."""

    account: str
    region: str


OPTED_OUT = Table("sns.opted-out", OptedOut)  # account, region, number
TEXTED = Table("sns.texted", Texted)  # number


async def answered(sns: Sns, number: str, words: str) -> bool | None:
    """A telephone answers the account that has texted it last: whether that opts it out; None if nobody has."""
    held = await sns.cache.get(TEXTED, number)
    if held is None:
        return None
    if words.strip().upper() not in _WORDS:
        return False
    out = OptedOut(number, sns.clock.now())
    key = OPTED_OUT.key(held.value.account, held.value.region, number)
    await sns.store.commit([Put(key, OPTED_OUT.encode(out))])
    return True


async def has_opted_out(call: Call, number: str) -> bool:
    """Whether a telephone gets nothing of the caller's account in this region."""
    return await call.tx.get(OPTED_OUT, call.scope.account, call.scope.region, number) is not None


@operation()
async def check_if_phone_number_is_opted_out(
    sns: Sns, call: Call, request: "shapes.CheckIfPhoneNumberIsOptedOutInput"
) -> dict[str, Any]:
    """Whether a telephone has opted out."""
    return {"isOptedOut": await has_opted_out(call, request["phoneNumber"])}


@operation()
async def list_phone_numbers_opted_out(
    sns: Sns, call: Call, request: "shapes.ListPhoneNumbersOptedOutInput"
) -> dict[str, Any]:
    """The telephones that have opted out, 100 at a time.

    Raises:
        InvalidParameter: the token is not one of ours.
    """
    place = (call.scope.account, call.scope.region)
    last = position(request.get("nextToken"))
    after = OPTED_OUT.key(*place, last) if last else None
    found = await call.tx.scan(OPTED_OUT, *place, after=after, limit=PAGE + 1)
    answer: dict[str, Any] = {"phoneNumbers": [each.number for each in found[:PAGE]]}
    if len(found) > PAGE:
        answer["nextToken"] = token_after(found[PAGE - 1].number)
    return answer


@operation()
async def opt_in_phone_number(
    sns: Sns, call: Call, request: "shapes.OptInPhoneNumberInput"
) -> dict[str, Any]:
    """Let a telephone have text messages again; one that has not opted out has them as before. AWS takes it once in 30 days."""
    call.tx.delete(OPTED_OUT, call.scope.account, call.scope.region, request["phoneNumber"])
    return {}

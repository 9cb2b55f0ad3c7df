"""Text messages: kept in the mailbox for people to read, in the publisher's commit; and an account's settings for them.

Source: SNS API reference, SetSMSAttributes and Publish; Developer Guide, "Publishing SMS messages"; recorded answers.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.mail.letter import Mail
from portico.mail.mailbox import kept
from portico.services.sns import errors, opt_outs
from portico.services.sns.message import Message
from portico.services.sns.service import Sns
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.sns import shapes

SMS_CHARS_MAX = 1_600
_SENDER = "AWS.SNS.SMS.SenderID"
_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}").fullmatch
_UNTOUCHED = {"MonthlySpendLimit": "1"}


class SmsSettings(msgspec.Struct, frozen=True, gc=False):
    """What an account has set in a region, by the names of SetSMSAttributes."""

    attributes: dict[str, str] = {}


SMS_SETTINGS = Table("sns.sms-settings", SmsSettings)  # account, region


def _is_whole_percentage(value: str) -> bool:
    return value.isdecimal() and int(value) <= 100


# The attributes that there are, and which values each takes.
_ATTRIBUTES: dict[str, Callable[[str], object]] = {
    "DefaultSMSType": lambda value: value in ("Promotional", "Transactional"),
    "DefaultSenderID": _SENDER_ID,
    "DeliveryStatusIAMRole": lambda value: not value or value.startswith("arn:"),
    "DeliveryStatusSuccessSamplingRate": _is_whole_percentage,
    "MonthlySpendLimit": str.isdecimal,
    "UsageReportS3Bucket": lambda value: True,
}


async def text(sns: Sns, call: Call, message: Message, phone: str) -> bool:
    """Keep a message to a telephone in the mailbox, in the call's commit. False for one that has opted out, which gets nothing."""
    if await opt_outs.has_opted_out(call, phone):
        return False
    given = message.attributes.get(_SENDER)
    sender = given.text if given is not None else None
    if sender is None:
        held = await call.tx.get(SMS_SETTINGS, call.scope.account, call.scope.region)
        sender = "" if held is None else held.attributes.get("DefaultSenderID", "")
    mail = Mail(message.id, phone, sender or "", "", message.body("sms"), kind="sms")
    for op in kept(sns.sealer, mail, call.now):
        call.tx.add(op)
    call.tx.put(opt_outs.TEXTED, opt_outs.Texted(call.scope.account, call.scope.region), phone)
    return True


@operation()
async def set_sms_attributes(sns: Sns, call: Call, request: "shapes.SetSMSAttributesInput") -> dict[str, Any]:
    """Keep what is given; the rest stays as it was. Of all this the sender is used, nothing is billed.

    Raises:
        InvalidParameter: there is no such attribute, or it can't have the value.
    """
    given = request["attributes"]
    for name, value in given.items():
        fits = _ATTRIBUTES.get(name)
        if fits is None:
            raise errors.refused_words(f"{name} is not a valid attribute")
        if not fits(value):
            raise errors.refused_words(f"{name} is invalid")
    place = (call.scope.account, call.scope.region)
    held = await call.tx.get(SMS_SETTINGS, *place) or SmsSettings()
    call.tx.put(SMS_SETTINGS, SmsSettings({**held.attributes, **given}), *place)
    return {}


@operation()
async def get_sms_attributes(sns: Sns, call: Call, request: "shapes.GetSMSAttributesInput") -> dict[str, Any]:
    """The attributes that are set, and those that AWS shows of an account which has set none; only those that are asked for."""
    held = await call.tx.get(SMS_SETTINGS, call.scope.account, call.scope.region) or SmsSettings()
    wanted = request.get("attributes")
    found = {**_UNTOUCHED, **held.attributes}
    return {"attributes": {name: value for name, value in found.items() if not wanted or name in wanted}}

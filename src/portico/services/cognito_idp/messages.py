"""Messages to users: composed, perhaps by a trigger, and handed on in the same commit as the code in them.

Every message is kept for the mailbox page. An e-mail goes through the mail server if there is one; a pool with sender triggers has
these called in place of that, with the code encrypted. Both wait in the outbox, so that nothing is lost when the server ends.

Source: Cognito Developer Guide, "Custom message Lambda trigger", "Custom sender Lambda triggers".
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.mail.letter import Mail
from portico.mail.mailbox import kept
from portico.services.cognito_idp import words
from portico.services.cognito_idp.links import domain_url
from portico.services.cognito_idp.outbox import Outgoing, send
from portico.services.cognito_idp.records import Client, Pool, User
from portico.services.cognito_idp.sender_keys import encrypted
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.triggers import NO_CLIENT, attributes_of, call_trigger
from portico.services.cognito_idp.words import Medium

_SENDER = "no-reply@verificationemail.com"
_ATTRIBUTES: Mapping[Medium, str] = {"EMAIL": "email", "SMS": "phone_number"}
_SENDERS: Mapping[Medium, tuple[str, str]] = {
    "EMAIL": ("CustomEmailSender", "customEmailSenderRequestV1"),
    "SMS": ("CustomSMSSender", "customSMSSenderRequestV1"),
}


class Occasion(msgspec.Struct, frozen=True, gc=False):
    """Why a message is sent: the end of the trigger source (`SignUp`, `ForgotPassword`, ...), for which client, and what the caller gives
    its triggers along. `username`: what the user is called in messages, if not by its name."""

    tail: str
    client: Client | None = None
    metadata: Mapping[str, str] | None = None
    username: str = ""

    @property
    def client_id(self) -> str:
        """The client's id as events tell it."""
        return NO_CLIENT if self.client is None else self.client.id


def delivery(medium: Medium, destination: str) -> dict[str, str]:
    """Where a code went, as AWS's CodeDeliveryDetailsType."""
    return {
        "Destination": words.masked(medium, destination),
        "DeliveryMedium": medium,
        "AttributeName": _ATTRIBUTES[medium],
    }


def medium_of(attribute: str) -> Medium:
    """How codes for an attribute travel."""
    return "SMS" if attribute == "phone_number" else "EMAIL"


async def send_code(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    user: User,
    occasion: Occasion,
    medium: Medium,
    code: str,
    *,
    to: str = "",
) -> dict[str, str]:
    """Send a user a code (or a temporary password) by `medium`, to `to` or the user's own address; the delivery's details.

    Raises:
        AwsError: as `call_trigger`; CodeDeliveryFailureException, the key of a custom sender can't be used.
    """
    to = to or user.attributes[_ATTRIBUTES[medium]]
    member, kind = _SENDERS[medium]
    sender = pool.triggers.get(member)
    text = await _composed(idp, call, pool, user, occasion, medium)
    mail = _mail(idp, pool, user, occasion, medium, code, to, text)
    for op in kept(idp.sealer, mail, call.now):
        call.tx.add(op)
    if sender is not None:
        secret = await encrypted(idp, call, pool, medium, code)
        event = _sender_event(pool, user, occasion, f"{member}_{occasion.tail}", kind, secret)
        call.tx.add(send(idp.sealer, Outgoing(pool.id, function=sender["LambdaArn"], event=event)))
    elif idp.smtp and medium == "EMAIL":
        call.tx.add(send(idp.sealer, Outgoing(pool.id, mail=mail)))
    return delivery(medium, to)


async def _composed(
    idp: CognitoIdp, call: Call, pool: Pool, user: User, occasion: Occasion, medium: Medium
) -> words.Words:
    """The message, as the pool or its custom message function has it."""
    by_link = _by_link(pool, occasion, medium)
    text = words.words_of(pool, occasion.tail, by_link=by_link)
    request: dict[str, Any] = {
        "userAttributes": attributes_of(pool, user),
        "codeParameter": words.CODE,
        "linkParameter": words.LINK,
        "usernameParameter": words.USERNAME if occasion.tail == "AdminCreateUser" else None,
    }
    answer = await call_trigger(
        idp,
        call,
        pool,
        f"CustomMessage_{occasion.tail}",
        username=user.username,
        client_id=occasion.client_id,
        request=request,
        metadata=occasion.metadata,
    )
    if answer is None:
        return text
    return words.Words(
        answer.get("emailMessage") or text.email,
        answer.get("emailSubject") or text.subject,
        answer.get("smsMessage") or text.sms,
    )


def _by_link(pool: Pool, occasion: Occasion, medium: Medium) -> bool:
    template: Mapping[str, Any] = pool.settings.get("VerificationMessageTemplate") or {}
    wanted = template.get("DefaultEmailOption") == "CONFIRM_WITH_LINK"
    has_page = bool(pool.domain or pool.custom_domain) and occasion.client is not None
    return wanted and has_page and medium == "EMAIL" and occasion.tail in ("SignUp", "ResendCode")


def _mail(
    idp: CognitoIdp,
    pool: Pool,
    user: User,
    occasion: Occasion,
    medium: Medium,
    code: str,
    to: str,
    text: words.Words,
) -> Mail:
    name, link = occasion.username or user.username, ""
    if occasion.client is not None and (pool.domain or pool.custom_domain):
        asked = {"client_id": occasion.client.id, "user_name": user.username, "confirmation_code": code}
        link = f"{domain_url(idp, pool)}/confirmUser?{urlencode(asked)}"
    if medium == "SMS":
        sms = words.filled(text.sms, code=code, username=name, link=link)
        return Mail(uuid(), to, "", "", sms, kind="sms", code=code)
    page = words.filled(text.email, code=code, username=name, link=link, page=True)
    sender = pool.settings["EmailConfiguration"].get("From") or _SENDER
    return Mail(uuid(), to, _line(sender), _line(text.subject), page, html=True, code=code)


def _line(text: str) -> str:
    """What goes into a mail's head: one line, whatever it was."""
    return " ".join(text.split())


def _sender_event(
    pool: Pool, user: User, occasion: Occasion, source: str, kind: str, secret: str
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "type": kind,
        "code": secret,
        "clientMetadata": None if occasion.metadata is None else dict(occasion.metadata),
        "userAttributes": attributes_of(pool, user),
    }
    return {
        "version": "1",
        "region": pool.region,
        "userPoolId": pool.id,
        "userName": user.username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": occasion.client_id},
        "triggerSource": source,
        "request": request,
    }

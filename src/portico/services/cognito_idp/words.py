"""What Cognito's e-mails and text messages say: the pool's own words, or AWS's defaults. Pure.

Source: Cognito Developer Guide, "Configuring the messages that your user pool sends"; API reference, VerificationMessageTemplateType.
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from portico.services.cognito_idp.records import Pool

Medium = Literal["EMAIL", "SMS"]
CODE = "{####}"
USERNAME = "{username}"
LINK = "{##Click Here##}"
_LINK_MARK = re.compile(r"\{##(.*?)##\}", re.S)


class Words(msgspec.Struct, frozen=True, gc=False):
    """A message with its places for code, name and link not yet filled."""

    email: str
    subject: str
    sms: str


_CONFIRM = Words(
    "Your confirmation code is {####}", "Your verification code", "Your confirmation code is {####}"
)
_DEFAULTS: Mapping[str, Words] = {
    "AdminCreateUser": Words(
        "Your username is {username} and temporary password is {####}.",
        "Your temporary password",
        "Your username is {username} and temporary password is {####}.",
    ),
    "Authentication": Words(
        "Your authentication code is {####}",
        "Your authentication code",
        "Your authentication code is {####}. ",
    ),
    "ForgotPassword": Words(
        "Your password reset code is {####}", "Your password reset code", "Your password reset code is {####}"
    ),
}
_BY_LINK = (
    "Please click the link below to verify your email address. {##Verify Email##}",
    "Your verification link",
)


def words_of(pool: Pool, tail: str, *, by_link: bool) -> Words:
    """What a message about `tail` (`SignUp`, `ForgotPassword`, ... of a trigger source) says. `by_link`: an e-mail that has a link to
    click in place of a code."""
    default = _DEFAULTS.get(tail, _CONFIRM)
    own = _OWN.get(tail, _verification)(pool)
    template: Mapping[str, Any] = pool.settings.get("VerificationMessageTemplate") or {}
    email, subject = own.email or default.email, own.subject or default.subject
    if by_link:
        email = template.get("EmailMessageByLink") or _BY_LINK[0]
        subject = template.get("EmailSubjectByLink") or _BY_LINK[1]
    return Words(email, subject, own.sms or default.sms)


def _verification(pool: Pool) -> Words:
    found: Mapping[str, Any] = pool.settings.get("VerificationMessageTemplate") or {}
    return Words(found.get("EmailMessage", ""), found.get("EmailSubject", ""), found.get("SmsMessage", ""))


def _invitation(pool: Pool) -> Words:
    found: Mapping[str, Any] = pool.settings["AdminCreateUserConfig"].get("InviteMessageTemplate") or {}
    return Words(found.get("EmailMessage", ""), found.get("EmailSubject", ""), found.get("SMSMessage", ""))


def _authentication(pool: Pool) -> Words:
    email: Mapping[str, Any] = pool.factors.get("EmailMfaConfiguration") or {}
    sms: Mapping[str, Any] = pool.factors.get("SmsMfaConfiguration") or {}
    text = sms.get("SmsAuthenticationMessage") or pool.settings.get("SmsAuthenticationMessage") or ""
    return Words(email.get("Message", ""), email.get("Subject", ""), text)


_OWN = {"AdminCreateUser": _invitation, "Authentication": _authentication}


def filled(text: str, *, code: str, username: str, link: str = "", page: bool = False) -> str:
    """A message with code, name and link in their places; `page`: it is HTML."""
    shown = (html.escape(username), html.escape(code)) if page else (username, code)
    text = text.replace(USERNAME, shown[0]).replace(CODE, shown[1])
    if not link:
        return text
    if not page:
        return _LINK_MARK.sub(lambda _: link, text)
    return _LINK_MARK.sub(lambda found: f'<a href="{html.escape(link)}">{found[1]}</a>', text)


def masked(medium: Medium, destination: str) -> str:
    """An address or a number as who asked for a code is told it."""
    if medium == "SMS":
        return "+" + "*" * max(len(destination) - 5, 0) + destination[-4:]
    name, _, host = destination.partition("@")
    return f"{name[:1]}****@{host[:1]}****"

"""Deliveries by mail: through a mail server if one is set, else into the mailbox that Portico shows.

Source: SNS Developer Guide, "Email subscription setup and management".
"""

from email.utils import formataddr

import msgspec

from portico.mail.letter import Mail, Post
from portico.services.sns.notification import (
    confirm_url,
    envelope,
    letter,
    signed_text,
    unsubscribe_url,
    with_signature,
)
from portico.services.sns.records import Topic
from portico.services.sns.retries import CUSTOMER_ENDPOINTS, Phases
from portico.services.sns.signing import Signer
from portico.services.sns.worker import Job, Tried

_SENDER = "no-reply@sns.amazonaws.com"
_SUBJECT = "AWS Notification Message"
_CONFIRMATION = "AWS Notification - Subscription Confirmation"
_FOOTER = """
--
If you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:
{}

Please do not reply directly to this email.
"""
_ASKED = """You have chosen to subscribe to the topic:
{}

To confirm this subscription, click or visit the link below (If this was in error no action is necessary):
{}
"""
_ENDED = """Your subscription to the topic below has been deactivated:
{}

If this was not your intention, click or visit the link below to resubscribe:
{}
"""
_PERMANENT = range(500, 600)


class MailEndpoints:
    """Writes mails; `origin` is where their links lead."""

    def __init__(self, post: Post, signer: Signer, origin: str) -> None:
        self._post = post
        self._signer = signer
        self._origin = origin

    async def deliver(self, job: Job) -> Tried:
        """Send once."""
        import smtplib  # large, and most servers send no mail

        await self._signer.ready()
        mail = self._confirmation(job) if job.delivery.message is None else self._notification(job)
        try:
            await self._post(mail)
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code in _PERMANENT
            return Tried("refused" if final else "failed", str(error), error.smtp_code)
        except smtplib.SMTPRecipientsRefused as error:
            return Tried("refused", str(error), 550)
        except (smtplib.SMTPException, OSError) as error:
            return Tried("failed", str(error))
        return Tried("delivered", "OK", 200)

    def phases(self, job: Job) -> Phases:
        """As for every endpoint of a customer's."""
        return CUSTOMER_ENDPOINTS

    def _notification(self, job: Job) -> Mail:
        message, subscription = job.delivery.message, job.subscription
        assert message is not None
        if subscription.protocol == "email-json":
            version = job.topic.attributes.get("SignatureVersion", "1")
            sent = letter(message, job.topic.arn, self._origin, version)
            signature = self._signer.sign(signed_text(sent.members("email-json")), version)
            text = envelope(sent, "email-json", signature).to(subscription.arn)
        else:
            text = (
                message.body("email") + "\n" + _FOOTER.format(unsubscribe_url(self._origin, subscription.arn))
            )
        return Mail(message.id, subscription.endpoint, _sender(job.topic), message.subject or _SUBJECT, text)

    def _confirmation(self, job: Job) -> Mail:
        members = msgspec.json.decode(job.delivery.confirmation)
        if job.subscription.protocol == "email-json":
            version = job.topic.attributes.get("SignatureVersion", "1")
            text = with_signature(members, self._signer.sign(signed_text(members), version)).decode()
        else:
            words = _ASKED if members["Type"] == "SubscriptionConfirmation" else _ENDED
            text = words.format(job.topic.arn, confirm_url(self._origin, job.topic.arn, members["Token"]))
        return Mail(members["MessageId"], job.subscription.endpoint, _sender(job.topic), _CONFIRMATION, text)


def _sender(topic: Topic) -> str:
    return formataddr((topic.attributes.get("DisplayName") or "AWS Notifications", _SENDER))

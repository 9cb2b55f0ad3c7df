"""The mailbox of all mails and text messages, and the certificate of SNS's signatures."""

from urllib.parse import parse_qs

from portico.gateway.own import Endpoint
from portico.mail import page
from portico.mail.mailbox import Mailbox
from portico.services.sns.signing import Signer
from portico.wire.http import Head, Reply


class Mail:
    """Answers for one server."""

    def __init__(self, mailbox: Mailbox, signer: Signer) -> None:
        self._mailbox = mailbox
        self._signer = signer

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            "/_portico/mailbox": Endpoint("GET", self._mails, "portico:Mailbox", "development"),
            "/_portico/sns/": Endpoint("GET", self._certificate, "portico:Certificate", "anyone"),
        }

    async def _mails(self, head: Head, body: bytes) -> Reply:
        to = parse_qs(head.query).get("to", [""])[0]
        return page.reply(
            head, await self._mailbox.newest(to.replace(" ", "+") if to.startswith(" ") else to)
        )

    async def _certificate(self, head: Head, body: bytes) -> Reply:
        return await self._signer.certificate(head)

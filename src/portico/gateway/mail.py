"""The endpoints behind SNS's messages: the mailbox of mails that no mail server was there for, and the certificate of the signatures."""

from urllib.parse import parse_qs

from portico.gateway.own import Endpoint
from portico.services.sns.mailbox import Mailbox
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
        return await self._mailbox.page(head, parse_qs(head.query).get("to", [""])[0])

    async def _certificate(self, head: Head, body: bytes) -> Reply:
        return await self._signer.certificate(head)

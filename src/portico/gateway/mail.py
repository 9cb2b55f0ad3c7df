"""The mailbox of all mails and text messages, and the certificate of SNS's signatures."""

from urllib.parse import parse_qs

import msgspec

from portico.gateway.own import Endpoint, json_reply
from portico.mail import page
from portico.services.sns import opt_outs
from portico.services.sns.service import Sns
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply


class _Answer(msgspec.Struct, frozen=True, gc=False):
    """What somebody answers to the last text message that `number` got."""

    number: str = msgspec.field(name="from")
    text: str


class Mail:
    """Answers for one server."""

    def __init__(self, sns: Sns) -> None:
        self._sns = sns

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            "/_portico/mailbox": Endpoint("GET", self._mails, "portico:Mailbox", "development"),
            "/_portico/mailbox/answer": Endpoint("POST", self._answered, "portico:Mailbox", "development"),
            "/_portico/sns/": Endpoint("GET", self._certificate, "portico:Certificate", "anyone"),
        }

    async def _mails(self, head: Head, body: bytes) -> Reply:
        to = parse_qs(head.query).get("to", [""])[0]
        return page.reply(
            head, await self._sns.mailbox.newest(to.replace(" ", "+") if to.startswith(" ") else to)
        )

    async def _answered(self, head: Head, body: bytes) -> Reply:
        try:
            given = msgspec.json.decode(body, type=_Answer)
        except msgspec.DecodeError as error:
            raise AwsError("ValidationException", str(error), 400) from error
        opted_out = await opt_outs.answered(self._sns, given.number, given.text)
        if opted_out is None:
            raise AwsError("ResourceNotFoundException", f"Nobody has texted {given.number}.", 404)
        return json_reply({"optedOut": opted_out})

    async def _certificate(self, head: Head, body: bytes) -> Reply:
        return await self._sns.signer.certificate(head)

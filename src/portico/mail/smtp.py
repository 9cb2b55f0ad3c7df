"""Sending through a mail server."""

import asyncio
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from portico.mail.letter import Mail, Post
from portico.mail.page import plain

_TIMEOUT_S = 15.0


def by_smtp(server: str) -> Post:
    """Send through `smtp://[USER:PASSWORD@]HOST[:PORT]` (STARTTLS where offered) or `smtps://...`."""
    parts = urlsplit(server)

    def send(mail: Mail) -> None:
        import smtplib  # large, and most servers send no mail

        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
        with kind(parts.hostname or "", port, timeout=_TIMEOUT_S) as connection:
            connection.ehlo()
            if parts.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls()
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
            connection.send_message(_message(mail))

    async def post(mail: Mail) -> None:
        await asyncio.to_thread(send, mail)

    return post


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
    message["Message-ID"] = f"<{mail.id}@{parseaddr(mail.sender)[1].rpartition('@')[2] or 'localhost'}>"
    message.set_content(plain(mail.text) if mail.html else mail.text)
    if mail.html:
        message.add_alternative(mail.text, subtype="html")
    return message

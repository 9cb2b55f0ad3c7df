"""Mails as people and mail servers get them."""

import pytest

from mail_server import MailServer
from portico.mail import page
from portico.mail.letter import Mail
from portico.mail.smtp import by_smtp
from portico.wire.http import Head

HEAD = Head("GET", "/_portico/mailbox", "", ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Your code is <b>123456</b>.", "Your code is 123456."),
        ("One<br>two<p>three</p>", "One\ntwo\nthree"),
        ('<a href="https://a.example/?x=1&amp;y=2">here</a>', "https://a.example/?x=1&y=2 here"),
        ("&lt;script&gt;", "<script>"),
        ("no page at all", "no page at all"),
    ],
)
def test_a_page_as_text(text: str, wanted: str) -> None:
    assert page.plain(text) == wanted


def test_the_page_shows_code_and_words_and_nothing_that_runs() -> None:
    mail = Mail(
        "1", "<to>", "a@b", "s & t", "<script>alert(1)</script>x <img src=x onerror=y>", html=True, code="<1>"
    )
    text = Mail("2", "+4915", "", "", "code 654321 <b>", kind="sms", code="654321")
    shown = page.reply(HEAD, [mail, text]).body.decode()
    assert "<code>&lt;1&gt;</code>" in shown
    assert "<code>654321</code>" in shown
    assert "s &amp; t" in shown
    assert "&lt;to&gt;" in shown
    assert "code 654321 &lt;b&gt;" in shown
    assert "Text message" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_an_empty_mailbox() -> None:
    reply = page.reply(HEAD, [])
    assert b"There are no messages here (yet)." in reply.body
    assert ("Cache-Control", "no-store") in reply.headers


async def test_a_page_is_sent_with_its_words() -> None:
    server = MailServer()
    try:
        await by_smtp(f"smtp://127.0.0.1:{server.port}")(
            Mail("id", "ada@example.com", "Pool <no-reply@pool.example>", "Hi", "Code <b>7</b>", html=True)
        )
    finally:
        server.close()
    (message,) = server.messages
    assert "Message-ID: <id@pool.example>" in message
    assert "From: Pool <no-reply@pool.example>" in message
    assert 'Content-Type: text/plain; charset="utf-8"' in message
    assert "Code 7\r\n" in message
    assert "Code <b>7</b>\r\n" in message

"""Where messages go: the mail server, the mailbox, the outbox that outlives the server."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cognito_answers import PASSWORD, Mailbox, Pool, listed
from harness import new_account, running
from mail_server import MailServer


def sign_up(pool: Pool, to: str) -> None:
    pool.api.sign_up(
        ClientId=pool.client_id, Username="ada", Password=PASSWORD, UserAttributes=listed({"email": to})
    )


def test_through_a_mail_server_and_into_the_mailbox() -> None:
    mails = MailServer()
    try:
        with running(None, "--smtp", f"smtp://127.0.0.1:{mails.port}") as server:
            pool = Pool(
                server.client("cognito-idp", new_account()),
                {
                    "AutoVerifiedAttributes": ["email"],
                    "EmailVerificationMessage": "Type <b>{####}</b>",
                    "EmailVerificationSubject": "Welcome",
                    "EmailConfiguration": {"From": "Pool <hello@pool.example>"},
                },
            )
            sign_up(pool, "ada@example.com")
            code = Mailbox(server).code("ada@example.com")
            while not mails.messages:
                pool.get()
    finally:
        mails.close()
    (message,) = mails.messages
    assert f"Type <b>{code}</b>" in message
    assert "Subject: Welcome" in message
    assert "From: Pool <hello@pool.example>" in message


def test_a_mail_that_was_promised_is_sent_after_a_crash(tmp_path: Path) -> None:
    account = new_account()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]  # a port where no mail server is
    with running(tmp_path / "data", "--smtp", f"smtp://127.0.0.1:{nobody}") as server:
        pool = Pool(server.client("cognito-idp", account), {"AutoVerifiedAttributes": ["email"]})
        sign_up(pool, "ada@example.com")
        code = Mailbox(server).code("ada@example.com")
        server.kill()
    mails = MailServer()
    try:
        with running(tmp_path / "data", "--smtp", f"smtp://127.0.0.1:{mails.port}") as server:
            assert Mailbox(server).code("ada@example.com") == code
            server.advance(600)
            while not mails.messages:
                Mailbox(server).all("")
            api = server.client("cognito-idp", account)
            api.confirm_sign_up(ClientId=pool.client_id, Username="ada", ConfirmationCode=code)
    finally:
        mails.close()
    assert code in mails.messages[0]


def test_a_link_in_place_of_a_code(make_pool: Callable[..., Pool], mailbox: Mailbox, account: str) -> None:
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        VerificationMessageTemplate={
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "EmailMessageByLink": "Press {##this link##} now",
            "EmailSubjectByLink": "Your link",
        },
    )
    pool.api.create_user_pool_domain(UserPoolId=pool.id, Domain=f"p{account}")
    to = f"ada.{account}@example.com"
    sign_up(pool, to)
    mail: dict[str, Any] = mailbox.all(to)[0]
    assert mail["subject"] == "Your link"
    assert mail["text"].startswith('Press <a href="http')
    assert (
        f"/confirmUser?client_id={pool.client_id}&amp;user_name=ada&amp;confirmation_code={mail['code']}"
        in (mail["text"])
    )
    assert mail["text"].endswith(">this link</a> now")


def test_names_that_would_be_a_page(make_pool: Callable[..., Pool], mailbox: Mailbox, account: str) -> None:
    pool, to = make_pool(), f"ada.{account}@example.com"
    pool.api.admin_create_user(
        UserPoolId=pool.id,
        Username="<script>x</script>",
        UserAttributes=listed({"email": to}),
        DesiredDeliveryMediums=["EMAIL"],
    )
    assert "Your username is &lt;script&gt;x&lt;/script&gt; and" in mailbox.all(to)[0]["text"]

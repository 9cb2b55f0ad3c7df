"""gateway.forwarded: the caller behind a proxy."""

from collections.abc import Callable
from typing import Any

import pytest

from harness import running
from portico.gateway.forwarded import caller_of
from portico.wire.http import Head, Peer

PROXY = Peer("10.0.0.1", 1234, connection=7)


@pytest.mark.parametrize(
    ("headers", "host", "secure"),
    [
        ((), "10.0.0.1", False),
        ((("x-forwarded-for", "192.0.2.7"),), "192.0.2.7", False),
        (
            (("x-forwarded-for", "127.0.0.1, 192.0.2.7"),),
            "192.0.2.7",
            False,
        ),  # the first is the caller's own word
        ((("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "2001:db8::1")), "2001:db8::1", False),
        ((("x-forwarded-for", "nonsense"),), "10.0.0.1", False),
        ((("x-forwarded-for", ""), ("x-forwarded-proto", "https")), "10.0.0.1", True),
        ((("x-forwarded-proto", "http"),), "10.0.0.1", False),
    ],
)
def test_the_caller_is_the_last_that_the_proxy_added(headers: Any, host: str, secure: bool) -> None:
    found = caller_of(Head("GET", "/", "", headers), PROXY)
    assert (found.host, found.secure, found.connection) == (host, secure, 7)


def test_a_policy_sees_the_address_only_when_the_proxy_is_trusted(
    tmp_path: Any, client: Callable[..., Any]
) -> None:
    """`aws:SourceIp` decides; a client that is not behind a trusted proxy can't choose its address."""
    with running(tmp_path / "data", "--trust-proxy") as server:
        from portico.cli.connection import Connection

        key, secret, _ = Connection(server.url, str(tmp_path / "data"), None).keys
        iam = server.client("iam", key=key, secret=secret)
        assert _may_list(server.client, iam, "192.0.2.7")
        assert not _may_list(server.client, iam, "192.0.2.8")
    assert not _may_list(client, client("iam"), "192.0.2.7")


def _may_list(client: Callable[..., Any], iam: Any, address: str) -> bool:
    name = f"u{address.rpartition('.')[2]}"
    iam.create_user(UserName=name)
    allow = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*",'
        '"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.7/32"}}}}'
    )
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    caller = client("iam", key=made["AccessKeyId"], secret=made["SecretAccessKey"])
    caller.meta.events.register(
        "before-sign.iam", lambda request, **_: request.headers.add_header("X-Forwarded-For", address)
    )
    try:
        caller.list_users()
    except caller.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True

"""Subscriptions by mail against a running server without a mail server: the mailbox page, its links, and who may read it."""

import html
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import REGION, Server

Topic = Callable[..., str]


def fetch(url: str, **headers: str) -> tuple[int, str, str]:
    """Status, content type and body."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def mails(server: Server, to: str, count: int) -> list[dict[str, Any]]:
    """The mails to an address, once there are so many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        _, _, body = fetch(f"{server.url}/_portico/mailbox?to={to}", Accept="application/json")
        found: list[dict[str, Any]] = json.loads(body)["mails"]
        if len(found) >= count:
            return found
    raise AssertionError(f"there are no {count} mails to {to}")


def test_a_subscription_by_mail(server: Server, sns: Any, topic: Topic, account: str) -> None:
    arn, address = topic(), f"ada-{account}@example.com"
    assert (
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)["SubscriptionArn"]
        == "pending confirmation"
    )
    (asked,) = mails(server, address, 1)
    (link,) = re.findall(r"http\S+Action=ConfirmSubscription\S+", asked["text"])
    assert fetch(link)[0] == 200
    sns.publish(TopicArn=arn, Message="<script>alert(1)</script> & more", Subject="<i>hello</i>")
    mail, _ = mails(server, address, 2)
    assert mail["subject"] == "<i>hello</i>"
    status, kind, page = fetch(f"{server.url}/_portico/mailbox?to={address}")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    links = [html.unescape(found) for found in re.findall(r'href="([^"]+)"', page)]
    assert link in links
    (ending,) = [found for found in links if "Action=Unsubscribe" in found]
    assert fetch(ending)[0] == 200
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []
    restored = mails(server, address, 3)[0]
    assert fetch(re.findall(r"http\S+Action=ConfirmSubscription\S+", restored["text"])[0])[0] == 200
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1


def test_who_may_read_it(server: Server, client: Callable[..., Any]) -> None:
    url = f"{server.url}/_portico/mailbox"
    assert fetch(url)[0] == 200
    assert fetch(url, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]

    def as_user() -> int:
        signed = AWSRequest("GET", url)
        SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "portico", REGION).add_auth(signed)
        return fetch(url, **dict(signed.headers.items()))[0]

    assert as_user() == 403
    statement = {"Effect": "Allow", "Action": "portico:Mailbox", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy)
    assert as_user() == 200

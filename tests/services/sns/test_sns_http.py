"""Subscriptions over HTTP against a running server: confirmation, signatures, links, and what endpoints can't be."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness import Server
from receiver import Delivered, Receiver, receiving
from sns_answers import NO_TOPIC, attributes, notification, replaced, told

Topic = Callable[..., str]
CONFIRMATION = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "<MessageId>",
    "Token": "<Token>",
    "SubscribeURL": "<SubscribeURL>",
    "Timestamp": "<Timestamp>",
    "SignatureVersion": "1",
    "Signature": "<Signature>",
    "SigningCertURL": "<SigningCertURL>",
}
AGENT = "Amazon Simple Notification Service Agent"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def fetch(url: str) -> tuple[int, str]:
    """Status and body of a link that is followed."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def verify(message: dict[str, Any], signed: tuple[str, ...]) -> None:
    """Check a message's signature as the developer guide says."""
    _, pem = fetch(message["SigningCertURL"])
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    text = "".join(f"{name}\n{message[name]}\n" for name in signed if name in message)
    digest = hashes.SHA256() if message["SignatureVersion"] == "2" else hashes.SHA1()
    key.verify(base64.b64decode(message["Signature"]), text.encode(), padding.PKCS1v15(), digest)


NOTIFICATION_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION_SIGNED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def of_sns(delivered: Delivered) -> dict[str, str]:
    """The headers that are SNS's own, and the content type."""
    names = [name for name in delivered.headers if name.startswith("x-amz-sns-")]
    return {name: delivered.headers[name] for name in [*names, "content-type"]}


@pytest.mark.parametrize("raw", [True, False])
def test_a_subscription_from_its_confirmation_to_its_end(
    sns: Any, topic: Topic, receiver: Receiver, raw: bool
) -> None:
    arn = topic()
    made = sns.subscribe(
        TopicArn=arn,
        Protocol="http",
        Endpoint=f"{receiver.url}/sns",
        Attributes={"RawMessageDelivery": str(raw).lower()},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    asked = receiver.take()
    message = asked.json
    words = (
        f"You have chosen to subscribe to the topic {arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    assert replaced(message) == {**CONFIRMATION, "TopicArn": arn, "Message": words}
    assert of_sns(asked) == {
        "x-amz-sns-message-type": "SubscriptionConfirmation",
        "x-amz-sns-message-id": message["MessageId"],
        "x-amz-sns-topic-arn": arn,
        "content-type": "text/plain; charset=UTF-8",
    }
    assert (asked.headers["user-agent"], asked.headers["accept-encoding"]) == (AGENT, "gzip,deflate")
    verify(message, CONFIRMATION_SIGNED)
    found = attributes(sns.get_subscription_attributes(SubscriptionArn=made))
    assert (found["PendingConfirmation"], found["ConfirmationWasAuthenticated"]) == ("true", "false")
    sns.publish(TopicArn=arn, Message="before")
    assert fetch(message["SubscribeURL"])[0] == 200
    assert sns.confirm_subscription(TopicArn=arn, Token=message["Token"])["SubscriptionArn"] == made
    found = attributes(sns.get_subscription_attributes(SubscriptionArn=made))
    assert (found["PendingConfirmation"], found["ConfirmationWasAuthenticated"]) == ("false", "false")

    published = sns.publish(TopicArn=arn, Message="test_external_http_endpoint", Subject="s")
    delivered = receiver.take()
    headers = {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": published["MessageId"],
        "x-amz-sns-topic-arn": arn,
        "x-amz-sns-subscription-arn": made,
        "content-type": "text/plain; charset=UTF-8",
    }
    assert of_sns(delivered) == ({**headers, "x-amz-sns-rawdelivery": "true"} if raw else headers)
    if raw:
        assert delivered.body == b"test_external_http_endpoint"
    else:
        assert replaced(delivered.json) == notification(arn, "test_external_http_endpoint", Subject="s")
        verify(delivered.json, NOTIFICATION_SIGNED)
        with pytest.raises(InvalidSignature):
            verify({**delivered.json, "Message": "forged"}, NOTIFICATION_SIGNED)

    unsubscribe = f"{message['SubscribeURL'].partition('?')[0]}?Action=Unsubscribe&SubscriptionArn={made}"
    assert fetch(unsubscribe)[0] == 200
    ended = receiver.take()
    assert ended.headers["x-amz-sns-message-type"] == "UnsubscribeConfirmation"
    assert ended.headers["x-amz-sns-subscription-arn"] == made
    verify(ended.json, CONFIRMATION_SIGNED)
    assert replaced(ended.json) == {
        **CONFIRMATION,
        "Type": "UnsubscribeConfirmation",
        "TopicArn": arn,
        "Message": f"You have chosen to deactivate subscription {made}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.",
    }
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []
    assert fetch(ended.json["SubscribeURL"])[0] == 200
    assert [each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]] == [made]
    assert receiver.has_none()


def confirmed(sns: Any, topic: str, receiver: Receiver, **given: Any) -> str:
    """A confirmed subscription of the receiver; its ARN."""
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url, **given)
    token = receiver.take().json["Token"]
    arn: str = sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
    return arn


def test_content_types(sns: Any, topic: Topic, receiver: Receiver) -> None:
    policy = {"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}}
    arn = topic(DeliveryPolicy=json.dumps(policy))
    own = {
        "healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 0},
        "throttlePolicy": {"maxReceivesPerSecond": 1000},
    }
    made = confirmed(sns, arn, receiver, Attributes={"DeliveryPolicy": json.dumps(own)})
    retry = {
        **own["healthyRetryPolicy"],
        **dict.fromkeys(("numMaxDelayRetries", "numNoDelayRetries", "numMinDelayRetries"), 0),
        "backoffFunction": "linear",
    }
    shown = {
        "healthyRetryPolicy": retry,
        "sicklyRetryPolicy": None,
        "throttlePolicy": {"maxReceivesPerSecond": 1000},
        "requestPolicy": None,
        "guaranteed": False,
    }
    found = attributes(sns.get_subscription_attributes(SubscriptionArn=made))
    assert found["DeliveryPolicy"] == shown
    assert found["EffectiveDeliveryPolicy"] == {
        **shown,
        "requestPolicy": {"headerContentType": "application/json"},
    }
    sns.publish(TopicArn=arn, Message="x")
    assert receiver.take().headers["content-type"] == "application/json"
    sns.set_subscription_attributes(
        SubscriptionArn=made,
        AttributeName="DeliveryPolicy",
        AttributeValue=json.dumps({"requestPolicy": {"headerContentType": "text/csv"}}),
    )
    sns.publish(TopicArn=arn, Message="x")
    assert receiver.take().headers["content-type"] == "text/csv"


def test_signatures_of_version_2(sns: Any, topic: Topic, receiver: Receiver) -> None:
    arn = topic(SignatureVersion="2")
    confirmed(sns, arn, receiver)
    sns.publish(TopicArn=arn, Message="x")
    message = receiver.take().json
    assert message["SignatureVersion"] == "2"
    verify(message, NOTIFICATION_SIGNED)


def test_only_the_certificate_is_served(server: Server, sns: Any, topic: Topic, receiver: Receiver) -> None:
    confirmed(sns, topic(), receiver)
    assert fetch(f"{server.url}/_portico/sns/SimpleNotificationService-{'0' * 32}.pem")[0] == 404
    assert fetch(f"{server.url}/_portico/sns/../mailbox")[0] == 404


# Tokens ----------------------------------------------------------------------------------------------------------------


def test_tokens_are_good_for_their_topic_alone(sns: Any, topic: Topic, receiver: Receiver) -> None:
    one, other = topic("one"), topic("other")
    sns.subscribe(TopicArn=one, Protocol="http", Endpoint=receiver.url)
    token = receiver.take().json["Token"]
    wrong = (400, "InvalidParameter", "Invalid token")
    assert told(sns.confirm_subscription, TopicArn=other, Token=token) == wrong
    assert (
        told(
            sns.confirm_subscription,
            TopicArn=one,
            Token=token[:-1] + "0" * (token[-1] != "0") + "1" * (token[-1] == "0"),
        )
        == wrong
    )
    assert told(sns.confirm_subscription, TopicArn=one, Token=token[:32] + "0" * 192) == wrong
    assert told(sns.confirm_subscription, TopicArn=f"{one}x", Token=token) == NO_TOPIC


def test_only_the_newest_token_counts(sns: Any, topic: Topic, receiver: Receiver) -> None:
    arn, tokens = topic(), []
    for _ in range(2):
        sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=receiver.url)
        tokens.append(receiver.take().json["Token"])
    assert told(sns.confirm_subscription, TopicArn=arn, Token=tokens[0])[2] == "Invalid token"
    assert sns.confirm_subscription(TopicArn=arn, Token=tokens[1])
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1


def test_the_end_may_need_a_signature(server: Server, sns: Any, topic: Topic, receiver: Receiver) -> None:
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=receiver.url)
    message = receiver.take().json
    link = message["SubscribeURL"] + "&AuthenticateOnUnsubscribe=true"
    assert fetch(link)[0] == 403
    made = sns.confirm_subscription(TopicArn=arn, Token=message["Token"], AuthenticateOnUnsubscribe="true")
    found = attributes(sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"]))
    assert found["ConfirmationWasAuthenticated"] == "true"
    ending = f"{server.url}/?Action=Unsubscribe&SubscriptionArn={made['SubscriptionArn']}"
    assert fetch(ending)[0] == 403
    sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    assert receiver.has_none()


def test_links_that_lead_nowhere(server: Server, topic: Topic) -> None:
    arn = topic()
    for query in (
        f"Action=ConfirmSubscription&TopicArn={arn}&Token=x",
        f"Action=ConfirmSubscription&TopicArn={arn}",
        "Action=Unsubscribe&SubscriptionArn=x",
        "Action=Subscribe",
        f"Action=DeleteTopic&TopicArn={arn}",
        f"Action=GetTopicAttributes&TopicArn={arn}",
        "Action=Nothing",
    ):
        status, body = fetch(f"{server.url}/?{query}")
        assert status in (400, 403), query
        assert "<Error>" in body


# Endpoints that can't be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("http", "https://example.com/"),
        ("https", "http://example.com/"),
        ("http", "example.com"),
        ("http", "http://"),
        ("http", "http://example.com:0/"),
        ("http", "ftp://example.com/"),
        ("http", "http://example.com/" + "a" * 2_048),
    ],
)
def test_endpoints_of_the_wrong_form(sns: Any, topic: Topic, protocol: str, endpoint: str) -> None:
    found = told(sns.subscribe, TopicArn=topic(), Protocol=protocol, Endpoint=endpoint)
    assert found[2] == "Invalid parameter: Endpoint must match the specified protocol"

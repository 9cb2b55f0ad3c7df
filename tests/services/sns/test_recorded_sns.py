"""What AWS answered to the same requests: same members, same absences, same codes and words."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import REGION, Server
from sns_answers import (
    DEFAULT_DELIVERY,
    NO_SUBSCRIPTION,
    NO_TOPIC,
    PLAIN_TEXT,
    RETRY,
    attributes,
    default_policy,
    invalid,
    notification,
    replaced,
    shown,
    told,
    value_invalid,
)

Topic = Callable[..., str]
Subscribe = Callable[..., str]


def topic_attributes(account: str, arn: str, **more: Any) -> dict[str, Any]:
    return {
        "DisplayName": "",
        "EffectiveDeliveryPolicy": DEFAULT_DELIVERY,
        "Owner": account,
        "Policy": default_policy(arn, account),
        "SubscriptionsConfirmed": "0",
        "SubscriptionsDeleted": "0",
        "SubscriptionsPending": "0",
        "TopicArn": arn,
        **more,
    }


# Topics ----------------------------------------------------------------------------------------------------------------


def test_attributes_of_topics(sns: Any, topic: Topic, account: str) -> None:
    plain = topic("t")
    assert attributes(sns.get_topic_attributes(TopicArn=plain)) == topic_attributes(account, plain)
    fifo = topic("t.fifo", DisplayName="TestTopic", SignatureVersion="2")
    assert attributes(sns.get_topic_attributes(TopicArn=fifo)) == topic_attributes(
        account,
        fifo,
        DisplayName="TestTopic",
        SignatureVersion="2",
        FifoTopic="true",
        ContentBasedDeduplication="false",
    )
    assert told(sns.get_topic_attributes, TopicArn=f"{plain}x") == NO_TOPIC
    assert told(sns.get_topic_attributes, TopicArn="x") == invalid(
        "TopicArn Reason: An ARN must have at least 6 elements, not 1"
    )


def test_a_topic_made_again(sns: Any, account: str) -> None:
    made = sns.create_topic(Name="t", Attributes={"DisplayName": "Value1"}, Tags=[{"Key": "a", "Value": "1"}])
    assert shown(made) == {"TopicArn": f"arn:aws:sns:{REGION}:{account}:t"}
    assert shown(sns.create_topic(Name="t")) == shown(made)
    assert shown(sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "1"}])) == shown(made)
    differs = invalid("Attributes Reason: Topic already exists with different attributes")
    for given in (
        {"DisplayName": "Value2"},
        {"SignatureVersion": "2"},
        {"DisplayName": "Value1", "SignatureVersion": "2"},
    ):
        assert told(sns.create_topic, Name="t", Attributes=given) == differs
    assert told(sns.create_topic, Name="t", Attributes={"FifoTopic": "true"}) == invalid("Topic Name")
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert told(sns.create_topic, Name="t", Tags=tags) == invalid(
        "Tags Reason: Topic already exists with different tags"
    )
    assert shown(sns.create_topic(Name="s", Attributes={"FifoTopic": "false"})) == {
        "TopicArn": f"arn:aws:sns:{REGION}:{account}:s"
    }


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("", {}),
        ("a" * 257, {}),
        ("a.fifo", {}),
        ("a", {"FifoTopic": "true"}),
        *[(f"a{sign}", {}) for sign in "@!$%^&*("],
    ],
)
def test_names(sns: Any, name: str, given: dict[str, str]) -> None:
    assert told(sns.create_topic, Name=name, Attributes=given) == invalid("Topic Name")


def test_the_longest_name(sns: Any) -> None:
    assert sns.create_topic(Name="a" * 256)["TopicArn"].endswith(":" + "a" * 256)


def test_topics_deleted(sns: Any, topic: Topic) -> None:
    arn = topic()
    assert shown(sns.delete_topic(TopicArn=arn)) == {}
    assert shown(sns.delete_topic(TopicArn=arn)) == {}
    assert told(sns.get_topic_attributes, TopicArn=arn) == NO_TOPIC
    again = sns.create_topic(Name="t", Tags=[{"Key": "k", "Value": "v"}])
    assert shown(again) == {"TopicArn": arn}


def test_tags(sns: Any, topic: Topic) -> None:
    arn = topic()
    pairs = [{"Key": "k1", "Value": "v1"}, {"Key": "k2", "Value": "v2"}]
    assert told(sns.tag_resource, ResourceArn=arn, Tags=[*pairs, {"Key": "k2", "Value": "v"}]) == invalid(
        "Duplicated keys are not allowed."
    )
    sns.tag_resource(ResourceArn=arn, Tags=pairs)
    assert shown(sns.list_tags_for_resource(ResourceArn=arn)) == {"Tags": pairs}
    sns.untag_resource(ResourceArn=arn, TagKeys=["k1"])
    assert shown(sns.list_tags_for_resource(ResourceArn=arn)) == {"Tags": pairs[1:]}
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "k2", "Value": "v2b"}])
    assert shown(sns.list_tags_for_resource(ResourceArn=arn)) == {"Tags": [{"Key": "k2", "Value": "v2b"}]}
    sns.delete_topic(TopicArn=arn)
    topic()
    assert shown(sns.list_tags_for_resource(ResourceArn=arn)) == {"Tags": []}


def test_attributes_that_can_not_be_set(sns: Any, topic: Topic) -> None:
    arn = topic()
    for name in ("FifoTopic", "Owner", "x"):
        found = told(sns.set_topic_attributes, TopicArn=arn, AttributeName=name, AttributeValue="false")
        assert found == invalid("AttributeName")


def test_delivery_policies(sns: Any, account: str) -> None:
    policy = {"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}}
    given = {
        "FifoTopic": "true",
        "DisplayName": "TestTopic",
        "SignatureVersion": "2",
        "DeliveryPolicy": json.dumps(policy),
    }
    arn = sns.create_topic(Name="t.fifo", Attributes=given)["TopicArn"]

    def policies() -> tuple[Any, Any]:
        found = attributes(sns.get_topic_attributes(TopicArn=arn))
        return found.get("DeliveryPolicy"), found["EffectiveDeliveryPolicy"]["http"]

    def put(value: Any) -> None:
        text = "" if value is None else json.dumps(value)
        sns.set_topic_attributes(TopicArn=arn, AttributeName="DeliveryPolicy", AttributeValue=text)

    request = {"headerContentType": "application/json"}
    none = {
        "defaultHealthyRetryPolicy": RETRY,
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": PLAIN_TEXT,
    }
    shown_policy, effective = policies()
    assert shown_policy == {"http": {"disableSubscriptionOverrides": False, "defaultRequestPolicy": request}}
    assert list(shown_policy["http"]) == ["disableSubscriptionOverrides", "defaultRequestPolicy"]
    assert effective == {**none, "defaultRequestPolicy": request}
    retry = {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}
    put({"http": {"defaultHealthyRetryPolicy": retry}})
    assert policies() == (
        {"http": {"defaultHealthyRetryPolicy": retry, "disableSubscriptionOverrides": False}},
        {**none, "defaultHealthyRetryPolicy": {**RETRY, **retry}},
    )
    put({"http": {"defaultHealthyRetryPolicy": None}})
    assert policies() == ({"http": {"disableSubscriptionOverrides": False}}, none)
    put(None)
    assert policies() == (None, none)


def test_regions(client: Callable[..., Any], topic: Topic, queues: Any, account: str) -> None:
    arn, elsewhere = topic(), client("sns", region="eu-west-1")
    message = {"TopicArn": arn, "Message": "x"}
    wrong = invalid("TopicArn")
    assert told(elsewhere.get_topic_attributes, TopicArn=arn) == wrong
    assert told(elsewhere.publish, **message) == wrong
    entries = [{"Id": "1", "Message": "x"}]
    assert told(elsewhere.publish_batch, TopicArn=arn, PublishBatchRequestEntries=entries) == wrong
    assert told(elsewhere.subscribe, TopicArn=arn, Protocol="sqs", Endpoint=queues.arn("q")) == wrong
    assert told(elsewhere.list_subscriptions_by_topic, TopicArn=arn) == wrong
    assert told(elsewhere.delete_topic, TopicArn=arn) == wrong
    assert elsewhere.list_topics()["Topics"] == []


def test_permissions(sns: Any, topic: Topic, account: str) -> None:
    arn = topic()
    sns.add_permission(TopicArn=arn, Label="test", AWSAccountId=[account], ActionName=["Publish"])
    statement = {
        "Sid": "test",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "SNS:Publish",
        "Resource": arn,
    }
    default = default_policy(arn, account)
    found = attributes(sns.get_topic_attributes(TopicArn=arn))["Policy"]
    assert found == {**default, "Statement": [*default["Statement"], statement]}
    again = {"TopicArn": arn, "Label": "test", "AWSAccountId": [account]}
    assert told(sns.add_permission, **again, ActionName=["Publish"]) == invalid("Statement already exists")
    assert told(sns.add_permission, **{**again, "TopicArn": f"{arn}x"}, ActionName=["Publish"]) == NO_TOPIC
    assert told(sns.add_permission, **{**again, "Label": "b"}, ActionName=["InvalidAction"]) == invalid(
        "Policy statement action out of service scope!"
    )
    sns.remove_permission(TopicArn=arn, Label="test")
    assert attributes(sns.get_topic_attributes(TopicArn=arn))["Policy"] == default
    assert told(sns.remove_permission, TopicArn=f"{arn}x", Label="test") == NO_TOPIC
    sns.add_permission(TopicArn=arn, Label="two", AWSAccountId=[account], ActionName=["Publish", "Subscribe"])
    found = attributes(sns.get_topic_attributes(TopicArn=arn))["Policy"]
    assert found["Statement"][1]["Action"] == ["SNS:Publish", "SNS:Subscribe"]


def test_data_protection_policies(sns: Any, topic: Topic, account: str) -> None:
    arn = topic()
    policy = {
        "Name": "data_protection_policy",
        "Description": "Test Policy",
        "Version": "2021-06-01",
        "Statement": [
            {
                "Sid": "test-statement",
                "DataDirection": "Inbound",
                "Principal": ["*"],
                "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
                "Operation": {"Deny": {}},
            }
        ],
    }
    assert (
        shown(sns.put_data_protection_policy(ResourceArn=arn, DataProtectionPolicy=json.dumps(policy))) == {}
    )
    answer = sns.get_data_protection_policy(ResourceArn=arn)
    assert json.loads(answer["DataProtectionPolicy"]) == policy
    assert attributes(sns.get_topic_attributes(TopicArn=arn)) == topic_attributes(account, arn)


# Subscriptions ---------------------------------------------------------------------------------------------------------


def subscription_attributes(account: str, topic: str, endpoint: str, **more: Any) -> dict[str, Any]:
    return {
        "ConfirmationWasAuthenticated": "true",
        "Endpoint": endpoint,
        "Owner": account,
        "PendingConfirmation": "false",
        "Protocol": "sqs",
        "RawMessageDelivery": "false",
        "SubscriptionArn": "<SubscriptionArn>",
        "SubscriptionPrincipal": f"arn:aws:iam::{account}:root",
        "TopicArn": topic,
        **more,
    }


def test_attributes_of_subscriptions(sns: Any, topic: Topic, queues: Any, account: str) -> None:
    arn, queue = topic(), queues.arn("q")
    given = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": queue}
    assert told(sns.subscribe, **given, Attributes={"RawMessageDelivery": "wrongvalue"}) == invalid(
        "Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false."
    )
    made = sns.subscribe(**given, Attributes={"RawMessageDelivery": "true"})
    found = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])
    assert replaced(attributes(found)) == subscription_attributes(
        account, arn, queue, RawMessageDelivery="true"
    )
    unknown = made["SubscriptionArn"][:-8] + "fffffff0"
    assert told(sns.get_subscription_attributes, SubscriptionArn=unknown) == NO_SUBSCRIPTION
    filtered = sns.subscribe(
        **{**given, "Endpoint": queues.arn("r")},
        Attributes={"FilterPolicy": json.dumps({"attr1": [{"numeric": [">", 0, "<=", 100]}]})},
    )
    found = sns.get_subscription_attributes(SubscriptionArn=filtered["SubscriptionArn"])
    assert replaced(attributes(found)) == subscription_attributes(
        account,
        arn,
        queues.arn("r"),
        FilterPolicy={"attr1": [{"numeric": [">", 0, "<=", 100]}]},
        FilterPolicyScope="MessageAttributes",
    )


_PARSER = (
    "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {}]"
)
_FIELD_NAME = "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FakeAttribute", "x", "AttributeName"),
        (
            "RawMessageDelivery",
            "test-ValUe",
            "RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false.",
        ),
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "fake-arn"}',
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        ("RedrivePolicy", "{invalidjson}", f"RedrivePolicy: {_FIELD_NAME}{_PARSER.format(2)}"),
        ("FilterPolicy", "{invalidjson}", f"FilterPolicy: {_FIELD_NAME}{_PARSER.format(2)}"),
    ],
)
def test_subscription_attributes_that_can_not_be_set(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, name: str, value: str, words: str
) -> None:
    arn = subscribe(topic(), "sqs", queues.arn("q"))
    found = told(
        sns.set_subscription_attributes, SubscriptionArn=arn, AttributeName=name, AttributeValue=value
    )
    assert found == invalid(words)


def test_a_filter_policy_that_is_no_json(sns: Any, topic: Topic, queues: Any) -> None:
    given = {"TopicArn": topic(), "Protocol": "sqs", "Endpoint": queues.arn("q")}
    words = (
        "Attributes Reason: FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, "
        "Array, Object or token 'null', 'true' or 'false')"
    )
    found = told(sns.subscribe, **given, Attributes={"FilterPolicy": "invalid"})
    assert found == invalid(words + _PARSER.format(8))


def test_the_same_endpoint_again(sns: Any, topic: Topic, queues: Any) -> None:
    given = {"TopicArn": topic(), "Protocol": "sqs", "Endpoint": queues.arn("q")}
    first = sns.subscribe(**given, Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"]
    for more in ({"Attributes": {"RawMessageDelivery": "true"}}, {}, {"Attributes": {}}):
        assert sns.subscribe(**given, **more)["SubscriptionArn"] == first
    assert told(sns.subscribe, **given, Attributes={"RawMessageDelivery": "false"}) == invalid(
        "Attributes Reason: Subscription already exists with different attributes"
    )


@pytest.mark.parametrize(
    ("protocol", "endpoint", "words"),
    [
        (
            "test-protocol",
            "x",
            "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol",
        ),
        ("sqs", "http://localhost:4566/000000000000/q", "Invalid parameter: SQS endpoint ARN"),
        ("sqs", "invalid-queue-arn", "Invalid parameter: SQS endpoint ARN"),
        ("sms", "NAA+15551234567", "Invalid SMS endpoint: NAA+15551234567"),
        ("sms", "+15--551234567", "Invalid SMS endpoint: +15--551234567"),
        ("sms", "+15551234567.", "Invalid SMS endpoint: +15551234567."),
        ("sms", "/+15551234567", "Invalid SMS endpoint: /+15551234567"),
        ("sms", "invalid-number", "Invalid SMS endpoint: invalid-number"),
    ],
)
def test_endpoints_that_can_not_be(sns: Any, topic: Topic, protocol: str, endpoint: str, words: str) -> None:
    found = told(sns.subscribe, TopicArn=topic(), Protocol=protocol, Endpoint=endpoint)
    assert found == (400, "InvalidParameter", words)


@pytest.mark.parametrize("number", ["+123123123", "+15/55-123.4567", "+15551234567"])
def test_telephones(sns: Any, topic: Topic, account: str, number: str) -> None:
    arn = topic()
    made = sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint=number)
    assert shown(made) == {"SubscriptionArn": "<SubscriptionArn>"}
    found = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])
    assert replaced(attributes(found)) == subscription_attributes(account, arn, number, Protocol="sms")


def test_subscribing_to_what_is_not_there(sns: Any, topic: Topic, queues: Any) -> None:
    arn = topic()
    given = {"Protocol": "sqs", "Endpoint": queues.arn("q")}
    few = "TopicArn Reason: An ARN must have at least 6 elements, not {}"
    assert told(sns.subscribe, TopicArn="x", **given) == invalid(few.format(1))
    assert told(sns.subscribe, TopicArn="arn:aws:sns:us-east-1:1", **given) == invalid(few.format(5))
    assert told(sns.subscribe, TopicArn=f"{arn}x", **given) == NO_TOPIC


def test_unsubscribing(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = subscribe(topic(), "sqs", queues.arn("q"))
    assert shown(sns.unsubscribe(SubscriptionArn=arn)) == {}
    assert shown(sns.unsubscribe(SubscriptionArn=arn)) == {}
    few = "SubscriptionArn Reason: An ARN must have at least 6 elements, not {}"
    assert told(sns.unsubscribe, SubscriptionArn="randomstring") == invalid(few.format(1))
    assert told(sns.unsubscribe, SubscriptionArn="arn:aws:sns:us-east-1:random") == invalid(few.format(5))
    assert told(sns.unsubscribe, SubscriptionArn=arn.rpartition(":")[0]) == invalid("SubscriptionId")
    assert told(sns.unsubscribe, SubscriptionArn="") == invalid(
        "SubscriptionArn Reason: no value for required parameter"
    )
    assert (
        told(
            sns.set_subscription_attributes,
            SubscriptionArn=arn,
            AttributeName="RawMessageDelivery",
            AttributeValue="true",
        )
        == NO_SUBSCRIPTION
    )


def test_lists_of_subscriptions(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, account: str
) -> None:
    arn = topic()
    made = subscribe(arn, "sqs", queues.arn("q"))
    listed = {
        "Endpoint": queues.arn("q"),
        "Owner": account,
        "Protocol": "sqs",
        "SubscriptionArn": made,
        "TopicArn": arn,
    }
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == [listed]
    assert sns.list_subscriptions()["Subscriptions"] == [listed]
    sns.unsubscribe(SubscriptionArn=made)
    assert shown(sns.list_subscriptions_by_topic(TopicArn=arn)) == {"Subscriptions": []}
    assert attributes(sns.get_topic_attributes(TopicArn=arn))["SubscriptionsDeleted"] == "1"


def test_pages_of_subscriptions(sns: Any, topic: Topic, subscribe: Subscribe) -> None:
    arn = topic()
    made = {subscribe(arn, "sms", f"+1555000{number:04d}") for number in range(101)}
    first = sns.list_subscriptions_by_topic(TopicArn=arn)
    second = sns.list_subscriptions_by_topic(TopicArn=arn, NextToken=first["NextToken"])
    assert len(first["Subscriptions"]) == 100
    assert set(second) == {"Subscriptions", "ResponseMetadata"}
    assert {each["SubscriptionArn"] for each in first["Subscriptions"] + second["Subscriptions"]} == made
    own = sns.get_paginator("list_subscriptions").paginate().build_full_result()["Subscriptions"]
    assert {each["SubscriptionArn"] for each in own} == made


def test_subscriptions_of_a_deleted_topic(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, account: str
) -> None:
    arn, queue = topic(), queues.arn("q")
    made = subscribe(arn, "sqs", queue, RawMessageDelivery="true")
    sns.delete_topic(TopicArn=arn)
    found = sns.get_subscription_attributes(SubscriptionArn=made)
    assert replaced(attributes(found)) == subscription_attributes(
        account, arn, queue, RawMessageDelivery="true"
    )
    topic()
    assert shown(sns.list_subscriptions_by_topic(TopicArn=arn)) == {"Subscriptions": []}


def test_tokens(sns: Any, topic: Topic) -> None:
    arn = topic()
    assert told(sns.confirm_subscription, TopicArn=arn, Token="randomtoken") == invalid("Token")
    assert told(
        sns.confirm_subscription, TopicArn=arn, Token="51b2ff3edb475b7d91550e0ab6edf0c1de2a34e6eb"
    ) == (
        400,
        "InvalidParameter",
        "Invalid token",
    )
    assert told(sns.confirm_subscription, TopicArn="x", Token="a" * 64) == invalid("Topic")


def test_pending_subscriptions(sns: Any, topic: Topic) -> None:
    given = {"TopicArn": topic(), "Protocol": "http", "Endpoint": "http://127.0.0.1:9/x"}
    assert shown(sns.subscribe(**given)) == {"SubscriptionArn": "pending confirmation"}
    assert shown(sns.subscribe(**given, ReturnSubscriptionArn=True)) == {
        "SubscriptionArn": "<SubscriptionArn>"
    }


def test_validation_of_fifo(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, account: str) -> None:
    standard, fifo = topic("t"), topic("t.fifo")
    assert told(sns.subscribe, TopicArn=standard, Protocol="sqs", Endpoint=queues.arn("q.fifo")) == invalid(
        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
    )
    plain = sns.get_subscription_attributes(SubscriptionArn=subscribe(fifo, "sqs", queues.arn("q")))
    assert replaced(attributes(plain)) == subscription_attributes(account, fifo, queues.arn("q"))
    made = subscribe(fifo, "sqs", queues.arn("q.fifo"))
    policy = json.dumps({"deadLetterTargetArn": queues.arn("dead")})
    found = told(
        sns.set_subscription_attributes,
        SubscriptionArn=made,
        AttributeName="RedrivePolicy",
        AttributeValue=policy,
    )
    assert found == invalid(
        "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    )
    no_group = invalid("The MessageGroupId parameter is required for FIFO topics")
    assert told(sns.publish, TopicArn=fifo, Message="x") == no_group
    assert told(sns.publish, TopicArn=fifo, Message="x", MessageGroupId="g") == invalid(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )
    assert told(sns.publish, TopicArn=standard, Message="x", MessageDeduplicationId="d") == invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"
    )
    assert told(sns.subscribe, TopicArn=fifo, Protocol="sms", Endpoint="+15551234567") == invalid(
        "Invalid protocol type: sms"
    )


# Publishing ------------------------------------------------------------------------------------------------------------


def test_topics_to_publish_to(sns: Any, topic: Topic, account: str) -> None:
    arn = topic()
    assert shown(sns.publish(TopicArn=arn, Message="x")) == {"MessageId": "<MessageId>"}
    assert told(sns.publish, TopicArn=f"{arn}x", Message="x") == NO_TOPIC
    few = "TopicArn Reason: An ARN must have at least 6 elements, not {}"
    assert told(sns.publish, TopicArn="randomstring", Message="x") == invalid(few.format(1))
    assert told(sns.publish, TopicArn="randomstring:1", Message="x") == invalid(few.format(2))
    assert told(sns.publish, TopicArn="", Message="x") == invalid(few.format(1))
    target = f"arn:aws:sns:{REGION}:{account}:endpoint/APNS/abcdef/0f7d5971-aa8b-4bd5-b585-0826e9f93a66"
    assert told(sns.publish, TargetArn=target, Message="x") == invalid(
        "TargetArn Reason: No endpoint found for the target arn specified"
    )
    batch = [{"Id": "1", "Message": "x"}]
    assert told(sns.publish_batch, TopicArn=f"{arn}x", PublishBatchRequestEntries=batch) == NO_TOPIC


@pytest.mark.parametrize("number", ["+1a234", "NAA+15551234567"])
def test_telephones_to_publish_to(sns: Any, number: str) -> None:
    assert told(sns.publish, PhoneNumber=number, Message="x") == invalid(
        f"PhoneNumber Reason: {number} is not valid to publish to"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "x", "Subject": ""}, "Subject"),
        ({"Message": "a" * (262_144 + 1)}, "Message too long"),
        (
            {
                "Message": "a" * (262_144 - 1),
                "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
            },
            "Message too long",
        ),
        (
            {"Message": '{"sqs": "x"}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": '{"default": {"a": 1}}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": "{", "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
    ],
)
def test_messages_that_can_not_be(sns: Any, topic: Topic, given: dict[str, Any], words: str) -> None:
    assert told(sns.publish, TopicArn=topic(), **given) == invalid(words)


def test_keys_that_come_twice(sns: Any, topic: Topic) -> None:
    text = '{"default": "a", "default": "b"}'
    answer = sns.publish(TopicArn=topic(), Message=text, MessageStructure="json")
    assert shown(answer) == {"MessageId": "<MessageId>"}


_NO_VALUE = "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type '{}'."
_FIELD = "The message attribute 'attr1' with type '{}' must use field '{}'."
_TYPE = (
    "The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is "
    "Binary, Number, and String."
)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("attr1", {"DataType": "String", "StringValue": ""}, _NO_VALUE.format("String")),
        ("attr1", {"DataType": "String"}, _NO_VALUE.format("String")),
        ("attr1", {"DataType": "Binary", "BinaryValue": b""}, _NO_VALUE.format("Binary")),
        ("attr1", {"DataType": "String", "BinaryValue": b"123"}, _FIELD.format("String", "String")),
        ("attr1", {"DataType": "Number", "BinaryValue": b"123"}, _FIELD.format("Number", "String")),
        ("attr1", {"DataType": "Binary", "StringValue": "123"}, _FIELD.format("Binary", "Binary")),
        ("attr1", {"DataType": "InvalidType", "StringValue": "123"}, _TYPE),
        ("attr1", {"DataType": "Stringprefixed", "StringValue": "123"}, _TYPE),
        ("attr1", {"DataType": "String.", "StringValue": "123"}, _TYPE),
        (
            "a" * 257,
            {"DataType": "String", "StringValue": "v"},
            "Length of message attribute name must be less than 256 bytes.",
        ),
        (
            "foo^",
            {"DataType": "String", "StringValue": "v"},
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric "
            "characters, hyphens, underscores, or dots.",
        ),
        (
            ".abc",
            {"DataType": "String", "StringValue": "v"},
            "Invalid message attribute name starting with character '.' was found.",
        ),
        (
            "abc.",
            {"DataType": "String", "StringValue": "v"},
            "Invalid message attribute name ending with character '.' was found.",
        ),
        (
            "a..bc",
            {"DataType": "String", "StringValue": "v"},
            "Message attribute name can not have successive '.' character.",
        ),
    ],
)
def test_attributes_that_can_not_be(
    sns: Any, topic: Topic, name: str, value: dict[str, Any], words: str
) -> None:
    arn, given = topic(), {name: value}
    assert told(sns.publish, TopicArn=arn, Message="x", MessageAttributes=given) == value_invalid(words)
    entry = {"Id": "1", "Message": "x", "MessageAttributes": given}
    found = told(sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=[entry])
    assert found == value_invalid(words)


def test_attributes_without_a_type(sns: Any, topic: Topic) -> None:
    given = {"attr1": {"StringValue": "x"}}
    words = "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
    assert told(sns.publish, TopicArn=topic(), Message="x", MessageAttributes=given) == (
        400,
        "ValidationError",
        words.format("messageAttributes.attr1.member.dataType"),
    )
    entry = {"Id": "1", "Message": "x", "MessageAttributes": given}
    assert told(sns.publish_batch, TopicArn=topic(), PublishBatchRequestEntries=[entry]) == (
        400,
        "ValidationError",
        words.format("publishBatchRequestEntries.1.member.messageAttributes.attr1.member.dataType"),
    )


def test_types_with_labels(sns: Any, topic: Topic) -> None:
    for kind in ("String.prefixed", "Number.prefixed"):
        given = {"attr1": {"DataType": kind, "StringValue": "1"}}
        assert shown(sns.publish(TopicArn=topic(), Message="x", MessageAttributes=given))


def test_batches_that_can_not_be(sns: Any, topic: Topic) -> None:
    fifo, standard = topic("t.fifo"), topic("t")

    def batch(arn: str, *entries: dict[str, Any]) -> tuple[int, str, str]:
        return told(sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=list(entries))

    one = {"Id": "1", "Message": "x"}
    assert batch(fifo, one) == invalid("The MessageGroupId parameter is required for FIFO topics")
    assert batch(fifo, {**one, "MessageGroupId": "g"}) == invalid(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )
    assert batch(standard, *({**one, "Id": str(number)} for number in range(11))) == (
        400,
        "TooManyEntriesInBatchRequest",
        "The batch request contains more entries than permissible.",
    )
    assert batch(standard, one, one) == (
        400,
        "BatchEntryIdsNotDistinct",
        "Two or more batch entries in the request have the same Id.",
    )
    assert batch(standard, {**one, "Message": '{"a": "b"}', "MessageStructure": "json"}) == invalid(
        "Message Structure - No default entry in JSON message body"
    )
    long = {"Message": "a" * (262_144 // 2 + 1)}
    too_long = (
        400,
        "BatchRequestTooLong",
        "The length of all the messages put together is more than the limit.",
    )
    assert batch(standard, {"Id": "1", **long}, {"Id": "2", **long}) == too_long
    strange = "The Id of a batch entry in the batch request contains an impermissible character: "
    for name in ("message.id", "msg@123#test"):
        assert batch(standard, {**one, "Id": name}) == (400, "InvalidBatchEntryId", strange + name)
    name = "a" * 81
    assert batch(standard, {**one, "Id": name}) == (
        400,
        "InvalidBatchEntryId",
        f"The Id of a batch entry in the batch request is too long: {name}",
    )
    for name in ("a" * 80, "valid-message_123"):
        answer = sns.publish_batch(TopicArn=standard, PublishBatchRequestEntries=[{**one, "Id": name}])
        assert shown(answer) == {"Failed": [], "Successful": [{"Id": name, "MessageId": "<MessageId>"}]}


# Deliveries to queues --------------------------------------------------------------------------------------------------


def test_a_notification(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    given = {
        "attr1": {"DataType": "Number", "StringValue": "99.12"},
        "b": {"DataType": "Binary", "BinaryValue": b"\2\3\4"},
    }
    published = sns.publish(
        TopicArn=arn, Message='ö§a1"_!?,. £$-', Subject="test-subject", MessageAttributes=given
    )
    (message,) = queues.take("q")
    body = json.loads(message["Body"])
    assert list(body) == [
        *(
            "Type",
            "MessageId",
            "TopicArn",
            "Subject",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
        ),
        *("SigningCertURL", "UnsubscribeURL", "MessageAttributes"),
    ]
    shown_attributes = {
        "attr1": {"Type": "Number", "Value": "99.12"},
        "b": {"Type": "Binary", "Value": "AgME"},
    }
    assert replaced(body) == notification(
        arn, 'ö§a1"_!?,. £$-', Subject="test-subject", MessageAttributes=shown_attributes
    )
    assert body["MessageId"] == published["MessageId"]
    assert set(message) == {"Attributes", "Body", "MD5OfBody", "MessageId", "ReceiptHandle"}
    assert set(message["Attributes"]) == {
        *("ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"),
    }


def test_a_target(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    sns.publish(TargetArn=arn, Message="test-msg-2")
    assert [replaced(body) for body in queues.bodies("q")] == [notification(arn, "test-msg-2")]


def test_nothing_from_before_the_subscription(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any
) -> None:
    arn = topic()
    sns.publish(TopicArn=arn, Message="before")
    subscribe(arn, "sqs", queues.make("q", arn))
    sns.publish(TopicArn=arn, Message="after")
    assert [body["Message"] for body in queues.bodies("q")] == ["after"]


def test_raw(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn), RawMessageDelivery="true")
    given = {
        "attr1": {"DataType": "Number", "StringValue": "99.12"},
        "attr2": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
    }
    sns.publish(TopicArn=arn, Message="Test msg", MessageAttributes=given)
    (message,) = queues.take("q")
    assert message["Body"] == "Test msg"
    assert message["MessageAttributes"] == given
    assert set(message) == {
        *(
            "Attributes",
            "Body",
            "MD5OfBody",
            "MD5OfMessageAttributes",
            "MessageAttributes",
            "MessageId",
            "ReceiptHandle",
        ),
    }


def test_checksums_of_raw_attributes(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn), RawMessageDelivery="true")
    given = {"attr1": {"DataType": "Number", "StringValue": "99.12"}}
    sns.publish(TopicArn=arn, Message="Test msg", MessageAttributes=given)
    assert queues.take("q")[0]["MD5OfMessageAttributes"] == "d302007e9aa062660afc85fd0a482472"


def test_structured_messages(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    for message in ({"default": "default field", "sqs": '{"field": "value"}'}, {"default": "default field"}):
        sns.publish(TopicArn=arn, Message=json.dumps(message), MessageStructure="json")
    bodies = [replaced(body) for body in queues.bodies("q")]
    assert bodies == [notification(arn, '{"field": "value"}'), notification(arn, "default field")]


def test_batches(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn), RawMessageDelivery="true")
    number = {"DataType": "Number", "StringValue": "99.12"}
    entries = [
        {
            "Id": "1",
            "Message": "with two",
            "MessageAttributes": {"attr1": number, "attr2": {**number, "StringValue": "109.12"}},
        },
        {"Id": "2", "Message": "with none"},
        {"Id": "3", "Message": '{"default": "structured"}', "MessageStructure": "json"},
    ]
    answer = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    ids = [{"Id": entry["Id"], "MessageId": "<MessageId>"} for entry in entries]
    assert shown(answer) == {"Failed": [], "Successful": ids}
    messages = {message["Body"]: message for message in queues.take("q")}
    assert set(messages) == {"with two", "with none", "structured"}
    assert messages["with two"]["MD5OfMessageAttributes"] == "9b720b3af309c1c4b0d395c53b08c502"


def test_groups_on_standard_topics(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    sns.publish(TopicArn=arn, Message="x", MessageGroupId="my-group-id-1")
    assert queues.take("q")[0]["Attributes"]["MessageGroupId"] == "my-group-id-1"


def test_the_trace_header(server: Server, sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    trace = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"

    def traced(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = trace

    sns.meta.events.register("before-send", traced)
    sns.publish(TopicArn=arn, Message="X-Ray propagation test msg")
    assert queues.take("q")[0]["Attributes"]["AWSTraceHeader"] == trace


def test_dead_letters_of_a_queue_that_is_gone(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any
) -> None:
    arn = topic()
    dead = queues.make("dead", arn)
    policy = json.dumps({"deadLetterTargetArn": dead})
    subscribe(arn, "sqs", queues.make("raw", arn), RedrivePolicy=policy, RawMessageDelivery="true")
    made = subscribe(arn, "sqs", queues.make("q", arn), RedrivePolicy=policy)
    found = attributes(sns.get_subscription_attributes(SubscriptionArn=made))
    assert found["RedrivePolicy"] == {"deadLetterTargetArn": dead}
    for name in ("q", "raw"):
        queues.sqs.delete_queue(QueueUrl=name)
    given = {"attr1": {"DataType": "Number", "StringValue": "111"}}
    sns.publish(TopicArn=arn, Message="gone", MessageAttributes=given)
    messages = sorted(queues.take("dead"), key=lambda message: len(message["Body"]))
    assert messages[0]["Body"] == "gone"
    assert messages[0]["MessageAttributes"] == given
    whole = notification(arn, "gone", MessageAttributes={"attr1": {"Type": "Number", "Value": "111"}})
    assert replaced(json.loads(messages[1]["Body"])) == whole


def test_a_request_in_the_query(
    server: Server, topic: Topic, subscribe: Subscribe, queues: Any, account: str
) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn))
    query = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": arn, "Message": "test"}
    url = f"{server.url}/?{urlencode(query)}"
    signed = AWSRequest("POST", url, {"Accept": "application/xml"})
    SigV4Auth(Credentials(account, "test"), "sns", REGION).add_auth(signed)
    with urlopen(Request(url, method="POST", headers=dict(signed.headers.items()))) as answer:
        assert b"<PublishResult><MessageId>" in answer.read()
    assert [replaced(body) for body in queues.bodies("q")] == [notification(arn, "test")]


# FIFO ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_content", [True, False])
def test_fifo_topics(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, by_content: bool) -> None:
    arn = topic("t.fifo", ContentBasedDeduplication=str(by_content).lower())
    subscribe(arn, "sqs", queues.make("q.fifo", arn))
    given = {"TopicArn": arn, "Message": "Test", "MessageGroupId": "message-group-id-1"}
    given |= {} if by_content else {"MessageDeduplicationId": "message-deduplication-id-1"}
    first, second = sns.publish(**given), sns.publish(**given)
    assert shown(first) == {"MessageId": "<MessageId>", "SequenceNumber": "<SequenceNumber>"}
    assert (second["MessageId"], second["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    (message,) = queues.take("q.fifo")
    wanted = notification(arn, "Test", SequenceNumber="<SequenceNumber>")
    for unsigned in ("SignatureVersion", "Signature", "SigningCertURL"):
        del wanted[unsigned]
    assert replaced(json.loads(message["Body"])) == wanted
    assert message["Attributes"]["MessageGroupId"] == "message-group-id-1"
    assert message["Attributes"]["MessageDeduplicationId"] == (
        "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25"
        if by_content
        else "message-deduplication-id-1"
    )
    assert queues.take("q.fifo") == []


def test_a_fifo_topic_and_a_standard_queue(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic("t.fifo", ContentBasedDeduplication="true")
    subscribe(arn, "sqs", queues.make("q", arn))
    for _ in range(2):
        sns.publish(TopicArn=arn, Message="Test", MessageGroupId="g")
    (message,) = queues.take("q")
    assert set(message["Attributes"]) == {
        *("ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"),
    }
    assert list(json.loads(message["Body"])) == [
        *("Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL"),
    ]


def test_batches_of_fifo_topics(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic("t.fifo")
    subscribe(arn, "sqs", queues.make("q.fifo", arn), RawMessageDelivery="true")
    entries = [
        {"Id": str(n), "Message": f"m{n}", "MessageGroupId": "g", "MessageDeduplicationId": f"d{n}"}
        for n in range(1, 4)
    ]
    first = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    again = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert first["Successful"] == again["Successful"]
    numbers = [entry["SequenceNumber"] for entry in first["Successful"]]
    assert numbers == sorted(set(numbers))
    assert queues.bodies("q.fifo") == ["m1", "m2", "m3"]
    assert queues.bodies("q.fifo") == []


def test_dead_letters_of_fifo_topics(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    arn = topic("t.fifo")
    policy = json.dumps({"deadLetterTargetArn": queues.make("dead.fifo", arn)})
    subscribe(arn, "sqs", queues.make("q.fifo", arn), RedrivePolicy=policy)
    queues.sqs.delete_queue(QueueUrl="q.fifo")
    sns.publish(TopicArn=arn, Message="x", MessageGroupId="g", MessageDeduplicationId="d")
    (message,) = queues.take("dead.fifo")
    assert message["Attributes"]["MessageGroupId"] == "g"
    assert message["Attributes"]["MessageDeduplicationId"] == "d"
    assert json.loads(message["Body"])["Message"] == "x"

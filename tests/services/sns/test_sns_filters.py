"""Which messages a filter lets through: on attributes, on the body, and what changes do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Topic = Callable[..., str]
Subscribe = Callable[..., str]


def attribute(kind: str, value: str | bytes) -> dict[str, Any]:
    return {"DataType": kind, "BinaryValue" if isinstance(value, bytes) else "StringValue": value}


@pytest.mark.parametrize(
    ("policy", "given", "passes"),
    [
        ({"a": ["x"]}, {"a": attribute("String", "x")}, True),
        ({"a": ["x"]}, {"a": attribute("String", "y")}, False),
        ({"a": ["x"]}, {}, False),
        ({"a": ["x"], "b": ["y"]}, {"a": attribute("String", "x")}, False),
        ({"a": [10]}, {"a": attribute("Number", "10.0")}, True),
        ({"a": [10]}, {"a": attribute("String", "10")}, False),
        ({"a": ["10"]}, {"a": attribute("Number", "10")}, False),
        ({"a": [{"numeric": [">", 0, "<=", 150]}]}, {"a": attribute("Number", "99.12")}, True),
        ({"a": ["x"]}, {"a": attribute("String.Array", '["w", "x"]')}, True),
        ({"a": [{"anything-but": ["x", "w"]}]}, {"a": attribute("String.Array", '["w", "x"]')}, False),
        ({"a": [{"anything-but": ["x"]}]}, {"a": attribute("String.Array", '["w", "x"]')}, True),
        ({"a": [True, None]}, {"a": attribute("String.Array", "[null]")}, True),
        ({"a": [{"exists": True}]}, {"a": attribute("Binary", b"x")}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"prefix": "x"}]}, {"a": attribute("String.label", "xy")}, True),
        ({"a.b-c": ["x"]}, {"a.b-c": attribute("String", "x")}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": attribute("String", "y")}, True),
        ({"ip": [{"cidr": "10.0.0.0/8"}]}, {"ip": attribute("String", "10.1.2.3")}, True),
    ],
)
def test_filters_on_attributes(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, policy: Any, given: Any, passes: bool
) -> None:
    arn = topic()
    subscribe(arn, "sqs", queues.make("q", arn), FilterPolicy=json.dumps(policy), RawMessageDelivery="true")
    sns.publish(TopicArn=arn, Message="x", MessageAttributes=given)
    assert queues.bodies("q") == (["x"] if passes else [])


@pytest.mark.parametrize(
    ("policy", "body", "passes"),
    [
        ({"a": {"b": ["x"]}}, '{"a": {"b": "x"}}', True),
        ({"a": {"b": ["x"]}}, '{"a": {"b": ["w", "x"]}}', True),
        ({"a": {"b": ["x"]}}, '{"a": {"b": "y"}}', False),
        ({"a": [1]}, '{"a": 1.0}', True),
        ({"a": [1]}, "no json", False),
        ({"a": [1]}, "[1]", False),
        ({"a": [{"exists": False}]}, "no json", False),
        (
            {"a": [{"suffix": "x"}], "b": {"c": [{"equals-ignore-case": "Y"}]}},
            '{"a": "wx", "b": {"c": "y"}}',
            True,
        ),
    ],
)
def test_filters_on_the_body(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, policy: Any, body: str, passes: bool
) -> None:
    arn = topic()
    scope = {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(policy)}
    subscribe(arn, "sqs", queues.make("q", arn), RawMessageDelivery="true", **scope)
    sns.publish(TopicArn=arn, Message=body)
    assert len(queues.take("q")) == passes


def test_a_body_of_its_own(sns: Any, topic: Topic, subscribe: Subscribe, queues: Any) -> None:
    """With a structure it is the protocol's text that counts."""
    arn = topic()
    scope = {"FilterPolicyScope": "MessageBody", "FilterPolicy": '{"a": [1]}'}
    subscribe(arn, "sqs", queues.make("q", arn), **scope)
    for own in ('{"a": 1}', '{"a": 2}'):
        message = json.dumps({"default": '{"a": 1}', "sqs": own})
        sns.publish(TopicArn=arn, Message=message, MessageStructure="json")
    assert [body["Message"] for body in queues.bodies("q")] == ['{"a": 1}']


def test_a_change_counts_from_the_next_message(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any
) -> None:
    arn = topic()
    made = subscribe(arn, "sqs", queues.make("q", arn), RawMessageDelivery="true")

    def put(name: str, value: str) -> None:
        sns.set_subscription_attributes(SubscriptionArn=made, AttributeName=name, AttributeValue=value)

    sns.publish(TopicArn=arn, Message='{"a": 1}')
    put("FilterPolicy", '{"a": [2]}')
    sns.publish(TopicArn=arn, Message='{"a": 2}')
    put("FilterPolicyScope", "MessageBody")
    sns.publish(TopicArn=arn, Message='{"a": 2}')
    put("FilterPolicy", "")
    sns.publish(TopicArn=arn, Message='{"a": 3}')
    assert queues.bodies("q") == [{"a": 1}, {"a": 2}, {"a": 3}]
    attributes = sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]
    assert not {"FilterPolicy", "FilterPolicyScope"} & attributes.keys()
    put("FilterPolicy", "{}")
    assert "FilterPolicy" not in sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]


def test_batches_are_filtered_message_by_message(
    sns: Any, topic: Topic, subscribe: Subscribe, queues: Any
) -> None:
    arn = topic()
    for name in ("one", "two"):
        policy = json.dumps({"for": [name]})
        subscribe(arn, "sqs", queues.make(name, arn), FilterPolicy=policy, RawMessageDelivery="true")
    entries = [
        {"Id": name, "Message": name, "MessageAttributes": {"for": attribute("String", name)}}
        for name in ("one", "two", "none")
    ]
    assert len(sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)["Successful"]) == 3
    assert (queues.bodies("one"), queues.bodies("two")) == (["one"], ["two"])

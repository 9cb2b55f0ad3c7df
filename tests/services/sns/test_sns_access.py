"""Who may do what: users, other accounts, links, roles; and what reaches a queue of another account."""

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from harness import REGION, Server, new_account
from sns_answers import told

Topic = Callable[..., str]


def denied(found: tuple[int, str, str], action: str) -> None:
    status, code, words = found
    assert (status, code) == (403, "AuthorizationError")
    assert f"is not authorized to perform: {action}" in words


@pytest.fixture
def user(client: Callable[..., Any]) -> Callable[..., Any]:
    """`user(*statements)`: SNS as a new user of this test's account, who may do that."""

    def make(*statements: dict[str, Any]) -> Any:
        iam = client("iam")
        iam.create_user(UserName="u")
        if statements:
            policy = {"Version": "2012-10-17", "Statement": list(statements)}
            iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="u")["AccessKey"]
        return client("sns", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def allow(action: str | list[str], resource: str = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def test_users_need_a_policy(topic: Topic, user: Callable[..., Any], queues: Any) -> None:
    arn, sns = topic(), user()
    denied(told(sns.publish, TopicArn=arn, Message="x"), "sns:Publish")
    batch = [{"Id": "1", "Message": "x"}]
    denied(told(sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=batch), "sns:Publish")
    denied(told(sns.create_topic, Name="x"), "sns:CreateTopic")
    denied(told(sns.list_topics), "sns:ListTopics")
    denied(told(sns.delete_topic, TopicArn=arn), "sns:DeleteTopic")
    denied(told(sns.get_topic_attributes, TopicArn=f"{arn}x"), "sns:GetTopicAttributes")
    given = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": queues.arn("q")}
    denied(told(sns.subscribe, **given), "sns:Subscribe")


def test_a_topic_s_policy_lets_a_user_in(
    sns: Any, topic: Topic, user: Callable[..., Any], account: str
) -> None:
    arn, other = topic(), user()
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:user/u"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    assert other.publish(TopicArn=arn, Message="x")
    denied(told(other.delete_topic, TopicArn=arn), "sns:DeleteTopic")
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Effect": "Deny"}]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=deny)
    denied(told(other.publish, TopicArn=arn, Message="x"), "sns:Publish")


def test_endpoints_that_a_policy_allows(topic: Topic, user: Callable[..., Any], queues: Any) -> None:
    arn = topic()
    sns = user(
        allow(
            "sns:Subscribe",
            StringEquals={"sns:Protocol": "email"},
            StringLike={"sns:Endpoint": "*@example.com"},
        )
    )
    assert sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ada@example.com")
    denied(told(sns.subscribe, TopicArn=arn, Protocol="email", Endpoint="ada@example.org"), "sns:Subscribe")
    denied(told(sns.subscribe, TopicArn=arn, Protocol="sqs", Endpoint=queues.arn("q")), "sns:Subscribe")


def test_tags_in_conditions(sns: Any, topic: Topic, user: Callable[..., Any]) -> None:
    red, blue = topic("red"), topic("blue")
    sns.tag_resource(ResourceArn=red, Tags=[{"Key": "colour", "Value": "red"}])
    other = user(
        allow("sns:Publish", StringEquals={"aws:ResourceTag/colour": "red"}),
        allow("sns:CreateTopic", StringEquals={"aws:RequestTag/colour": "red"}),
    )
    assert other.publish(TopicArn=red, Message="x")
    denied(told(other.publish, TopicArn=blue, Message="x"), "sns:Publish")
    assert other.create_topic(Name="new", Tags=[{"Key": "colour", "Value": "red"}])
    denied(told(other.create_topic, Name="plain"), "sns:CreateTopic")


def test_roles_have_to_be_passed(
    client: Callable[..., Any], topic: Topic, user: Callable[..., Any], role: str
) -> None:
    arn, sns = topic(), user(allow(["sns:SetTopicAttributes", "sns:CreateTopic"]))
    given = {"AttributeName": "SQSSuccessFeedbackRoleArn", "AttributeValue": role}
    denied(told(sns.set_topic_attributes, TopicArn=arn, **given), "iam:PassRole")
    attributes = {"LambdaFailureFeedbackRoleArn": role}
    denied(told(sns.create_topic, Name="new", Attributes=attributes), "iam:PassRole")
    policy = {"Version": "2012-10-17", "Statement": [allow("iam:PassRole", role)]}
    client("iam").put_user_policy(UserName="u", PolicyName="pass", PolicyDocument=json.dumps(policy))
    sns.set_topic_attributes(TopicArn=arn, **given)


@pytest.mark.parametrize("public", [True, False])
def test_calls_without_a_signature(server: Server, sns: Any, topic: Topic, queues: Any, public: bool) -> None:
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queues.make("q", arn))
    if public:
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    form = urlencode({"Action": "Publish", "Version": "2010-03-31", "TopicArn": arn, "Message": "x"})
    try:
        with urlopen(Request(server.url, form.encode())) as answer:
            status = answer.status
    except HTTPError as error:
        with error:
            status = error.code
    assert (status, len(queues.take("q"))) == ((200, 1) if public else (403, 0))


# Other accounts --------------------------------------------------------------------------------------------------------


def test_other_accounts_need_both(client: Callable[..., Any], sns: Any, topic: Topic, queues: Any) -> None:
    arn, stranger = topic(), new_account()
    theirs = client("sns", stranger)
    denied(told(theirs.publish, TopicArn=arn, Message="x"), "sns:Publish")
    denied(told(theirs.publish, TopicArn=f"{arn}x", Message="x"), "sns:Publish")
    denied(told(theirs.get_topic_attributes, TopicArn=arn), "sns:GetTopicAttributes")
    sns.add_permission(TopicArn=arn, Label="l", AWSAccountId=[stranger], ActionName=["Publish"])
    assert theirs.publish(TopicArn=arn, Message="x")
    denied(told(theirs.delete_topic, TopicArn=arn), "sns:DeleteTopic")
    sns.remove_permission(TopicArn=arn, Label="l")
    denied(told(theirs.publish, TopicArn=arn, Message="x"), "sns:Publish")


def test_subscriptions_of_others(client: Callable[..., Any], sns: Any, topic: Topic, queues: Any) -> None:
    arn, stranger = topic(), new_account()
    made = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queues.arn("q"))["SubscriptionArn"]
    theirs = client("sns", stranger)
    for found in (
        told(theirs.unsubscribe, SubscriptionArn=made),
        told(theirs.get_subscription_attributes, SubscriptionArn=made),
        told(
            theirs.set_subscription_attributes,
            SubscriptionArn=made,
            AttributeName="RawMessageDelivery",
            AttributeValue="true",
        ),
    ):
        assert found[:2] == (403, "AuthorizationError")
    assert theirs.list_subscriptions()["Subscriptions"] == []


def test_a_subscriber_of_another_account(
    client: Callable[..., Any], sns: Any, topic: Topic, queues: Any, account: str
) -> None:
    """It is the owner of its subscription, to its own queue at once; the topic's owner may end it."""
    arn, stranger = topic(), new_account()
    sns.add_permission(TopicArn=arn, Label="l", AWSAccountId=[stranger], ActionName=["Subscribe"])
    their_sns, their_queues = client("sns", stranger), type(queues)(client("sqs", stranger), stranger)
    queue = their_queues.make("q", arn)
    made = their_sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    (listed,) = their_sns.list_subscriptions()["Subscriptions"]
    assert (listed["Owner"], listed["SubscriptionArn"]) == (stranger, made)
    assert sns.list_subscriptions()["Subscriptions"] == []
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1
    sns.publish(TopicArn=arn, Message="across")
    assert [body["Message"] for body in their_queues.bodies("q")] == ["across"]
    sns.unsubscribe(SubscriptionArn=made)
    assert their_sns.list_subscriptions()["Subscriptions"] == []


def test_a_queue_of_another_account_is_asked(
    client: Callable[..., Any], sns: Any, topic: Topic, queues: Any
) -> None:
    arn, stranger = topic(), new_account()
    theirs = type(queues)(client("sqs", stranger), stranger)
    queue = theirs.make("q", arn)
    answer = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    assert answer["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=arn, Message="too early")
    (asked,) = theirs.bodies("q")
    assert asked["Type"] == "SubscriptionConfirmation"
    made = client("sns", stranger).confirm_subscription(TopicArn=arn, Token=asked["Token"])
    sns.publish(TopicArn=arn, Message="now")
    assert [body["Message"] for body in theirs.bodies("q")] == ["now"]
    assert made["SubscriptionArn"].startswith(arn)


@pytest.mark.parametrize("policy", ["none", "topic", "account", "service"])
def test_queues_that_do_not_allow_it(sns: Any, topic: Topic, queues: Any, policy: str) -> None:
    arn = topic()
    queues.make("q", arn if policy != "topic" else f"{arn}-other")
    if policy == "none":
        queues.sqs.set_queue_attributes(QueueUrl="q", Attributes={"Policy": ""})
    if policy in ("account", "service"):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com" if policy == "account" else "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queues.arn("q"),
            "Condition": {"StringEquals": {"aws:SourceAccount": "999988887777"}}
            if policy == "account"
            else {},
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": statement})
        queues.sqs.set_queue_attributes(QueueUrl="q", Attributes={"Policy": text})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queues.arn("q"))
    assert sns.publish(TopicArn=arn, Message="x")["MessageId"]
    assert queues.take("q") == []


# Policies and parameters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        '{"Version": "2012-10-17"}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "TOPIC-other"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "TOPIC"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Nothing", "Resource": "TOPIC"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "TOPIC"}]}',
        '{"Statement": [{"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "TOPIC"},'
        ' {"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "TOPIC"}]}',
        json.dumps({"Statement": [], "Id": "a" * 31_000}),
    ],
)
def test_policies_that_can_not_be(sns: Any, topic: Topic, policy: str) -> None:
    arn = topic()
    text = policy.replace("TOPIC", arn)
    found = told(sns.set_topic_attributes, TopicArn=arn, AttributeName="Policy", AttributeValue=text)
    assert found[:2] == (400, "InvalidParameter")
    assert told(sns.create_topic, Name="new", Attributes={"Policy": text})[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DisplayName", "a" * 101),
        ("DisplayName", "a\r\nBcc: everybody@example.com"),
        ("SignatureVersion", "3"),
        ("TracingConfig", "On"),
        ("MaximumMessageSize", "1023"),
        ("MaximumMessageSize", "1048577"),
        ("MaximumMessageSize", "many"),
        ("ContentBasedDeduplication", "true"),
        ("SQSSuccessFeedbackRoleArn", "role"),
        ("SQSSuccessFeedbackSampleRate", "101"),
        ("DeliveryPolicy", "{"),
        ("DeliveryPolicy", "[]"),
        ("DeliveryPolicy", '{"https": {}}'),
        ("DeliveryPolicy", '{"http": {"x": 1}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"numRetries": 101}}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"numRetries": -1}}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 30}}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"maxDelayTarget": 3601}}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"numNoDelayRetries": 4}}}'),
        ("DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": {"backoffFunction": "random"}}}'),
        ("DeliveryPolicy", '{"http": {"defaultThrottlePolicy": {"maxReceivesPerSecond": 0}}}'),
        ("DeliveryPolicy", '{"http": {"defaultRequestPolicy": {"headerContentType": "a\\r\\nb: c"}}}'),
    ],
)
def test_attributes_that_can_not_be(sns: Any, topic: Topic, name: str, value: str) -> None:
    found = told(sns.set_topic_attributes, TopicArn=topic(), AttributeName=name, AttributeValue=value)
    assert found[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "policy",
    [
        "[]",
        '{"a": "x"}',
        '{"a": []}',
        '{"a": {}}',
        '{"a": {"b": ["nested"]}}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [1], "a": [2]}',
        json.dumps({str(key): ["x"] for key in range(6)}),
        json.dumps({"a": [*range(151)]}),
        json.dumps({"a": [*range(13)], "b": [*range(12)]}),
        json.dumps({"a": ["x" * 262_144]}),
    ],
)
def test_filter_policies_that_can_not_be(sns: Any, topic: Topic, queues: Any, policy: str) -> None:
    found = told(
        sns.subscribe,
        TopicArn=topic(),
        Protocol="sqs",
        Endpoint=queues.arn("q"),
        Attributes={"FilterPolicy": policy},
    )
    assert found[:2] == (400, "InvalidParameter")
    assert found[2].startswith("Invalid parameter: Attributes Reason: FilterPolicy: ")


@pytest.mark.parametrize(
    ("protocol", "endpoint", "name", "value"),
    [
        ("sqs", "QUEUE", "FilterPolicyScope", "Message"),
        ("lambda", f"arn:aws:lambda:{REGION}:111122223333:function:f", "RawMessageDelivery", "true"),
        ("sqs", "QUEUE", "RedrivePolicy", "{}"),
        ("sqs", "QUEUE", "RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:999988887777:q"}'),
        ("sqs", "QUEUE", "RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sns:us-east-1:999988887777:q"}'),
        ("sqs", "QUEUE", "DeliveryPolicy", '{"requestPolicy": {"headerContentType": "x/y"}}'),
        ("lambda", "arn:aws:lambda:us-east-1:111122223333:f", "RawMessageDelivery", "false"),
        ("email", "nobody", "RawMessageDelivery", "false"),
        ("email", "a@b.c\r\nBcc: d@e.f", "RawMessageDelivery", "false"),
        ("firehose", "arn:aws:firehose:us-east-1:111122223333:x", "RawMessageDelivery", "false"),
        ("application", "arn:aws:sns:us-east-1:111122223333:x", "RawMessageDelivery", "false"),
    ],
)
def test_subscriptions_that_can_not_be(
    sns: Any, topic: Topic, queues: Any, protocol: str, endpoint: str, name: str, value: str
) -> None:
    endpoint = endpoint.replace("QUEUE", queues.arn("q"))
    given = {"TopicArn": topic(), "Protocol": protocol, "Endpoint": endpoint}
    assert told(sns.subscribe, **given, Attributes={name: value})[:2] == (400, "InvalidParameter")


def test_devices_are_not_there(sns: Any) -> None:
    assert told(sns.list_platform_applications)[:2] == (501, "NotImplemented")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Subject": "a" * 101}, "InvalidParameter"),
        ({"Subject": "line\nbreak"}, "InvalidParameter"),
        ({"MessageStructure": "xml"}, "InvalidParameter"),
        ({"MessageGroupId": "a b"}, "InvalidParameter"),
        ({"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "ten"}}}, "ParameterValueInvalid"),
        (
            {"MessageAttributes": {"a": {"DataType": "String.Array", "StringValue": "x"}}},
            "ParameterValueInvalid",
        ),
        (
            {"MessageAttributes": {"AWS.a": {"DataType": "String", "StringValue": "x"}}},
            "ParameterValueInvalid",
        ),
    ],
)
def test_messages_that_can_not_be(sns: Any, topic: Topic, given: dict[str, Any], code: str) -> None:
    assert told(sns.publish, TopicArn=topic(), Message="x", **given)[:2] == (400, code)


def test_empty_batches(sns: Any, topic: Topic) -> None:
    found = told(sns.publish_batch, TopicArn=topic(), PublishBatchRequestEntries=[])
    assert found[:2] == (400, "EmptyBatchRequest")


def test_larger_messages_where_the_topic_takes_them(sns: Any, topic: Topic, queues: Any) -> None:
    arn = topic(MaximumMessageSize="1048576")
    sns.subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queues.make("q", arn),
        Attributes={"RawMessageDelivery": "true"},
    )
    sns.publish(TopicArn=arn, Message="a" * 1_048_576)
    assert len(queues.take("q")[0]["Body"]) == 1_048_576
    assert (
        told(sns.publish, TopicArn=arn, Message="a" * 1_048_577)[2] == "Invalid parameter: Message too long"
    )


def test_too_many_attributes_for_a_raw_message(sns: Any, topic: Topic, queues: Any) -> None:
    arn = topic()
    policy = json.dumps({"deadLetterTargetArn": queues.make("dead", arn)})
    attributes = {"RawMessageDelivery": "true", "RedrivePolicy": policy}
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queues.make("q", arn), Attributes=attributes)
    given = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(11)}
    sns.publish(TopicArn=arn, Message="x", MessageAttributes=given)
    assert queues.take("q") == []
    (body,) = queues.bodies("dead")
    assert (body["Message"], set(body["MessageAttributes"])) == ("x", set(given))


def test_fifo_topics_have_a_hundred_subscriptions(sns: Any, topic: Topic, queues: Any) -> None:
    arn = topic("t.fifo")
    for number in range(100):
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queues.arn(f"q{number}"))
    found = told(sns.subscribe, TopicArn=arn, Protocol="sqs", Endpoint=queues.arn("one-more"))
    assert found[:2] == (403, "SubscriptionLimitExceeded")

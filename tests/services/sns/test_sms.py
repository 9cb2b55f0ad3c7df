"""Text messages: what the mailbox has of them, an account's settings, who may send, and what is refused."""

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from harness import Server
from sns_answers import told

Topic = Callable[..., str]


@pytest.fixture
def texts(server: Server) -> Callable[[str], list[dict[str, Any]]]:
    """`texts(number)`: those that the mailbox has for a telephone, newest first."""

    def read(number: str) -> list[dict[str, Any]]:
        address = f"{server.url}/_portico/mailbox?to={number.replace('+', '%2B')}"
        with urlopen(Request(address, headers={"Accept": "application/json"})) as answer:
            found: list[dict[str, Any]] = json.load(answer)["mails"]
        return found

    return read


@pytest.fixture
def number(account: str) -> str:
    """A telephone that nobody else texts."""
    return f"+1{account[-10:]}"


def test_a_text_to_a_telephone(sns: Any, texts: Any, number: str) -> None:
    answer = sns.publish(PhoneNumber=number, Message="your parcel is here")
    (kept,) = texts(number)
    assert kept["text"] == "your parcel is here"
    assert (kept["kind"], kept["id"], kept["sender"]) == ("sms", answer["MessageId"], "")


def test_the_sender_is_the_message_s_or_the_account_s(sns: Any, texts: Any, number: str) -> None:
    sns.set_sms_attributes(attributes={"DefaultSenderID": "Shop"})
    sns.publish(PhoneNumber=number, Message="1")
    given = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Other"}}
    sns.publish(PhoneNumber=number, Message="2", MessageAttributes=given)
    assert [(each["text"], each["sender"]) for each in texts(number)] == [("2", "Other"), ("1", "Shop")]


def test_a_subscription_by_text(sns: Any, topic: Topic, texts: Any, number: str) -> None:
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint=number)
    message = json.dumps({"default": "long words", "sms": "short"})
    sns.publish(TopicArn=arn, Message=message, MessageStructure="json", Subject="s")
    sns.publish(TopicArn=arn, Message="plain")
    assert [each["text"] for each in texts(number)] == ["plain", "short"]


def test_a_filter_holds_texts_back(sns: Any, topic: Topic, texts: Any, number: str) -> None:
    arn = topic()
    policy = {"FilterPolicy": '{"urgent": ["yes"]}'}
    sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint=number, Attributes=policy)
    sns.publish(TopicArn=arn, Message="no")
    assert texts(number) == []


def test_what_is_no_text(sns: Any, texts: Any, number: str) -> None:
    too_long = (400, "InvalidParameter", "Invalid parameter: Message too long")
    assert told(sns.publish, PhoneNumber=number, Message="x" * 1_601) == too_long
    assert told(sns.publish, PhoneNumber=number, Message="")[:2] == (400, "InvalidParameter")
    assert told(sns.publish, PhoneNumber="12", Message="x")[:2] == (400, "InvalidParameter")
    assert texts(number) == []


def test_settings_as_aws_answers(sns: Any, client: Callable[..., Any]) -> None:
    """TestSNSSMS::test_set_get_sms_attributes, test_get_sms_attributes_from_unmodified_region"""
    given = {
        "DefaultSMSType": "Promotional",
        "DefaultSenderID": "LSTest",
        "DeliveryStatusSuccessSamplingRate": "100",
    }
    sns.set_sms_attributes(attributes=given)
    assert sns.get_sms_attributes()["attributes"] == {**given, "MonthlySpendLimit": "1"}
    some = sns.get_sms_attributes(attributes=["DefaultSMSType", "DefaultSenderID"])["attributes"]
    assert some == {"DefaultSMSType": "Promotional", "DefaultSenderID": "LSTest"}
    elsewhere = client("sns", region="eu-north-1")
    assert elsewhere.get_sms_attributes()["attributes"] == {"MonthlySpendLimit": "1"}
    sns.set_sms_attributes(attributes={"MonthlySpendLimit": "5"})
    assert sns.get_sms_attributes()["attributes"] == {**given, "MonthlySpendLimit": "5"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("InvalidAttribute", "x", "InvalidAttribute is not a valid attribute"),
        ("DefaultSendID", "abcdefghijkl", "DefaultSendID is not a valid attribute"),
        ("DefaultSMSType", "Personal", "DefaultSMSType is invalid"),
        ("DefaultSenderID", "abcdefghijkl", "DefaultSenderID is invalid"),
        ("DefaultSenderID", "12345", "DefaultSenderID is invalid"),
        ("DeliveryStatusSuccessSamplingRate", "101", "DeliveryStatusSuccessSamplingRate is invalid"),
        ("DeliveryStatusIAMRole", "role", "DeliveryStatusIAMRole is invalid"),
        ("MonthlySpendLimit", "much", "MonthlySpendLimit is invalid"),
    ],
)
def test_settings_that_can_not_be(sns: Any, name: str, value: str, words: str) -> None:
    """TestSNSSMS::test_set_invalid_sms_attributes"""
    found = told(sns.set_sms_attributes, attributes={"DefaultSMSType": "Promotional", name: value})
    assert found == (400, "InvalidParameter", words)
    assert "DefaultSMSType" not in sns.get_sms_attributes()["attributes"]


def test_who_may_text(client: Callable[..., Any], texts: Any, number: str) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = client("sns", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert told(user.publish, PhoneNumber=number, Message="x")[:2] == (403, "AuthorizationError")
    given = {"DefaultSenderID": "Mine"}
    assert told(user.set_sms_attributes, attributes=given)[:2] == (403, "AuthorizationError")
    assert texts(number) == []


@pytest.fixture
def answer(server: Server) -> Callable[..., tuple[int, Any]]:
    """`answer(number, text)`: as the receiver of the last text message; the status and the document."""

    def post(number: str, text: object, **more: Any) -> tuple[int, Any]:
        body = json.dumps({"from": number, "text": text, **more}).encode()
        request = Request(f"{server.url}/_portico/mailbox/answer", body, method="POST")
        try:
            with urlopen(request) as found:
                return found.status, json.load(found)
        except HTTPError as error:
            return error.code, json.load(error)

    return post


def test_a_telephone_that_opts_out_and_in_again(sns: Any, texts: Any, answer: Any, number: str) -> None:
    """TestSNSSMS::test_is_phone_number_opted_out, test_list_phone_numbers_opted_out, test_opt_in_phone_number"""
    sns.publish(PhoneNumber=number, Message="1")
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=number)["isOptedOut"] is False
    assert answer(number, "please stop") == (200, {"optedOut": False})
    assert answer(number, " stop ") == (200, {"optedOut": True})
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=number)["isOptedOut"] is True
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == [number]
    assert sns.publish(PhoneNumber=number, Message="2")["MessageId"]
    assert [each["text"] for each in texts(number)] == ["1"]
    sns.opt_in_phone_number(phoneNumber=number)
    sns.opt_in_phone_number(phoneNumber=number)
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    sns.publish(PhoneNumber=number, Message="3")
    assert [each["text"] for each in texts(number)] == ["3", "1"]


def test_a_subscription_of_a_telephone_that_has_opted_out_fails(
    sns: Any, topic: Topic, queues: Any, texts: Any, answer: Any, number: str
) -> None:
    arn, dead = topic(), queues.arn("dead")
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
    sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint=number, Attributes=redrive)
    sns.publish(TopicArn=arn, Message="1")
    assert answer(number, "UNSUBSCRIBE") == (200, {"optedOut": True})
    sns.publish(TopicArn=arn, Message="2")
    assert [each["text"] for each in texts(number)] == ["1"]


def test_opting_out_of_one_account_is_no_opting_out_of_another(
    sns: Any, client: Callable[..., Any], texts: Any, answer: Any, number: str
) -> None:
    sns.publish(PhoneNumber=number, Message="1")
    assert answer(number, "STOP") == (200, {"optedOut": True})
    elsewhere = client("sns", region="eu-north-1")
    elsewhere.publish(PhoneNumber=number, Message="2")
    assert elsewhere.list_phone_numbers_opted_out()["phoneNumbers"] == []
    assert [each["text"] for each in texts(number)] == ["2", "1"]


def test_numbers_come_in_pages(sns: Any, answer: Any, number: str) -> None:
    numbers = [f"{number[:-3]}{n:03d}" for n in range(102)]
    for each in numbers:
        sns.publish(PhoneNumber=each, Message="x")
        assert answer(each, "QUIT")[0] == 200
    first = sns.list_phone_numbers_opted_out()
    assert first["phoneNumbers"] == numbers[:100]
    second = sns.list_phone_numbers_opted_out(nextToken=first["nextToken"])
    assert second["phoneNumbers"] == numbers[100:]
    assert "nextToken" not in second
    assert told(sns.list_phone_numbers_opted_out, nextToken="?")[:2] == (400, "InvalidParameter")


def test_answers_that_mean_nothing(answer: Any, number: str) -> None:
    assert answer(number, "STOP")[0] == 404
    assert answer(number, 7)[0] == 400

"""SQS answers as AWS did in the recorded cases, each test named for its case."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sqs_answers import failure, invalid, invalid_value, missing, prefixed, refusal, shown, told

Make = Callable[..., str]
MESSAGE = {"MessageId": "<MessageId>", "ReceiptHandle": "<ReceiptHandle>"}
FOOBAR = {"Body": "foobar", "MD5OfBody": "3858f62230ac3c915f300c664312c63f", **MESSAGE}
MSG = {"Body": "msg", "MD5OfBody": "6e2baaf3b97dbeef01c0043275f9a0e7", **MESSAGE}
COUNTED = {
    "ApproximateFirstReceiveTimestamp": "<ApproximateFirstReceiveTimestamp>",
    "SenderId": "<SenderId>",
    "SentTimestamp": "<SentTimestamp>",
}
BAD_ENTRY = prefixed(
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
)
TOO_MANY = prefixed(
    "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 20."
)
NO_DEDUPLICATION = invalid(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
)
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def exists(attribute: str) -> dict[str, Any]:
    message = f"A queue already exists with the same name and a different value for attribute {attribute}"
    return refusal("QueueAlreadyExists", message, "QueueNameExists")


def bad_name(message: str) -> dict[str, Any]:
    return refusal("InvalidAttributeName", message)


def received(sqs: Any, url: str, **more: Any) -> dict[str, Any]:
    return shown(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more))


def waited(sqs: Any, url: str, **more: Any) -> dict[str, Any]:
    return received(sqs, url, WaitTimeSeconds=5, **more)


def handle_of(sqs: Any, url: str, **more: Any) -> str:
    (message,) = sqs.receive_message(QueueUrl=url, **more)["Messages"]
    return str(message["ReceiptHandle"])


class TestSending:
    def test_send_oversized_message(self, sqs: Any, queue: Make) -> None:
        attributes = {"k": text("x")}
        said = told(
            sqs.send_message, QueueUrl=queue(), MessageBody="a" * 1048576, MessageAttributes=attributes
        )
        assert said == invalid(
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
        )

    def test_send_message_with_updated_maximum_message_size(self, sqs: Any, queue: Make) -> None:
        url = queue()
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"MaximumMessageSize": "1024"})
        said = told(sqs.send_message, QueueUrl=url, MessageBody="a" * 1025)
        assert said == invalid(
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
        )

    def test_send_message_batch_with_oversized_contents(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": "1", "MessageBody": "a" * 1048576}, {"Id": "2", "MessageBody": "a"}]
        assert told(sqs.send_message_batch, QueueUrl=queue(), Entries=entries) == prefixed(
            "BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        )

    def test_send_batch_message_size(self, sqs: Any, queue: Make) -> None:
        url = queue(MaximumMessageSize=1024)
        entries = [{"Id": "1", "MessageBody": "a" * 1025}, {"Id": "2", "MessageBody": "a" * 1024}]
        answer = shown(sqs.send_message_batch(QueueUrl=url, Entries=entries))
        words = "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
        assert failure(answer) == [("1", "InvalidParameterValue", words)]
        assert answer["Successful"] == [
            {"Id": "2", "MD5OfMessageBody": "c9a34cfc85d982698c6ac89f76071abd", "MessageId": "<MessageId>"}
        ]

    def test_send_empty_message(self, sqs: Any, queue: Make) -> None:
        assert told(sqs.send_message, QueueUrl=queue(), MessageBody="") == missing("MessageBody")

    def test_send_message_with_empty_string_attribute(self, sqs: Any, queue: Make) -> None:
        said = told(
            sqs.send_message,
            QueueUrl=queue(),
            MessageBody="test",
            MessageAttributes={"ErrorDetails": text("")},
        )
        assert said == invalid(
            "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'."
        )

    def test_send_message_with_binary_attributes(self, sqs: Any, queue: Make) -> None:
        url = queue()
        value = {
            "DataType": "Binary",
            "BinaryValue": b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01",
        }
        sqs.send_message(QueueUrl=url, MessageBody="test", MessageAttributes={"attr1": value})
        assert received(sqs, url, MessageAttributeNames=["All"]) == {
            "Messages": [
                {
                    "Body": "test",
                    "MD5OfBody": "098f6bcd4621d373cade4e832627b4f6",
                    "MD5OfMessageAttributes": "8cbe4db156db8a94db8b801b7addb984",
                    "MessageAttributes": {"attr1": value},
                    **MESSAGE,
                }
            ]
        }

    def test_too_many_entries_in_batch_request(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": str(n), "MessageBody": "a"} for n in range(20)]
        assert told(sqs.send_message_batch, QueueUrl=queue(), Entries=entries) == TOO_MANY

    def test_invalid_batch_id(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": "invalid:id", "MessageBody": "a"}]
        assert told(sqs.send_message_batch, QueueUrl=queue(), Entries=entries) == BAD_ENTRY

    @pytest.mark.parametrize("group", ["", "a" * 129, "group 123"])
    def test_send_message_to_standard_queue_with_invalid_message_group_id(
        self, sqs: Any, queue: Make, group: str
    ) -> None:
        reason = (
            "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
        )
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody="a", MessageGroupId=group)
        assert said == invalid_value(group, "MessageGroupId", reason)

    @pytest.mark.parametrize("name", ["", "a" * 129, "group 123"])
    def test_message_deduplication_id_invalid(self, sqs: Any, queue: Make, name: str) -> None:
        reason = "MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length."
        said = told(
            sqs.send_message,
            QueueUrl=queue("q.fifo"),
            MessageBody="a",
            MessageGroupId="g",
            MessageDeduplicationId=name,
        )
        assert said == invalid_value(name, "MessageDeduplicationId", reason)

    def test_message_deduplication_id_success(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo")
        for name in ("a", "a" * 128, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"):
            sqs.send_message(QueueUrl=url, MessageBody=name, MessageGroupId=name, MessageDeduplicationId=name)
        assert len(received(sqs, url)["Messages"]) == 3

    def test_aws_trace_header_propagation(self, sqs: Any, queue: Make) -> None:
        url = queue()
        trace = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
        sqs.meta.events.register(
            "before-sign.sqs.SendMessage",
            lambda request, **_: request.headers.add_header("X-Amzn-Trace-Id", trace),
        )
        sqs.send_message(QueueUrl=url, MessageBody="test")
        (message,) = received(sqs, url, MessageSystemAttributeNames=["AWSTraceHeader", "SentTimestamp"])[
            "Messages"
        ]
        assert message["Attributes"] == {"AWSTraceHeader": trace, "SentTimestamp": "<SentTimestamp>"}


class TestReceiving:
    def test_send_receive_max_number_of_messages(self, sqs: Any, queue: Make) -> None:
        said = told(sqs.receive_message, QueueUrl=queue(), MaxNumberOfMessages=11)
        assert said == invalid_value(11, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")

    @pytest.mark.parametrize("seconds", [21, -1])
    def test_send_receive_wait_time_seconds(self, sqs: Any, queue: Make, seconds: int) -> None:
        said = told(sqs.receive_message, QueueUrl=queue(), WaitTimeSeconds=seconds)
        assert said == invalid_value(seconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")

    def test_receive_empty_queue(self, sqs: Any, queue: Make) -> None:
        url = queue()
        assert shown(sqs.receive_message(QueueUrl=url)) == {}
        assert shown(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)) == {}
        assert shown(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)) == {}

    def test_receive_message_message_attribute_names_filters(self, sqs: Any, queue: Make) -> None:
        url = queue()
        own = {"Help.Me": text("Me"), "Hello": text("There"), "General": text("Kenobi")}
        sent = shown(sqs.send_message(QueueUrl=url, MessageBody="msg", MessageAttributes=own))
        assert sent == {
            "MD5OfMessageAttributes": "4c360f3fdafd970e05fae2f149d997f5",
            "MD5OfMessageBody": "6e2baaf3b97dbeef01c0043275f9a0e7",
            "MessageId": "<MessageId>",
        }

        def asked(*names: str) -> dict[str, Any]:
            (message,) = received(sqs, url, VisibilityTimeout=0, MessageAttributeNames=names)["Messages"]
            return message  # type: ignore[no-any-return]

        def with_names(md5: str, *names: str) -> dict[str, Any]:
            chosen = {name: own[name] for name in names}
            return {**MSG, "MD5OfMessageAttributes": md5, "MessageAttributes": chosen}

        everything = with_names("4c360f3fdafd970e05fae2f149d997f5", *own)
        assert asked() == MSG
        assert asked("All") == asked("*") == asked(".*") == everything
        assert asked("Foo", "Hello.There") == asked("AWS.TraceHeader") == asked("Foo..Bar") == MSG
        assert asked("General", "Hello") == with_names("fca026605781cb4126a1e9044df24232", "General", "Hello")
        assert asked("Foo", "Hello") == with_names("a311262e065454b75da111d535b8dacd", "Hello")
        assert asked("Hel.*") == with_names("83fee93c1bcd8b9a5a923ffacdc636c7", "Hello", "Help.Me")

    @pytest.mark.parametrize("member", ["AttributeNames", "MessageSystemAttributeNames"])
    def test_receive_message_attribute_names_filters(self, sqs: Any, queue: Make, member: str) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="msg", MessageAttributes={"Foo": text("Bar")})

        def asked(*names: str, **more: Any) -> dict[str, Any]:
            (message,) = received(sqs, url, VisibilityTimeout=0, **{member: names}, **more)["Messages"]
            return message  # type: ignore[no-any-return]

        assert asked("All") == {**MSG, "Attributes": {**COUNTED, "ApproximateReceiveCount": "1"}}
        assert asked("All", MessageAttributeNames=["All"]) == {
            **MSG,
            "Attributes": {**COUNTED, "ApproximateReceiveCount": "2"},
            "MD5OfMessageAttributes": "ae7155c6026991b6d54b11589678bf9c",
            "MessageAttributes": {"Foo": text("Bar")},
        }
        assert asked("SenderId") == {**MSG, "Attributes": {"SenderId": "<SenderId>"}}
        assert asked("SenderId", "SequenceNumber") == {**MSG, "Attributes": {"SenderId": "<SenderId>"}}

    def test_message_system_attribute_names_with_attribute_names(self, sqs: Any, queue: Make) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="msg")
        for count, older in (("1", "All"), ("2", "SenderId")):
            answer = received(
                sqs, url, VisibilityTimeout=0, MessageSystemAttributeNames=["All"], AttributeNames=[older]
            )
            expected = {**MSG, "Attributes": {**COUNTED, "ApproximateReceiveCount": count}}
            assert answer == {"Messages": [expected]}

    def test_fair_queue_with_message_group_id(self, sqs: Any, queue: Make) -> None:
        url = queue()
        assert shown(sqs.send_message(QueueUrl=url, MessageBody="message", MessageGroupId="test")) == {
            "MD5OfMessageBody": "78e731027d8fd50ed642340b7c9a63b3",
            "MessageId": "<MessageId>",
        }
        (message,) = received(sqs, url, AttributeNames=["All"])["Messages"]
        assert message["Attributes"] == {**COUNTED, "ApproximateReceiveCount": "1", "MessageGroupId": "test"}


class TestSettling:
    @pytest.mark.parametrize("entry", ["", "testLongId" * 10, "invalid:id"])
    def test_delete_message_batch_invalid_msg_id(self, sqs: Any, queue: Make, entry: str) -> None:
        entries = [{"Id": entry, "ReceiptHandle": "x"}]
        assert told(sqs.delete_message_batch, QueueUrl=queue(), Entries=entries) == BAD_ENTRY

    def test_delete_message_batch_with_too_large_batch(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": str(n), "ReceiptHandle": "x"} for n in range(20)]
        assert told(sqs.delete_message_batch, QueueUrl=queue(), Entries=entries) == TOO_MANY

    def test_change_message_visibility_batch_with_too_large_batch(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": str(n), "ReceiptHandle": "x", "VisibilityTimeout": 1} for n in range(20)]
        assert told(sqs.change_message_visibility_batch, QueueUrl=queue(), Entries=entries) == TOO_MANY

    def test_change_message_visibility_after_visibility_timeout_expiration(
        self, sqs: Any, queue: Make
    ) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="foobar")
        handle = handle_of(sqs, url, VisibilityTimeout=0)
        answer = sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=5)
        assert shown(answer) == {}
        assert received(sqs, url) == {}

    def test_delete_after_visibility_timeout(self, sqs: Any, queue: Make) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="foobar")
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle_of(sqs, url, VisibilityTimeout=0))
        assert received(sqs, url) == {}

    def test_fifo_delete_after_visibility_timeout(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        sqs.send_message(QueueUrl=url, MessageBody="foobar", MessageGroupId="g")
        handle = handle_of(sqs, url, VisibilityTimeout=0)
        said = told(sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
        assert said == invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
        assert waited(sqs, url) == {"Messages": [FOOBAR]}

    def test_fifo_delete_after_visibility_timeout_extended(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        sqs.send_message(QueueUrl=url, MessageBody="foobar", MessageGroupId="g")
        handle = handle_of(sqs, url, VisibilityTimeout=1)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=60)
        assert received(sqs, url, WaitTimeSeconds=2) == {}
        assert shown(sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)) == {}

    def test_successive_purge_calls_fail(self, sqs: Any, queue: Make) -> None:
        url = queue()
        sqs.purge_queue(QueueUrl=url)
        words = "Only one PurgeQueue operation on q is allowed every 60 seconds."
        assert told(sqs.purge_queue, QueueUrl=url) == prefixed("PurgeQueueInProgress", words, 403)


class TestFifo:
    def sent(self, sqs: Any, url: str, body: str, group: str = "g", **more: Any) -> dict[str, Any]:
        return shown(sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more))

    def test_fifo_empty_message_groups_added_back_to_queue(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        self.sent(sqs, url, "Message 1")
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle_of(sqs, url))
        assert received(sqs, url) == {}
        self.sent(sqs, url, "Message 2")
        assert received(sqs, url) == {
            "Messages": [{"Body": "Message 2", "MD5OfBody": "88ef8f31ed540f1c4c03d5fdb06a7935", **MESSAGE}]
        }

    def test_fifo_queue_send_message_with_delay_seconds_fails(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        said = told(sqs.send_message, QueueUrl=url, MessageBody="m", MessageGroupId="g", DelaySeconds=2)
        reason = "The request include parameter that is not valid for this queue type."
        assert said == invalid_value(2, "DelaySeconds", reason)

    def test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay(
        self, sqs: Any, queue: Make
    ) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true", DelaySeconds=1)
        assert self.sent(sqs, url, "message-1", DelaySeconds=0) == {
            "MD5OfMessageBody": "3d6b824fd8c1520e9a047d21fee6fb1f",
            "MessageId": "<MessageId>",
            "SequenceNumber": "<SequenceNumber>",
        }
        assert received(sqs, url) == {}
        assert len(waited(sqs, url)["Messages"]) == 1

    def test_fifo_message_attributes(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo")
        answer = self.sent(sqs, url, "message-body-1", "group-1", MessageDeduplicationId="dedup-1")
        assert answer == {
            "MD5OfMessageBody": "19c9e282d65f9733bc6b35d50062c7ee",
            "MessageId": "<MessageId>",
            "SequenceNumber": "<SequenceNumber>",
        }
        for count in "12":
            assert received(sqs, url, AttributeNames=["All"], VisibilityTimeout=0) == {
                "Messages": [
                    {
                        "Attributes": {
                            **COUNTED,
                            "ApproximateReceiveCount": count,
                            "MessageDeduplicationId": "dedup-1",
                            "MessageGroupId": "group-1",
                            "SequenceNumber": "<SequenceNumber>",
                        },
                        "Body": "message-body-1",
                        "MD5OfBody": "19c9e282d65f9733bc6b35d50062c7ee",
                        **MESSAGE,
                    }
                ]
            }

    def test_posting_to_fifo_requires_deduplicationid_group_id(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo")
        assert told(sqs.send_message, QueueUrl=url, MessageBody="m", MessageGroupId="g") == NO_DEDUPLICATION
        said = told(sqs.send_message, QueueUrl=url, MessageBody="m", MessageDeduplicationId="d")
        assert said == missing("MessageGroupId")

    def test_send_batch_missing_deduplication_id_for_fifo_queue(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": "1", "MessageBody": "m", "MessageGroupId": "g"}]
        assert told(sqs.send_message_batch, QueueUrl=queue("q.fifo"), Entries=entries) == NO_DEDUPLICATION

    def test_send_batch_missing_message_group_id_for_fifo_queue(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": "1", "MessageBody": "m", "MessageDeduplicationId": "d"}]
        said = told(sqs.send_message_batch, QueueUrl=queue("q.fifo"), Entries=entries)
        assert said == invalid("The request must contain the parameter MessageGroupId.")

    @pytest.mark.parametrize("by_content", ["true", "false"])
    def test_fifo_deduplication_arrives_once_after_delete(
        self, sqs: Any, queue: Make, by_content: str
    ) -> None:
        url = queue("q.fifo", ContentBasedDeduplication=by_content)
        name = {} if by_content == "true" else {"MessageDeduplicationId": "d"}
        self.sent(sqs, url, '{"foo": "bar"}', **name)
        (message,) = received(sqs, url)["Messages"]
        assert message["MD5OfBody"] == "94232c5b8fc9272f6f73a1e36eb68fcf"
        self.sent(sqs, url, '{"foo": "bar"}', **name)
        assert received(sqs, url) == {}

    @pytest.mark.parametrize("by_content", ["true", "false"])
    def test_fifo_deduplication_not_on_message_group_id(self, sqs: Any, queue: Make, by_content: str) -> None:
        url = queue("q.fifo", ContentBasedDeduplication=by_content)
        name = {} if by_content == "true" else {"MessageDeduplicationId": "d"}
        self.sent(sqs, url, '{"foo": "bar"}', "one", **name)
        assert len(received(sqs, url)["Messages"]) == 1
        self.sent(sqs, url, '{"foo": "bar"}', "two", **name)
        assert received(sqs, url) == {}

    def test_sqs_fifo_message_group_scope_no_throughput_setting(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", DeduplicationScope="messageGroup")
        for group in ("one", "two"):
            self.sent(sqs, url, "Test", group, MessageDeduplicationId="d")
        assert len(received(sqs, url)["Messages"]) == 2

    def test_fifo_high_throughput_ordering(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
        self.sent(sqs, url, "Test1", "one", MessageDeduplicationId="d")
        self.sent(sqs, url, "Test2", "two", MessageDeduplicationId="d")
        self.sent(sqs, url, "Test3", "one", MessageDeduplicationId="d")
        assert [message["Body"] for message in received(sqs, url)["Messages"]] == ["Test1", "Test2"]

    def test_fifo_change_to_high_throughput_after_creation(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo")
        self.sent(sqs, url, "Test1", "one", MessageDeduplicationId="d")
        assert len(received(sqs, url)["Messages"]) == 1
        self.sent(sqs, url, "Test2", "two", MessageDeduplicationId="d")
        assert received(sqs, url) == {}
        high = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=high)
        for group in ("one", "two", "three"):
            self.sent(sqs, url, "Test3", group, MessageDeduplicationId="d")
        assert received(sqs, url) == {}
        self.sent(sqs, url, "Test4", "two", MessageDeduplicationId="d2")
        assert [message["Body"] for message in received(sqs, url)["Messages"]] == ["Test4"]
        self.sent(sqs, url, "Test5", "two", MessageDeduplicationId="d2")
        assert received(sqs, url) == {}

    def test_fifo_change_to_regular_throughput_after_creation(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
        for group in ("one", "two"):
            self.sent(sqs, url, "Test", group, MessageDeduplicationId="d")
        assert len(received(sqs, url)["Messages"]) == 2
        regular = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=regular)
        self.sent(sqs, url, "Test3", "three", MessageDeduplicationId="d")
        assert [message["Body"] for message in received(sqs, url)["Messages"]] == ["Test3"]

    @pytest.mark.parametrize(
        ("invisible", "expected"),
        [("foo bar baz", []), ("bar", ["foo"]), ("baz", ["foo", "bar"]), ("bar baz", ["foo"])],
    )
    def test_fifo_group_visibility_extends_with_change_message_visibility(
        self, sqs: Any, queue: Make, invisible: str, expected: list[str]
    ) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        for body in ("foo", "bar", "baz"):
            self.sent(sqs, url, body)
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in messages] == ["foo", "bar", "baz"]
        entries = [
            {
                "Id": message["Body"],
                "ReceiptHandle": message["ReceiptHandle"],
                "VisibilityTimeout": 60 if message["Body"] in invisible else 0,
            }
            for message in messages
        ]
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
        assert [message["Body"] for message in received(sqs, url).get("Messages", [])] == expected


STANDARD = {
    "ApproximateNumberOfMessages": "0",
    "ApproximateNumberOfMessagesDelayed": "0",
    "ApproximateNumberOfMessagesNotVisible": "0",
    "CreatedTimestamp": "<CreatedTimestamp>",
    "DelaySeconds": "0",
    "LastModifiedTimestamp": "<LastModifiedTimestamp>",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
FIFO = {"DeduplicationScope": "queue", "FifoQueue": "true", "FifoThroughputLimit": "perQueue"}


class TestAttributes:
    def of(self, sqs: Any, url: str, *names: str) -> dict[str, Any]:
        answer = shown(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names or ["All"]))
        return answer.get("Attributes", {})  # type: ignore[no-any-return]

    def arn(self, account: str, name: str = "q") -> dict[str, str]:
        return {"QueueArn": f"arn:aws:sqs:us-east-1:{account}:{name}"}

    def test_create_and_update_queue_attributes(self, sqs: Any, queue: Make, account: str) -> None:
        url = queue(MessageRetentionPeriod=604800, ReceiveMessageWaitTimeSeconds=10, VisibilityTimeout=20)
        first = {
            **STANDARD,
            **self.arn(account),
            "MessageRetentionPeriod": "604800",
            "ReceiveMessageWaitTimeSeconds": "10",
            "VisibilityTimeout": "20",
        }
        assert self.of(sqs, url) == first
        changed = {"DelaySeconds": "420", "MaximumMessageSize": "2048", "VisibilityTimeout": "69"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)
        assert self.of(sqs, url) == {**first, **changed}

    def test_fifo_set_content_based_deduplication_strategy(self, sqs: Any, queue: Make, account: str) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        both = {**STANDARD, **FIFO, **self.arn(account, "q.fifo")}
        assert self.of(sqs, url) == {**both, "ContentBasedDeduplication": "true"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "false"})
        assert self.of(sqs, url) == {**both, "ContentBasedDeduplication": "false"}

    def test_create_fifo_queue_with_different_attributes_raises_error(self, sqs: Any, queue: Make) -> None:
        queue("q.fifo", ContentBasedDeduplication="true")
        given = {"FifoQueue": "true", "ContentBasedDeduplication": "false"}
        said = told(sqs.create_queue, QueueName="q.fifo", Attributes=given)
        assert said == exists("ContentBasedDeduplication")

    def test_create_queue_with_different_attributes_raises_exception(self, sqs: Any, queue: Make) -> None:
        queue(DelaySeconds=1)
        for given in ({"DelaySeconds": "2"}, {"DelaySeconds": "2", "VisibilityTimeout": "30"}):
            assert told(sqs.create_queue, QueueName="q", Attributes=given) == exists("DelaySeconds")

    def test_create_standard_queue_with_fifo_attribute_raises_error(self, sqs: Any) -> None:
        only = "You can specify the {} only when FifoQueue is set to true."
        for name, value, words in (
            ("FifoQueue", "false", "Unknown Attribute FifoQueue."),
            ("ContentBasedDeduplication", "false", "Unknown Attribute ContentBasedDeduplication."),
            ("DeduplicationScope", "queue", only.format("DeduplicationScope")),
            ("FifoThroughputLimit", "perQueue", only.format("FifoThroughputLimit")),
        ):
            said = told(sqs.create_queue, QueueName="q", Attributes={name: value})
            assert said == {**bad_name(words), "message": words}

    def test_set_unsupported_attribute_fifo(self, sqs: Any, queue: Make) -> None:
        unknown = "Unknown Attribute FifoQueue."
        for value in ("true", "false"):
            said = told(sqs.set_queue_attributes, QueueUrl=queue(), Attributes={"FifoQueue": value})
            assert said == {**bad_name(unknown), "message": unknown}
        said = told(sqs.set_queue_attributes, QueueUrl=queue("q.fifo"), Attributes={"FifoQueue": "false"})
        words = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
        assert said == {**refusal("InvalidAttributeValue", words), "message": words}

    def test_sse_queue_attributes(self, sqs: Any, queue: Make) -> None:
        kms = {
            "KmsMasterKeyId": "testKeyId",
            "KmsDataKeyReusePeriodSeconds": "6000",
            "SqsManagedSseEnabled": "false",
        }
        assert self.of(sqs, queue("kms", **kms), *kms) == kms
        managed = queue("managed", SqsManagedSseEnabled="true")
        assert self.of(sqs, managed, *kms) == {"SqsManagedSseEnabled": "true"}

    def test_sse_kms_and_sqs_are_mutually_exclusive(self, sqs: Any, queue: Make) -> None:
        both = {"KmsMasterKeyId": "testKeyId", "SqsManagedSseEnabled": "true"}
        words = (
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE."
        )
        said = told(sqs.set_queue_attributes, QueueUrl=queue(), Attributes=both)
        assert said == {**bad_name(words), "message": words}

    def test_set_queue_attributes_default_values(self, sqs: Any, queue: Make, account: str) -> None:
        url = queue()
        initial = {**STANDARD, **self.arn(account)}
        assert self.of(sqs, url) == initial
        kms = {"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=kms)
        assert self.of(sqs, url) == {**initial, **kms, "SqsManagedSseEnabled": "false"}
        sqs.set_queue_attributes(
            QueueUrl=url, Attributes=dict.fromkeys((*kms, "Policy", "RedrivePolicy"), "")
        )
        assert self.of(sqs, url) == {**initial, "SqsManagedSseEnabled": "false"}

    def test_set_empty_redrive_policy(self, sqs: Any, queue: Make, account: str) -> None:
        queue("dead")
        target = f"arn:aws:sqs:us-east-1:{account}:dead"
        url = queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": "42"}))
        assert json.loads(self.of(sqs, url, "RedrivePolicy")["RedrivePolicy"]) == {
            "deadLetterTargetArn": target,
            "maxReceiveCount": 42,
        }
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
        assert self.of(sqs, url, "RedrivePolicy") == {}

    def test_tag_untag_queue(self, sqs: Any, queue: Make) -> None:
        url = queue()
        sqs.tag_queue(QueueUrl=url, Tags={"tag1": "value1", "tag2": "value2", "tag3": ""})
        tags = {"tag1": "value1", "tag2": "value2", "tag3": ""}
        assert shown(sqs.list_queue_tags(QueueUrl=url)) == {"Tags": tags}
        sqs.untag_queue(QueueUrl=url, TagKeys=["tag1", "tag3"])
        assert shown(sqs.list_queue_tags(QueueUrl=url)) == {"Tags": {"tag2": "value2"}}
        sqs.untag_queue(QueueUrl=url, TagKeys=["tag2"])
        assert shown(sqs.list_queue_tags(QueueUrl=url)) == {}

    def test_approximate_number_of_messages_not_visible(self, sqs: Any, queue: Make) -> None:
        url = queue()
        for body in "abcde":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        assert self.of(sqs, url, *names) == dict(zip(names, ("5", "0"), strict=True))
        handle = handle_of(sqs, url)
        assert self.of(sqs, url, *names) == dict(zip(names, ("4", "1"), strict=True))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        assert self.of(sqs, url, *names) == dict(zip(names, ("4", "0"), strict=True))

    def test_fifo_approximate_number_of_messages_not_visible(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        for body in "abc":
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
        handle_of(sqs, url)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        assert self.of(sqs, url, *names) == dict(zip(names, ("2", "1"), strict=True))


class TestQueues:
    def test_non_existent_queue(self, sqs: Any, queue: Make) -> None:
        words = "The specified queue does not exist."
        missing_queue = prefixed("NonExistentQueue", words)
        missing_queue["Error"]["QueryErrorCode"] = "QueueDoesNotExist"
        url = queue()
        for call, given in (
            (sqs.get_queue_url, {"QueueName": "no-such-queue"}),
            (sqs.get_queue_attributes, {"QueueUrl": f"{url}-no-such-queue"}),
        ):
            said = told(call, **given)
            said.pop("message", None)
            assert said == missing_queue

    def test_list_queues_pagination(self, sqs: Any, queue: Make) -> None:
        urls = [queue(f"test-queue-{n}") for n in range(10)]
        assert shown(sqs.list_queues(QueueNamePrefix="test-queue")) == {"QueueUrls": urls}
        page = sqs.list_queues(QueueNamePrefix="test-queue", MaxResults=2)
        assert page["QueueUrls"] == urls[:2]
        rest = sqs.list_queues(QueueNamePrefix="test-queue", MaxResults=8, NextToken=page["NextToken"])
        assert shown(rest) == {"QueueUrls": urls[2:]}

    def test_sqs_permission_lifecycle(self, sqs: Any, queue: Make, account: str) -> None:
        url, arn = queue(), f"arn:aws:sqs:us-east-1:{account}:q"

        def policy() -> Any:
            answer = shown(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]))
            return json.loads(answer["Attributes"]["Policy"]) if answer else None

        def statement(label: str, *accounts: str) -> dict[str, Any]:
            roots = [f"arn:aws:iam::{each}:root" for each in accounts]
            return {
                "Sid": label,
                "Effect": "Allow",
                "Principal": {"AWS": roots if len(roots) > 1 else roots[0]},
                "Action": "SQS:ReceiveMessage",
                "Resource": arn,
            }

        def document(*statements: dict[str, Any]) -> dict[str, Any]:
            return {"Version": "2008-10-17", "Id": f"{arn}/SQSDefaultPolicy", "Statement": list(statements)}

        def add(label: str, *accounts: str) -> None:
            given = {"Label": label, "AWSAccountIds": accounts, "Actions": ["ReceiveMessage"]}
            assert shown(sqs.add_permission(QueueUrl=url, **given)) == {}

        add("crossaccountpermission", "668614515564", account)
        assert policy() == document(statement("crossaccountpermission", "668614515564", account))
        assert shown(sqs.remove_permission(QueueUrl=url, Label="crossaccountpermission")) == {}
        assert policy() is None
        add("crossaccountpermission", account)
        given = {
            "Label": "crossaccountpermission",
            "AWSAccountIds": ["668614515564"],
            "Actions": ["ReceiveMessage"],
        }
        said = told(sqs.add_permission, QueueUrl=url, **given)
        assert said == invalid_value("crossaccountpermission", "Label", "Already exists.")
        add("crossaccountpermission2", account)
        both = [statement(label, account) for label in ("crossaccountpermission", "crossaccountpermission2")]
        assert policy() == document(*both)
        sqs.remove_permission(QueueUrl=url, Label="crossaccountpermission")
        assert policy() == document(both[1])
        sqs.remove_permission(QueueUrl=url, Label="crossaccountpermission2")
        assert policy() is None
        said = told(sqs.remove_permission, QueueUrl=url, Label="crossaccountpermission2")
        assert said == invalid_value("crossaccountpermission2", "Label", "can't find label.")


class TestDeadLetters:
    def test_dead_letter_queue_message_attributes(self, sqs: Any, queue: Make, account: str) -> None:
        dead = queue("dead")
        arn = f"arn:aws:sqs:us-east-1:{account}"
        policy = {"deadLetterTargetArn": f"{arn}:dead", "maxReceiveCount": 1}
        url = queue(RedrivePolicy=json.dumps(policy))
        sqs.send_message(
            QueueUrl=url,
            MessageBody="message-1",
            MessageAttributes={"MyAttribute": text("foobar")},
            MessageSystemAttributes={"AWSTraceHeader": text(TRACE)},
        )
        names = [
            "ApproximateFirstReceiveTimestamp",
            "ApproximateReceiveCount",
            "SentTimestamp",
            "AWSTraceHeader",
        ]
        expected = {
            "MD5OfBody": "3d6b824fd8c1520e9a047d21fee6fb1f",
            "Body": "message-1",
            "Attributes": {
                "ApproximateFirstReceiveTimestamp": "<ApproximateFirstReceiveTimestamp>",
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "<SentTimestamp>",
                "AWSTraceHeader": TRACE,
            },
            "MD5OfMessageAttributes": "adb59cd4678ea5a855436b949cd07ab6",
            "MessageAttributes": {"MyAttribute": text("foobar")},
            **MESSAGE,
        }
        asked = {
            "MessageSystemAttributeNames": [*names, "DeadLetterQueueSourceArn"],
            "MessageAttributeNames": ["All"],
        }
        assert received(sqs, url, VisibilityTimeout=0, **asked) == {"Messages": [expected]}
        assert received(sqs, url, **asked) == {}
        expected["Attributes"] |= {"ApproximateReceiveCount": "2", "DeadLetterQueueSourceArn": f"{arn}:q"}
        assert received(sqs, dead, **asked) == {"Messages": [expected]}

    def test_dead_letter_queue_with_fifo_and_content_based_deduplication(
        self, sqs: Any, queue: Make, account: str
    ) -> None:
        dead = queue("dead.fifo", ContentBasedDeduplication="true")
        policy = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{account}:dead.fifo", "maxReceiveCount": 1}
        url = queue("q.fifo", ContentBasedDeduplication="true", RedrivePolicy=json.dumps(policy))
        sqs.send_message(QueueUrl=url, MessageBody="foobar", MessageGroupId="g")
        assert received(sqs, url, VisibilityTimeout=0) == {"Messages": [FOOBAR]}
        assert received(sqs, url) == {}
        assert received(sqs, dead) == {"Messages": [FOOBAR]}

    def test_invalid_dead_letter_arn_rejected_before_lookup(self, sqs: Any) -> None:
        policy = {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}
        said = told(sqs.create_queue, QueueName="q", Attributes={"RedrivePolicy": json.dumps(policy)})
        assert said["Error"]["Code"] == "InvalidParameterValue"

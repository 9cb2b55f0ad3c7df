"""Messages at the running server: bad input, limits, receipts, batches with partial results, many receivers at once."""

import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import REGION, Server
from sqs_answers import failure, invalid, invalid_value, missing, prefixed, refusal, shown, told

Make = Callable[..., str]
MIB = 1_048_576


def text(value: str, kind: str = "String") -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


def receive(sqs: Any, url: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more).get(
        "Messages", []
    )
    return found


class TestBodies:
    @pytest.mark.parametrize(
        "body", ["\t\n\r ", "<&>\"'", "é\u20ac\U0001f600", "\ue000\ufffd", "x" * MIB, '{"a": [1]}']
    )
    def test_what_is_sent_is_received(self, sqs: Any, queue: Make, body: str) -> None:
        url = queue()
        md5 = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        assert sqs.send_message(QueueUrl=url, MessageBody=body)["MD5OfMessageBody"] == md5
        (message,) = receive(sqs, url)
        assert (message["Body"], message["MD5OfBody"]) == (body, md5)

    @pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
    def test_characters_that_no_message_may_have(self, sqs: Any, queue: Make, character: str) -> None:
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody=f"a{character}b")
        assert said["Error"]["Code"] == "InvalidMessageContents"
        assert said["ResponseMetadata"] == 400

    def test_attributes_count_against_the_size(self, sqs: Any, queue: Make) -> None:
        url = queue(MaximumMessageSize=1024)
        attributes = {"name": text("v" * 10)}
        fits = 1024 - len("name") - len("String") - 10
        sqs.send_message(QueueUrl=url, MessageBody="x" * fits, MessageAttributes=attributes)
        said = told(
            sqs.send_message, QueueUrl=url, MessageBody="x" * (fits + 1), MessageAttributes=attributes
        )
        assert said == invalid(
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
        )

    @pytest.mark.parametrize("seconds", [-1, 901])
    def test_delays_out_of_bounds(self, sqs: Any, queue: Make, seconds: int) -> None:
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody="m", DelaySeconds=seconds)
        assert said == invalid_value(seconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")

    def test_a_standard_queue_has_no_deduplication(self, sqs: Any, queue: Make) -> None:
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody="m", MessageDeduplicationId="d")
        reason = "The request include parameter that is not valid for this queue type."
        assert said == invalid_value("d", "MessageDeduplicationId", reason)


class TestMessageAttributes:
    @pytest.mark.parametrize(
        "attribute",
        [
            text("1", "Number"),
            text("-1.5e-10", "Number.float"),
            text("9" * 38, "Number"),
            text("x", "String.custom.label"),
            {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
        ],
    )
    def test_types_and_labels_come_back(self, sqs: Any, queue: Make, attribute: dict[str, Any]) -> None:
        url = queue()
        sent = sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes={"a.b-c_1": attribute})
        (message,) = receive(sqs, url, MessageAttributeNames=["a.*"])
        assert message["MessageAttributes"] == {"a.b-c_1": attribute}
        assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]

    @pytest.mark.parametrize(
        ("name", "attribute", "words"),
        [
            ("a", {"StringValue": "x"}, "must contain non-empty message attribute type"),
            (
                "a",
                text("x", "Text"),
                "You must use only the following supported type prefixes: Binary, Number, String.",
            ),
            (
                "a",
                text("x", "string"),
                "You must use only the following supported type prefixes: Binary, Number, String.",
            ),
            (
                "a",
                text("x", "String." + "l" * 250),
                "You must use only the following supported type prefixes: Binary, Number, String.",
            ),
            ("a", {"DataType": "String"}, "must contain a non-empty value of type 'String'"),
            (
                "a",
                {"DataType": "Binary", "BinaryValue": b""},
                "must contain a non-empty value of type 'Binary'",
            ),
            (
                "a",
                {"DataType": "Binary", "StringValue": "x"},
                "must contain a non-empty value of type 'Binary'",
            ),
            ("a", text("x\x01"), "contains invalid characters"),
            ("a", text("one", "Number"), "Can't cast the value"),
            ("a", text("1" * 39, "Number"), "Can't cast the value"),
            ("a", text("1e127", "Number"), "Can't cast the value"),
            ("aws.x", text("x"), "name 'aws.x' is invalid"),
            ("Amazon.x", text("x"), "name 'Amazon.x' is invalid"),
            ("", text("x"), "non-empty message attribute name"),
            (".a", text("x"), "name '.a' is invalid"),
            ("a.", text("x"), "name 'a.' is invalid"),
            ("a..b", text("x"), "name 'a..b' is invalid"),
            ("a b", text("x"), "name 'a b' is invalid"),
            ("a" * 257, text("x"), "is invalid"),
        ],
    )
    def test_what_is_refused(
        self, sqs: Any, queue: Make, name: str, attribute: dict[str, Any], words: str
    ) -> None:
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody="m", MessageAttributes={name: attribute})
        assert said["Error"]["Code"] == "InvalidParameterValue"
        assert words in said["Error"]["Message"]

    def test_ten_and_no_more(self, sqs: Any, queue: Make) -> None:
        url, attributes = queue(), {f"a{n}": text("x") for n in range(11)}
        said = told(sqs.send_message, QueueUrl=url, MessageBody="m", MessageAttributes=attributes)
        assert said == invalid("Number of message attributes [11] exceeds the allowed maximum [10].")
        attributes.pop("a10")
        sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes=attributes)

    @pytest.mark.parametrize(
        "attributes",
        [
            {"Other": text("x")},
            {"AWSTraceHeader": {"DataType": "Binary", "BinaryValue": b"x"}},
            {"AWSTraceHeader": text("")},
        ],
    )
    def test_the_only_system_attribute_is_a_text(
        self, sqs: Any, queue: Make, attributes: dict[str, Any]
    ) -> None:
        said = told(sqs.send_message, QueueUrl=queue(), MessageBody="m", MessageSystemAttributes=attributes)
        assert said["Error"]["Code"] == "InvalidParameterValue"

    def test_system_attributes_have_a_checksum_and_do_not_count(self, sqs: Any, queue: Make) -> None:
        url = queue(MaximumMessageSize=1024)
        trace = {"AWSTraceHeader": text("Root=1-5759e988-bd862e3fe1be46a994272793")}
        answer = sqs.send_message(QueueUrl=url, MessageBody="x" * 1024, MessageSystemAttributes=trace)
        assert len(answer["MD5OfMessageSystemAttributes"]) == 32
        assert "MD5OfMessageAttributes" not in answer


class TestReceipts:
    def handle(self, sqs: Any, url: str, **more: Any) -> str:
        (message,) = receive(sqs, url, **more)
        return str(message["ReceiptHandle"])

    @pytest.mark.parametrize("handle", ["x", "", "AAAA", "YS9iL2M=", "é", "a" * 2000])
    def test_what_is_no_receipt(self, sqs: Any, queue: Make, handle: str) -> None:
        url = queue()
        words = f'The input receipt handle "{handle}" is not a valid receipt handle.'
        expected = refusal("ReceiptHandleIsInvalid", words, message=words)
        assert told(sqs.delete_message, QueueUrl=url, ReceiptHandle=handle) == expected
        said = told(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=1)
        assert said == expected

    def test_a_receipt_of_another_queue(self, sqs: Any, queue: Make) -> None:
        url, other = queue(), queue("other")
        sqs.send_message(QueueUrl=url, MessageBody="m")
        handle = self.handle(sqs, url)
        words = f'The receipt handle "{handle}" is not valid for this queue.'
        said = told(sqs.delete_message, QueueUrl=other, ReceiptHandle=handle)
        assert said == refusal("ReceiptHandleIsInvalid", words, message=words)
        assert shown(sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)) == {}

    def test_deleting_twice_succeeds(self, sqs: Any, queue: Make) -> None:
        for url in (queue(), queue("q.fifo", ContentBasedDeduplication="true")):
            group = {"MessageGroupId": "g"} if url.endswith(".fifo") else {}
            sqs.send_message(QueueUrl=url, MessageBody="m", **group)
            handle = self.handle(sqs, url)
            for _ in range(2):
                assert shown(sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)) == {}

    def test_a_message_that_another_has_received_is_not_deleted_nor_changed(
        self, sqs: Any, queue: Make
    ) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="m")
        old = self.handle(sqs, url, VisibilityTimeout=0)
        new = self.handle(sqs, url)
        assert shown(sqs.delete_message(QueueUrl=url, ReceiptHandle=old)) == {}
        said = told(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=old, VisibilityTimeout=0)
        reason = "Message does not exist or is not available for visibility timeout change."
        assert said == invalid_value(old, "ReceiptHandle", reason)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=new, VisibilityTimeout=0)
        assert len(receive(sqs, url)) == 1

    @pytest.mark.parametrize("seconds", [-1, 43_201])
    def test_visibility_out_of_bounds(self, sqs: Any, queue: Make, seconds: int) -> None:
        url = queue()
        sqs.send_message(QueueUrl=url, MessageBody="m")
        reason = "Must be between 0 and 43200, if provided."
        said = told(sqs.receive_message, QueueUrl=url, VisibilityTimeout=seconds)
        assert said == invalid_value(seconds, "VisibilityTimeout", reason)
        handle = self.handle(sqs, url)
        said = told(
            sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds
        )
        assert said["Error"]["Code"] == "InvalidParameterValue"

    def test_an_attempt_id_is_for_fifo_queues(self, sqs: Any, queue: Make) -> None:
        said = told(sqs.receive_message, QueueUrl=queue(), ReceiveRequestAttemptId="a")
        assert said["Error"]["Code"] == "InvalidParameterValue"

    def test_attributes_that_no_message_has(self, sqs: Any, queue: Make) -> None:
        said = told(sqs.receive_message, QueueUrl=queue(), AttributeNames=["Nope"])
        assert said["Error"]["Code"] == "InvalidAttributeName"


class TestBatches:
    def test_each_entry_stands_alone(self, sqs: Any, queue: Make) -> None:
        url = queue()
        entries = [
            {"Id": "good", "MessageBody": "m"},
            {"Id": "empty", "MessageBody": ""},
            {"Id": "late", "MessageBody": "m", "DelaySeconds": 1000},
        ]
        answer = shown(sqs.send_message_batch(QueueUrl=url, Entries=entries))
        assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
        assert [(name, code) for name, code, _ in failure(answer)] == [
            ("empty", "MissingParameter"),
            ("late", "InvalidParameterValue"),
        ]
        (message,) = receive(sqs, url)
        handle = message["ReceiptHandle"]
        both = [{"Id": "a", "ReceiptHandle": handle}, {"Id": "b", "ReceiptHandle": "x"}]
        words = 'The input receipt handle "x" is not a valid receipt handle.'
        changes = [{**entry, "VisibilityTimeout": 5} for entry in both]
        for call, given in ((sqs.change_message_visibility_batch, changes), (sqs.delete_message_batch, both)):
            answer = shown(call(QueueUrl=url, Entries=given))
            assert answer["Successful"] == [{"Id": "a"}]
            assert failure(answer) == [("b", "ReceiptHandleIsInvalid", words)]
        late = shown(sqs.change_message_visibility_batch(QueueUrl=url, Entries=changes[:1]))
        assert [code for _, code, _ in failure(late)] == ["InvalidParameterValue"]
        assert "Successful" not in late

    @pytest.mark.parametrize(
        ("operation", "entry"),
        [
            ("SendMessageBatch", {"MessageBody": "m"}),
            ("DeleteMessageBatch", {"ReceiptHandle": "x"}),
            ("ChangeMessageVisibilityBatch", {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
        ],
    )
    def test_what_holds_for_every_batch(
        self, sqs: Any, queue: Make, operation: str, entry: dict[str, Any]
    ) -> None:
        url = queue()
        names = {"SendMessageBatch": sqs.send_message_batch, "DeleteMessageBatch": sqs.delete_message_batch}
        call = names.get(operation, sqs.change_message_visibility_batch)
        words = f"There should be at least one {operation}RequestEntry in the request."
        assert told(call, QueueUrl=url, Entries=[]) == prefixed("EmptyBatchRequest", words)
        said = told(call, QueueUrl=url, Entries=[{"Id": "a", **entry}] * 2)
        assert said == prefixed("BatchEntryIdsNotDistinct", "Id a repeated.")
        assert told(call, QueueUrl=url, Entries=[entry])["Error"]["Code"] == "MissingParameter"

    def test_a_batch_of_one_mebibyte(self, sqs: Any, queue: Make) -> None:
        entries = [{"Id": str(n), "MessageBody": "x" * (MIB // 8)} for n in range(8)]
        assert len(sqs.send_message_batch(QueueUrl=queue(), Entries=entries)["Successful"]) == 8


class TestManyAtOnce:
    def test_no_message_is_received_twice_within_its_visibility(self, sqs: Any, queue: Make) -> None:
        url, total = queue(VisibilityTimeout=600), 300
        got: Counter[str] = Counter()
        lock = threading.Lock()

        def send(at: int) -> None:
            entries = [{"Id": str(n), "MessageBody": f"{at}-{n}"} for n in range(10)]
            assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10

        def take(_: int) -> None:
            while messages := receive(sqs, url, WaitTimeSeconds=1):
                with lock:
                    got.update(message["Body"] for message in messages)

        with ThreadPoolExecutor(12) as pool:
            list(pool.map(send, range(total // 10)))
            list(pool.map(take, range(8)))
        assert len(got) == total
        assert set(got.values()) == {1}

    def test_groups_keep_their_order_among_many_receivers(self, sqs: Any, queue: Make) -> None:
        url = queue("q.fifo", ContentBasedDeduplication="true")
        groups, each = 5, 20
        for at in range(each):
            entries = [
                {"Id": str(group), "MessageBody": f"{group}-{at}", "MessageGroupId": str(group)}
                for group in range(groups)
            ]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        order: list[str] = []
        held: set[str] = set()
        lock = threading.Lock()

        def work(_: int) -> None:
            while messages := receive(sqs, url, WaitTimeSeconds=1):
                mine = {message["Body"].split("-")[0] for message in messages}
                with lock:
                    assert not held & mine, "two receivers have messages of one group"
                    held.update(mine)
                    order.extend(message["Body"] for message in messages)
                    held.difference_update(mine)
                for message in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
        for group in range(groups):
            of_group = [body for body in order if body.startswith(f"{group}-")]
            assert of_group == [f"{group}-{at}" for at in range(each)]

    def test_one_queue_is_made_whoever_asks(self, sqs: Any) -> None:
        with ThreadPoolExecutor(8) as pool:
            urls = set(pool.map(lambda _: sqs.create_queue(QueueName="same")["QueueUrl"], range(16)))
        assert len(urls) == 1


class TestQueues:
    @pytest.mark.parametrize("name", ["", "a b", "a.b", "x" * 81, "ä", "q.fifo", "a/b"])
    def test_names_that_no_standard_queue_has(self, sqs: Any, name: str) -> None:
        said = told(sqs.create_queue, QueueName=name)
        assert said == invalid(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )

    @pytest.mark.parametrize("name", ["q", ".fifo", "x" * 76 + ".fifo", "a b.fifo"])
    def test_names_that_no_fifo_queue_has(self, sqs: Any, name: str) -> None:
        said = told(sqs.create_queue, QueueName=name, Attributes={"FifoQueue": "true"})
        assert said["Error"]["Code"] == "InvalidParameterValue"
        assert "must end with .fifo suffix" in said["Error"]["Message"]

    @pytest.mark.parametrize(
        ("attribute", "value"),
        [
            ("DelaySeconds", "901"),
            ("DelaySeconds", "-1"),
            ("DelaySeconds", ""),
            ("DelaySeconds", "٣"),
            ("MaximumMessageSize", "1023"),
            ("MaximumMessageSize", "1048577"),
            ("MessageRetentionPeriod", "59"),
            ("MessageRetentionPeriod", "1209601"),
            ("ReceiveMessageWaitTimeSeconds", "21"),
            ("VisibilityTimeout", "43201"),
            ("VisibilityTimeout", "1.5"),
            ("KmsDataKeyReusePeriodSeconds", "59"),
            ("SqsManagedSseEnabled", "yes"),
        ],
    )
    def test_values_that_no_attribute_has(self, sqs: Any, queue: Make, attribute: str, value: str) -> None:
        words = f"Invalid value for the parameter {attribute}."
        expected = refusal("InvalidAttributeValue", words, message=words)
        assert told(sqs.create_queue, QueueName="new", Attributes={attribute: value}) == expected
        assert told(sqs.set_queue_attributes, QueueUrl=queue(), Attributes={attribute: value}) == expected

    @pytest.mark.parametrize(
        "attribute", ["Nope", "QueueArn", "ApproximateNumberOfMessages", "All", "delaySeconds"]
    )
    def test_attributes_that_can_not_be_set(self, sqs: Any, queue: Make, attribute: str) -> None:
        words = f"Unknown Attribute {attribute}."
        said = told(sqs.set_queue_attributes, QueueUrl=queue(), Attributes={attribute: "1"})
        assert said == refusal("InvalidAttributeName", words, message=words)

    def test_high_throughput_needs_the_groups_scope(self, sqs: Any) -> None:
        given = {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}
        said = told(sqs.create_queue, QueueName="q.fifo", Attributes=given)
        assert said["Error"]["Code"] == "InvalidAttributeValue"

    def test_a_queue_is_found_again_and_its_tags_stay(self, sqs: Any, queue: Make) -> None:
        url = queue(DelaySeconds=5)
        for given in ({}, {"DelaySeconds": "5"}, {"VisibilityTimeout": "30"}):
            assert sqs.create_queue(QueueName="q", Attributes=given, tags={"a": "b"})["QueueUrl"] == url
        assert shown(sqs.list_queue_tags(QueueUrl=url)) == {}

    @pytest.mark.parametrize(
        "url", ["http://localhost/q", "ftp://localhost/111122223333/q", "/", "http://localhost/1/2/3/q"]
    )
    def test_urls_that_name_no_queue(self, sqs: Any, url: str) -> None:
        said = told(sqs.send_message, QueueUrl=url, MessageBody="m")
        words = f"The address {url} is not valid for this endpoint."
        assert said == refusal("InvalidAddress", words, status=404, message=words)

    @pytest.mark.parametrize(
        "form",
        [
            "https://sqs.us-east-1.amazonaws.com/{account}/q",
            "http://sqs.us-east-1.localhost:4566/{account}/q",
            "http://us-east-1.queue.localhost:4566/{account}/q",
            "https://queue.amazonaws.com/{account}/q",
            "http://localhost:4566/queue/us-east-1/{account}/q",
            "http://localhost:4566/{account}/q",
            "q",
        ],
    )
    def test_urls_of_every_form(self, sqs: Any, queue: Make, account: str, form: str) -> None:
        queue()
        assert "MessageId" in sqs.send_message(QueueUrl=form.format(account=account), MessageBody="m")

    def test_a_region_is_that_of_the_signature(
        self, client: Callable[..., Any], queue: Make, account: str
    ) -> None:
        queue()
        west = client("sqs", region="us-west-2")
        said = told(west.send_message, QueueUrl=f"http://localhost/{account}/q", MessageBody="m")
        assert said["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"

    @pytest.mark.parametrize("results", [0, 1001])
    def test_bounds_of_a_page(self, sqs: Any, results: int) -> None:
        assert told(sqs.list_queues, MaxResults=results)["Error"]["Code"] == "InvalidParameterValue"

    @pytest.mark.parametrize("token", ["?", "é", "/w=="])
    def test_a_token_that_is_none(self, sqs: Any, token: str) -> None:
        assert (
            told(sqs.list_queues, NextToken=token, MaxResults=1)["Error"]["Code"] == "InvalidParameterValue"
        )

    def test_a_prefix_that_is_a_whole_name_and_others(self, sqs: Any, queue: Make) -> None:
        urls = [queue(name) for name in ("a", "ab", "b")]
        assert shown(sqs.list_queues(QueueNamePrefix="a")) == {"QueueUrls": urls[:2]}
        assert shown(sqs.list_queues()) == {"QueueUrls": urls}
        assert shown(sqs.list_queues(QueueNamePrefix="z")) == {}

    def test_nothing_is_asked_for_and_nothing_answered(self, sqs: Any, queue: Make) -> None:
        url = queue()
        assert shown(sqs.get_queue_attributes(QueueUrl=url)) == {}
        assert shown(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])) == {}

    def test_what_has_to_be_there(self, sqs: Any) -> None:
        assert told(sqs.send_message, MessageBody="m") == missing("QueueUrl")
        assert told(sqs.create_queue) == missing("QueueName")


def test_half_a_surrogate_pair_is_no_message(server: Server, queue: Make, account: str) -> None:
    body = f'{{"QueueUrl": "{queue()}", "MessageBody": "\\ud800"}}'.encode()
    headers = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", server.url, headers, body)
    SigV4Auth(Credentials(account, "test"), "sqs", REGION).add_auth(request)
    sent = urllib.request.Request(server.url, body, dict(request.headers.items()))  # the test's own server
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)
    with caught.value as answer:
        assert answer.code == 400
        assert json.loads(answer.read())["__type"].endswith(
            ("#SerializationException", "#InvalidMessageContents")
        )

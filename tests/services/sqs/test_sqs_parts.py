"""The pure parts: queue URLs, checksums, numbers."""

import pytest

from portico.services.sqs.message import Attribute, Contents, attributes_of, md5_of_attributes
from portico.services.sqs.queue_url import Address, is_name, parse, region_of
from portico.services.sqs.send import sequence_number
from portico.wire.errors import AwsError

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("url", "account", "region"),
    [
        (f"http://localhost:4566/{ACCOUNT}/q", ACCOUNT, ""),
        (f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q", ACCOUNT, "eu-west-1"),
        (f"http://sqs.eu-west-1.localhost:4566/{ACCOUNT}/q", ACCOUNT, "eu-west-1"),
        (f"https://eu-west-1.queue.amazonaws.com/{ACCOUNT}/q", ACCOUNT, "eu-west-1"),
        (f"http://localhost:4566/queue/eu-west-1/{ACCOUNT}/q", ACCOUNT, "eu-west-1"),
        (f"/{ACCOUNT}/q", ACCOUNT, ""),
        (f"{ACCOUNT}/q", ACCOUNT, ""),
        ("q", "", ""),
    ],
)
def test_urls(url: str, account: str, region: str) -> None:
    assert parse(url) == Address(account, region, "q")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "http://h/q",
        "http://h/1/q",
        f"ftp://h/{ACCOUNT}/q",
        f"http://h/{ACCOUNT}/q/r",
        f"http://h/{ACCOUNT}/",
    ],
)
def test_what_is_no_url(url: str) -> None:
    assert parse(url) is None


@pytest.mark.parametrize(
    ("host", "region"), [("sqs.us-west-2.localhost:4566", "us-west-2"), ("localhost", ""), ("127.0.0.1", "")]
)
def test_regions_of_hosts(host: str, region: str) -> None:
    assert region_of(host) == region


def test_names() -> None:
    assert is_name("a-B_9", fifo=False)
    assert is_name("x" * 80, fifo=False)
    assert is_name("x" * 75 + ".fifo", fifo=True)
    assert not is_name("x" * 76 + ".fifo", fifo=True)
    assert not is_name("q", fifo=True)
    assert not is_name("q.fifo", fifo=False)


def test_the_checksum_of_attributes_is_over_sorted_names() -> None:
    first = {"b": Attribute("Number", "1"), "a": Attribute("Binary", binary=b"\x00")}
    again = {name: first[name] for name in ("a", "b")}
    assert md5_of_attributes(first) == md5_of_attributes(again)
    assert md5_of_attributes(first) != md5_of_attributes({**first, "b": Attribute("Number.int", "1")})


def test_a_message_is_as_long_as_its_bytes() -> None:
    assert Contents("é", "", "").size == 2
    assert Contents("é", "", "", {"n": Attribute("String", "ü")}).size == 2 + 1 + 6 + 2


@pytest.mark.parametrize(
    "number",
    ["0", "-0", "007", "+1", "1.", ".5", "1e10", "-1E-10", "1" * 38, "0" * 50 + "1", "1e126", "1e-128"],
)
def test_numbers(number: str) -> None:
    assert attributes_of({"n": {"DataType": "Number", "StringValue": number}})["n"].text == number


@pytest.mark.parametrize(
    "number", ["", "x", "1 2", "0x1", "1e", "1e1000", "1" * 39, "1e127", "1e-129", "NaN", "Infinity", "١"]
)
def test_what_is_no_number(number: str) -> None:
    with pytest.raises(AwsError):
        attributes_of({"n": {"DataType": "Number", "StringValue": number}})


def test_sequence_numbers_have_20_digits_and_grow() -> None:
    numbers = [sequence_number(n) for n in (1, 2, 1 << 40, 1 << 47)]
    assert [len(number) for number in numbers] == [20] * 4
    assert numbers == sorted(numbers)

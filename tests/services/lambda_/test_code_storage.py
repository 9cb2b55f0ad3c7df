"""The quota of an account's code: who exceeds it, what makes room again, and that nobody gets past together."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, running

BYTES_MAX = 100_000
_SIZE = 30_000


@pytest.fixture(scope="module")
def small_server() -> Iterator[Server]:
    with running(None, "--code-storage-bytes", str(BYTES_MAX)) as server:
        role = server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)
        assert role["Role"]["Arn"]
        yield server


class Shop:
    """An account of its own on the server with little room."""

    def __init__(self, server: Server, account: str) -> None:
        self.lam = server.client("lambda", account)
        iam = server.client("iam", account)
        self.role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]

    def create(self, name: str, code: bytes, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.lam.create_function(
            FunctionName=name, Runtime=f"python3.{sys.version_info.minor}", Handler="app.handler", Role=self.role,
            Code={"ZipFile": code}, **options,
        )  # fmt: skip
        self.lam.get_waiter("function_active_v2").wait(FunctionName=name)
        return found

    @property
    def used(self) -> tuple[int, int]:
        settings = self.lam.get_account_settings()
        assert settings["AccountLimit"]["TotalCodeSize"] == BYTES_MAX
        return settings["AccountUsage"]["TotalCodeSize"], settings["AccountUsage"]["FunctionCount"]


@pytest.fixture
def shop(small_server: Server, account: str) -> Shop:
    return Shop(small_server, account)


def code() -> bytes:
    """A zip of about 30,000 bytes, like no other."""
    return zip_of({"app.py": "def handler(e, c):\n    return e\n", "data": os.urandom(_SIZE)})


def refused(call: Any, **request: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["Error"]["Code"] == "CodeStorageExceededException"
    assert answer["Error"]["Message"] == "Code storage limit exceeded."
    assert answer["Type"] == "User"


def test_whatever_stores_code_is_refused_when_there_is_no_room(shop: Shop) -> None:
    one = code()
    shop.create("f", one, Publish=True)
    assert shop.used == (2 * len(one), 1)
    layer = code()
    shop.lam.publish_layer_version(LayerName="l", Content={"ZipFile": layer})
    before = shop.used
    assert before == (2 * len(one) + len(layer), 1)
    refused(shop.lam.publish_layer_version, LayerName="l", Content={"ZipFile": code()})
    refused(
        shop.lam.update_function_code, FunctionName="f", ZipFile=zip_of({"app.py": os.urandom(2 * _SIZE)})
    )
    with pytest.raises(ClientError, match="Code storage limit exceeded"):
        shop.create("g", code())
    shop.lam.update_function_configuration(FunctionName="f", Description="other")
    shop.lam.get_waiter("function_updated_v2").wait(FunctionName="f")
    refused(shop.lam.publish_version, FunctionName="f")
    assert shop.used == before


def test_code_of_the_same_size_and_less_is_taken_when_all_is_full(shop: Shop) -> None:
    for name in "abc":
        shop.create(name, code())
    same = code()
    shop.lam.update_function_code(FunctionName="a", ZipFile=same)
    shop.lam.get_waiter("function_updated_v2").wait(FunctionName="a")
    little = zip_of({"app.py": "def handler(e, c):\n    return e\n"})
    shop.lam.update_function_code(FunctionName="b", ZipFile=little)
    assert shop.used[0] < 2 * len(same) + len(little) + 100


def test_what_is_deleted_makes_room(shop: Shop) -> None:
    shop.create("f", code())
    assert shop.lam.publish_version(FunctionName="f")["Version"] == "1"
    shop.lam.publish_layer_version(LayerName="l", Content={"ZipFile": code()})
    refused(shop.lam.publish_layer_version, LayerName="l", Content={"ZipFile": code()})
    shop.lam.delete_function(FunctionName="f", Qualifier="1")
    shop.lam.publish_layer_version(LayerName="l", Content={"ZipFile": code()})
    for number in (1, 2, 2):
        shop.lam.delete_layer_version(LayerName="l", VersionNumber=number)
    shop.lam.delete_function(FunctionName="f")
    assert shop.used == (0, 0)


def test_a_version_that_is_the_last_one_again_takes_nothing(shop: Shop) -> None:
    shop.create("f", code(), Publish=True)
    before = shop.used
    assert shop.lam.publish_version(FunctionName="f")["Version"] == "1"
    assert shop.used == before


def test_accounts_and_regions_have_room_of_their_own(small_server: Server, shop: Shop, account: str) -> None:
    for name in "abc":
        shop.create(name, code())
    elsewhere = small_server.client("lambda", account, region="eu-west-1")
    elsewhere.publish_layer_version(LayerName="l", Content={"ZipFile": code()})
    assert elsewhere.get_account_settings()["AccountUsage"]["FunctionCount"] == 0
    assert shop.used[1] == 3


def test_many_at_once_do_not_get_past_together(shop: Shop) -> None:
    def publish(number: int) -> str:
        try:
            shop.lam.publish_layer_version(LayerName=f"l{number}", Content={"ZipFile": code()})
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "published"

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(publish, range(12)))
    assert answers == {"published": 3, "CodeStorageExceededException": 9}
    assert shop.used[0] <= BYTES_MAX

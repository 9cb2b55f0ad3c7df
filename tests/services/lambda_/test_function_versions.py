"""Versions and aliases at work: what runs, under which name, with whose permission."""

import base64
import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import TRUST_LAMBDA, new_account, running
from lambda_answers import arn_of, parameter, refusal, told

Make = Callable[..., Any]
Refused = Callable[..., AbstractContextManager[None]]

TELLS = """
import os

def handler(event, context):
    return {
        "said": "%s",
        "version": context.function_version,
        "variable": os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        "arn": context.invoked_function_arn,
        "stream": context.log_stream_name,
        "initialization": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
    }
"""


def invoked(lam: Any, name: str = "f", **options: Any) -> tuple[str, dict[str, Any]]:
    """The executed version, and what the function told."""
    answer = lam.invoke(FunctionName=name, **options)
    assert "FunctionError" not in answer
    told_: dict[str, Any] = json.load(answer["Payload"])
    return answer["ExecutedVersion"], told_


def updated(lam: Any, name: str = "f") -> None:
    lam.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


@pytest.fixture
def two(client: Make, active: Make, package: Make) -> str:
    """The function `f` with the versions 1, which says one, 2, which says two, and newer code that says three; its ARN."""
    lam = client("lambda")
    arn: str = active("f", Code={"ZipFile": package(TELLS % "one")}, Publish=True)
    for said, publish in (("two", True), ("three", False)):
        lam.update_function_code(FunctionName="f", ZipFile=package(TELLS % said), Publish=publish)
        updated(lam)
    return arn


def test_each_version_runs_its_own_code_under_its_own_name(client: Make, two: str) -> None:
    lam = client("lambda")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    lam.create_alias(FunctionName="f", Name="edge", FunctionVersion="$LATEST")
    for qualifier, version, said in (
        ("1", "1", "one"),
        ("2", "2", "two"),
        ("$LATEST", "$LATEST", "three"),
        ("live", "1", "one"),
        ("edge", "$LATEST", "three"),
    ):
        for given in ({"Qualifier": qualifier}, {"name": f"{two}:{qualifier}"}):
            executed, seen = invoked(lam, **given)
            assert executed == seen["version"] == seen["variable"] == version
            assert (seen["said"], seen["arn"]) == (said, f"{two}:{qualifier}")
            assert f"[{version}]" in seen["stream"]
    executed, seen = invoked(lam)
    assert (executed, seen["said"], seen["arn"]) == ("$LATEST", "three", two)


def test_the_log_names_the_version(client: Make, two: str) -> None:
    answer = client("lambda").invoke(FunctionName="f", Qualifier="2", LogType="Tail")
    assert " Version: 2\n" in base64.b64decode(answer["LogResult"]).decode()


def test_what_does_not_exist_can_not_be_invoked(client: Make, two: str, refused: Refused) -> None:
    for qualifier in ("3", "nobody"):
        for kind in ("RequestResponse", "Event", "DryRun"):
            words = f"Function not found: {two}:{qualifier}"
            with refused(404, "ResourceNotFoundException", words):
                client("lambda").invoke(FunctionName="f", Qualifier=qualifier, InvocationType=kind)


def test_an_alias_moves_at_once(client: Make, two: str) -> None:
    lam = client("lambda")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    assert invoked(lam, Qualifier="live")[0] == "1"
    lam.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    assert invoked(lam, Qualifier="live")[0] == "2"
    lam.delete_alias(FunctionName="f", Name="live")
    said = told(lam.invoke, FunctionName="f", Qualifier="live")
    assert said == refusal(404, "ResourceNotFoundException", f"Function not found: {two}:live")


def test_a_weighted_alias_sends_a_share_to_each(client: Make, two: str) -> None:
    lam = client("lambda")
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1", RoutingConfig=half)
    drawn = Counter(invoked(lam, Qualifier="live")[0] for _ in range(60))
    assert set(drawn) == {"1", "2"}
    assert min(drawn.values()) > 10
    all_of_it = {"AdditionalVersionWeights": {"2": 1.0}}
    lam.update_alias(FunctionName="f", Name="live", RoutingConfig=all_of_it)
    assert {invoked(lam, Qualifier="live")[0] for _ in range(10)} == {"2"}


def test_versions_of_other_roles_do_not_go_together(client: Make, two: str) -> None:
    lam = client("lambda")
    other = client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    lam.update_function_configuration(FunctionName="f", Role=other)
    updated(lam)
    assert lam.publish_version(FunctionName="f")["Version"] == "3"
    half = {"AdditionalVersionWeights": {"3": 0.5}}
    said = told(lam.create_alias, FunctionName="f", Name="live", FunctionVersion="1", RoutingConfig=half)
    assert said == parameter("Specified versions must be associated with the same execution role")


def test_a_version_does_not_change_with_the_function(client: Make, two: str) -> None:
    lam = client("lambda")
    before = lam.get_function_configuration(FunctionName="f", Qualifier="2")
    lam.update_function_configuration(
        FunctionName="f", Timeout=9, MemorySize=256, Environment={"Variables": {"ABC": "d"}}
    )
    updated(lam)
    after = lam.get_function_configuration(FunctionName="f", Qualifier="2")
    assert {**after, "ResponseMetadata": {}} == {**before, "ResponseMetadata": {}}
    for change in (lam.update_function_configuration, lam.update_function_code):
        given = {} if change == lam.update_function_configuration else {"ZipFile": b"x"}
        said = told(change, FunctionName=f"{two}:2", **given)
        assert said == parameter("Current operation does not support versions other than $LATEST")


def test_numbers_are_not_given_again(client: Make, two: str, active: Make) -> None:
    lam = client("lambda")
    lam.delete_function(FunctionName="f", Qualifier="2")
    assert lam.publish_version(FunctionName="f")["Version"] == "3"
    lam.delete_function(FunctionName="f")
    active("f")
    assert [row["Version"] for row in lam.list_versions_by_function(FunctionName="f")["Versions"]] == [
        "$LATEST"
    ]
    assert lam.publish_version(FunctionName="f")["Version"] == "4"


def test_a_version_that_was_deleted_is_published_again_under_a_new_number(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f", Publish=True)
    lam.delete_function(FunctionName="f", Qualifier="1")
    assert lam.publish_version(FunctionName="f")["Version"] == "2"
    assert lam.publish_version(FunctionName="f")["Version"] == "2"


def test_a_version_that_an_alias_uses_stays(client: Make, two: str, refused: Refused) -> None:
    lam = client("lambda")
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    lam.create_alias(FunctionName="f", Name="blue", FunctionVersion="1", RoutingConfig=half)
    lam.create_alias(FunctionName="f", Name="green", FunctionVersion="2")
    for version, users in (("1", "blue"), ("2", "blue, green")):
        words = f"Unable to delete version because the following aliases reference it: [{users}]"
        with refused(409, "ResourceConflictException", words):
            lam.delete_function(FunctionName="f", Qualifier=version)
    lam.delete_alias(FunctionName="f", Name="blue")
    lam.delete_function(FunctionName="f", Qualifier="1")
    lam.delete_function(FunctionName="f", Qualifier="99")  # not there: no error
    versions = lam.list_versions_by_function(FunctionName="f")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "2"]


def test_a_function_goes_with_its_versions_aliases_and_policies(
    client: Make, two: str, active: Make, account: str
) -> None:
    lam = client("lambda")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    lam.delete_function(FunctionName="f")
    active("f")
    assert lam.list_aliases(FunctionName="f")["Aliases"] == []
    for qualifier in ("1", "live"):
        words = f"Function not found: {arn_of(account, 'f')}:{qualifier}"
        said = told(lam.invoke, FunctionName="f", Qualifier=qualifier)
        assert said == refusal(404, "ResourceNotFoundException", words)


def at_once(call: Callable[[], Any], times: int = 8) -> list[Any]:
    """What a call answers when it is made several times at the same moment; the code of an error."""

    def answer() -> Any:
        try:
            return call()
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(answer) for _ in range(times)]]


def test_those_who_publish_at_once_get_the_same_version(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    answers = at_once(lambda: lam.publish_version(FunctionName="f")["Version"])
    assert answers == ["1"] * 8
    assert len(lam.list_versions_by_function(FunctionName="f")["Versions"]) == 2


def test_one_of_those_who_make_the_same_alias_at_once_does(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    given = {"FunctionName": "f", "Name": "live", "FunctionVersion": "$LATEST"}
    answers = at_once(lambda: lam.create_alias(**given)["Name"])
    assert sorted(answers) == ["ResourceConflictException"] * 7 + ["live"]


def test_a_version_and_the_alias_that_wants_it_end_together_or_not_at_all(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    for number in map(str, range(1, 9)):
        lam.update_function_configuration(FunctionName="f", Description=number)
        updated(lam)
        lam.publish_version(FunctionName="f")
        barrier = threading.Barrier(2)

        def point(number: str = number, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            with contextlib.suppress(lam.exceptions.ResourceNotFoundException):
                lam.create_alias(FunctionName="f", Name=f"a{number}", FunctionVersion=number)

        def delete(number: str = number, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            with contextlib.suppress(lam.exceptions.ResourceConflictException):
                lam.delete_function(FunctionName="f", Qualifier=number)

        threads = [threading.Thread(target=target) for target in (point, delete)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    aliases = {alias["FunctionVersion"] for alias in lam.list_aliases(FunctionName="f")["Aliases"]}
    versions = {row["Version"] for row in lam.list_versions_by_function(FunctionName="f")["Versions"]}
    assert versions == {*aliases, "$LATEST"}


def test_lists_come_in_pages_and_versions_in_the_order_of_their_numbers(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    for number in range(1, 12):
        lam.update_function_configuration(FunctionName="f", Description=str(number))
        updated(lam)
        lam.publish_version(FunctionName="f")
        lam.create_alias(FunctionName="f", Name=f"a{number:02}", FunctionVersion=str(number))
    pages = lam.get_paginator("list_versions_by_function").paginate(
        FunctionName="f", PaginationConfig={"PageSize": 5}
    )
    shown = [[row["Version"] for row in page["Versions"]] for page in pages]
    assert shown == [["$LATEST", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"], ["10", "11"]]
    aliases = lam.get_paginator("list_aliases").paginate(FunctionName="f", PaginationConfig={"PageSize": 6})
    assert [len(page["Aliases"]) for page in aliases] == [6, 5]
    assert told(lam.list_aliases, FunctionName="f", Marker="x") == parameter("Invalid Marker")


def test_a_policy_counts_for_the_arn_that_is_called(client: Make, server: Any, two: str) -> None:
    lam, other = client("lambda"), new_account()
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    iam = server.client("iam", other)
    iam.create_user(UserName="caller")
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="caller", PolicyName="all", PolicyDocument=document)
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    caller = server.client("lambda", other, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def may(arn: str) -> bool:
        try:
            return bool(invoked(caller, arn))
        except caller.exceptions.from_code("AccessDeniedException"):
            return False

    names = [two, f"{two}:live", f"{two}:1", f"{two}:2"]
    assert [may(name) for name in names] == [False] * 4
    for qualifier, expected in (
        ({"Qualifier": "live"}, [False, True, False, False]),
        ({"Qualifier": "2"}, [False, True, False, True]),
        ({}, [True, True, False, True]),
    ):
        given = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": other}
        lam.add_permission(FunctionName="f", **given, **qualifier)
        assert [may(name) for name in names] == expected
    lam.delete_alias(FunctionName="f", Name="live")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    assert not may(f"{two}:live")
    said = told(lam.get_policy, FunctionName="f", Qualifier="live")
    assert said == refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")


def test_the_code_size_of_every_version_counts(client: Make, active: Make, package: Make) -> None:
    lam = client("lambda")
    size = len(package())

    def used() -> tuple[int, int]:
        usage = lam.get_account_settings()["AccountUsage"]
        return usage["FunctionCount"], usage["TotalCodeSize"]

    active("f", Publish=True)
    assert used() == (1, 2 * size)
    lam.update_function_configuration(FunctionName="f", Description="other")
    updated(lam)
    assert used() == (1, 2 * size)
    lam.publish_version(FunctionName="f")
    assert used() == (1, 3 * size)
    lam.delete_function(FunctionName="f", Qualifier="1")
    assert used() == (1, 2 * size)


def test_everything_is_still_there_after_a_restart(tmp_path: Path, package: Make) -> None:
    account = new_account()
    with running(tmp_path / "data") as server:
        iam, lam = server.client("iam", account), server.client("lambda", account)
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        lam.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": package(TELLS % "one")},
            Publish=True,
        )
        lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        lam.update_function_code(FunctionName="f", ZipFile=package(TELLS % "two"))
        lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
        server.kill()
    with running(tmp_path / "data") as server:
        lam = server.client("lambda", account)
        assert invoked(lam, Qualifier="live")[1]["said"] == "one"
        assert invoked(lam)[1]["said"] == "two"
        updated(lam)
        assert lam.publish_version(FunctionName="f")["Version"] == "2"

"""Functions from creation to deletion, beside what was recorded from AWS."""

import io
import stat
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Make = Callable[..., Any]


def test_the_location_serves_the_zip(client: Make, create: Make, package: Make) -> None:
    create("f", Code={"ZipFile": package("x = 1")})
    location = client("lambda").get_function(FunctionName="f")["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        assert zipfile.ZipFile(io.BytesIO(answer.read())).read("app.py") == b"x = 1"
    with pytest.raises(urllib.error.HTTPError) as forged:
        urllib.request.urlopen(location[:-1] + ("0" if location[-1] != "0" else "1"))
    with forged.value as answer:
        assert answer.code == 403


def test_settings_are_shown_as_they_were_given(create: Make, package: Make, account: str) -> None:
    code = package()
    settings = {
        "Description": "what it does",
        "Environment": {"Variables": {"STAGE": "test"}},
        "EphemeralStorage": {"Size": 1024},
        "MemorySize": 256,
        "Timeout": 5,
        "TracingConfig": {"Mode": "Active"},
        "Architectures": ["arm64"],
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "mine"},
    }
    made = create("f", Code={"ZipFile": code}, **settings)
    shown = {
        **settings,
        "LoggingConfig": {
            "LogFormat": "JSON",
            "LogGroup": "mine",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "INFO",
        },
    }
    assert {member: made[member] for member in settings} == shown


def test_an_empty_environment_is_shown_as_one(create: Make) -> None:
    assert create("f", Environment={"Variables": {}})["Environment"] == {"Variables": {}}


def test_a_dry_run_changes_nothing(client: Make, active: Make, package: Make) -> None:
    active("f")
    lam = client("lambda")
    before = lam.get_function_configuration(FunctionName="f")
    shown = lam.update_function_code(FunctionName="f", ZipFile=package("x = 2"), DryRun=True)
    assert shown["CodeSha256"] != before["CodeSha256"]
    after = lam.get_function_configuration(FunctionName="f")
    assert (after["CodeSha256"], after["RevisionId"]) == (before["CodeSha256"], before["RevisionId"])


def test_deleted_is_gone_at_once(client: Make, active: Make, refused: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    assert lam.delete_function(FunctionName="f")["ResponseMetadata"]["HTTPStatusCode"] == 204
    for operation in (lam.get_function, lam.get_function_configuration, lam.delete_function):
        with refused(404, "ResourceNotFoundException", f"Function not found: {arn}"):
            operation(FunctionName="f")
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}:$LATEST"):
        lam.invoke(FunctionName="f")


def test_made_again_it_runs_its_new_code(client: Make, active: Make, package: Make) -> None:
    lam = client("lambda")
    for number in (1, 2, 3):
        active("f", Code={"ZipFile": package(f"def handler(event, context): return {number}")})
        assert lam.invoke(FunctionName="f")["Payload"].read() == str(number).encode()
        lam.delete_function(FunctionName="f")


def test_latest_by_its_qualifier(client: Make, active: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    assert lam.get_function(FunctionName="f:$LATEST")["Configuration"]["FunctionArn"] == f"{arn}:$LATEST"
    assert lam.get_function(FunctionName=arn)["Configuration"]["FunctionArn"] == arn


def test_what_is_not_created(create: Make, account: str, refused: Make) -> None:
    with refused(400, "InvalidParameterValueException", "Uploaded file must be a non-empty zip"):
        create("f", Code={"ZipFile": b""})
    with refused(
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ):
        create("f", Role=f"arn:aws:iam::{account}:role/none")
    with refused(403, "AccessDeniedException"):
        create("f", Role="arn:aws:iam::999999999999:role/theirs")


def test_functions_of_another_account_are_out_of_reach(client: Make, refused: Make) -> None:
    with refused(403, "AccessDeniedException"):
        client("lambda").get_function(FunctionName="arn:aws:lambda:us-east-1:999999999999:function:theirs")


def test_a_role_that_trusts_another_service(client: Make, create: Make, refused: Make) -> None:
    iam = client("iam")
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
        '"Action":"sts:AssumeRole"}]}'
    )
    other = iam.create_role(RoleName="machines", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with refused(
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ):
        create("f", Role=other)


def test_a_name_is_taken_once(client: Make, create: Make, refused: Make) -> None:
    create("f")
    with refused(409, "ResourceConflictException", "Function already exist: f"):
        create("f")


def test_of_many_at_once_one_makes_it(create: Make) -> None:
    answers: list[str] = []

    def make() -> None:
        try:
            answers.append(create("f")["State"])
        except ClientError as error:
            answers.append(error.response["Error"]["Message"])

    threads = [threading.Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["Function already exist: f"] * 4 + ["Pending"]


def test_a_zip_that_climbs_out_is_refused(create: Make, package: Make, refused: Make) -> None:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "../../etc/passwd")
    for code in (buffer.getvalue(), package("x", name="../app.py"), package("x", name="/app.py")):
        with refused(400, "InvalidParameterValueException"):
            create("f", Code={"ZipFile": code})


def test_pages_of_functions(client: Make, active: Make, refused: Make) -> None:
    lam = client("lambda")
    for name in ("b", "a", "c"):
        active(name)
    pages = lam.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [[function["FunctionName"] for function in page["Functions"]] for page in pages] == [
        ["a", "b"],
        ["c"],
    ]
    with refused(400, "InvalidParameterValueException", "Invalid Marker"):
        lam.list_functions(Marker="%%%")


def test_logging_configuration_switches(client: Make, active: Make) -> None:
    active("f")
    lam = client("lambda")

    def update(**config: str) -> dict[str, str]:
        shown: dict[str, str] = lam.update_function_configuration(FunctionName="f", LoggingConfig=config)[
            "LoggingConfig"
        ]
        lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        return shown

    default = "/aws/lambda/f"
    both = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    assert update(LogFormat="JSON") == {"LogFormat": "JSON", "LogGroup": default, **both}
    assert update(LogFormat="Text") == {"LogFormat": "Text", "LogGroup": default}
    assert update(LogFormat="JSON", SystemLogLevel="DEBUG") == {
        "LogFormat": "JSON",
        "LogGroup": default,
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "DEBUG",
    }
    assert update(LogGroup="cool_lambda") == {
        "LogFormat": "JSON",
        "LogGroup": "cool_lambda",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "DEBUG",
    }
    assert update(LogFormat="Text") == {"LogFormat": "Text", "LogGroup": "cool_lambda"}

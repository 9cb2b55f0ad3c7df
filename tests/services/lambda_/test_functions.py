"""Functions from creation to deletion; answers have the members, absences and words of AWS's."""

import base64
import hashlib
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

UNUSUAL = ("ResponseMetadata", "LastModified", "RevisionId", "RuntimeVersionConfig")


def stable(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member not in UNUSUAL}


def expected(account: str, name: str, code: bytes, **changed: Any) -> dict[str, Any]:
    return {
        "Architectures": ["x86_64"],
        "CodeSha256": base64.b64encode(hashlib.sha256(code).digest()).decode(),
        "CodeSize": len(code),
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "FunctionArn": f"arn:aws:lambda:us-east-1:{account}:function:{name}",
        "FunctionName": name,
        "Handler": "app.handler",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        "MemorySize": 128,
        "PackageType": "Zip",
        "Role": f"arn:aws:iam::{account}:role/run",
        "Runtime": "python3.12",
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "Version": "$LATEST",
        **changed,
    }


# test_function_lifecycle, test_lambda_code_location_zipfile


def test_create_answers_pending_and_get_answers_active(
    client: Make, create: Make, package: Make, account: str
) -> None:
    code = package()
    made = create("f", Code={"ZipFile": code})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert stable(made) == expected(
        account,
        "f",
        code,
        State="Pending",
        StateReason="The function is being created.",
        StateReasonCode="Creating",
    )
    lam = client("lambda")
    lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    found = lam.get_function(FunctionName="f")
    assert stable(found["Configuration"]) == expected(
        account, "f", code, State="Active", LastUpdateStatus="Successful"
    )
    assert found["Configuration"]["RevisionId"] != made["RevisionId"]
    assert found["Code"]["RepositoryType"] == "S3"
    assert "Tags" not in found
    assert "Concurrency" not in found


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


def test_update_code_and_configuration(client: Make, active: Make, package: Make, account: str) -> None:
    active("f")
    lam = client("lambda")
    updated = lam.update_function_configuration(
        FunctionName="f",
        Description="Changed",
        MemorySize=512,
        Timeout=10,
        Runtime="python3.11",
        Environment={"Variables": {"ENV_A": "a"}},
    )
    changes = {
        "Description": "Changed",
        "MemorySize": 512,
        "Timeout": 10,
        "Runtime": "python3.11",
        "Environment": {"Variables": {"ENV_A": "a"}},
    }
    in_progress = {
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
        "LastUpdateStatusReasonCode": "Creating",
    }
    assert stable(updated) == expected(account, "f", package(), **changes, **in_progress)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    code = package("def handler(event, context): return 2")
    updated = lam.update_function_code(FunctionName="f", ZipFile=code)
    assert stable(updated) == expected(account, "f", code, **changes, **in_progress)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    found = lam.get_function_configuration(FunctionName="f")
    assert stable(found) == expected(
        account, "f", code, **changes, State="Active", LastUpdateStatus="Successful"
    )
    assert lam.invoke(FunctionName="f")["Payload"].read() == b"2"


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


# test_function_revisions_basic


def test_revisions(client: Make, active: Make, package: Make, refused: Make) -> None:
    active("f")
    lam = client("lambda")
    words = (
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    )
    with refused(412, "PreconditionFailedException", words):
        lam.update_function_code(FunctionName="f", ZipFile=package(), RevisionId="not-it")
    with refused(412, "PreconditionFailedException", words):
        lam.update_function_configuration(FunctionName="f", RevisionId="not-it")
    current = lam.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    after = lam.update_function_configuration(FunctionName="f", Description="x", RevisionId=current)
    assert after["RevisionId"] != current


# test_ops_on_nonexisting_fn, test_ops_on_nonexisting_version, test_ops_with_arn_qualifier_mismatch


@pytest.mark.parametrize("operation", ["get_function", "get_function_configuration", "delete_function"])
def test_what_does_not_exist(client: Make, account: str, refused: Make, operation: str) -> None:
    call = getattr(client("lambda"), operation)
    arn = f"arn:aws:lambda:us-east-1:{account}:function:none"
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}"):
        call(FunctionName="none")
    shown = arn if operation == "delete_function" else f"{arn}:1221"
    with refused(404, "ResourceNotFoundException", f"Function not found: {shown}"):
        call(FunctionName="none", Qualifier="1221")
    with refused(
        400,
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    ):
        call(FunctionName=f"{arn}:$LATEST", Qualifier="1")
    with refused(
        404,
        "ResourceNotFoundException",
        "Functions from 'eu-central-1' are not reachable in this region ('us-east-1')",
    ):
        call(FunctionName=f"arn:aws:lambda:eu-central-1:{account}:function:none")


def test_what_can_not_be_deleted(client: Make, refused: Make) -> None:
    lam = client("lambda")
    with refused(
        400,
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    ):
        lam.delete_function(FunctionName="f", Qualifier="$LATEST")
    with refused(400, "InvalidParameterValueException", "Deletion of aliases is not currently supported."):
        lam.delete_function(FunctionName="f", Qualifier="a" * 65)


def test_latest_by_its_qualifier(client: Make, active: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    assert lam.get_function(FunctionName="f:$LATEST")["Configuration"]["FunctionArn"] == f"{arn}:$LATEST"
    assert lam.get_function(FunctionName=arn)["Configuration"]["FunctionArn"] == arn


# test_function_arns


def test_names_of_new_functions(client: Make, create: Make, account: str, refused: Make) -> None:
    arn = f"arn:aws:lambda:us-east-1:{account}:function:by-arn"
    assert create(arn)["FunctionArn"] == arn
    assert create(f"{account}:function:partial")["FunctionName"] == "partial"
    with refused(
        400,
        "InvalidParameterValueException",
        f"1 validation error detected: Value '{'a' * 65}' at 'functionName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64",
    ):
        create("a" * 65)
    with refused(400, "ValidationException"):
        create("invalid:function:name")
    with refused(403, "AccessDeniedException"):
        client("lambda").get_function(FunctionName="arn:aws:lambda:us-east-1:999999999999:function:theirs")


# test_create_lambda_exceptions


def test_what_is_not_created(create: Make, account: str, role: str, refused: Make) -> None:
    with refused(
        400,
        "ValidationException",
        "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy "
        r"regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    ):
        create("f", Role="r1")
    with refused(400, "InvalidParameterValueException") as _:
        create("f", Runtime="non-existent-runtime")
    with refused(400, "ValidationException"):
        create("f", Architectures=["x86_64", "arm64"])
    with refused(
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    ):
        create("f", Code={"ZipFile": b"this is not a zip"})
    with refused(400, "InvalidParameterValueException", "Uploaded file must be a non-empty zip"):
        create("f", Code={"ZipFile": b""})
    with refused(
        400,
        "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
    ):
        create("f", Code={"S3Bucket": "bucket", "S3Key": "key"})
    with refused(
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ):
        create("f", Role=f"arn:aws:iam::{account}:role/none")
    with refused(403, "AccessDeniedException"):
        create("f", Role="arn:aws:iam::999999999999:role/theirs")


def test_a_runtime_that_is_none(create: Make) -> None:
    with pytest.raises(ClientError) as raised:
        create("f", Runtime="PYTHON3.9")
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert raised.value.response["Error"]["Message"].startswith(
        "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs20.x, "
    )
    assert raised.value.response["Type"] == "User"


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


# test_oversized_unzipped_lambda, test_large_environment_variables_fails


def test_a_bomb_is_refused(create: Make, refused: Make) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(262_144_000))
    with refused(400, "InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"):
        create("f", Code={"ZipFile": buffer.getvalue()})


# test_list_functions


def test_list_functions(client: Make, active: Make, create: Make, refused: Make) -> None:
    lam = client("lambda")
    for name in ("b", "a", "c"):
        active(name)
    listed = lam.list_functions()["Functions"]
    assert [function["FunctionName"] for function in listed] == ["a", "b", "c"]
    for member in ("State", "LastUpdateStatus", "RuntimeVersionConfig"):
        assert member not in listed[0]
    every = lam.list_functions(FunctionVersion="ALL")["Functions"]
    assert [function["FunctionArn"].rsplit(":", 2)[1:] for function in every] == [
        ["a", "$LATEST"],
        ["b", "$LATEST"],
        ["c", "$LATEST"],
    ]
    pages = lam.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [[function["FunctionName"] for function in page["Functions"]] for page in pages] == [
        ["a", "b"],
        ["c"],
    ]
    with refused(
        400,
        "ValidationException",
        "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL]",
    ):
        lam.list_functions(FunctionVersion="invalid")
    with refused(400, "InvalidParameterValueException"):
        lam.list_functions(Marker="%%%")


# TestLoggingConfig


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

"""Imports from CSV files: jobs, files, logs, restarts."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from cognito_answers import Mailbox, Pool, refused
from harness import Server, new_account, running
from portico.services.cognito_idp.import_lines import Unreadable, cells

ROLE = "arn:aws:iam::000000000000:role/none"
TRUST = {"Effect": "Allow", "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Action": "sts:AssumeRole"}


def put(url: str, data: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data, method="PUT")) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def csv(pool: Pool, users: Iterable[dict[str, str]], columns: list[str] | None = None) -> bytes:
    header = columns or pool.api.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    lines = [",".join(user.get(name, "") for name in header) for user in users]
    return ("\n".join([",".join(header), *lines]) + "\n").encode()


def user(name: str, /, **more: str) -> dict[str, str]:
    return {
        "cognito:username": name,
        "cognito:mfa_enabled": "false",
        "email": f"{name}@example.com",
        "email_verified": "TRUE",
        **more,
    }


def job(pool: Pool, data: bytes | None, role: str = ROLE) -> dict[str, Any]:
    asked = {"UserPoolId": pool.id, "JobName": "all", "CloudWatchLogsRoleArn": role}
    made: dict[str, Any] = pool.api.create_user_import_job(**asked)["UserImportJob"]
    if data is not None:
        assert put(made["PreSignedUrl"], data) == 200
    return made


def ended(pool: Pool, job_id: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = pool.api.describe_user_import_job(UserPoolId=pool.id, JobId=job_id)[
            "UserImportJob"
        ]
        if "CompletionDate" in found:
            return found


def carried_out(pool: Pool, data: bytes, role: str = ROLE) -> dict[str, Any]:
    made = job(pool, data, role)
    pool.api.start_user_import_job(UserPoolId=pool.id, JobId=made["JobId"])
    return ended(pool, made["JobId"])


def test_the_header_has_the_pools_own_attributes(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(Schema=[{"Name": "plan", "AttributeDataType": "String"}])
    header = pool.api.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    assert header[0] == "name"
    assert header[-3:] == ["custom:plan", "cognito:mfa_enabled", "cognito:username"]
    assert len(set(header)) == len(header) == 22


def test_an_import(pool: Pool, mailbox: Mailbox) -> None:
    pool.user("there")
    rows = [
        user("ada", name='"Lovelace, Ada"', address="12 High St\\, London"),
        user("there"),
        user("unverified", email_verified="false"),
        user("nowhere", email="no address"),
        user("ada"),
        user("mfa", **{"cognito:mfa_enabled": "true"}),
        user("bob"),
    ]
    done = carried_out(pool, csv(pool, rows) + b"too,few\n\n")
    assert done["Status"] == "Succeeded"
    assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (2, 2, 4)
    assert done["CompletionMessage"] == "Import Job Completed Successfully."
    assert "PreSignedUrl" not in done
    assert pool.get("ada")["UserStatus"] == "RESET_REQUIRED"
    assert pool.attributes("ada") == {
        "email": "ada@example.com",
        "email_verified": "true",
        "name": "Lovelace, Ada",
        "address": "12 High St, London",
    }
    assert pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["EstimatedNumberOfUsers"] == 3
    refused("PasswordResetRequiredException", pool.sign_in, name="bob", password="Passw0rd!x")
    pool.api.forgot_password(ClientId=pool.client_id, Username="bob")
    code = mailbox.code("bob@example.com")
    pool.api.confirm_forgot_password(
        ClientId=pool.client_id, Username="bob", ConfirmationCode=code, Password="Passw0rd!x"
    )
    assert "AuthenticationResult" in pool.sign_in("bob")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The CSV file is empty."),
        (b"name,email\nx,y\n", "The header in the CSV file does not match the expected headers."),
        (b"cognito:username,plan\nx,y\n", "The header in the CSV file does not match the expected headers."),
        (b"cognito:username,email,email\nx,y,y\n", "The header in the CSV file does not match"),
        (b"\xff\xfe,\n", "The line is not valid CSV in UTF-8."),
        (b"cognito:username\n" + b"x" * 300_000, "A line of the CSV file is too long."),
    ],
)
def test_files_that_are_none(pool: Pool, data: bytes, words: str) -> None:
    done = carried_out(pool, data)
    assert done["Status"] == "Failed"
    assert done["CompletionMessage"].startswith(words)
    assert pool.api.list_users(UserPoolId=pool.id)["Users"] == []


def test_in_order(pool: Pool) -> None:
    made = job(pool, None)
    place = {"UserPoolId": pool.id, "JobId": made["JobId"]}
    assert made["Status"] == "Created"
    said = refused("PreconditionNotMetException", pool.api.start_user_import_job, **place)
    assert said == "The CSV file has not been uploaded."
    refused("PreconditionNotMetException", pool.api.stop_user_import_job, **place)
    assert put(made["PreSignedUrl"], csv(pool, [user("old")])) == 200
    assert put(made["PreSignedUrl"], csv(pool, [user("new")])) == 200  # takes the first one's place
    pool.api.start_user_import_job(**place)
    ended(pool, made["JobId"])
    refused("PreconditionNotMetException", pool.api.start_user_import_job, **place)
    assert put(made["PreSignedUrl"], b"x") == 403
    assert [each["Username"] for each in pool.api.list_users(UserPoolId=pool.id)["Users"]] == ["new"]
    second = job(pool, None)
    listed = pool.api.list_user_import_jobs(UserPoolId=pool.id, MaxResults=10)["UserImportJobs"]
    assert {each["JobId"] for each in listed} == {made["JobId"], second["JobId"]}


def test_addresses_of_files_are_not_to_be_made_up(server: Server, pool: Pool) -> None:
    address = job(pool, None)["PreSignedUrl"]
    assert put(address[:-4] + "AAAA", b"x") == 403
    assert put(f"{server.url}/_portico/user-import/", b"x") == 403
    assert put(f"{server.url}/_portico/user-import/%00", b"x") == 403


def test_what_became_of_each_line_is_logged(client: Callable[..., Any], pool: Pool) -> None:
    iam, logs = client("iam"), client("logs")
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    role = iam.create_role(RoleName="import", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(
        RoleName="import",
        PolicyName="logs",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    done = carried_out(pool, csv(pool, [user("ada"), user("ada"), user("eve", email="x")]), role)
    group = f"/aws/cognito/userpools/{pool.id}/pool"
    lines = logs.get_log_events(logGroupName=group, logStreamName=done["JobId"])["events"]
    assert [line["message"] for line in lines] == [
        "[SUCCEEDED] Line Number 2 - The import succeeded.",
        "[SKIPPED] Line Number 3 - The user already exists.",
        "[FAILED] Line Number 4 - Invalid email address format.",
    ]


def test_a_job_goes_on_after_a_crash_and_no_user_comes_twice(tmp_path: Path) -> None:
    account = new_account()
    with running(tmp_path / "data") as server:
        pool = Pool(server.client("cognito-idp", account), {})
        made = job(pool, csv(pool, (user(f"u{n}") for n in range(4_000))))
        place = {"UserPoolId": pool.id, "JobId": made["JobId"]}
        pool.api.start_user_import_job(**place)
        while pool.api.describe_user_import_job(**place)["UserImportJob"]["ImportedUsers"] == 0:
            continue
        server.kill()
    with running(tmp_path / "data") as server:
        pool.api = server.client("cognito-idp", account)
        done = ended(pool, made["JobId"])
        assert done["Status"] == "Succeeded"
        assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (4_000, 0, 0)
        found = pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["EstimatedNumberOfUsers"]
        assert found == 4_000


def test_a_job_is_stopped(pool: Pool) -> None:
    made = job(pool, csv(pool, (user(f"u{n}") for n in range(3_000))))
    place = {"UserPoolId": pool.id, "JobId": made["JobId"]}
    pool.api.start_user_import_job(**place)
    pool.api.stop_user_import_job(**place)
    done = ended(pool, made["JobId"])
    assert done["Status"] == "Stopped"
    assert done["ImportedUsers"] < 3_000


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"a,b\r\n", ["a", "b"]),
        (b'"a,b",c', ["a,b", "c"]),
        (b"a\\,b,c", ["a,b", "c"]),
        ("ä,,".encode(), ["ä", "", ""]),
        (b"\xef\xbb\xbfname,x", ["name", "x"]),
    ],
)
def test_values_of_a_line(line: bytes, wanted: list[str]) -> None:
    assert cells(line) == wanted


@pytest.mark.parametrize("line", [b"\xff", b'"a'])
def test_lines_that_are_none(line: bytes) -> None:
    with pytest.raises(Unreadable):
        cells(line)

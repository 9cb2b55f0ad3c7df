"""Checks that can't be overtaken: many callers at once, and only as many succeed as may."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError


def outcomes(call: Callable[..., Any], times: int, **request: Any) -> list[str]:
    """The codes of `times` calls made together, "" for those that succeeded."""

    def once(_: int) -> str:
        try:
            call(**request)
        except ClientError as error:
            code: str = error.response["Error"]["Code"]
            return code
        return ""

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(once, range(times)))


def test_a_name_is_given_once(iam: Any) -> None:
    assert outcomes(iam.create_user, 8, UserName="ann") == ["", *["EntityAlreadyExists"] * 7]
    assert len(iam.list_users()["Users"]) == 1


def test_a_user_gets_two_keys(iam: Any) -> None:
    iam.create_user(UserName="ann")
    assert outcomes(iam.create_access_key, 8, UserName="ann") == ["", "", *["LimitExceeded"] * 6]
    assert len(iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]) == 2


def test_no_change_to_a_record_is_lost(iam: Any) -> None:
    iam.create_user(UserName="ann")
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'

    def put(number: int) -> None:
        iam.put_user_policy(UserName="ann", PolicyName=f"p{number}", PolicyDocument=document)
        iam.tag_user(UserName="ann", Tags=[{"Key": f"k{number}", "Value": ""}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(8)))
    assert len(iam.list_user_policies(UserName="ann")["PolicyNames"]) == 8
    assert len(iam.list_user_tags(UserName="ann")["Tags"]) == 8

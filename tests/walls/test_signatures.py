"""Callers who are not who they say: every operation of every service unsigned, wrongly signed, late, with keys that are not theirs."""

import http.client
import random
import re
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from fuzz_requests import Draft
from harness import REGION, TRUST_LAMBDA, Server
from walls.signed_requests import SERVICES, draft_of, operations, sign

Make = Callable[..., Any]
_CODE = re.compile(rb'<Code>(\w+)</Code>|"__type": ?"(?:[^"#]*#)?(\w+)"')

# Status and code by kind of wrong, for the protocols json (logs), rest-json (lambda) and query (iam, sts).
UNSIGNED = {
    "json": (400, "MissingAuthenticationTokenException"),
    "rest-json": (403, "MissingAuthenticationTokenException"),
    "query": (403, "MissingAuthenticationToken"),
}
UNKNOWN = {
    "json": (400, "UnrecognizedClientException"),
    "rest-json": (403, "UnrecognizedClientException"),
    "query": (403, "InvalidClientTokenId"),
}
MISMATCH = {
    "json": (400, "InvalidSignatureException"),
    "rest-json": (403, "InvalidSignatureException"),
    "query": (403, "SignatureDoesNotMatch"),
}
PROTOCOLS = {"lambda": "rest-json", "iam": "query", "sts": "query", "logs": "json"}
UNSIGNED_OPERATIONS = frozenset({"AssumeRoleWithWebIdentity"})


class Caller:
    """One kept-alive connection that sends drafts."""

    def __init__(self, server: Server) -> None:
        self.host = f"127.0.0.1:{server.port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

    def ask(self, draft: Draft) -> tuple[int, str, bytes]:
        """Status, error code and body."""
        headers = {name.decode(): value.decode("latin-1") for name, value in draft.headers}
        self._connection.request(draft.method.decode(), draft.target.decode(), draft.body, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        found = _CODE.search(body)
        code = answer.getheader("x-amzn-errortype") or (found and (found[1] or found[2]).decode()) or ""
        return answer.status, code, body

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def caller(server: Server) -> Any:
    made = Caller(server)
    yield made
    made.close()


def _drafts(service: str) -> list[tuple[str, Draft]]:
    rng = random.Random(f"signatures of {service}")
    found = [(name, draft_of(rng, service, name, wild=False)) for name in operations(service)]
    return [(name, draft) for name, draft in found if name not in UNSIGNED_OPERATIONS]


def _unsigned(draft: Draft, host: str, service: str) -> Draft:
    return draft


def _wrong_secret(draft: Draft, host: str, service: str) -> Draft:
    return sign(draft, service, host=host, secret="tset")


def _unknown_key(draft: Draft, host: str, service: str) -> Draft:
    return sign(draft, service, host=host, key="AKIAIOSFODNN7EXAMPLE")


def _late(draft: Draft, host: str, service: str) -> Draft:
    return sign(draft, service, host=host, at=time.time() - 1000)


def _early(draft: Draft, host: str, service: str) -> Draft:
    return sign(draft, service, host=host, at=time.time() + 1000)


def _another_body(draft: Draft, host: str, service: str) -> Draft:
    sign(draft, service, host=host)
    draft.body += b" "
    return draft


def _added_header(draft: Draft, host: str, service: str) -> Draft:
    sign(draft, service, host=host)
    draft.headers.append((b"x-amz-invocation-type", b"Event"))
    return draft


WRONG = [
    (_unsigned, UNSIGNED), (_wrong_secret, MISMATCH), (_unknown_key, UNKNOWN), (_late, MISMATCH), (_early, MISMATCH),
    (_another_body, MISMATCH), (_added_header, MISMATCH),
]  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("spoil", "expected"), WRONG, ids=[spoil.__name__.strip("_") for spoil, _ in WRONG])
def test_no_operation_answers_who_can_not_prove_it(
    caller: Caller, service: str, spoil: Callable[..., Draft], expected: dict[str, tuple[int, str]]
) -> None:
    wanted = expected[PROTOCOLS[service]]
    answers = {}
    for name, draft in _drafts(service):
        status, code, _ = caller.ask(spoil(draft, caller.host, service))
        answers[name] = (status, code)
    assert {name: answer for name, answer in answers.items() if answer != wanted} == {}
    assert len(answers) >= 6


CODES_TO_BOTO3 = [
    ("lambda", "list_functions", "UnrecognizedClientException", "InvalidSignatureException", 403),
    ("logs", "describe_log_groups", "UnrecognizedClientException", "InvalidSignatureException", 400),
    ("iam", "list_users", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
    ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch", 403),
]


def _refusal(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        call()
    answer = raised.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(("service", "method", "unknown", "mismatch", "status"), CODES_TO_BOTO3)
def test_what_boto3_is_told(
    client: Make, account: str, service: str, method: str, unknown: str, mismatch: str, status: int
) -> None:
    iam, sts = client("iam"), client("sts")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    session = sts.get_session_token()["Credentials"]
    other = sts.get_session_token()["Credentials"]

    def asked(key_id: str, secret: str, token: str | None = None) -> tuple[str, int]:
        made = client(service, key=key_id, secret=secret, token=token)
        return _refusal(getattr(made, method))

    assert asked("AKIAIOSFODNN7EXAMPLE", "secret") == (unknown, status)
    assert asked(key["AccessKeyId"], "secret") == (mismatch, status)
    assert asked(key["AccessKeyId"], key["SecretAccessKey"], session["SessionToken"]) == (unknown, status)
    assert asked(session["AccessKeyId"], session["SecretAccessKey"]) == (unknown, status)
    assert asked(session["AccessKeyId"], session["SecretAccessKey"], other["SessionToken"]) == (
        unknown,
        status,
    )
    assert asked(session["AccessKeyId"], session["SecretAccessKey"], "x" * 300) == (unknown, status)
    assert asked(account, "test", session["SessionToken"]) == (unknown, status)
    iam.update_access_key(UserName="u", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert asked(key["AccessKeyId"], key["SecretAccessKey"]) == (unknown, status)
    iam.delete_access_key(UserName="u", AccessKeyId=key["AccessKeyId"])
    assert asked(key["AccessKeyId"], key["SecretAccessKey"]) == (unknown, status)
    with patch.object(botocore.auth, "get_current_datetime", _an_hour_ago):
        assert asked(account, "test") == (mismatch, status)


def _an_hour_ago(remove_tzinfo: bool = True) -> Any:
    import datetime

    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    return moment.replace(tzinfo=None) if remove_tzinfo else moment


def _presigned(server: Server, account: str, path: str, expires: int = 60, service: str = "lambda") -> str:
    request = AWSRequest("GET", server.url + path)
    SigV4QueryAuth(Credentials(account, "test"), service, REGION, expires=expires).add_auth(request)
    parts = urlsplit(request.url)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda url: url, (200, "")),
        (lambda url: url.replace("functions?", "functions?MaxItems=1&"), (403, "InvalidSignatureException")),
        (lambda url: url.replace("/functions", "/functions/f"), (403, "InvalidSignatureException")),
        (
            lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
            (403, "InvalidSignatureException"),
        ),
        (
            lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=9999999"),
            (403, "IncompleteSignatureException"),
        ),
        (lambda url: url.replace("us-east-1", "eu-west-1"), (403, "InvalidSignatureException")),
        (lambda url: url.replace("%2Flambda%2F", "%2Fiam%2F"), (403, "SignatureDoesNotMatch")),
        (lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"), (403, "InvalidSignatureException")),
        (lambda url: url.replace("X-Amz-Signature", "X-Amz-Signatur"), (403, "IncompleteSignatureException")),
        (lambda url: url + "&X-Amz-Security-Token=x", (403, "UnrecognizedClientException")),
    ],
)
def test_a_presigned_url_that_was_altered(
    server: Server, caller: Caller, account: str, spoil: Callable[[str], str], expected: tuple[int, str]
) -> None:
    url = spoil(_presigned(server, account, "/2015-03-31/functions"))
    status, code, body = caller.ask(Draft(b"GET", url.encode(), [], b""))
    assert (status, code) == expected, body


def test_a_role_that_is_gone_takes_its_sessions_along(client: Make) -> None:
    iam = client("iam")
    trust = TRUST_LAMBDA.replace('"Service":"lambda.amazonaws.com"', '"AWS":"*"')
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.create_user(UserName="u")
    iam.put_user_policy(
        UserName="u",
        PolicyName="p",
        PolicyDocument='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}',
    )
    key = iam.create_access_key(UserName="u")["AccessKey"]
    sts = client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    given = sts.assume_role(RoleArn=arn, RoleSessionName="ss")["Credentials"]

    def whoami() -> str:
        made = client(
            "sts", key=given["AccessKeyId"], secret=given["SecretAccessKey"], token=given["SessionToken"]
        )
        return str(made.get_caller_identity()["Arn"])

    assert whoami().endswith("assumed-role/r/ss")
    iam.delete_role(RoleName="r")
    assert _refusal(whoami) == ("InvalidClientTokenId", 403)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    assert _refusal(whoami) == ("InvalidClientTokenId", 403)

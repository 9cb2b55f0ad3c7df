"""Whole answers of Lambda as boto3 shows them, to be compared with what AWS answered.

Everything in an answer counts, and so does what is not in it. Only what differs from run to run is replaced by its kind, after its
form has been checked: revision ids, times, addresses of code, ARNs of runtime versions.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

REGION = "us-east-1"
RUNTIMES = (
    "[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, "
    "java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, "
    "nodejs18.x, provided.al2, java8.al2]"
)
NAME_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
NEW_NAME_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
QUALIFIER_PATTERN = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"

PENDING = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}
ACTIVE = {"State": "Active", "LastUpdateStatus": "Successful"}
UPDATING = {
    "State": "Active",
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}

_KINDS = {
    "RevisionId": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "LastModified": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000",
    "CreatedDate": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000",
    "Location": r"http://.+",
    "RuntimeVersionArn": r"arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}",
}
_BARE = frozenset(["ValidationException", "RequestEntityTooLargeException", "AccessDeniedException"])


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without headers and ids: its members, and `status`."""
    members = {member: value for member, value in answer.items() if member != "ResponseMetadata"}
    replaced: dict[str, Any] = _replaced(members)
    return {**replaced, "status": answer["ResponseMetadata"]["HTTPStatusCode"]}


def _replaced(value: Any) -> Any:
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {member: _kind(member, inner) for member, inner in value.items()}


def _kind(member: str, value: Any) -> Any:
    if member not in _KINDS:
        return _replaced(value)
    assert re.fullmatch(_KINDS[member], value), (member, value)
    return f"<{member}>"


def told(call: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """The error that a call is answered with, whole."""
    try:
        answer = call(**request)
    except ClientError as error:
        return shown(error.response)
    raise AssertionError(f"it was not refused: {answer}")


def refusal(status: int, code: str, message: str | None) -> dict[str, Any]:
    """An error as boto3 shows it: the members of its shape beside `Error`, if the model has a shape for it."""
    said: dict[str, Any] = {"Error": {"Code": code, "Message": message}, "status": status}
    if code not in _BARE:
        said["Type"] = "User"
        said["Message" if code == "ResourceNotFoundException" else "message"] = message
    return said


def invalid(constraint: str) -> dict[str, Any]:
    """400 ValidationException; `constraint` is `Value ... at ... failed to satisfy constraint: ...`."""
    return refusal(400, "ValidationException", f"1 validation error detected: {constraint}")


def violations(said: dict[str, Any]) -> list[str]:
    """The violations that a ValidationException tells, sorted: their order at AWS differs from call to call."""
    assert said["Error"]["Code"] == "ValidationException", said
    counted, _, words = said["Error"]["Message"].partition(" detected: ")
    found: list[str] = sorted(words.split("; "))
    assert counted == f"{len(found)} validation error{'s' if len(found) > 1 else ''}"
    return found


def violated(value: object, member: str, constraint: str) -> str:
    """One of `invalid`'s constraints."""
    return f"Value '{value}' at '{member}' failed to satisfy constraint: Member must {constraint}"


def missing(arn: str) -> dict[str, Any]:
    """404 for a function, or a version of it."""
    return refusal(404, "ResourceNotFoundException", f"Function not found: {arn}")


def parameter(message: str) -> dict[str, Any]:
    """400 InvalidParameterValueException."""
    return refusal(400, "InvalidParameterValueException", message)


def arn_of(account: str, name: str) -> str:
    """A function's ARN."""
    return f"arn:aws:lambda:{REGION}:{account}:function:{name}"


def configuration(account: str, name: str, code: bytes, **changed: Any) -> dict[str, Any]:
    """`FunctionConfiguration` of a function with default settings and no state, all its members."""
    return {
        "Architectures": ["x86_64"],
        "CodeSha256": base64.b64encode(hashlib.sha256(code).digest()).decode(),
        "CodeSize": len(code),
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "FunctionArn": arn_of(account, name),
        "FunctionName": name,
        "Handler": "app.handler",
        "LastModified": "<LastModified>",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        "MemorySize": 128,
        "PackageType": "Zip",
        "RevisionId": "<RevisionId>",
        "Role": f"arn:aws:iam::{account}:role/run",
        "Runtime": "python3.12",
        "RuntimeVersionConfig": {"RuntimeVersionArn": "<RuntimeVersionArn>"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "Version": "$LATEST",
        **changed,
    }


def found(settings: dict[str, Any], **beside: Any) -> dict[str, Any]:
    """What GetFunction answers for a function of this configuration."""
    code = {"Location": "<Location>", "RepositoryType": "S3"}
    return {"Code": code, "Configuration": settings, **beside, "status": 200}

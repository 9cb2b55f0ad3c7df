"""Whole answers of SQS as boto3 shows them, and the older query protocol, to be compared with what AWS answered.

Everything in an answer counts, and so does what is not in it. Only what differs from run to run is replaced by its kind, after its form has
been checked: ids, receipt handles, sequence numbers, senders, times.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness import REGION

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MS, _S = r"1[0-9]{12}", r"1[0-9]{9}"
_KINDS = {
    "MessageId": _UUID,
    "ReceiptHandle": r"[A-Za-z0-9+/]{20,}=*",
    "SequenceNumber": r"[0-9]{20}",
    "SenderId": r"[0-9]{12}|A(ID|RO)A[A-Z0-9]+(:.+)?",
    "SentTimestamp": _MS,
    "ApproximateFirstReceiveTimestamp": _MS,
    "CreatedTimestamp": _S,
    "LastModifiedTimestamp": _S,
}
_NAMESPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without headers: its members, what varies by its kind."""
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    return _replaced({name: value for name, value in answer.items() if name != "ResponseMetadata"})


def _replaced(value: Any) -> Any:
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _kind(name, inner) for name, inner in value.items()}


def _kind(name: str, value: Any) -> Any:
    if name not in _KINDS:
        return _replaced(value)
    assert re.fullmatch(_KINDS[name], value), (name, value)
    return f"<{name}>"


def told(call: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """The error that a call is answered with, whole, with its status."""
    try:
        answer = call(**request)
    except ClientError as error:
        response = dict(error.response)
        return {**response, "ResponseMetadata": response["ResponseMetadata"]["HTTPStatusCode"]}
    raise AssertionError(f"it was not refused: {answer}")


def refusal(code: str, words: str, new: str = "", status: int = 400, **members: Any) -> dict[str, Any]:
    """An error as boto3 shows it: the old code, and the `new` one if that differs (the shape's name)."""
    error = {"Code": code, "Message": words, "QueryErrorCode": new or code, "Type": "Sender"}
    return {"Error": error, "ResponseMetadata": status, **members}


def invalid(message: str) -> dict[str, Any]:
    """InvalidParameterValue."""
    return refusal("InvalidParameterValue", message, "InvalidParameterValueException")


def invalid_value(value: object, parameter: str, reason: str) -> dict[str, Any]:
    """InvalidParameterValue of a parameter, with the reason."""
    return invalid(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def missing(parameter: str) -> dict[str, Any]:
    """MissingParameter."""
    message = f"The request must contain the parameter {parameter}."
    return refusal("MissingParameter", message, "MissingRequiredParameterException")


def prefixed(code: str, words: str, status: int = 400) -> dict[str, Any]:
    """An error whose older code has the long prefix."""
    return refusal(f"AWS.SimpleQueueService.{code}", words, code, status)


def failure(answer: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Id, code and message of each entry of a batch that failed by its sender's fault."""
    assert all(entry["SenderFault"] is True for entry in answer["Failed"])
    return [(entry["Id"], entry["Code"], entry["Message"]) for entry in answer["Failed"]]


def query(
    url: str, parameters: Mapping[str, str], account: str | None = None, secret: str = "test"
) -> tuple[int, ElementTree.Element]:
    """Status and XML of a query request to `url`, signed as the root of `account` if that is given."""
    body = urlencode(parameters).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", url, headers, body)
    if account is not None:
        SigV4Auth(Credentials(account, secret), "sqs", REGION).add_auth(request)
    sent = urllib.request.Request(url, body, dict(request.headers.items()))  # the test's own server
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, ElementTree.fromstring(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ElementTree.fromstring(error.read())


def plain(element: ElementTree.Element) -> Any:
    """An element as text, or as a list of its children's names and contents."""
    if len(element) == 0:
        return element.text or ""
    return [(child.tag.removeprefix(_NAMESPACE), plain(child)) for child in element]

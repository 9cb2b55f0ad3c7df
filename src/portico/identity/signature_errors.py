"""How each family of protocols says that a caller could not be authenticated: AWS's codes, words and statuses.

Source: IAM User Guide, "Troubleshoot Signature Version 4 requests"; S3 API Reference, "Error responses"; answers recorded from AWS.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from portico.wire.errors import AwsError

Family = Literal["json", "rest-json", "query", "s3"]

_FAMILIES: Mapping[str, Family] = {
    "json": "json",
    "smithy-rpc-v2-cbor": "json",
    "rest-json": "rest-json",
    "query": "query",
    "ec2": "query",
    "rest-xml": "query",
}


def family(protocol: str, signing_name: str = "") -> Family:
    """The family of a service's protocol; S3 is one of its own."""
    return "s3" if signing_name == "s3" else _FAMILIES[protocol]


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A code with its status (0: the family's) and the words (empty: those of the check itself)."""

    code: str
    message: str = ""
    status: int = 0


_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105  # words
_EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105  # words
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)

_JSON: Mapping[str, _Row] = {
    "missing": _Row("MissingAuthenticationTokenException", "Missing Authentication Token"),
    "incomplete": _Row("IncompleteSignatureException"),
    "query": _Row("IncompleteSignatureException"),
    "algorithm": _Row("IncompleteSignatureException"),
    "unknown": _Row("UnrecognizedClientException", _INVALID_TOKEN),
    "token": _Row("UnrecognizedClientException", _INVALID_TOKEN),
    "expired_token": _Row("ExpiredTokenException", _EXPIRED_TOKEN),
    "body": _Row("InvalidSignatureException", _MISMATCH),
    "other": _Row("InvalidSignatureException"),
}
_QUERY: Mapping[str, _Row] = {
    "missing": _Row("MissingAuthenticationToken", "Request is missing Authentication Token"),
    "incomplete": _Row("IncompleteSignature", "", 400),
    "query": _Row("IncompleteSignature", "", 400),
    "algorithm": _Row("IncompleteSignature", "", 400),
    "unknown": _Row("InvalidClientTokenId", _INVALID_TOKEN),
    "token": _Row("InvalidClientTokenId", _INVALID_TOKEN),
    "expired_token": _Row("ExpiredToken", _EXPIRED_TOKEN),
    "body": _Row("SignatureDoesNotMatch", _MISMATCH),
    "other": _Row("SignatureDoesNotMatch"),
}
_S3: Mapping[str, _Row] = {
    "missing": _Row("AccessDenied", "Access Denied"),
    "incomplete": _Row("AuthorizationHeaderMalformed", "", 400),
    "scope": _Row("AuthorizationHeaderMalformed", "", 400),
    "query": _Row("AuthorizationQueryParametersError", "", 400),
    "algorithm": _Row(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        400,
    ),
    "unknown": _Row(
        "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
    ),
    "token": _Row("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
    "expired_token": _Row("ExpiredToken", "The provided token has expired.", 400),
    "mismatch": _Row(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ),
    "late": _Row(
        "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
    ),
    "early": _Row(
        "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
    ),
    "expired": _Row("AccessDenied", "Request has expired"),
    "unsigned": _Row("AccessDenied"),
    "twice": _Row("InvalidArgument", "", 400),
    "content": _Row("InvalidArgument", "", 400),
    "no_content": _Row("InvalidRequest", "", 400),
    "body": _Row("XAmzContentSHA256Mismatch", "", 400),
    "chunk": _Row("InvalidRequest", "", 400),
    "incomplete_body": _Row("IncompleteBody", "", 400),
    "length": _Row("MissingContentLength", "You must provide the Content-Length HTTP header.", 411),
    "trailer": _Row("MalformedTrailerError", "", 400),
    "checksum": _Row("BadDigest", "", 400),
    "other": _Row("AccessDenied"),
}
_TABLES: Mapping[Family, tuple[Mapping[str, _Row], int]] = {
    "json": (_JSON, 400),
    "rest-json": (_JSON, 403),
    "query": (_QUERY, 403),
    "s3": (_S3, 403),
}


def refusal(
    family: Family,
    kind: str,
    message: str,
    fields: Mapping[str, str] | None = None,
    *,
    presigned: bool = False,
) -> AwsError:
    """The error for a check of this `kind` that did not pass; `message` are the check's own words, `fields` what S3 adds.

    A scope that is wrong in a presigned S3 request is told as one of its query.
    """
    rows, status = _TABLES[family]
    if family == "s3" and kind == "scope" and presigned:
        kind = "query"
    row = rows.get(kind) or rows["other"]
    return AwsError(
        row.code,
        row.message or message,
        row.status or status,
        fields=fields if family == "s3" and fields else None,
    )

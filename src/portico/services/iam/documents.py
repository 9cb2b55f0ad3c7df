"""Policy documents: checked when they come, percent-encoded when they go."""

from urllib.parse import quote

from portico.identity.policy.parse import Kind, PolicyError, parse
from portico.services.iam import errors


def checked(document: str, kind: Kind, *, managed: bool = False) -> str:
    """The document as it is to be stored: as it was given.

    Raises:
        AwsError: `MalformedPolicyDocument`.
    """
    try:
        parse(document, kind, managed=managed)
    except PolicyError as error:
        raise errors.malformed(error.message) from error
    return document


def encoded(document: str) -> str:
    """The document as responses have it: percent-encoded by RFC 3986.

    Source: IAM API Reference, PolicyDocument of the response elements.
    """
    return quote(document, safe="")


def size(document: str) -> int:
    """The bytes that count towards a quota: those that are not white space.

    Source: IAM User Guide, "IAM and AWS STS quotas".
    """
    return len("".join(document.split()).encode())

"""Errors that a caller is meant to see. Everything else is a defect and answers 500 without details."""

from collections.abc import Mapping
from typing import Any


class AwsError(Exception):
    """An error in AWS's terms, which every protocol can encode.

    `code` is the error's code on the wire (`ResourceNotFoundException`, `NoSuchEntity`), `message` AWS's words, or None where
    AWS leaves the member out. `fields` are further members of the error's shape (`Type`, `Reason`, `retryAfterSeconds`);
    `headers` go onto the reply (`Retry-After`). `sender` is False for faults of the service.
    """

    def __init__(
        self,
        code: str,
        message: str | None,
        status: int = 400,
        *,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.status = status
        self.fields: Mapping[str, Any] = fields or {}
        self.headers: Mapping[str, str] = headers or {}

    @property
    def sender(self) -> bool:
        """Whether the caller can mend it (4xx)."""
        return self.status < 500

    def __repr__(self) -> str:
        return f"AwsError({self.code!r}, {self.message!r}, {self.status})"


def not_implemented(service: str, operation: str) -> AwsError:
    """501: an operation of AWS that Portico does not have yet, by its name."""
    return AwsError("NotImplemented", f"Portico does not implement {service}:{operation} yet", 501)


def internal() -> AwsError:
    """500 for a defect of ours: no details reach the caller; the log has them under the request id."""
    return AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500)

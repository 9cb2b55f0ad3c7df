"""What the function of a Lambda authorizer answers: who calls, under which policy, and what else is to be known of the caller. Pure.

Source: API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.doors.authorizer_policy import AuthorizerPolicy

_SCALARS = (str, bool, int, float)


class Answered(msgspec.Struct, frozen=True):
    """What a function has answered, once it is certain that it means something. `context` are texts; `document` is the policy as it was
    given; `latency_ms` is how long the answer took (0 when it was remembered)."""

    principal_id: str
    policy: AuthorizerPolicy
    document: Any
    context: dict[str, str]
    usage_key: str = ""
    latency_ms: int = 0

    @property
    def shown(self) -> dict[str, Any]:
        """`requestContext.authorizer`."""
        return {"principalId": self.principal_id, "integrationLatency": self.latency_ms, **self.context}


def read(payload: bytes) -> Answered:
    """What an answer means.

    Raises:
        ValueError, PolicyError: nothing.
    """
    given = msgspec.json.decode(payload)
    if not isinstance(given, dict):
        raise ValueError("the answer is not an object")
    principal, key = given.get("principalId"), given.get("usageIdentifierKey") or ""
    context = given.get("context")
    if context is None:
        context = {}
    if not isinstance(principal, str) or not principal:
        raise ValueError("principalId is not a string")
    if not isinstance(key, str) or not isinstance(context, dict):
        raise ValueError("usageIdentifierKey or context is of the wrong type")
    document = given.get("policyDocument")
    return Answered(principal, AuthorizerPolicy(document), document, _texts(context), key)


def _texts(context: Mapping[str, Any]) -> dict[str, str]:
    """The authorizer's context as texts.

    Raises:
        ValueError: a value is an object or a list.
    """
    texts: dict[str, str] = {}
    for name, value in context.items():
        if value is None:
            continue
        if not isinstance(value, _SCALARS):
            raise ValueError(f"the context's {name} is an object or a list")
        texts[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return texts

"""Resource policies of APIs: what is kept of one, and how it is shown. What it means is `doors/resource_policy.py`."""

import json
from typing import Any

from portico.identity.policy.document import PolicyError
from portico.identity.policy.parse import compiled
from portico.services.apigateway import errors

_CHARACTERS_MAX = 8_192
_SHORT = "execute-api:/"


def checked(text: str, execute_arn: str) -> str:
    """A policy document as it is kept: `execute-api:/stage/GET/path` in it has become a method of the API (`execute_arn` is
    `arn:aws:execute-api:region:account:api`). "" is none.

    Raises:
        AwsError: BadRequestException, it is no policy, or longer than 8,192 characters.
    """
    if not text:
        return ""
    if len(text) > _CHARACTERS_MAX:
        raise errors.bad_request(f"Policy document can be at most {_CHARACTERS_MAX} characters.")
    try:
        policy = json.dumps(_whole(json.loads(text), execute_arn), separators=(",", ":"))
        compiled(policy)
    except (PolicyError, ValueError):
        raise errors.bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        ) from None
    return policy


def _whole(document: Any, execute_arn: str) -> Any:
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Resource", "NotResource"):
            if isinstance(statement, dict) and element in statement:
                statement[element] = _resource(statement[element], execute_arn)
    return document


def _resource(given: Any, execute_arn: str) -> Any:
    if isinstance(given, list):
        return [_resource(each, execute_arn) for each in given]
    if isinstance(given, str) and given.startswith(_SHORT):
        return f"{execute_arn}/{given.removeprefix(_SHORT)}"
    return given


def escaped(policy: str) -> str:
    """A policy as API Gateway shows it: with a backslash before each quote and slash."""
    return json.dumps(policy)[1:-1].replace("/", "\\/")

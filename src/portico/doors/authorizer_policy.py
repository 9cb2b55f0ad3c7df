"""The policy that a Lambda authorizer answers with, evaluated for each method that is called under it.

One answer may serve many methods (it is remembered), so it is compiled once, and what it says of a method is kept as long as nothing
but the method matters.

Source: API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer".
"""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from portico.identity.policy.document import PolicyError
from portico.identity.policy.evaluate import (
    Context,
    Policies,
    Request,
    Sourced,
    circumstances,
    evaluate,
)
from portico.identity.policy.parse import compiled
from portico.identity.principal import Principal

INVOKE = "execute-api:Invoke"
_KEPT_MAX = 512
_DOCUMENT_BYTES_MAX = 256 * 1024
_WHOEVER = Principal("user", "", "", "", "")  # an identity policy does not look at its caller

Verdict = Literal["allow", "deny", "nothing"]
"""What a policy says of a method: a statement allows it, one denies it, or none is about it."""


class AuthorizerPolicy:
    """One authorizer's policy."""

    __slots__ = ("_kept", "_policies", "_unconditional")

    def __init__(self, document: Any) -> None:
        """
        Raises:
            PolicyError: `document`, which is JSON decoded, is no policy.
        """
        if not isinstance(document, dict):
            raise PolicyError("the policy is not an object")
        text = msgspec.json.encode(document)
        if len(text) > _DOCUMENT_BYTES_MAX:
            raise PolicyError("the policy is too large")
        self._policies = Policies((Sourced(compiled(text.decode()), "the authorizer's policy"),))
        self._unconditional = circumstances(self._policies, INVOKE) == frozenset()
        self._kept: dict[str, Verdict] = {}

    def verdict(self, arn: str, context: Callable[[], Context]) -> Verdict:
        """What it says of invoking the method `arn`; `context`, the request's condition values, is asked for if they matter."""
        if not self._unconditional:
            return self._decide(arn, context())
        found = self._kept.get(arn)
        if found is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            found = self._kept[arn] = self._decide(arn, {})
        return found

    def _decide(self, arn: str, context: Context) -> Verdict:
        decision = evaluate(Request(INVOKE, arn, _WHOEVER, "", context), self._policies)
        return "allow" if decision.allowed else "deny" if decision.explicit else "nothing"

"""Encoded authorisation failure messages: the details of a refusal, for those who are allowed to decode them.

Source: STS API Reference, DecodeAuthorizationMessage (the members of the decoded document).
"""

import json
from collections.abc import Mapping
from typing import Any

from portico.identity.policy.evaluate import Decision, Request
from portico.identity.policy.variables import look_up
from portico.identity.sealing import Sealer

_PURPOSE = "authorization message"


def encode(sealer: Sealer, request: Request, decision: Decision) -> str:
    """The refusal of `request` as a sealed text."""
    document: Mapping[str, Any] = {
        "allowed": decision.allowed,
        "explicitDeny": decision.explicit,
        "matchedStatements": {
            "items": [
                {
                    "statementId": reason.statement.sid,
                    "effect": "ALLOW" if reason.statement.allows else "DENY",
                    "sourcePolicyId": reason.source,
                    "sourcePolicyType": reason.kind,
                }
                for reason in decision.because
                if not reason.missed
            ]
        },
        "failures": {"items": []},
        "context": {
            "principal": {"id": request.principal.user_id, "arn": request.principal.arn},
            "action": request.action,
            "resource": request.resource,
            "conditions": {
                "items": [
                    {"key": key, "values": {"items": [{"value": one} for one in _several(value)]}}
                    for key in sorted(request.context)
                    if (value := look_up(request.context, key)) is not None
                ]
            },
        },
    }
    return sealer.seal(_PURPOSE, json.dumps(document).encode())


def decode(sealer: Sealer, message: str) -> str:
    """The JSON document of an encoded message.

    Raises:
        SealError: it was not made by `encode` under this key.
    """
    return sealer.unseal(_PURPOSE, message).decode()


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value

"""Encoded authorisation failure messages."""

import json

import pytest

from portico.identity.authorization_message import decode, encode
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import Principal
from portico.identity.sealing import Sealer, SealError
from world import ACCOUNT, DATA_KEY

ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
ALICE = Principal("user", ACCOUNT, ARN, ARN, "AIDAALICE", "alice", "AIDAALICE")


def test_a_refusal_is_told_to_who_may_decode_it() -> None:
    deny = compiled('{"Statement":{"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"}}')
    request = Request("ec2:RunInstances", "*", ALICE, ACCOUNT, {"aws:tagkeys": ("a", "b")})
    decision = evaluate(request, Policies(identity=(Sourced(deny, "inline:no"),)))
    message = encode(Sealer(DATA_KEY), request, decision)
    assert "RunInstances" not in message
    told = json.loads(decode(Sealer(DATA_KEY), message))
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    assert told["matchedStatements"]["items"] == [
        {
            "statementId": "No",
            "effect": "DENY",
            "sourcePolicyId": "inline:no",
            "sourcePolicyType": "identity-based policy",
        }
    ]
    context = told["context"]
    assert (context["principal"]["arn"], context["action"]) == (ARN, "ec2:RunInstances")
    assert context["conditions"]["items"] == [
        {"key": "aws:tagkeys", "values": {"items": [{"value": "a"}, {"value": "b"}]}}
    ]


@pytest.mark.parametrize("message", ["", "x", "e30=", "é"])
def test_what_was_not_encoded_here_is_not_decoded(message: str) -> None:
    with pytest.raises(SealError):
        decode(Sealer(DATA_KEY), message)

"""Resource policies of APIs: explicit denies, and the words of refusals."""

import json

import pytest

from portico.doors.resource_policy import denied, words
from portico.identity.policy.evaluate import Decision
from portico.identity.principal import ANONYMOUS, Principal

ARN = "arn:aws:execute-api:us-east-1:111122223333:api1/prod/GET/pets"


def policy(**statement: object) -> str:
    base = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**base, **statement}]})


@pytest.mark.parametrize(
    ("document", "explicit"),
    [
        (policy(), True),
        (policy(Action="execute-api:*"), True),
        (policy(Resource=ARN.replace("GET", "*")), True),
        (policy(Resource=ARN.replace("GET", "POST")), False),
        (policy(Effect="Allow"), False),
        (policy(Effect="Allow", Resource="arn:aws:execute-api:*"), False),
        (policy(Principal={"AWS": "111122223333"}), False),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), True),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "11.0.0.0/8"}}), False),
        (policy(Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), True),
    ],
)
def test_explicit_denies(document: str, explicit: bool) -> None:
    assert (denied(document, ARN, {"aws:sourceip": "10.1.1.1"}) is not None) is explicit


@pytest.mark.parametrize(
    ("caller", "explicit", "who", "end"),
    [
        (ANONYMOUS, False, "anonymous", ""),
        (
            Principal("user", "1", "arn:aws:iam::1:user/u", "", ""),
            True,
            "arn:aws:iam::1:user/u",
            " with an explicit deny",
        ),
    ],
)
def test_words(caller: Principal, explicit: bool, who: str, end: str) -> None:
    decision = Decision(False, (), explicit, "")
    resource = ARN.replace("111122223333", "********3333")
    assert words(decision, caller, "execute-api:Invoke", ARN) == (
        f"User: {who} is not authorized to perform: execute-api:Invoke on resource: {resource}{end}"
    )

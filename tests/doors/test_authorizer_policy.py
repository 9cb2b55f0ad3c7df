"""Policies of Lambda authorizers, and what is remembered of authorizers."""

from typing import Any

import pytest

from portico.doors.authorizer_cache import AuthorizerCache
from portico.doors.authorizer_policy import AuthorizerPolicy
from portico.identity.policy.document import PolicyError

ARN = "arn:aws:execute-api:us-east-1:111122223333:api1/prod/"


def policy(*statements: dict[str, Any]) -> AuthorizerPolicy:
    return AuthorizerPolicy({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect: str, resource: Any, **others: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource, **others}


@pytest.mark.parametrize(
    ("resource", "path", "verdict"),
    [
        (ARN + "GET/pets", "GET/pets", "allow"),
        (ARN + "GET/pets", "POST/pets", "nothing"),
        (ARN + "GET/pets", "GET/pets/5", "nothing"),
        (ARN + "GET/*", "GET/pets/5", "allow"),
        (ARN + "*/pets", "DELETE/pets", "allow"),
        ("*", "DELETE/pets", "allow"),
        ("arn:aws:execute-api:*:*:*/*", "GET/x", "allow"),
        ("arn:aws:execute-api:us-east-1:111122223333:api2/*", "GET/x", "nothing"),
        ([ARN + "GET/a", ARN + "GET/b"], "GET/b", "allow"),
        (ARN + "GET/?", "GET/xy", "nothing"),
    ],
)
def test_a_policy_is_evaluated_for_each_method(resource: Any, path: str, verdict: str) -> None:
    made = policy(statement("Allow", resource))
    assert made.verdict(ARN + path, dict) == verdict
    assert made.verdict(ARN + path, dict) == verdict


def test_a_deny_wins() -> None:
    made = policy(statement("Allow", "*"), statement("Deny", ARN + "GET/admin/*"))
    assert made.verdict(ARN + "GET/admin/x", dict) == "deny"
    assert made.verdict(ARN + "GET/other", dict) == "allow"


def test_not_action_and_not_resource() -> None:
    made = policy({"Effect": "Allow", "NotAction": "s3:*", "NotResource": ARN + "GET/admin"})
    assert made.verdict(ARN + "GET/x", dict) == "allow"
    assert made.verdict(ARN + "GET/admin", dict) == "nothing"
    silent = policy({"Effect": "Allow", "NotAction": "execute-api:*", "Resource": "*"})
    assert silent.verdict(ARN + "GET/x", dict) == "nothing"


def test_conditions_are_asked_each_time() -> None:
    made = policy(statement("Allow", "*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    assert made.verdict(ARN + "GET/x", lambda: {"aws:sourceip": "10.1.2.3"}) == "allow"
    assert made.verdict(ARN + "GET/x", lambda: {"aws:sourceip": "11.1.2.3"}) == "nothing"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "*",
        {},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "1999-01-01", "Statement": [statement("Allow", "*")]},
        {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]},
        {"Statement": [{"Effect": "Allow", "Action": 5, "Resource": "*"}]},
        {"Statement": "Allow"},
    ],
)
def test_what_is_no_policy(document: Any) -> None:
    with pytest.raises(PolicyError):
        AuthorizerPolicy(document)


def test_answers_hold_for_their_scope_key_and_time() -> None:
    cache: AuthorizerCache[str] = AuthorizerCache()
    cache.put(("api", "prod"), ("d1", "auth", "token"), "yes", until=10.0)
    assert cache.get(("api", "prod"), ("d1", "auth", "token"), 9.9) == "yes"
    assert cache.get(("api", "test"), ("d1", "auth", "token"), 9.9) is None
    assert cache.get(("api", "prod"), ("d1", "auth", "token2"), 9.9) is None
    assert cache.get(("api", "prod"), ("d1", "other", "token"), 9.9) is None
    assert cache.get(("api", "prod"), ("d1", "auth", "token"), 10.0) is None
    assert cache.get(("api", "prod"), ("d1", "auth", "token"), 9.0) is None


def test_parts_of_keys_do_not_run_into_each_other() -> None:
    cache: AuthorizerCache[str] = AuthorizerCache()
    cache.put(("api", "prod"), ("d", "a", "x", "yz"), "one", until=10.0)
    assert cache.get(("api", "prod"), ("d", "a", "xy", "z"), 0.0) is None


def test_a_scope_is_flushed_alone_and_bounded() -> None:
    cache: AuthorizerCache[int] = AuthorizerCache(each_max=32)
    for number in range(100):
        cache.put(("api", "prod"), ("k", str(number)), number, until=10.0)
    cache.put(("api", "test"), ("k", "0"), 1, until=10.0)
    kept = [n for n in range(100) if cache.get(("api", "prod"), ("k", str(n)), 0.0) is not None]
    assert len(kept) <= 32
    assert 99 in kept
    cache.flush(("api", "prod"))
    assert cache.get(("api", "prod"), ("k", "99"), 0.0) is None
    assert cache.get(("api", "test"), ("k", "0"), 0.0) == 1

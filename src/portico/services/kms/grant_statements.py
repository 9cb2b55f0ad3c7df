"""Grants, as authorisation sees them: each is a statement beside those of its key's policy, for its one principal.

So an explicit deny overcomes a grant, constraints are conditions, and who asks why a call was allowed is told which grant did it.
Source: KMS Developer Guide, "Grants in AWS KMS", "Using grant constraints" (they hold for operations with an encryption context; a
grant that may create grants passes on no more than it has).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.identity.principal import Principal
from portico.services.kms.records import GRANTEES, GRANTS, Grant, Key

_PLAIN = frozenset({"DescribeKey", "RetireGrant"})  # what has no encryption context
_SERVICE = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+){2,}").fullmatch
_VARIABLES = "2012-10-17"

Statement = dict[str, Any]


async def allowing(call: Call, key: Key) -> str:
    """The key's policy, with what the caller's own grants add."""
    grants = await _grants_of(call, key) if key.grants else []
    return with_statements(key, [each for grant in grants for each in statements_of(grant)])


def with_statements(key: Key, more: list[Statement]) -> str:
    """The key's policy with further statements."""
    if not more:
        return key.policy
    policy: dict[str, Any] = json.loads(key.policy)
    found = policy["Statement"]
    if policy.get("Version") == _VARIABLES:
        more = json.loads(json.dumps(more).replace("${", "${$}{"))
    return json.dumps({**policy, "Statement": [*(found if isinstance(found, list) else [found]), *more]})


def statements_of(grant: Grant) -> list[Statement]:
    """What a grant allows its grantee."""
    by_name = {f"{grant.id} {number}": part for number, part in enumerate(_parts(grant), 1)}
    return [
        {
            "Sid": f"grant {name}",
            "Effect": "Allow",
            "Principal": principal(grant.grantee),
            "Action": [f"kms:{operation}" for operation in operations],
            "Resource": "*",
            **({"Condition": condition} if condition else {}),
        }
        for name, (operations, condition) in by_name.items()
    ]


def retiring_statement(grant: Grant) -> Statement:
    """That the grant's retiring principal may retire it."""
    return {
        "Sid": f"grant {grant.id} retires",
        "Effect": "Allow",
        "Principal": principal(grant.retiring),
        "Action": "kms:RetireGrant",
        "Resource": "*",
    }


def principal(name: str) -> Mapping[str, str]:
    """The `Principal` element for a grant's principal."""
    return {"Service": name} if is_service(name) else {"AWS": name}


def is_service(name: str) -> bool:
    """Whether this is a service principal's name."""
    return _SERVICE(name) is not None


def names_of(caller: Principal) -> list[str]:
    """The names under which grants may have been given to a caller: its session's, its role's or its own, its account's."""
    if caller.kind == "service":
        return [caller.name]
    account = [f"arn:aws:iam::{caller.account}:root", caller.account] if caller.account else []
    return list(dict.fromkeys([caller.arn, caller.unique_id, *account]))


async def _grants_of(call: Call, key: Key) -> list[Grant]:
    """The caller's grants; of a service's those for what it acts for: one key may serve all of an account's resources."""
    found, sources = [], ("", call.principal.source_arn)
    for name in names_of(call.principal):
        for pointer in await call.tx.scan(GRANTEES, *key.at, name):
            grant = await call.tx.get(GRANTS, *key.at, pointer.id)
            if grant is not None and (not is_service(name) or grant.constraints.source_arn in sources):
                found.append(grant)
    return found


def _parts(grant: Grant) -> list[tuple[list[str], dict[str, Any]]]:
    """The operations of a grant by the conditions that they are under."""
    own = _conditions(grant)
    parts = [
        ([name for name in grant.operations if name not in _PLAIN and name != "CreateGrant"], own),
        ([name for name in grant.operations if name == "DescribeKey"], _from_source(grant)),
        ([name for name in grant.operations if name == "RetireGrant"], {}),
        ([name for name in grant.operations if name == "CreateGrant"], _passed_on(grant, own)),
    ]
    return [(operations, condition) for operations, condition in parts if operations]


def _conditions(grant: Grant) -> dict[str, Any]:
    required = grant.constraints.equals or grant.constraints.subset or {}
    condition = _from_source(grant)
    if required:
        condition["StringEquals"] = {f"kms:EncryptionContext:{key}": value for key, value in required.items()}
    if grant.constraints.equals is not None:
        condition["ForAllValues:StringEqualsIgnoreCase"] = {"kms:EncryptionContextKeys": list(required)}
    return condition


def _from_source(grant: Grant) -> dict[str, Any]:
    source = grant.constraints.source_arn
    return {"ArnEquals": {"aws:SourceArn": source}} if source else {}


def _passed_on(grant: Grant, own: dict[str, Any]) -> dict[str, Any]:
    """What a grantee may give away: its own operations, under its own constraints at least."""
    condition = {**own, "ForAllValues:StringEquals": {"kms:GrantOperations": list(grant.operations)}}
    if grant.constraints.equals is not None:
        same = {"kms:GrantConstraintType": "EncryptionContextEquals"}
        condition["StringEquals"] = {**condition.get("StringEquals", {}), **same}
    return condition

"""The words in which the evaluation tables are written: callers, statements, cases, and how a case is decided."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.identity.policy.evaluate import Decision, Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import ANONYMOUS, Principal, Session, root, service

A = "111122223333"
B = "444455556666"
BUCKET = "arn:aws:s3:::photos/cat.jpg"
FUNCTION = f"arn:aws:lambda:us-east-1:{A}:function:hello"
ROLE_ARN = f"arn:aws:iam::{A}:role/team/deployer"
SESSION_ARN = f"arn:aws:sts::{A}:assumed-role/deployer/build-7"
USER_ARN = f"arn:aws:iam::{A}:user/ann"
FEDERATED_ARN = f"arn:aws:sts::{A}:federated-user/guest"
PROVIDER = f"arn:aws:iam::{A}:oidc-provider/token.example.com"

ROOT = root(A)
USER = Principal("user", A, USER_ARN, USER_ARN, "AIDAANN0000000000001", "ann", "AIDAANN0000000000001")
ROLE = Principal(
    "role",
    A,
    SESSION_ARN,
    ROLE_ARN,
    "AROADEPLOYER00000001:build-7",
    "deployer",
    "AROADEPLOYER00000001",
    Session("build-7", 0, 3600),
)
FEDERATED = Principal(
    "federated",
    A,
    FEDERATED_ARN,
    FEDERATED_ARN,
    f"{A}:guest",
    "ann",
    "AIDAANN0000000000001",
    Session("guest", 0, 3600, lineage=(USER_ARN,)),
)
WEB = Principal("federated", "", PROVIDER, PROVIDER, "", "token.example.com")
SNS = service("sns.amazonaws.com", source_arn=f"arn:aws:sns:us-east-1:{A}:news", source_account=A)
NOBODY = ANONYMOUS

Statement = dict[str, Any]


def allow(action: str | list[str] = "*", on: str | list[str] = "*", **elements: Any) -> Statement:
    """A statement that allows; `to=` is its Principal, `when=` its Condition."""
    return _statement("Allow", action, on, elements)


def deny(action: str | list[str] = "*", on: str | list[str] = "*", **elements: Any) -> Statement:
    """A statement that denies."""
    return _statement("Deny", action, on, elements)


def _statement(effect: str, action: Any, on: Any, elements: dict[str, Any]) -> Statement:
    names = {"to": "Principal", "not_to": "NotPrincipal", "when": "Condition"}
    statement: Statement = {"Effect": effect, "Action": action, "Resource": on}
    for name, value in elements.items():
        statement[names.get(name, name)] = value
    for element in ("Action", "Resource"):
        if f"Not{element}" in statement:
            del statement[element]
    return statement


def trust(action: str | list[str], to: Any, **elements: Any) -> Statement:
    """A statement of a trust policy, which has no resource."""
    statement = allow(action, to=to, **elements)
    del statement["Resource"]
    return statement


class Case(msgspec.Struct, frozen=True):
    """One row: what it shows, the outcome, and the request. The outcome is `yes` or `no` (implicit deny), or `deny` (explicit),
    followed by the type of policy that decided."""

    shows: str
    outcome: str
    caller: Principal = USER
    identity: Sequence[Statement] = ()
    boundary: Sequence[Statement] | None = None
    session: Sequence[Statement] | None = None
    resource: Sequence[Statement] | None = None
    trust: bool = False
    action: str = "s3:GetObject"
    on: str = BUCKET
    owner: str = A
    keys: Mapping[str, Any] = {}
    version: str = "2012-10-17"

    def decide(self) -> Decision:
        """The evaluator's decision."""
        session = None if self.session is None else (self._sourced(self.session, "session"),)
        policies = Policies(
            (self._sourced(self.identity, "identity"),) if self.identity else (),
            None if self.boundary is None else self._sourced(self.boundary, "boundary"),
            session,
            None if self.resource is None else self._sourced(self.resource, "resource"),
            self.trust,
        )
        keys = {key.lower(): value for key, value in self.keys.items()}
        return evaluate(Request(self.action, self.on, self.caller, self.owner, keys), policies)

    def _sourced(self, statements: Sequence[Statement], source: str) -> Sourced:
        document = json.dumps({"Version": self.version, "Statement": list(statements)})
        return Sourced(compiled(document), source)


_SHORT = {
    "identity-based policy": "identity",
    "permissions boundary": "boundary",
    "session policy": "session",
    "resource-based policy": "resource",
    "role trust policy": "trust",
    "root user": "root",
}


def told(decision: Decision) -> str:
    """A decision in the table's words."""
    outcome = "yes" if decision.allowed else "deny" if decision.explicit else "no"
    return f"{outcome} {_SHORT[decision.kind]}"

"""Who a `Principal` or `NotPrincipal` element means, and what being meant is worth.

Source: IAM User Guide, "AWS JSON policy elements: Principal", "NotPrincipal", and "Policy evaluation logic" (how a resource-based
policy's Allow is weighed by the form in which it names the caller).
"""

import enum

import msgspec

from portico.identity.principal import Principal


class Admission(enum.IntEnum):
    """What an Allow for this caller overcomes in its own account; the larger the more.

    `ACCOUNT` names the account, which delegates to identity policies. `ENTITY` names the role (or the user behind a federated
    session): no identity policy is needed, boundary and session policy still limit. `EXACT` names this very caller or
    everybody: nothing else is asked.
    """

    NONE = 0
    ACCOUNT = 1
    ENTITY = 2
    EXACT = 3


def is_web_identity(caller: Principal) -> bool:
    """Whether the caller is known by an identity provider only (as in AssumeRoleWithWebIdentity), so that no account's policies
    apply to it; a federated user (GetFederationToken) has those of the user that it came from."""
    return caller.kind == "federated" and ":federated-user/" not in caller.arn


class Principals(msgspec.Struct, frozen=True, gc=False):
    """The members of the element. `aws` holds account numbers, ARNs and unique ids as written (an account's ARN as its number).
    Canonical users, which only S3's access lists know, are nobody here."""

    everybody: bool = False
    aws: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()

    def admits(self, caller: Principal) -> Admission:
        """How `caller` is meant, at best."""
        if self.everybody:
            return Admission.EXACT
        if caller.kind in ("service", "anonymous"):
            return Admission.EXACT if caller.name in self.services else Admission.NONE
        if is_web_identity(caller):
            return Admission.EXACT if caller.arn in self.federated else Admission.NONE
        if caller.arn in self.aws:
            return Admission.EXACT
        if caller.kind != "root" and (caller.unique_id in self.aws or _entity(caller) in self.aws):
            return Admission.EXACT if caller.kind == "user" else Admission.ENTITY
        return Admission.ACCOUNT if caller.account in self.aws else Admission.NONE

    def names_all_of(self, caller: Principal, *, bounded: bool) -> bool:
        """Whether every identity of `caller` is listed, as a `NotPrincipal` with Deny asks of those that it spares: the session,
        its role and the account. A caller with a permissions boundary (`bounded`) is never spared."""
        if self.everybody:
            return True
        if caller.kind == "service":
            return caller.name in self.services
        if bounded or caller.kind == "anonymous":
            return False
        if caller.kind == "root":
            return caller.account in self.aws
        if is_web_identity(caller):
            return caller.arn in self.federated
        entity = _entity(caller) in self.aws or caller.unique_id in self.aws
        return entity and caller.account in self.aws and (caller.kind == "user" or caller.arn in self.aws)


def _entity(caller: Principal) -> str:
    """The ARN of the user or role behind the caller: for a federated user, of the user that asked for the credentials."""
    if caller.kind == "federated" and caller.session is not None and caller.session.lineage:
        return caller.session.lineage[-1]
    return caller.principal_arn


EVERYBODY = Principals(everybody=True)

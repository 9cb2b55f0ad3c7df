"""Roles that a door acts as: what an account has named for a service's own use (writing logs, calling a backend or an authorizer).

Whether the role trusts the service is asked each time, in process, so that a role made again inherits nothing. Roles that trust the
service trust it for whoever asks, so a role serves what is of its own account only.
"""

from portico.base.arn import parse
from portico.base.clock import Clock
from portico.identity.global_keys import global_context
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import Principal, Session, service
from portico.identity.records import ROLES, Role
from portico.identity.sessions import role_session
from portico.store.cache import RecordCache

_SESSION_S = 3600.0
APIGATEWAY = "apigateway.amazonaws.com"


class DoorRoles:
    """Makes the principals of roles that trust a service."""

    __slots__ = ("_cache", "_clock")

    def __init__(self, cache: RecordCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    def session(
        self, arn: str, session_name: str, *, source_arn: str, source_account: str, by: str = APIGATEWAY
    ) -> Principal | None:
        """The role `arn` as `by`, a service that acts for `source_arn`, may be; None if there is no such role in
        `source_account`, or it does not trust it."""
        role = self._find(arn)
        now = self._clock.now()
        if role is None or role.account != source_account:
            return None
        if not self._trusts(role, service(by, source_arn=source_arn, source_account=source_account), now):
            return None
        return role_session(role, Session(session_name, issued_at=now, expires_at=now + _SESSION_S))

    def _trusts(self, role: Role, caller: Principal, now: float) -> bool:
        context = global_context(caller, now=now, resource_account=role.account)
        trust = Sourced(compiled(role.trust), f"trust policy of {role.arn}")
        request = Request("sts:AssumeRole", role.arn, caller, role.account, context)
        return evaluate(request, Policies(resource=trust, trust=True)).allowed

    def _find(self, arn: str) -> Role | None:
        parts = parse(arn)
        if parts is None or parts.service != "iam" or not parts.resource.startswith("role/"):
            return None
        held = self._cache.peek(ROLES, parts.account, parts.resource.rsplit("/", 1)[1].lower())
        return held.value if held is not None and held.value.arn == arn else None

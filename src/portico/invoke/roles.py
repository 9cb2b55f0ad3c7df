"""Execution roles: may Lambda assume this one, and the temporary credentials that its environments get.

Asked when a function is made and again when an environment is started, so that a role made again inherits nothing.
"""

from portico.base.arn import parse
from portico.base.clock import Clock
from portico.identity.global_keys import global_context
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import Session, service
from portico.identity.records import ROLES, Role
from portico.identity.sessions import Credentials, Sessions, role_session
from portico.store.cache import RecordCache

LAMBDA = "lambda.amazonaws.com"
CREDENTIALS_S = 12 * 3600.0


class CannotAssume(Exception):
    """The role is gone, belongs to another account, or does not trust Lambda."""


class ExecutionRoles:
    """Reads roles, evaluates their trust policies for the Lambda service, and issues their credentials."""

    __slots__ = ("_cache", "_clock", "_sessions")

    def __init__(self, *, cache: RecordCache, sessions: Sessions, clock: Clock) -> None:
        self._cache = cache
        self._sessions = sessions
        self._clock = clock

    def assumable(self, arn: str, account: str) -> Role | None:
        """The role `arn`, if it is in `account` and trusts `lambda.amazonaws.com`."""
        role = self._find(arn)
        if role is None or role.account != account:
            return None
        principal = service(LAMBDA, source_account=account)
        context = global_context(principal, now=self._clock.now(), resource_account=role.account)
        request = Request("sts:AssumeRole", role.arn, principal, role.account, context)
        trust = Sourced(compiled(role.trust), f"trust policy of {role.arn}")
        return role if evaluate(request, Policies(resource=trust, trust=True)).allowed else None

    def credentials(self, arn: str, account: str, session_name: str, environment: str = "") -> Credentials:
        """Fresh credentials of the role for an environment, which is sealed into them.

        Raises:
            CannotAssume: see there.
        """
        role = self.assumable(arn, account)
        if role is None:
            raise CannotAssume(arn)
        now = self._clock.now()
        session = Session(
            session_name, issued_at=now, expires_at=now + CREDENTIALS_S, environment=environment
        )
        return self._sessions.seal(role_session(role, session))

    def _find(self, arn: str) -> Role | None:
        parts = parse(arn)
        if parts is None or parts.service != "iam" or not parts.resource.startswith("role/"):
            return None
        held = self._cache.peek(ROLES, parts.account, parts.resource.rsplit("/", 1)[1].lower())
        return held.value if held is not None and held.value.arn == arn else None

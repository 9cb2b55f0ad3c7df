"""A policy, compiled: what evaluation needs of it, found by action without looking at the other statements."""

import msgspec

from portico.identity.policy.conditions import Condition
from portico.identity.policy.match import Glob, fits, glob
from portico.identity.policy.principals import Principals
from portico.identity.policy.variables import Context, Template, resolve

_ACTIONS_MAX = 512  # actions remembered per policy; callers of the simulator can name any


class PolicyError(Exception):
    """A document is no policy that AWS would take.

    `code` is `MalformedPolicyDocument`; `message` are AWS's words.
    """

    code = "MalformedPolicyDocument"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Resources(msgspec.Struct, frozen=True, gc=False):
    """The patterns of `Resource` or `NotResource`: prepared ones, and those with variables."""

    fixed: tuple[Glob, ...] = ()
    templates: tuple[Template, ...] = ()

    def include(self, resource: str, context: Context) -> bool:
        """Whether `resource` matches one of the patterns."""
        for pattern in self.fixed:
            if pattern.matches(resource):
                return True
        for parts in self.templates:
            resolved = resolve(parts, context)
            if resolved is not None and fits(resolved, resource) and glob(resolved).matches(resource):
                return True
        return False


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One statement. `index` is its place in the policy, from 0. Actions are in lower case. `resources` is None where the kind of
    policy has none (trust); `principals` is None in identity policies. The three flags say that the element is the `Not` one."""

    index: int
    sid: str
    allows: bool
    actions: tuple[Glob, ...]
    not_action: bool = False
    resources: Resources | None = None
    not_resource: bool = False
    principals: Principals | None = None
    not_principal: bool = False
    conditions: tuple[Condition, ...] = ()

    def covers(self, action: str) -> bool:
        """Whether the statement is about `action` (lower case)."""
        return any(pattern.matches(action) for pattern in self.actions) is not self.not_action

    def concerns(self, resource: str, context: Context) -> bool:
        """Whether the statement is about `resource`."""
        if self.resources is None:
            return True
        return self.resources.include(resource, context) is not self.not_resource

    @property
    def circumstances(self) -> frozenset[str] | None:
        """The keys (lower case) that its conditions ask for; None if it has policy variables, which may ask for any."""
        if self.resources is not None and self.resources.templates:
            return None
        if any(condition.templates for condition in self.conditions):
            return None
        return frozenset(condition.key for condition in self.conditions)

    def unmet(self, context: Context) -> Condition | None:
        """The first condition that the request does not meet, or None."""
        for condition in self.conditions:
            if not condition.holds(context):
                return condition
        return None


Statements = tuple[Statement, ...]


class Policy(msgspec.Struct, frozen=True, gc=False):
    """A policy document. `variables` says that its version has policy variables."""

    version: str
    id: str
    statements: Statements
    _by_action: dict[str, tuple[Statements, Statements]] = msgspec.field(default_factory=dict)

    def about(self, action: str) -> tuple[Statements, Statements]:
        """The denying and the allowing statements about `action`, found once."""
        found = self._by_action.get(action)
        if found is None:
            lowered = action.lower()
            covering = [statement for statement in self.statements if statement.covers(lowered)]
            found = (
                tuple(statement for statement in covering if not statement.allows),
                tuple(statement for statement in covering if statement.allows),
            )
            if len(self._by_action) >= _ACTIONS_MAX:
                self._by_action.clear()
            self._by_action[action] = found
        return found

"""Where managed policies are used: counted over the account's entities, never stored, so that it can't be wrong."""

from collections import Counter

import msgspec

from portico.calls.call import Call
from portico.identity.records import Role, User
from portico.services.iam import entities
from portico.services.iam.entities import GROUP, ROLE, USER


class Usage(msgspec.Struct, frozen=True, gc=False):
    """How many entities have each policy (by ARN) attached, and as their boundary."""

    attached: Counter[str]
    boundary: Counter[str]

    def counts(self, usage_filter: str) -> Counter[str]:
        """The counts that a `PolicyUsageFilter` asks for."""
        return self.boundary if usage_filter == "PermissionsBoundary" else self.attached


NONE = Usage(Counter(), Counter())


async def of_policies(call: Call) -> Usage:
    """The use of all policies in the caller's account."""
    users, roles = await entities.everyone(call, USER), await entities.everyone(call, ROLE)
    attached: Counter[str] = Counter()
    boundary: Counter[str] = Counter()
    for group in await entities.everyone(call, GROUP):
        attached.update(group.attached)
    bounded: list[User | Role] = [*users, *roles]
    for entity in bounded:
        attached.update(entity.attached)
        if entity.boundary:
            boundary[entity.boundary] += 1
    return Usage(attached, boundary)

"""Which roles a caller may change: not those that are linked to a service."""

from portico.identity.records import Role
from portico.services.iam import errors


def own(role: Role) -> Role:
    """The role, if it is the account's to change.

    Raises:
        AwsError: `UnmodifiableEntity`, it is a service-linked role.
    """
    if role.service_linked:
        raise errors.protected_role(role.name)
    return role

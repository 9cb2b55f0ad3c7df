"""The words of IAM's errors.

Sources: IAM API Reference (codes and statuses); the messages are those that IAM answers with.
"""

from portico.wire.errors import AwsError

_MUST_FIRST = {
    "attached": "detach all policies",
    "inline": "delete policies",
    "access keys": "delete access keys",
    "members": "remove users from group",
    "profiles": "remove roles from instance profile",
    "referenced": "remove referenced objects",
}
_NOUNS = {"user": "User", "group": "Group", "role": "Role"}


def no_such_entity(message: str) -> AwsError:
    """404: what was named does not exist."""
    return AwsError("NoSuchEntity", message, 404)


def not_found(noun: str, name: str) -> AwsError:
    """No user, group, role (or policy of theirs) of that name."""
    return no_such_entity(f"The {noun} with name {name} cannot be found.")


def policy_not_found(arn: str) -> AwsError:
    """No managed policy has that ARN, or the entity does not have it attached."""
    return no_such_entity(f"Policy {arn} was not found.")


def policy_version_not_found(arn: str, version_id: str) -> AwsError:
    """The policy has no such version."""
    return no_such_entity(f"Policy {arn} version {version_id} does not exist or is not attachable.")


def not_attachable(arn: str) -> AwsError:
    """What is to be attached does not exist, or belongs to another account."""
    return no_such_entity(f"Policy {arn} does not exist or is not attachable.")


def boundary_not_attachable(arn: str) -> AwsError:
    """What is to be the permissions boundary does not exist."""
    return no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")


def service_role_policy() -> AwsError:
    """Policies under `/aws-service-role/` are for service-linked roles only."""
    return AwsError("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.", 400)


def already_exists(message: str) -> AwsError:
    """409: the name is taken."""
    return AwsError("EntityAlreadyExists", message, 409)


def name_taken(noun: str, name: str) -> AwsError:
    """A user, group or role of that name exists, in whatever case."""
    return already_exists(f"{_NOUNS[noun]} with name {name} already exists.")


def quota(name: str, limit: int) -> AwsError:
    """409: one of the quotas, by AWS's name for it."""
    return AwsError("LimitExceeded", f"Cannot exceed quota for {name}: {limit}", 409)


def inline_too_large(noun: str, name: str, limit: int) -> AwsError:
    """The entity's inline policies are larger, all together and without white space, than `limit` bytes."""
    return AwsError("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {noun} {name}", 409)


def too_many_versions(limit: int) -> AwsError:
    """A managed policy has `limit` versions already."""
    return AwsError(
        "LimitExceeded",
        f"A managed policy can have up to {limit} versions. Before you create a new version, you must delete an existing"
        " version.",
        409,
    )


def too_many_tags() -> AwsError:
    """The resource has 50 tags, and the request would add one."""
    return AwsError("LimitExceeded", "The number of tags has reached the maximum limit.", 409)


def delete_conflict(message: str) -> AwsError:
    """409: something still depends on what is to be deleted."""
    return AwsError("DeleteConflict", message, 409)


def must_first(obstacle: str) -> AwsError:
    """`obstacle` (a key of the table above) stands in the way of a deletion."""
    return delete_conflict(f"Cannot delete entity, must {_MUST_FIRST[obstacle]} first.")


def malformed(message: str) -> AwsError:
    """The policy document is none."""
    return AwsError("MalformedPolicyDocument", message, 400)


def invalid_input(message: str) -> AwsError:
    """400 `InvalidInput`."""
    return AwsError("InvalidInput", message, 400)


def validation(message: str) -> AwsError:
    """400 `ValidationError`, for what the model can't say."""
    return AwsError("ValidationError", message, 400)


def invalid_arn() -> AwsError:
    """What was given as an ARN is none."""
    return validation("Invalid ARN:  Could not be parsed!")


def protected_role(name: str) -> AwsError:
    """Service-linked roles are changed by AWS only."""
    message = (
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    )
    return AwsError("UnmodifiableEntity", message, 400)


def key_of_nobody(caller: str, key_id: str) -> AwsError:
    """An access key that the caller's account does not have: AWS does not say whether it exists."""
    message = f"User: {caller} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {key_id}"
    return AwsError("AccessDenied", message, 403)


def not_yours(caller: str, action: str, arn: str) -> AwsError:
    """403: AWS's own policies are for nobody to change."""
    return AwsError(
        "AccessDenied", f"User: {caller} is not authorized to perform: {action} on resource: {arn}", 403
    )


def member_not_implemented(member: str) -> AwsError:
    """501: a part of an operation that Portico does not have; ignoring it would answer another question."""
    return AwsError("NotImplemented", f"Portico does not implement {member} yet", 501)

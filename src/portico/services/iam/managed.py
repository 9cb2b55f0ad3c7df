"""Managed policies by ARN: the account's own and AWS's, as one kind of value."""

import functools

from portico.base import arn as arns
from portico.calls.call import Call
from portico.identity.managed import AwsManaged, all_managed, find_managed
from portico.identity.records import POLICIES, ManagedPolicy, PolicyVersion
from portico.services.iam import errors

AWS = "aws"  # the account in the ARNs of AWS's own policies


async def find(call: Call, arn: str) -> ManagedPolicy | None:
    """The policy with that ARN, AWS's or the caller's account's, or None.

    Raises:
        AwsError: `ValidationError`, it is no ARN; `InvalidInput`, it is not a policy's.
    """
    parsed = arns.parse(arn)
    if parsed is None:
        raise errors.invalid_arn()
    if parsed.service != "iam" or not parsed.resource.startswith("policy/"):
        raise errors.invalid_input(f"ARN {arn} is not valid.")
    if parsed.account == AWS:
        found = find_managed(arn)
        return None if found is None else of_aws(found)
    if parsed.account != call.scope.account:
        return None
    policy = await call.tx.get(POLICIES, parsed.account, arn.rpartition("/")[2].lower())
    return policy if policy is not None and policy.arn == arn else None


async def get(call: Call, arn: str) -> ManagedPolicy:
    """The policy with that ARN.

    Raises:
        AwsError: `NoSuchEntity`, and as `find`.
    """
    policy = await find(call, arn)
    if policy is None:
        raise errors.policy_not_found(arn)
    return policy


async def own(call: Call, arn: str) -> ManagedPolicy:
    """The account's own policy with that ARN, to be changed.

    Raises:
        AwsError: `AccessDenied`, it is AWS's; and as `get`.
    """
    policy = await get(call, arn)
    if policy.account == AWS:
        raise errors.not_yours(call.principal.arn, f"iam:{call.operation}", arn)
    return policy


def save(call: Call, policy: ManagedPolicy) -> None:
    """Write one of the account's own policies."""
    call.tx.put(POLICIES, policy, policy.account, policy.name.lower())


def is_service_role_policy(policy: ManagedPolicy) -> bool:
    """Whether it is for service-linked roles only."""
    return policy.account == AWS and policy.path.startswith("/aws-service-role/")


@functools.cache
def of_aws(policy: AwsManaged) -> ManagedPolicy:
    """One of AWS's policies. Only its default version is known."""
    version = PolicyVersion(policy.default_version, policy.document, policy.updated_at)
    return ManagedPolicy(
        policy.name,
        policy.path,
        policy.unique_id,
        AWS,
        policy.created_at,
        policy.updated_at,
        policy.default_version,
        (version,),
        description=policy.description,
    )


def every_of_aws() -> list[ManagedPolicy]:
    """All of AWS's policies that Portico has."""
    return [of_aws(policy) for policy in all_managed()]

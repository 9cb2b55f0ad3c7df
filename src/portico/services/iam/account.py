"""What is one per account: its alias, and the count of what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import (
    ACCOUNTS,
    ALIASES,
    INSTANCE_PROFILES,
    OIDC_PROVIDERS,
    POLICIES,
    AccountSettings,
    AliasHolder,
)
from portico.services.iam import entities, errors
from portico.services.iam.entities import GROUP, ROLE, USER
from portico.services.iam.service import Iam, Quotas

if TYPE_CHECKING:
    from portico.services.iam import shapes


async def _settings(call: Call) -> AccountSettings:
    return await call.tx.get(ACCOUNTS, call.scope.account) or AccountSettings()


@operation()
async def create_account_alias(iam: Iam, call: Call, request: shapes.CreateAccountAliasRequest) -> None:
    """Give the account an alias, in place of the one that it has.

    Raises:
        EntityAlreadyExists: an account has it.
    """
    alias = request["AccountAlias"]
    if await call.tx.get(ALIASES, alias) is not None:
        raise errors.already_exists(f"The account alias {alias} already exists.")
    settings = await _settings(call)
    if settings.alias:
        call.tx.delete(ALIASES, settings.alias)
    call.tx.put(ALIASES, AliasHolder(call.scope.account), alias)
    call.tx.put(ACCOUNTS, msgspec.structs.replace(settings, alias=alias), call.scope.account)


@operation()
async def list_account_aliases(
    iam: Iam, call: Call, request: shapes.ListAccountAliasesRequest
) -> shapes.ListAccountAliasesResponse:
    """The account's alias, of which there is at most one."""
    alias = (await _settings(call)).alias
    return {"AccountAliases": [alias] if alias else [], "IsTruncated": False}


@operation()
async def delete_account_alias(iam: Iam, call: Call, request: shapes.DeleteAccountAliasRequest) -> None:
    """Take the account's alias away.

    Raises:
        NoSuchEntity: the account does not have it.
    """
    alias, settings = request["AccountAlias"], await _settings(call)
    if settings.alias != alias:
        raise errors.no_such_entity(f"The account alias with name {alias} cannot be found.")
    call.tx.delete(ALIASES, alias)
    call.tx.put(ACCOUNTS, msgspec.structs.replace(settings, alias=""), call.scope.account)


@operation()
async def get_account_summary(iam: Iam, call: Call, request: object) -> shapes.GetAccountSummaryResponse:
    """How many entities the account has, and may have. What Portico has none of counts 0."""
    account = call.scope.account
    policies = await call.tx.scan(POLICIES, account)
    settings = await _settings(call)
    counts = {
        "Users": len(await entities.everyone(call, USER)),
        "Groups": len(await entities.everyone(call, GROUP)),
        "Roles": len(await entities.everyone(call, ROLE)),
        "Policies": len(policies),
        "PolicyVersionsInUse": sum(len(policy.versions) for policy in policies),
        "InstanceProfiles": len(await call.tx.scan(INSTANCE_PROFILES, account)),
        "Providers": len(await call.tx.scan(OIDC_PROVIDERS, account)),
        "AccountAccessKeysPresent": int(bool(settings.root_keys)),
        "AccountMFAEnabled": 0,
        "AccountPasswordPresent": 0,
        "AccountSigningCertificatesPresent": 0,
        "MFADevices": 0,
        "MFADevicesInUse": 0,
        "ServerCertificates": 0,
        "GlobalEndpointTokenVersion": 1,
    }
    return {"SummaryMap": counts | _quotas(iam.quotas)}


def _quotas(quotas: Quotas) -> dict[str, int]:
    return {
        "UsersQuota": quotas.users,
        "GroupsQuota": quotas.groups,
        "RolesQuota": quotas.roles,
        "PoliciesQuota": quotas.policies,
        "InstanceProfilesQuota": quotas.instance_profiles,
        "GroupsPerUserQuota": quotas.groups_per_user,
        "AccessKeysPerUserQuota": quotas.access_keys_per_user,
        "AttachedPoliciesPerUserQuota": quotas.attached_policies,
        "AttachedPoliciesPerGroupQuota": quotas.attached_policies,
        "AttachedPoliciesPerRoleQuota": quotas.attached_policies,
        "VersionsPerPolicyQuota": quotas.policy_versions,
        "PolicyVersionsInUseQuota": 10000,
        "PolicySizeQuota": quotas.managed_policy_bytes,
        "UserPolicySizeQuota": quotas.user_inline_bytes,
        "GroupPolicySizeQuota": quotas.group_inline_bytes,
        "RolePolicySizeQuota": quotas.role_inline_bytes,
        "AssumeRolePolicySizeQuota": quotas.trust_policy_bytes,
        "ServerCertificatesQuota": 20,
        "SigningCertificatesPerUserQuota": 2,
    }

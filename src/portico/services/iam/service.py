"""What IAM's operations depend on: the quotas of an account, and when what was used last."""

import msgspec

from portico.identity.last_use import LastUses


class Quotas(msgspec.Struct, frozen=True, gc=False):
    """How much there may be of each thing. Sizes are in bytes, white space not counted.

    Source: IAM User Guide, "IAM and AWS STS quotas" (the defaults).
    """

    users: int = 5000
    groups: int = 300
    roles: int = 1000
    policies: int = 1500
    instance_profiles: int = 1000
    oidc_providers: int = 100
    groups_per_user: int = 10
    access_keys_per_user: int = 2
    attached_policies: int = 10
    policy_versions: int = 5
    tags: int = 50
    managed_policy_bytes: int = 6144
    trust_policy_bytes: int = 2048
    user_inline_bytes: int = 2048
    role_inline_bytes: int = 10240
    group_inline_bytes: int = 5120
    service_credentials_per_user: int = 2


class Iam(msgspec.Struct, frozen=True):
    """What each operation of IAM gets as its first argument."""

    last_uses: LastUses
    quotas: Quotas = Quotas()

"""AWS Identity and Access Management: who there is in an account, and what each may do.

IAM is global: everything lies under the account, whatever the region of the call.
"""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.iam.service import Iam


def _build(ports: Ports) -> Iam:
    return Iam(ports.extras["LastUses"])


SERVICE = ServiceSpec(
    folder="iam",
    modules=(
        "access_keys",
        "account",
        "attachments",
        "authorization_details",
        "boundaries",
        "groups",
        "inline_policies",
        "instance_profiles",
        "oidc_providers",
        "policies",
        "policy_entities",
        "policy_versions",
        "roles",
        "service_credentials",
        "service_linked_roles",
        "simulate",
        "tags",
        "users",
    ),
    build=_build,
)

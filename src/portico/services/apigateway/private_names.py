"""Private custom domain names: what is theirs alone. Their callers come through VPC endpoints, so none can come here.

Source: API Gateway Developer Guide, "Custom domain names for private APIs in API Gateway"; API reference, CreateDomainName.
"""

from collections.abc import Mapping
from typing import Any

from portico.base import arn as arns
from portico.calls.call import Call
from portico.doors import domains
from portico.doors.domains import CustomDomain
from portico.services.apigateway import errors, policy

PRIVATE = "PRIVATE"
_ONLY_DUALSTACK = "Only dualstack ipAddressType is supported for private custom domain names."
_POLICIES = ("policy", "managementPolicy")


def arn(call: Call, account: str, key: str) -> str:
    """The ARN of a private name."""
    scope = call.scope
    return f"arn:{scope.partition}:apigateway:{scope.region}:{account}:/domainnames/{key}"


async def of_arn(call: Call, text: str) -> tuple[str, CustomDomain | None]:
    """The account and the private name that an ARN names; no name where there is none, or none in this region."""
    parsed = arns.parse(text)
    kind, _, key = parsed.resource.removeprefix("/").partition("/") if parsed else ("", "", "")
    name, _, identifier = key.partition("+")
    if parsed is None or kind != "domainnames" or not identifier or parsed.region != call.scope.region:
        return "", None
    account = parsed.account
    return account, await domains.found_domain(call.tx, account, parsed.region, name, identifier)


def check(request: Mapping[str, Any], endpoint_type: str) -> None:
    """See to it that a request for a new name asks for nothing that its kind of name can't have.

    Raises:
        AwsError: BadRequestException.
    """
    if endpoint_type != PRIVATE:
        if any(request.get(member) for member in _POLICIES):
            raise errors.bad_request("Policies are only supported for private custom domain names.")
        return
    if request["domainName"].startswith("*."):
        raise errors.bad_request("Wildcard domain names are not supported for private custom domain names.")
    if request.get("mutualTlsAuthentication"):
        raise errors.bad_request("Mutual TLS is not supported for private custom domain names.")
    if not request.get("certificateArn"):
        raise errors.bad_request("A certificate ARN is required for private custom domain names.")
    if (request.get("endpointConfiguration") or {}).get("ipAddressType") == "ipv4":
        raise errors.bad_request(_ONLY_DUALSTACK)


def checked_policy(call: Call, key: str, text: str) -> str:
    """A policy of a private name as it is kept (see `policy.checked`).

    Raises:
        AwsError: BadRequestException, it is none.
    """
    scope = call.scope
    return policy.checked(
        text, f"arn:{scope.partition}:execute-api:{scope.region}:{scope.account}:/domainnames/{key}"
    )

"""`VpcConfig` of a function, which is stored and shown. There is no EC2 here: an id of the form that EC2 gives is believed, any other
is answered as one that does not exist.

Source: API reference, VpcConfig; recorded answers; reported words for half a configuration.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from portico.invoke.records import Vpc
from portico.services.lambda_ import errors

_SUBNET = re.compile(r"subnet-[0-9a-f]{17}")
_GROUP = re.compile(r"sg-[0-9a-f]{17}")


def parsed(given: Mapping[str, Any]) -> Vpc:
    """The configuration; no subnets and no groups take the function out of its VPC.

    Raises:
        InvalidParameterValueException: subnets without groups or the other way round, or an id that EC2 never gives.
    """
    subnets = tuple(given.get("SubnetIds") or ())
    groups = tuple(given.get("SecurityGroupIds") or ())
    for subnet in subnets:
        if not _SUBNET.fullmatch(subnet):
            raise errors.invalid(
                "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
                f"EC2 Error Message: The subnet ID '{subnet}' does not exist"
            )
    for group in groups:
        if not _GROUP.fullmatch(group):
            raise errors.invalid(
                "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
                f"EC2 Error Message: The security group '{group}' does not exist"
            )
    if bool(subnets) != bool(groups):
        raise errors.invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
    return Vpc(subnets, groups, bool(given.get("Ipv6AllowedForDualStack")))


def shown(vpc: Vpc) -> dict[str, Any]:
    """The configuration as AWS shows it. The VPC's id follows from the first subnet's, so that it is the same for all its functions."""
    digest = hashlib.sha256(vpc.subnets[0].encode()).hexdigest() if vpc.subnets else ""
    return {
        "SubnetIds": list(vpc.subnets),
        "SecurityGroupIds": list(vpc.security_groups),
        "VpcId": f"vpc-{digest[:17]}" if digest else "",
        "Ipv6AllowedForDualStack": vpc.ipv6,
    }

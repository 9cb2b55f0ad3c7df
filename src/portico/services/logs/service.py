"""What the operations of CloudWatch Logs get, and how they find and name groups."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call, Scope
from portico.services.logs import errors
from portico.services.logs.records import GROUPS, LogGroup
from portico.store.timeline import Timeline


class Logs(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    timeline: Timeline


def group_name(request: Mapping[str, Any]) -> str:
    """The group that a request means, by `logGroupName` or by `logGroupIdentifier` (name or ARN).

    Raises:
        AwsError: both are given, or neither.
    """
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name and identifier:
        raise errors.exclusive("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if not name and not identifier:
        raise errors.exclusive("At least one of logGroupName or logGroupIdentifier is required.")
    return name or name_of(identifier or "")


def name_of(identifier: str) -> str:
    """The group's name in an identifier that is a name or an ARN, with or without `:*`."""
    if identifier.startswith("arn:"):
        identifier = identifier.split(":", 6)[-1]
    return identifier.removesuffix(":*")


def group_arn(scope: Scope, name: str) -> str:
    """The ARN that actions on a group are checked against."""
    return f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:{name}:log-stream:"


def on_group(call: Call, request: Mapping[str, Any]) -> list[str]:
    """The group of a request, for authorisation."""
    name = request.get("logGroupName") or name_of(request.get("logGroupIdentifier") or "")
    return [group_arn(call.scope, name)]


def on_stream(call: Call, request: Mapping[str, Any]) -> list[str]:
    """The stream of a request, for authorisation."""
    name = request.get("logGroupName") or name_of(request.get("logGroupIdentifier") or "")
    return [group_arn(call.scope, name) + request.get("logStreamName", "")]


async def existing(call: Call, name: str) -> LogGroup:
    """The group of that name.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    group = await call.tx.get(GROUPS, call.scope.account, call.scope.region, name)
    if group is None:
        raise errors.no_group()
    return group

"""What authorisation asks of an operation: which ARNs, with which condition values, under which resource policy.

Actions are checked on `log-group:NAME:log-stream:STREAM`, those on a whole group with an empty stream: so policies that name
`log-group:NAME:*` apply to both, as AWS documents it. Only the tagging operations by ARN take the ARN without `:*`.

Source: CloudWatch Logs User Guide, "CloudWatch Logs resources and operations"; API reference, PutResourcePolicy, CreateLogGroup.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Check, Values
from portico.services.logs.records import GROUPS, POLICIES
from portico.services.logs.service import Logs, Named, identified, named

Request = Mapping[str, Any]


def on_group(call: Call, request: Request) -> list[str]:
    """The group of a request."""
    return [f"{named(call, request).arn}:log-stream:"]


def on_stream(call: Call, request: Request) -> list[str]:
    """The stream of a request."""
    return [f"{named(call, request).arn}:log-stream:{request.get('logStreamName', '')}"]


def on_groups(call: Call, request: Request) -> list[str]:
    """All groups of the account, for what lists them."""
    return [f"{Named(call.scope.account, call.scope.region, '').arn}:log-stream:"]


def on_tagged(call: Call, request: Request) -> list[str]:
    """What `resourceArn` names, without `:*`."""
    return [request["resourceArn"].removesuffix(":*")]


async def tags_of_group(call: Call, request: Request) -> dict[str, Values]:
    """`aws:ResourceTag/...` of the group."""
    group = identified(call, request["resourceArn"]) if "resourceArn" in request else named(call, request)
    found = await call.tx.get(GROUPS, group.account, group.region, group.name)
    return {} if found is None else {f"aws:ResourceTag/{key}": value for key, value in found.tags.items()}


def tags_of_request(call: Call, request: Request) -> dict[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys` of the tags that a request sets or removes."""
    tags = request.get("tags") or request.get("tagKeys") or ()
    keys: dict[str, Values] = {"aws:TagKeys": tuple(tags)} if tags else {}
    if isinstance(tags, dict):  # the older UntagLogGroup has a list of names here
        keys |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return keys


async def tags_of_both(call: Call, request: Request) -> dict[str, Values]:
    """The tags of the group and those of the request."""
    return {**await tags_of_group(call, request), **tags_of_request(call, request)}


async def tagging(logs: Logs, call: Call, request: Request) -> Iterable[Check]:
    """`logs:TagResource`, for a group that is made with tags."""
    if not request.get("tags"):
        return ()
    return (Check("logs:TagResource", named(call, request).arn, tags_of_request(call, request)),)


async def unmasking(logs: Logs, call: Call, request: Request) -> Iterable[Check]:
    """`logs:Unmask`, for a reader who asks for masked data."""
    return (Check("logs:Unmask", on_group(call, request)[0]),) if request.get("unmask") else ()


async def account_policies(logs: Logs, call: Call, request: Request) -> str | None:
    """The account's resource policies as one. They concern service principals only."""
    if call.principal.kind != "service":
        return None
    documents = [json.loads(policy.document) for policy in await call.tx.scan(POLICIES, *_home(call))]
    statements: list[Any] = []
    for document in documents:
        found = document["Statement"]
        statements += found if isinstance(found, list) else [found]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _home(call: Call) -> tuple[str, str]:
    return call.scope.account, call.scope.region

"""What a call is checked against: the ARN of the entity it names, and the condition keys that the request and the entity give.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access Management".
An entity that does not exist is checked by the ARN that it would have.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Body, Values, operation
from portico.identity import authorisation
from portico.identity.records import Group, Role, User
from portico.services.iam.entities import GROUP, ROLE, USER, Kind
from portico.store.table import Table

Asked = Mapping[str, Any]
On = Callable[[Call, Any], Awaitable[Iterable[str]]]
Keys = Callable[[Call, Any], Awaitable[Mapping[str, Values]]]
AnyKind = Kind[User] | Kind[Group] | Kind[Role]


def named(call: Call, kind: AnyKind, request: Asked) -> str:
    """The name that the request gives; without one it is about the calling user."""
    given: str = request.get(kind.member, "")
    return given or (call.principal.name if call.principal.kind == "user" else "")


def arn(call: Call, resource: str, path: str = "/", name: str = "") -> str:
    """The ARN of a resource of the caller's account."""
    return f"arn:aws:iam::{call.scope.account}:{resource}{path}{name}"


def existing(kind: AnyKind) -> On:
    """The ARN of the entity that the request names; the caller's own where it names none."""

    async def on(call: Call, request: Asked) -> Iterable[str]:
        name = named(call, kind, request)
        if not name:
            return (call.principal.principal_arn,)
        entity = await _peek(call, kind, name)
        return (arn(call, kind.noun, "/", name) if entity is None else entity.arn,)

    return on


def to_create(kind: AnyKind) -> On:
    """The ARN that the entity will have."""

    async def on(call: Call, request: Asked) -> Iterable[str]:
        return (arn(call, kind.noun, request.get("Path", "/"), request[kind.member]),)

    return on


def to_rename(kind: AnyKind) -> On:
    """The ARN that the entity has and the one that it will have: both must be allowed.

    Source: IAM API Reference, UpdateUser and UpdateGroup.
    """

    async def on(call: Call, request: Asked) -> Iterable[str]:
        entity = await _peek(call, kind, request[kind.member])
        path, name = ("/", request[kind.member]) if entity is None else (entity.path, entity.name)
        new_path, new_name = request.get("NewPath", path), request.get(f"New{kind.member}", name)
        return dict.fromkeys((arn(call, kind.noun, path, name), arn(call, kind.noun, new_path, new_name)))

    return on


def facts(kind: AnyKind) -> Keys:
    """The condition keys of an existing entity and of the request: tags, boundary, the policy that is attached."""

    async def keys(call: Call, request: Asked) -> Mapping[str, Values]:
        entity = await _peek(call, kind, named(call, kind, request))
        found = of_request(request)
        if entity is not None and not isinstance(entity, Group):
            found |= of_tags(entity.tags) | of_tags(entity.tags, "iam")
            if entity.boundary and _declares(call, "iam:PermissionsBoundary"):
                found.setdefault("iam:PermissionsBoundary", entity.boundary)
        return found

    return keys


def of_tags(tags: Iterable[tuple[str, str]], prefix: str = "aws") -> dict[str, Values]:
    """A resource's tags as condition keys."""
    return {f"{prefix}:ResourceTag/{key}": value for key, value in tags}


def of_request(request: Asked) -> dict[str, Values]:
    """The condition keys that a request gives by itself."""
    found: dict[str, Values] = {}
    tags = request.get("Tags", ())
    for tag in tags:
        found[f"aws:RequestTag/{tag['Key']}"] = tag["Value"]
    tag_keys = request.get("TagKeys") or [tag["Key"] for tag in tags]
    if tag_keys:
        found["aws:TagKeys"] = tuple(tag_keys)
    if "PermissionsBoundary" in request:
        found["iam:PermissionsBoundary"] = request["PermissionsBoundary"]
    if "PolicyArn" in request:
        found["iam:PolicyARN"] = request["PolicyArn"]
    return found


async def request_facts(call: Call, request: Asked) -> Mapping[str, Values]:
    """The condition keys of a request for something that does not exist yet."""
    return of_request(request)


def _declares(call: Call, key: str) -> bool:
    """Whether the action has that condition key."""
    action = authorisation.action("iam", call.operation)
    return action is not None and key in action.keys


async def _peek(call: Call, kind: AnyKind, name: str) -> User | Group | Role | None:
    table: Table[Any] = kind.table
    found: User | Group | Role | None = await call.tx.get(table, call.scope.account, name.lower())
    return found


on_user, on_group, on_role = existing(USER), existing(GROUP), existing(ROLE)
user_facts, group_facts, role_facts = facts(USER), facts(GROUP), facts(ROLE)


def on_entity(kind: AnyKind) -> Callable[[Body], Body]:
    """Bind a function to the operation that its name says, about the entity of this kind that requests name."""
    return operation(on=existing(kind), keys=facts(kind))

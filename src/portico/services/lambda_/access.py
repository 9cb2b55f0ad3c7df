"""What authorisation asks of an operation on a function: which resource, with which condition values, under which policy."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, F, Values, operation
from portico.invoke.records import FUNCTIONS
from portico.invoke.roles import LAMBDA
from portico.services.lambda_ import code, names

if TYPE_CHECKING:
    from portico.services.lambda_.service import Lambda

Request = Mapping[str, Any]


def function_arn(call: Call, request: Request) -> tuple[str]:
    """The ARN as it was asked for, whether or not there is such a function."""
    return (names.named(call, request).asked_arn,)


def unqualified_arn(call: Call, request: Request) -> tuple[str]:
    """The ARN of the function as a whole."""
    return (names.named(call, request).arn,)


async def resource_tags(call: Call, request: Request) -> Mapping[str, Values]:
    """`aws:ResourceTag/...` of the function."""
    function = await call.tx.get(FUNCTIONS, *names.named(call, request).key)
    if function is None or not function.tags:
        return {}
    return {f"aws:ResourceTag/{key}": value for key, value in function.tags.items()}


def request_tags(call: Call, request: Request) -> Mapping[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys` of the tags that the request would set."""
    return tag_keys(request.get("Tags") or {})


def tag_keys(tags: Mapping[str, str]) -> dict[str, Values]:
    """The condition values of tags that are being set."""
    if not tags:
        return {}
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    keys["aws:TagKeys"] = tuple(tags)
    return keys


async def function_policy(lam: "Lambda", call: Call, request: Request) -> str | None:
    """The resource policy of what was asked for: the function, or one version or alias of it."""
    name = names.named(call, request)
    held = lam.cache.peek(FUNCTIONS, *name.key)
    return held.value.policies.get(name.qualifier) if held is not None else None


async def pass_role(lam: "Lambda", call: Call, request: Request) -> Iterable[Check]:
    """`iam:PassRole` on the execution role that is given, to Lambda."""
    role = request.get("Role")
    if not role:
        return ()
    return (Check("iam:PassRole", role, {"iam:PassedToService": LAMBDA}),)


async def mount_folder(lam: "Lambda", call: Call, request: Request) -> Iterable[Check]:
    """`portico:MountFolder`, where the code of `request` is a folder of this machine."""
    return [Check("portico:MountFolder", "*")] if code.mounts(request) else []


def on_function(function: F) -> F:
    """Bind a function to an operation on a function as a whole, whose policy counts."""
    return operation(on=unqualified_arn, keys=resource_tags, policy=function_policy)(function)


def on_qualified(function: F) -> F:
    """Bind a function to an operation on what is asked for: a function, or one version or alias of it, whose policy counts."""
    return operation(on=function_arn, keys=resource_tags, policy=function_policy)(function)

"""Functions: look at one; and how the other operations read and write their records."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.doors.records import URL_POINTERS
from portico.invoke.records import (
    ACCOUNTS,
    ALIASES,
    EVENT_INVOKES,
    FUNCTIONS,
    LATEST,
    VERSIONS,
    AccountUsage,
    Function,
    Version,
)
from portico.services.lambda_ import access, code_location, errors, names, own_keys
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.services.lambda_.urls.records import URLS

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        FunctionConfiguration,
        GetFunctionConfigurationRequest,
        GetFunctionRequest,
        GetFunctionResponse,
    )

PAGE_MAX = 50
_SETTLED_S = 0.25  # what was changed a moment ago is shown as it then is, so that waiters need not wait
_PENDING_S = 10.0


async def function_of(call: Call, name: Name) -> Function:
    """The function's record.

    Raises:
        ResourceNotFoundException: there is none.
    """
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.asked_arn)
    return function


async def number_of(call: Call, name: Name) -> str:
    """The version that the qualifier means: itself, what an alias points to, `$LATEST` for none. It need not exist."""
    if name.names_alias:
        alias = await call.tx.get(ALIASES, *name.key, name.qualifier)
        if alias is not None:
            return alias.version
    return name.qualifier or LATEST


async def version_of(call: Call, name: Name) -> Version:
    """The record of the version that was asked for, `$LATEST` if none was.

    Raises:
        ResourceNotFoundException: there is none.
    """
    version = await call.tx.get(VERSIONS, *name.key, await number_of(call, name))
    if version is None:
        raise errors.function_not_found(name.asked_arn)
    return version


async def changeable(lam: Lambda, call: Call, name: Name, revision_id: str | None) -> Version:
    """`$LATEST` as it is before a change or a publication; one that was made a moment ago is waited for.

    Raises:
        ResourceNotFoundException: there is none.
        InvalidParameterValueException: another version was asked for.
        PreconditionFailedException: `revision_id` is not its latest.
        ResourceConflictException: an update is being applied, or it is still being created.
    """
    if name.qualifier not in ("", LATEST):
        await function_of(call, name)
        raise errors.invalid("Current operation does not support versions other than $LATEST")
    held = lam.cache.peek(VERSIONS, *name.key, LATEST)
    if held is not None and held.value.state == "Pending":
        await lam.states.settled(VERSIONS.key(*name.key, LATEST), _PENDING_S)
    version = await version_of(call, name)
    if revision_id and revision_id != version.revision_id:
        raise errors.stale_revision("GetFunction/GetAlias")
    if version.update_status == "InProgress":
        raise errors.update_in_progress(version.arn)
    if version.state == "Pending":
        raise errors.in_state(version.state)
    return version


@access.on_qualified
async def get_function(lam: Lambda, call: Call, request: "GetFunctionRequest") -> "GetFunctionResponse":
    """A function's configuration, tags and reserved concurrency, and an address that serves its code for ten minutes.

    Raises:
        ResourceNotFoundException: no such function or version.

    Source: API reference, GetFunction.
    """
    name = names.named(call, request)
    if not name.qualifier:  # by a qualifier what is in progress is shown so, as AWS does
        await lam.states.settled(VERSIONS.key(*name.key, LATEST), _SETTLED_S)
    version = await version_of(call, name)
    function = await function_of(call, name)
    found: dict[str, Any] = {
        "Configuration": await own_keys.configuration(lam, call, version, arn=name.asked_arn),
        "Code": code_location.of(lam, call, version),
    }
    if function.tags:
        found["Tags"] = function.tags
    if function.reserved is not None:
        found["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
    return found  # type: ignore[return-value]  # built member by member


@access.on_qualified
async def get_function_configuration(
    lam: Lambda, call: Call, request: "GetFunctionConfigurationRequest"
) -> "FunctionConfiguration":
    """A function's configuration.

    Raises:
        ResourceNotFoundException: no such function or version.

    Source: API reference, GetFunctionConfiguration.
    """
    name = names.named(call, request)
    await lam.states.settled(VERSIONS.key(*name.key, await number_of(call, name)), _SETTLED_S)
    version = await version_of(call, name)
    return await own_keys.configuration(lam, call, version, arn=name.asked_arn)  # type: ignore[return-value]


def page_size(request: Mapping[str, Any]) -> int:
    """How many a list shows at once: as many as were asked for, at most 50."""
    return min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)


async def forget_qualifier(call: Call, name: Name, function: Function, qualifier: str) -> Function:
    """The function without what belongs to a version or an alias that is deleted: its policy, its provisioned concurrency, its event
    invoke configuration and its URL."""
    call.tx.delete(EVENT_INVOKES, *name.key, qualifier)
    await forget_url(call, name, qualifier)

    def others(by_qualifier: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in by_qualifier.items() if key != qualifier}

    after = msgspec.structs.replace(
        function,
        policies=others(function.policies),
        policy_revisions=others(function.policy_revisions),
        provisioned=others(function.provisioned),
    )
    await set_aside(call, name, before=function, after=after)
    return after


async def forget_url(call: Call, name: Name, qualifier: str) -> None:
    """Take the URL of a function (`qualifier` "") or an alias away, if it has one."""
    config = await call.tx.get(URLS, *name.key, qualifier)
    if config is not None:
        call.tx.delete(URLS, *name.key, qualifier)
        call.tx.delete(URL_POINTERS, config.id)


async def set_aside(call: Call, name: Name, *, before: Function | None, after: Function | None) -> None:
    """Keep the account's sums of reserved and provisioned concurrency through a change of the function."""
    had, has = share_of(before), share_of(after)
    if had == has:
        return
    usage = await call.tx.get(ACCOUNTS, name.account, name.region) or AccountUsage()
    total = AccountUsage(usage.reserved_total + has[0] - had[0], usage.provisioned_total + has[1] - had[1])
    call.tx.put(ACCOUNTS, total, name.account, name.region)


def share_of(function: Function | None) -> tuple[int, int]:
    """What a function takes from the account: reserved, and provisioned where that is no part of the reservation."""
    if function is None:
        return 0, 0
    if function.reserved is not None:
        return function.reserved, 0
    return 0, provisioned_of(function)


def provisioned_of(function: Function) -> int:
    """All of a function's provisioned concurrency."""
    return sum(provisioned.requested for provisioned in function.provisioned.values())

"""CreateFunction."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.base.arn import parse as parse_arn
from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.invoke.records import FUNCTIONS, LATEST, VERSIONS, Function, Version
from portico.services.lambda_ import (
    access,
    blobs,
    code,
    code_storage,
    errors,
    event_targets,
    layer_use,
    names,
    own_keys,
    publish,
    setting_keys,
    settings,
    tags,
)
from portico.services.lambda_.code_signing_records import require_trusted
from portico.services.lambda_.code_storage import CodeStorage
from portico.services.lambda_.durable import config as durable_config
from portico.services.lambda_.publish import CREATING
from portico.services.lambda_.service import Lambda
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import CreateFunctionRequest, FunctionConfiguration


async def _checks(lam: Lambda, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    return [
        *await layer_use.checks(lam, call, request),
        *await access.mount_folder(lam, call, request.get("Code") or {}),
    ]


@operation(on=access.unqualified_arn, keys=setting_keys.of_creation, also=_checks)
async def create_function(
    lam: Lambda, call: Call, request: "CreateFunctionRequest"
) -> "FunctionConfiguration":
    """Make a function. It is `Pending` in the answer and becomes `Active` as soon as the commit is on disk; `Publish`
    makes its first version as well, which the answer then shows.

    Raises:
        ResourceConflictException: the name is taken.
        InvalidParameterValueException: the name, a setting, the role or the code; a parameter that Portico does not have; the key of the
            variables can't be used, or not by the caller.
        RequestEntityTooLargeException: the zip is too large.
        CodeStorageExceededException: the account has no room for it.

    Source: API reference, CreateFunction.
    """
    name = names.created(call, request)
    fields = settings.of_new(lam, request) | durable_config.fields_of(request)
    tags.check(request.get("Tags") or {})
    require_role(lam, fields["role"], name.account)
    if await call.tx.get(FUNCTIONS, *name.key) is not None:
        raise errors.function_exists(name.name)
    signing = request.get("CodeSigningConfigArn") or ""
    await require_trusted(call, signing, name.name)
    package = await code.of_kind(lam, fields["package_type"], request["Code"])
    fields |= await layer_use.fields_of(lam, call, request, name.region, package.digest)
    version = Version(
        function=name.name,
        account=name.account,
        region=name.region,
        version=LATEST,
        modified_at=call.now,
        revision_id=uuid(),
        state="Pending",
        state_reason=CREATING,
        state_reason_code="Creating",
        update_status="",
        generation=new_generation(call),
        **package.fields,
        **fields,
    )
    settings.require_possible(version)
    version = await own_keys.sealed(lam, call, version)
    await event_targets.require_dead_letters(lam, version)
    function = Function(
        name.name,
        name.account,
        name.region,
        call.now,
        tags=dict(request.get("Tags") or {}),
        code_signing_arn=signing,
    )
    blobs.hold(call, version)
    await code_storage.add(lam, call, name.key[:2], name.name, CodeStorage(version.code_size, functions=1))
    if request.get("Publish"):
        version = await publish.publish(lam, call, name, function, version)
    else:
        call.tx.put(FUNCTIONS, function, *name.key)
        call.tx.put(VERSIONS, version, *name.key, LATEST)
    return await own_keys.configuration(lam, call, version)  # type: ignore[return-value]  # built member by member


def new_generation(call: Call, before: int = 0) -> int:
    """A generation that no version of this name has had, even if a function of that name was deleted a moment ago."""
    return max(before + 1, int(call.now * 1_000_000))


def require_role(lam: Lambda, role: str, account: str) -> None:
    """Refuse an execution role that Lambda can't assume.

    Raises:
        AccessDeniedException: it is another account's.
        InvalidParameterValueException: it does not exist, or its trust policy does not admit Lambda.
    """
    parts = parse_arn(role)
    if parts is not None and parts.account != account:
        raise AwsError("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
    if lam.roles.assumable(role, account) is None:
        raise errors.cannot_assume_role()

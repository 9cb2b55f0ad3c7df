"""The ends of grants: revoked by those who administer the key, retired by those who are done with it.

Source: KMS API reference, RevokeGrant, RetireGrant; Developer Guide, "Retiring and revoking grants" (the key's account, the retiring
principal, and a grantee whose grant says so may retire it).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.kms import access, errors
from portico.services.kms.addresses import existing, find, managed, named
from portico.services.kms.encrypt import refuse_dry_run
from portico.services.kms.grant_statements import retiring_statement, statements_of, with_statements
from portico.services.kms.grants import remove
from portico.services.kms.records import GRANTS, key_arn
from portico.services.kms.service import Kms

if TYPE_CHECKING:
    from portico.services.kms import shapes

Request = Mapping[str, Any]

_NOBODY = '{"Version":"2012-10-17","Statement":[]}'
"""What a key's policy is to other accounts where they have no part but by the grant itself."""


@access.shared()
async def revoke_grant(kms: Kms, call: Call, request: "shapes.RevokeGrantRequest") -> dict[str, Any]:
    """End a grant, whatever it was for.

    Raises:
        NotFoundException: there is no such key or grant.
    """
    key = await managed(call, request)
    grant = await call.tx.get(GRANTS, *key.at, request["GrantId"])
    if grant is None:
        raise errors.no_grant(request["GrantId"])
    refuse_dry_run(request)
    remove(call, key, grant)
    return {}


async def _may_retire(kms: Kms, call: Call, request: Request) -> Iterable[Check]:
    arn, grant_id = _which(kms, call, request)
    key = await find(call, named(call, arn))
    if key is None:
        return [Check("kms:RetireGrant", arn, access.caller_keys(call))]
    grant = await call.tx.get(GRANTS, *key.at, grant_id)
    own = key.policy if key.account == call.scope.account else _NOBODY
    more = [] if grant is None else statements_of(grant)
    if grant is not None and grant.retiring:
        more.append(retiring_statement(grant))
    policy = with_statements(msgspec.structs.replace(key, policy=own), more)
    keys = await access.keys_of(call, request, named(call, arn), None)
    return [Check("kms:RetireGrant", arn, keys, policy, decisive=True)]


@operation(action=None, also=_may_retire)
async def retire_grant(kms: Kms, call: Call, request: "shapes.RetireGrantRequest") -> dict[str, Any]:
    """End a grant that has done its work; it is named by its token, or by its key's ARN and its id.

    Raises:
        ValidationException: it is not named. InvalidGrantTokenException: no token that was ever given out. NotFoundException: there is no
            such key or grant.
    """
    arn, grant_id = _which(kms, call, request)
    key = await existing(call, arn)
    grant = await call.tx.get(GRANTS, *key.at, grant_id)
    if grant is None:
        raise errors.no_grant(grant_id)
    refuse_dry_run(request)
    remove(call, key, grant)
    return {}


def _which(kms: Kms, call: Call, request: Request) -> tuple[str, str]:
    """The ARN of the grant's key, and its id."""
    if request.get("GrantToken"):
        account, region, key, grant = kms.read_grant_token(request["GrantToken"])
        if region != call.scope.region:
            raise errors.bad_grant_token()
        return key_arn(account, region, key), grant
    if not (request.get("KeyId") and request.get("GrantId")):
        raise errors.invalid("You must specify either a grant token, or a key ARN and a grant ID.")
    return named(call, request["KeyId"]).arn, request["GrantId"]

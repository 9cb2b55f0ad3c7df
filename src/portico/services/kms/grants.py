"""Grants: permissions on a key for one principal, given without changing the key's policy.

Source: KMS API reference, CreateGrant, ListGrants, ListRetirableGrants; Developer Guide, "Grants in AWS KMS", "Resource quotas" (50,000
for a key).
"""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.calls.pinning import pinned_principal, shown_principal
from portico.services.kms import access, errors
from portico.services.kms.addresses import managed, put
from portico.services.kms.encrypt import refuse_dry_run
from portico.services.kms.grant_statements import is_service
from portico.services.kms.paging import Page, cut, marker_after, page_of
from portico.services.kms.records import GRANTEES, GRANTS, RETIRABLE, Constraints, Grant, GrantPointer, Key
from portico.services.kms.service import Kms
from portico.services.kms.states import require_enabled

if TYPE_CHECKING:
    from portico.services.kms import shapes

Request = Mapping[str, Any]

_GRANTS_MAX = 50_000
_OPERATIONS = frozenset(
    {
        *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        *("ReEncryptFrom", "ReEncryptTo", "CreateGrant", "RetireGrant", "DescribeKey"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
    }
)
_KINDS = {"EncryptionContextSubset": "subset", "EncryptionContextEquals": "equals"}


async def _keys(call: Call, request: Request) -> dict[str, Values]:
    constraints: Mapping[str, Any] = request.get("Constraints") or {}
    context = constraints.get("EncryptionContextEquals") or constraints.get("EncryptionContextSubset")
    keys = await access.keys_of_key(call, request)
    keys |= access.context_keys(context or {})
    keys["kms:GrantOperations"] = tuple(request["Operations"])
    keys["kms:GrantIsForAWSResource"] = "true" if call.origin.via else "false"
    for kind in _KINDS:
        if constraints.get(kind) is not None:
            keys["kms:GrantConstraintType"] = kind
    for role in ("Grantee", "Retiring"):
        given = _principal(request, role)
        if given:
            keys[f"kms:{role}Principal"] = given
    return keys


@access.shared(_keys)
async def create_grant(kms: Kms, call: Call, request: "shapes.CreateGrantRequest") -> dict[str, Any]:
    """Let a principal use a key for some operations, in some encryption contexts. One that is the same, name included, is not made twice.

    Raises:
        NotFoundException: there is no such key. DisabledException, KMSInvalidStateException: its state. InvalidArnException: no principal.
        ValidationException: operations or constraints that do not fit. LimitExceededException: the key has 50,000.
    """
    key = await managed(call, request)
    require_enabled(key)
    grant = await _made(call, key, request)
    refuse_dry_run(request)
    before = await _same(call, key, grant) if grant.name else None
    if before is None:
        if key.grants >= _GRANTS_MAX:
            raise errors.too_many(f"Key {key.arn} has the maximum number of grants ({_GRANTS_MAX}).")
        _put(call, key, grant)
    there = before or grant
    return {"GrantId": there.id, "GrantToken": kms.grant_token(there)}


async def _made(call: Call, key: Key, request: Request) -> Grant:
    grantee = _principal(request, "Grantee")
    if grantee is None:
        raise errors.invalid("You must specify either GranteePrincipal or GranteeServicePrincipal.")
    wrong = [name for name in request["Operations"] if name not in _OPERATIONS]
    if wrong or not request["Operations"]:
        raise errors.invalid(
            f"Grant creation request contains operations that the key does not support: {', '.join(wrong)}"
        )
    constraints: Mapping[str, Any] = request.get("Constraints") or {}
    if all(constraints.get(kind) is not None for kind in _KINDS):
        raise errors.invalid(
            "Only one of EncryptionContextSubset and EncryptionContextEquals can be specified."
        )
    retiring = _principal(request, "Retiring") or ""
    if request.get("GranteeServicePrincipal") and not (constraints.get("SourceArn") and retiring):
        raise errors.invalid(
            "A grant for a GranteeServicePrincipal requires a SourceArn constraint and a retiring principal."
        )
    return Grant(
        id=secrets.token_hex(32),
        account=key.account,
        region=key.region,
        key=key.id,
        grantee=await pinned_principal(call, grantee, errors.bad_principal),
        operations=tuple(dict.fromkeys(request["Operations"])),
        created_at=call.now,
        issuer=f"arn:aws:iam::{call.scope.account}:root",
        retiring=await pinned_principal(call, retiring, errors.bad_principal),
        name=request.get("Name") or "",
        constraints=Constraints(
            constraints.get("EncryptionContextSubset"),
            constraints.get("EncryptionContextEquals"),
            constraints.get("SourceArn") or "",
        ),
    )


def _principal(request: Request, role: str) -> str | None:
    """The grantee or retiring principal, if one is given.

    Raises:
        AwsError: ValidationException, two are. InvalidArnException, it is none.
    """
    member, of_service = f"{role}Principal", f"{role}ServicePrincipal"
    given, service = request.get(member), request.get(of_service)
    if given and service:
        raise errors.invalid(f"Only one of {member} and {of_service} can be specified.")
    if given and not (given.isdecimal() or given.startswith(("arn:aws:", "AIDA", "AROA"))):
        raise errors.bad_principal(given)
    return given or service


async def _same(call: Call, key: Key, grant: Grant) -> Grant | None:
    """The grant that says the same under the same name."""
    alike = {"id": "", "created_at": 0.0}
    wanted = msgspec.structs.replace(grant, **alike)
    for pointer in await call.tx.scan(GRANTEES, *key.at, grant.grantee):
        found = await call.tx.get(GRANTS, *key.at, pointer.id)
        if found is not None and msgspec.structs.replace(found, **alike) == wanted:
            return found
    return None


def _put(call: Call, key: Key, grant: Grant) -> None:
    pointer = GrantPointer(grant.key, grant.id)
    call.tx.put(GRANTS, grant, *key.at, grant.id)
    call.tx.put(GRANTEES, pointer, *key.at, grant.grantee, grant.id)
    if grant.retiring:
        call.tx.put(RETIRABLE, pointer, *key.at[:2], grant.retiring, grant.key, grant.id)
    put(call, msgspec.structs.replace(key, grants=key.grants + 1))


def remove(call: Call, key: Key, grant: Grant) -> None:
    """End a grant."""
    call.tx.delete(GRANTS, *key.at, grant.id)
    call.tx.delete(GRANTEES, *key.at, grant.grantee, grant.id)
    if grant.retiring:
        call.tx.delete(RETIRABLE, *key.at[:2], grant.retiring, grant.key, grant.id)
    put(call, msgspec.structs.replace(key, grants=key.grants - 1))


@access.shared()
async def list_grants(kms: Kms, call: Call, request: "shapes.ListGrantsRequest") -> dict[str, Any]:
    """The grants of a key, or those of one id or for one grantee.

    Raises:
        NotFoundException: there is no such key. InvalidGrantIdException: no grant has that id. InvalidMarkerException: the marker.
    """
    key = await managed(call, request)
    page = page_of(request, default=50, most=100, parts=1)
    if request.get("GrantId"):
        grant = await call.tx.get(GRANTS, *key.at, request["GrantId"])
        if grant is None:
            raise errors.bad_grant_id()
        return {"Grants": [await shown(call, grant)], "Truncated": False}
    grantee = _principal(request, "Grantee")
    if grantee is None:
        after = None if page.after is None else GRANTS.key(*key.at, *page.after)
        found, more = cut(await call.tx.scan(GRANTS, *key.at, after=after, limit=page.limit + 1), page.limit)
        grants = list(found)
    else:
        grants, more = await _for_grantee(call, key, grantee, page)
    answer: dict[str, Any] = {"Grants": [await shown(call, grant) for grant in grants], "Truncated": more}
    return answer | ({"NextMarker": marker_after(grants[-1].id)} if more else {})


async def _for_grantee(call: Call, key: Key, grantee: str, page: Page) -> tuple[list[Grant], bool]:
    name = await pinned_principal(call, grantee, errors.bad_principal)
    after = None if page.after is None else GRANTEES.key(*key.at, name, *page.after)
    rows = await call.tx.scan(GRANTEES, *key.at, name, after=after, limit=page.limit + 1)
    pointers, more = cut(rows, page.limit)
    got = [await call.tx.get(GRANTS, *key.at, pointer.id) for pointer in pointers]
    return [grant for grant in got if grant is not None], more


@operation(on=lambda call, request: ["*"], keys=lambda call, request: access.caller_keys(call))
async def list_retirable_grants(
    kms: Kms, call: Call, request: "shapes.ListRetirableGrantsRequest"
) -> dict[str, Any]:
    """The grants of the account and region that a principal may retire.

    Raises:
        ValidationException: no principal is given. InvalidArnException: it is none. InvalidMarkerException: the marker.
    """
    retiring = _principal(request, "Retiring")
    if retiring is None:
        raise errors.invalid("You must specify either RetiringPrincipal or RetiringServicePrincipal.")
    page = page_of(request, default=50, most=100, parts=2)
    at = (call.scope.account, call.scope.region, await pinned_principal(call, retiring, errors.bad_principal))
    after = None if page.after is None else RETIRABLE.key(*at, *page.after)
    rows = await call.tx.scan(RETIRABLE, *at, after=after, limit=page.limit + 1)
    pointers, more = cut(rows, page.limit)
    got = [await call.tx.get(GRANTS, *at[:2], pointer.key, pointer.id) for pointer in pointers]
    grants = [await shown(call, grant) for grant in got if grant is not None]
    answer: dict[str, Any] = {"Grants": grants, "Truncated": more}
    return answer | ({"NextMarker": marker_after(pointers[-1].key, pointers[-1].id)} if more else {})


async def shown(call: Call, grant: Grant) -> dict[str, Any]:
    """A grant as GrantListEntry."""
    entry: dict[str, Any] = {
        "KeyId": grant.key_arn,
        "GrantId": grant.id,
        "Name": grant.name,
        "CreationDate": grant.created_at,
        "IssuingAccount": grant.issuer,
        "Operations": list(grant.operations),
    }
    for role, name in (("Grantee", grant.grantee), ("Retiring", grant.retiring)):
        if name:
            entry[f"{role}Principal"] = await shown_principal(call, name)
        if is_service(name):
            entry[f"{role}ServicePrincipal"] = name
    limits = grant.constraints
    given = {
        "EncryptionContextSubset": limits.subset,
        "EncryptionContextEquals": limits.equals,
        "SourceArn": limits.source_arn or None,
    }
    constraints = {name: value for name, value in given.items() if value is not None}
    return entry | ({"Constraints": constraints} if constraints else {})

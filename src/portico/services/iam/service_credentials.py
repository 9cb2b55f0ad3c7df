"""Service-specific credentials: a user name and password of a user for one service."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.records import SERVICE_CREDENTIALS, ServiceCredential
from portico.services.iam import entities, errors, targets
from portico.services.iam.entities import USER
from portico.services.iam.paging import page
from portico.services.iam.service import Iam
from portico.services.iam.users import name_or_own

if TYPE_CHECKING:
    from portico.services.iam import shapes

_SERVICES = ("codecommit.amazonaws.com", "cassandra.amazonaws.com")


async def _credential_facts(call: Call, request: Any) -> Mapping[str, Values]:
    """The user's condition keys, and the service that the credential is for."""
    facts = await targets.user_facts(call, request)
    service = request.get("ServiceName", "")
    if "ServiceSpecificCredentialId" in request:
        name = targets.named(call, USER, request).lower()
        which = request["ServiceSpecificCredentialId"]
        found = await call.tx.get(SERVICE_CREDENTIALS, call.scope.account, name, which)
        service = "" if found is None else found.service
    return {**facts, "iam:ServiceSpecificCredentialServiceName": service} if service else facts


@operation(on=targets.on_user, keys=_credential_facts)
async def create_service_specific_credential(
    iam: Iam, call: Call, request: shapes.CreateServiceSpecificCredentialRequest
) -> shapes.CreateServiceSpecificCredentialResponse:
    """Create a credential. Its password is shown this once.

    Raises:
        NoSuchEntity: no such user, or a service that has no such credentials.
        LimitExceeded: the user has two for this service.
    """
    user = await entities.find(call, USER, request["UserName"])
    service = _supported(request["ServiceName"])
    if "CredentialAgeDays" in request:  # only Bedrock's keys, which are not here, have an age
        raise errors.validation(f"CredentialAgeDays is not supported for {service}.")
    have = await _of_user(call, user.name)
    of_service = [credential for credential in have if credential.service == service]
    if len(of_service) >= iam.quotas.service_credentials_per_user:
        raise errors.quota("ServiceSpecificCredentialsPerUser", iam.quotas.service_credentials_per_user)
    number = f"+{len(of_service)}" if of_service else ""
    credential = ServiceCredential(
        ids.unique_id("ACCA"),
        user.account,
        user.name,
        service,
        f"{user.name}{number}-at-{user.account}",
        _password(),
        entities.created_at(call),
    )
    _save(call, credential)
    return {"ServiceSpecificCredential": _with_password(credential)}


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_service_specific_credentials(
    iam: Iam, call: Call, request: shapes.ListServiceSpecificCredentialsRequest
) -> shapes.ListServiceSpecificCredentialsResponse:
    """The credentials of a user, without their passwords; with `AllUsers` the whole account's.

    Raises:
        NoSuchEntity: no such user, or a service that has no such credentials.
    """
    if request.get("AllUsers"):
        found = await call.tx.scan(SERVICE_CREDENTIALS, call.scope.account)
    else:
        user = await entities.find(call, USER, name_or_own(call, request.get("UserName")))
        found = await _of_user(call, user.name)
    if "ServiceName" in request:
        service = _supported(request["ServiceName"])
        found = [credential for credential in found if credential.service == service]
    listed, more = page(found, request, lambda credential: credential.credential_id)
    metadata = [_shown(credential) for credential in listed]
    if not more["IsTruncated"]:  # AWS leaves the member out here
        return {"ServiceSpecificCredentials": metadata}
    return {"ServiceSpecificCredentials": metadata, **more}


@operation(on=targets.on_user, keys=_credential_facts)
async def update_service_specific_credential(
    iam: Iam, call: Call, request: shapes.UpdateServiceSpecificCredentialRequest
) -> None:
    """Make a credential usable (`Active`) or not (`Inactive`).

    Raises:
        NoSuchEntity: no such user, or the credential is not the user's.
    """
    credential = await _find(call, request)
    _save(call, msgspec.structs.replace(credential, active=request["Status"] == "Active"))


@operation(on=targets.on_user, keys=_credential_facts)
async def reset_service_specific_credential(
    iam: Iam, call: Call, request: shapes.ResetServiceSpecificCredentialRequest
) -> shapes.ResetServiceSpecificCredentialResponse:
    """Give a credential a new password, which is shown this once.

    Raises:
        NoSuchEntity: no such user, or the credential is not the user's.
    """
    credential = msgspec.structs.replace(await _find(call, request), password=_password())
    _save(call, credential)
    return {"ServiceSpecificCredential": _with_password(credential)}


@operation(on=targets.on_user, keys=_credential_facts)
async def delete_service_specific_credential(
    iam: Iam, call: Call, request: shapes.DeleteServiceSpecificCredentialRequest
) -> None:
    """Delete a credential.

    Raises:
        NoSuchEntity: no such user, or the credential is not the user's.
    """
    credential = await _find(call, request)
    call.tx.delete(SERVICE_CREDENTIALS, credential.account, credential.user.lower(), credential.credential_id)


async def _find(call: Call, request: Any) -> ServiceCredential:
    user = await entities.find(call, USER, name_or_own(call, request.get("UserName")))
    credential_id = request["ServiceSpecificCredentialId"]
    found = await call.tx.get(SERVICE_CREDENTIALS, user.account, user.name.lower(), credential_id)
    if found is None:
        raise errors.no_such_entity(f"No such credential {credential_id} exists")
    return found


async def _of_user(call: Call, name: str) -> list[ServiceCredential]:
    return await call.tx.scan(SERVICE_CREDENTIALS, call.scope.account, name.lower())


def _save(call: Call, credential: ServiceCredential) -> None:
    owner = (credential.account, credential.user.lower())
    call.tx.put(SERVICE_CREDENTIALS, credential, *owner, credential.credential_id)


def _supported(service: str) -> str:
    if service not in _SERVICES:
        message = f"No such service {service} is supported for Service Specific Credentials"
        raise errors.no_such_entity(message)
    return service


def _shown(credential: ServiceCredential) -> shapes.ServiceSpecificCredentialMetadata:
    return {
        "UserName": credential.user,
        "Status": "Active" if credential.active else "Inactive",
        "ServiceUserName": credential.service_user,
        "CreateDate": credential.created_at,
        "ServiceSpecificCredentialId": credential.credential_id,
        "ServiceName": credential.service,
    }


def _with_password(credential: ServiceCredential) -> shapes.ServiceSpecificCredential:
    return {
        "CreateDate": credential.created_at,
        "ServiceName": credential.service,
        "ServiceUserName": credential.service_user,
        "ServicePassword": credential.password,
        "ServiceSpecificCredentialId": credential.credential_id,
        "UserName": credential.user,
        "Status": "Active" if credential.active else "Inactive",
    }


def _password() -> str:
    return secrets.token_urlsafe(32)

"""Temporary credentials of users: GetSessionToken, and GetFederationToken for somebody whom the user vouches for."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.principal import Principal, Session
from portico.identity.records import USERS
from portico.identity.sessions import federated_session, root_session, user_session
from portico.services.sts import errors, inputs
from portico.services.sts.service import Sts

if TYPE_CHECKING:
    from portico.services.sts.shapes import (
        GetFederationTokenRequest,
        GetFederationTokenResponse,
        GetSessionTokenRequest,
        GetSessionTokenResponse,
    )

DEFAULT_S = 43_200
ROOT_S_MAX = 3600


def _require_long_term(principal: Principal, name: str) -> None:
    if principal.session is not None or principal.kind not in ("user", "root"):
        raise errors.session_credentials(name)


def _lifetime_s(request: Mapping[str, Any], principal: Principal) -> int:
    asked = int(request.get("DurationSeconds") or DEFAULT_S)
    return min(asked, ROOT_S_MAX) if principal.kind == "root" else asked


@operation(action=None)
async def get_session_token(
    sts: Sts, call: Call, request: "GetSessionTokenRequest"
) -> "GetSessionTokenResponse":
    """Temporary credentials of the calling user or root, at most an hour for root.

    Raises:
        AccessDenied: called with temporary credentials, or with an MFA code.

    Source: STS API Reference, GetSessionToken (policies can't control it).
    """
    principal = call.principal
    _require_long_term(principal, "GetSessionToken")
    if request.get("SerialNumber") or request.get("TokenCode"):
        raise errors.mfa_failed()
    session = Session("", issued_at=call.now, expires_at=call.now + _lifetime_s(request, principal))
    if principal.kind == "root":
        holder = root_session(principal.account, session)
    else:
        user = await call.tx.get(USERS, principal.account, principal.name.lower())
        if user is None:
            raise errors.access_denied(f"The user {principal.name} does not exist.")
        holder = user_session(user, session)
    return {"Credentials": inputs.shown(sts.sessions.seal(holder))}


def _federated_user(call: Call, request: "GetFederationTokenRequest") -> Iterable[str]:
    return (f"arn:aws:sts::{call.scope.account}:federated-user/{request['Name']}",)


def _tag_keys(call: Call, request: "GetFederationTokenRequest") -> Mapping[str, Values]:
    return inputs.tag_keys(inputs.session_tags(request, call.principal.session))


@operation(on=_federated_user, keys=_tag_keys)
async def get_federation_token(
    sts: Sts, call: Call, request: "GetFederationTokenRequest"
) -> "GetFederationTokenResponse":
    """Temporary credentials for the federated user `Name`, limited to what both the caller's and the session's policies allow.

    Raises:
        AccessDenied: called with temporary credentials.
        MalformedPolicyDocument, PackedPolicyTooLarge: the session policies.

    Source: STS API Reference, GetFederationToken.
    """
    principal = call.principal
    _require_long_term(principal, "GetFederationToken")
    policies = await inputs.session_policies(call, request, principal.account)
    tags = inputs.session_tags(request, None)
    packed = inputs.packed_percent(policies, tags.all)
    session = Session(
        request["Name"],
        issued_at=call.now,
        expires_at=call.now + _lifetime_s(request, principal),
        policies=policies,
        tags=tags.all,
    )
    holder = federated_session(principal, session)
    response: GetFederationTokenResponse = {
        "Credentials": inputs.shown(sts.sessions.seal(holder)),
        "FederatedUser": {"FederatedUserId": holder.user_id, "Arn": holder.arn},
    }
    if packed is not None:
        response["PackedPolicySize"] = packed
    return response

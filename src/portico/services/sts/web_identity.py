"""AssumeRoleWithWebIdentity: become a role with a token of an OpenID Connect issuer that the account has registered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.authorize import Refused
from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.identity.jwt import TokenError, WebToken, read
from portico.identity.principal import COGNITO, Principal, Session
from portico.identity.records import OIDC_PROVIDERS, OidcProvider, Role
from portico.identity.sessions import role_session
from portico.services.sts import errors, inputs
from portico.services.sts.service import Sts
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sts.shapes import (
        AssumeRoleWithWebIdentityRequest,
        AssumeRoleWithWebIdentityResponse,
    )

_ACTION = "sts:AssumeRoleWithWebIdentity"
_AGE_S_MAX = 24 * 3600
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
_CODES = {
    "expired": "ExpiredTokenException",
    "old": "ExpiredTokenException",
    "unreachable": "IDPCommunicationError",
}


@operation(action=None, anonymous=True)
async def assume_role_with_web_identity(
    sts: Sts, call: Call, request: "AssumeRoleWithWebIdentityRequest"
) -> "AssumeRoleWithWebIdentityResponse":
    """Issue credentials of a role that trusts the token's issuer. The call is unsigned: the token says who calls.

    Raises:
        InvalidIdentityToken: malformed, not signed by the issuer, of an issuer or for a client that is not registered.
        ExpiredTokenException: too old.
        IDPCommunicationError: the issuer does not answer; try again.
        AccessDenied: the role does not trust such a token.

    Source: STS API Reference, AssumeRoleWithWebIdentity.
    """
    role = await inputs.find_role(call, request["RoleArn"])
    token = await _verified(sts, call, request["RoleArn"], request["WebIdentityToken"])
    if role is None:
        raise _refused()
    audience = str(token.claims.get("azp") or token.audiences[0])
    provider = COGNITO if token.url == COGNITO else f"arn:aws:iam::{role.account}:oidc-provider/{token.url}"
    keys = _token_keys(token, audience)
    asked = _from_claims(token, request)
    tags = inputs.session_tags(asked, None)
    conditions = {**keys, **_conditions(role, asked, tags), "aws:FederatedProvider": provider}
    _authorize(sts, call, role, provider, conditions)
    policies = await inputs.session_policies(call, request, role.account)
    packed = inputs.packed_percent(policies, tags.all)
    session = Session(
        request["RoleSessionName"],
        issued_at=call.now,
        expires_at=call.now + inputs.duration_s(request, role, chained=False),
        policies=policies,
        tags=tags.all,
        transitive_tag_keys=tags.transitive_keys,
        source_identity=asked.get("SourceIdentity", ""),
        federated_provider=provider,
        token_keys=tuple(
            (key, one)
            for key, value in keys.items()
            for one in ((value,) if isinstance(value, str) else value)
        ),
    )
    principal = role_session(role, session)
    response: AssumeRoleWithWebIdentityResponse = {
        "Credentials": inputs.shown(sts.sessions.seal(principal)),
        "SubjectFromWebIdentityToken": str(token.claims["sub"]),
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
        "Provider": provider,
        "Audience": audience,
    }
    if packed is not None:
        response["PackedPolicySize"] = packed
    if asked.get("SourceIdentity"):
        response["SourceIdentity"] = asked["SourceIdentity"]
    return response


async def _verified(sts: Sts, call: Call, role_arn: str, text: str) -> WebToken:
    """The token, once its issuer and audience are registered with the role's account and its signature and times are right."""
    try:
        token = read(text)
        if (
            token.url == COGNITO
        ):  # which every account knows: what it hands out names its pool, and the trust policy that
            await sts.tokens.check(token, age_s_max=_AGE_S_MAX)
            return token
        account = role_arn.split(":", 5)[4]
        provider = await call.tx.get(OIDC_PROVIDERS, account, token.url)
        if provider is None or not token.issuer.startswith("https://"):
            raise errors.invalid_identity_token(
                f"No OpenIDConnect provider found in your account for {token.issuer}"
            )
        _check_audience(token, provider)
        await sts.tokens.check(token, age_s_max=_AGE_S_MAX)
    except TokenError as error:
        raise AwsError(_CODES.get(error.reason, "InvalidIdentityToken"), error.message, 400) from error
    return token


def _check_audience(token: WebToken, provider: OidcProvider) -> None:
    azp = token.claims.get("azp")
    audiences = {str(azp)} if azp else set(token.audiences)
    if not audiences & set(provider.client_ids):
        raise errors.invalid_identity_token("Incorrect token audience")


def _token_keys(token: WebToken, audience: str) -> dict[str, Values]:
    """The condition keys of the token, named for its issuer."""
    claims = token.claims
    keys: dict[str, Values] = {f"{token.url}:aud": audience, f"{token.url}:sub": str(claims["sub"])}
    if claims.get("azp"):
        keys[f"{token.url}:oaud"] = token.audiences[0] if len(token.audiences) == 1 else token.audiences
    amr = claims.get("amr")
    if amr:
        keys[f"{token.url}:amr"] = amr if isinstance(amr, str) else tuple(str(one) for one in amr)
    return keys


def _from_claims(token: WebToken, request: Mapping[str, Any]) -> dict[str, Any]:
    """Session tags and source identity: the token's, in the form in which AssumeRole takes them."""
    asked: dict[str, Any] = {"RoleSessionName": request["RoleSessionName"]}
    tags = token.claims.get(_TAGS_CLAIM)
    if isinstance(tags, dict):
        principal_tags = tags.get("principal_tags")
        if isinstance(principal_tags, dict):
            asked["Tags"] = [
                {"Key": str(key), "Value": str(value[0] if isinstance(value, list) and value else value)}
                for key, value in principal_tags.items()
            ]
        transitive = tags.get("transitive_tag_keys")
        if isinstance(transitive, list):
            asked["TransitiveTagKeys"] = [str(key) for key in transitive]
    if isinstance(token.claims.get(_SOURCE_IDENTITY_CLAIM), str):
        asked["SourceIdentity"] = token.claims[_SOURCE_IDENTITY_CLAIM]
    return asked


def _conditions(role: Role, asked: Mapping[str, Any], tags: inputs.SessionTags) -> dict[str, Values]:
    """The condition keys of the request, besides those of the token."""
    keys: dict[str, Values] = {"sts:RoleSessionName": asked["RoleSessionName"]}
    if "SourceIdentity" in asked:
        keys["sts:SourceIdentity"] = asked["SourceIdentity"]
    return {**keys, **inputs.tag_keys(tags), **inputs.role_keys(role)}


def _authorize(sts: Sts, call: Call, role: Role, provider: str, keys: Mapping[str, Values]) -> None:
    """Hold the token against the role's trust policy: for the role itself, and for tags and source identity if it brings any."""
    principal = Principal("federated", "", provider, provider, provider, provider)
    origin = msgspec.structs.replace(call.origin, principal=principal)
    federated = msgspec.structs.replace(call, origin=origin)
    needed = {
        _ACTION: True,
        "sts:TagSession": "aws:TagKeys" in keys,
        "sts:SetSourceIdentity": "sts:SourceIdentity" in keys,
    }
    try:
        for action in (action for action, is_needed in needed.items() if is_needed):
            sts.authorizer.check("query", federated, Check(action, role.arn, keys, role.trust, trust=True))
    except Refused as error:
        raise _refused() from error


def _refused() -> AwsError:
    return errors.access_denied(f"Not authorized to perform {_ACTION}")

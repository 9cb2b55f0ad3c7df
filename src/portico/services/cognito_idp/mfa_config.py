"""Second factors of a pool: which there are, and whether users need one.

Source: Cognito API reference, SetUserPoolMfaConfig; Developer Guide, "Adding MFA to a user pool".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import POOLS, Pool
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_FACTORS = (
    "SmsMfaConfiguration",
    "SoftwareTokenMfaConfiguration",
    "EmailMfaConfiguration",
    "WebAuthnConfiguration",
)


@of_pool
async def get_user_pool_mfa_config(
    idp: CognitoIdp, call: Call, request: "shapes.GetUserPoolMfaConfigRequest"
) -> dict[str, Any]:
    """A pool's second factors.

    Raises:
        ResourceNotFoundException: no such pool.
    """
    return _shown(await pool_of(call, request["UserPoolId"]))


@of_pool
async def set_user_pool_mfa_config(
    idp: CognitoIdp, call: Call, request: "shapes.SetUserPoolMfaConfigRequest"
) -> dict[str, Any]:
    """Set a pool's second factors: those that are given, the rest stay; and whether users need one.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: users need one and there is none, or with `OFF` some are
            given. FeatureUnavailableInTierException: e-mail in the plan Lite.
    """
    pool = await pool_of(call, request["UserPoolId"])
    if "WebAuthnConfiguration" in request:
        raise errors.unavailable("passkeys (WebAuthnConfiguration)")
    mfa = request.get("MfaConfiguration", pool.mfa)
    given = {name: request[name] for name in _FACTORS if name in request}  # type: ignore[literal-required]
    if "EmailMfaConfiguration" in given and pool.tier == "LITE":
        raise errors.not_in_tier("Email MFA")
    factors = {**pool.factors, **given}
    if mfa == "OFF" and _any({}, given):
        raise errors.invalid(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
        )
    if mfa != "OFF" and not _any(pool.settings, factors):
        raise errors.invalid(
            "Invalid MFA configuration given, can't disable all MFAs and require MFA together."
        )
    settings: dict[str, Any] = {**pool.settings, "MfaConfiguration": mfa}
    sms = given.get("SmsMfaConfiguration") or {}
    if sms.get("SmsConfiguration"):
        settings["SmsConfiguration"] = sms["SmsConfiguration"]
    if sms.get("SmsAuthenticationMessage"):
        settings["SmsAuthenticationMessage"] = sms["SmsAuthenticationMessage"]
    changed = msgspec.structs.replace(pool, settings=settings, factors=factors, modified_at=call.now)
    call.tx.put(POOLS, changed, pool.id)
    return _shown(changed)


def _any(settings: Mapping[str, Any], factors: Mapping[str, Any]) -> bool:
    """Whether there is a second factor that a user could have."""
    sms = "SmsMfaConfiguration" in factors or bool(settings.get("SmsConfiguration"))
    token = bool((factors.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"))
    return sms or token or "EmailMfaConfiguration" in factors


def _shown(pool: Pool) -> dict[str, Any]:
    found: dict[str, Any] = {"MfaConfiguration": pool.mfa}
    sms = dict(pool.factors.get("SmsMfaConfiguration") or {})
    if pool.settings.get("SmsConfiguration") and pool.mfa != "OFF":
        sms.setdefault("SmsConfiguration", pool.settings["SmsConfiguration"])
    if sms:
        found["SmsMfaConfiguration"] = sms
    for name in ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"):
        if name in pool.factors:
            found[name] = pool.factors[name]
    return found

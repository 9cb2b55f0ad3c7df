"""Which second factors a user is asked for.

Source: Cognito API reference, SetUserMFAPreference, AdminSetUserMFAPreference, SetUserSettings, GetUserAuthFactors.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors, tokens, user_records
from portico.services.cognito_idp.own_user import factors_shown
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.second_factors import CODE_FACTORS, EMAIL, FACTORS, SMS, TOTP
from portico.services.cognito_idp.service import CognitoIdp, of_pool, requested_user

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_MEMBERS = {"SMSMfaSettings": SMS, "SoftwareTokenMfaSettings": TOTP, "EmailMfaSettings": EMAIL}


@operation(action=None)
async def set_user_mfa_preference(
    idp: CognitoIdp, call: Call, request: "shapes.SetUserMFAPreferenceRequest"
) -> dict[str, Any]:
    """Turn factors on and off, and prefer one. What the request does not name stays.

    Raises:
        NotAuthorizedException: the token. InvalidParameterException: a factor that the user can't use, or two that are preferred.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    user_records.save(call, bearer.pool, bearer.user, _preferring(bearer.pool, bearer.user, request))
    return {}


@of_pool
async def admin_set_user_mfa_preference(
    idp: CognitoIdp, call: Call, request: "shapes.AdminSetUserMFAPreferenceRequest"
) -> dict[str, Any]:
    """As SetUserMFAPreference, by an administrator.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user. InvalidParameterException: as there.
    """
    pool, user = await requested_user(call, request)
    user_records.save(call, pool, user, _preferring(pool, user, request))
    return {}


def _preferring(pool: Pool, user: User, request: Mapping[str, Any]) -> User:
    if request.get("WebAuthnMfaSettings"):
        raise errors.unavailable("passkeys (WebAuthnMfaSettings)")
    chosen, preferred = set(user.mfa), user.preferred_mfa
    wanted: list[str] = []
    for member, factor in _MEMBERS.items():
        if member not in request:
            continue
        setting = request[member] or {}
        is_on, is_preferred = bool(setting.get("Enabled")), bool(setting.get("PreferredMfa"))
        if is_preferred and not is_on:
            raise errors.invalid(f"{factor} can't be preferred, since it is not enabled.")
        if is_on:
            _check_usable(pool, user, factor)
            chosen.add(factor)
            wanted += [factor] if is_preferred else []
        else:
            chosen.discard(factor)
        if preferred == factor and not is_preferred:
            preferred = ""
    if len(wanted) > 1:
        raise errors.invalid("Only one factor can be set as preferred.")
    mfa = tuple(factor for factor in FACTORS if factor in chosen)
    return msgspec.structs.replace(user, mfa=mfa, preferred_mfa=wanted[0] if wanted else preferred)


def _check_usable(pool: Pool, user: User, factor: str) -> None:
    if factor == EMAIL and pool.tier == "LITE":
        raise errors.not_in_tier("Email MFA")
    if factor == TOTP:
        if not user.totp:
            raise errors.invalid("User has not verified software token mfa")
    elif CODE_FACTORS[factor].attribute not in user.attributes:
        raise errors.invalid(f"User does not have delivery config set to turn on {factor}")


@operation(action=None)
async def set_user_settings(
    idp: CognitoIdp, call: Call, request: "shapes.SetUserSettingsRequest"
) -> dict[str, Any]:
    """The old way to turn codes by text message on, or, with an empty list, off.

    Raises:
        NotAuthorizedException: the token. InvalidParameterException: another medium than SMS, or no number.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    after = _with_options(bearer.user, request["MFAOptions"])
    user_records.save(call, bearer.pool, bearer.user, after)
    return {}


@of_pool
async def admin_set_user_settings(
    idp: CognitoIdp, call: Call, request: "shapes.AdminSetUserSettingsRequest"
) -> dict[str, Any]:
    """As SetUserSettings, by an administrator.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user. InvalidParameterException: as there.
    """
    pool, user = await requested_user(call, request)
    user_records.save(call, pool, user, _with_options(user, request["MFAOptions"]))
    return {}


def _with_options(user: User, options: Any) -> User:
    for option in options:
        is_sms = option.get("DeliveryMedium", "SMS") == "SMS"
        if not is_sms or option.get("AttributeName", "phone_number") != "phone_number":
            raise errors.invalid("MFA options are SMS to phone_number only.")
        if "phone_number" not in user.attributes:
            raise errors.invalid(f"User does not have delivery config set to turn on {SMS}")
    kept = tuple({"DeliveryMedium": "SMS", "AttributeName": "phone_number"} for _ in options[:1])
    return msgspec.structs.replace(user, mfa_options=kept)


@operation(action=None)
async def get_user_auth_factors(
    idp: CognitoIdp, call: Call, request: "shapes.GetUserAuthFactorsRequest"
) -> dict[str, Any]:
    """What the user can sign in with, first and second.

    Raises:
        NotAuthorizedException: the token.
    """
    user = (await tokens.access(idp, call, request["AccessToken"])).user
    has = {
        "PASSWORD": bool(user.secret),
        "EMAIL_OTP": user.verified("email"),
        "SMS_OTP": user.verified("phone_number"),
        "SOFTWARE_TOKEN": bool(user.totp),
    }
    shown = {name: value for name, value in factors_shown(user).items() if name != "MFAOptions"}
    configured = [factor for factor, is_there in has.items() if is_there]
    return {"Username": user.username, **shown, "ConfiguredUserAuthFactors": configured}

"""The second factor of a sign-in: which ones a user has, and the challenge that asks for one.

Source: Cognito Developer Guide, "Adding MFA to a user pool"; API reference, SetUserPoolMfaConfig, SetUserMFAPreference.
"""

import json
import secrets
from hashlib import sha256

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.messages import Occasion, send_code
from portico.services.cognito_idp.records import DEVICES, Pool, User
from portico.services.cognito_idp.service import user_key
from portico.services.cognito_idp.sign_in import SignIn, awaiting, session
from portico.services.cognito_idp.words import Medium

SMS, TOTP, EMAIL = "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"
FACTORS = (SMS, TOTP, EMAIL)


class CodeFactor(msgspec.Struct, frozen=True, gc=False):
    """A factor that is a code sent somewhere: how it travels, and the attribute that says whereto."""

    medium: Medium
    attribute: str


CODE_FACTORS = {
    SMS: CodeFactor("SMS", "phone_number"),
    EMAIL: CodeFactor("EMAIL", "email"),
    "SMS_OTP": CodeFactor("SMS", "phone_number"),
}


def factors_of_pool(pool: Pool) -> tuple[str, ...]:
    """The factors that a pool offers; none while MFA is off."""
    if pool.mfa == "OFF":
        return ()
    sms = "SmsMfaConfiguration" in pool.factors or pool.settings.get("SmsConfiguration")
    is_on = {
        SMS: bool(sms),
        TOTP: bool((pool.factors.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled")),
        EMAIL: "EmailMfaConfiguration" in pool.factors and pool.tier != "LITE",
    }
    return tuple(factor for factor in FACTORS if is_on[factor])


def factors_of(pool: Pool, user: User) -> tuple[str, ...]:
    """The factors that the user will be asked for one of: those that it has set, or, where one is required, that it could use."""
    usable = {
        factor
        for factor in factors_of_pool(pool)
        if (user.totp if factor == TOTP else CODE_FACTORS[factor].attribute in user.attributes)
    }
    chosen = set(user.mfa)
    if any(option.get("DeliveryMedium") == "SMS" for option in user.mfa_options):
        chosen.add(SMS)
    found = usable & chosen
    if not found and pool.mfa == "ON":
        found = usable
    return tuple(factor for factor in FACTORS if factor in found)


async def second_factor(ex: Exchange, user: User, sign_in: SignIn) -> Answer | None:
    """The challenge for a second factor, or None if none is due: MFA is off, one was proved, or a remembered device stands for it."""
    if ex.pool.mfa == "OFF" or set(FACTORS) & set(sign_in.passed) or await _is_remembered(ex, user, sign_in):
        return None
    factors = factors_of(ex.pool, user)
    if not factors:
        return None if ex.pool.mfa != "ON" else _setup(ex, user, sign_in)
    if user.preferred_mfa in factors:
        return await ask(ex, user, sign_in, user.preferred_mfa)
    if len(factors) == 1:
        return await ask(ex, user, sign_in, factors[0])
    following = awaiting(sign_in, "SELECT_MFA_TYPE", ex.client, ex.call.now)
    parameters = {"MFAS_CAN_CHOOSE": json.dumps(list(factors)), "USER_ID_FOR_SRP": user.username}
    return challenge(ex, following, parameters)


async def _is_remembered(ex: Exchange, user: User, sign_in: SignIn) -> bool:
    configuration = ex.pool.settings.get("DeviceConfiguration") or {}
    if not (sign_in.device_proved and configuration.get("ChallengeRequiredOnNewDevice")):
        return False
    device = await ex.call.tx.get(DEVICES, ex.pool.id, user_key(ex.pool, user), sign_in.device_key)
    return device is not None and device.remembered


def _setup(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    offered = factors_of_pool(ex.pool)
    if not offered:
        raise errors.invalid_configuration("MFA is required, and no factor is configured for the user pool.")
    following = awaiting(sign_in, "MFA_SETUP", ex.client, ex.call.now)
    parameters = {"MFAS_CAN_SETUP": json.dumps(list(offered)), "USER_ID_FOR_SRP": user.username}
    return challenge(ex, following, parameters)


async def ask(ex: Exchange, user: User, sign_in: SignIn, factor: str) -> Answer:
    """Ask for a factor; a code is sent for those that are one.

    Raises:
        AwsError: InvalidParameterException, the user has no such address; the errors of the triggers that have a part in messages.
    """
    shown = {"USER_ID_FOR_SRP": user.username}
    if factor == TOTP:
        if user.totp_name:
            shown["FRIENDLY_DEVICE_NAME"] = user.totp_name
        return challenge(ex, awaiting(sign_in, TOTP, ex.client, ex.call.now), shown)
    by = CODE_FACTORS[factor]
    if by.attribute not in user.attributes:
        raise errors.invalid(f"User does not have delivery config set to turn on {factor}")
    code = new_code()
    occasion = Occasion("Authentication", ex.client, ex.metadata or None)
    details = await send_code(ex.idp, ex.call, ex.pool, user, occasion, by.medium, code)
    to = place_of(user, by.attribute)
    following = awaiting(sign_in, factor, ex.client, ex.call.now, code=code, to=to)
    return challenge(ex, following, shown | delivered(details["DeliveryMedium"], details["Destination"]))


def place_of(user: User, attribute: str) -> str:
    """A short name of the user's address or number, which a sign-in keeps to tell later whether it still is the same."""
    return sha256(user.attributes.get(attribute, "").encode()).hexdigest()[:32]


def new_code() -> str:
    """A code to send."""
    return f"{secrets.randbelow(1_000_000):06d}"


def delivered(medium: str, destination: str) -> dict[str, str]:
    """Where a code went, as challenges say it."""
    return {"CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": destination}


def challenge(ex: Exchange, sign_in: SignIn, parameters: dict[str, str]) -> Answer:
    """The answer that asks for what a sign-in awaits."""
    return {
        "ChallengeName": sign_in.awaits,
        "Session": session(ex.idp.sealer, sign_in),
        "ChallengeParameters": parameters,
    }

"""A pool's settings: AWS's defaults, what fits together, and what a plan includes. Pure.

Source: Cognito API reference, CreateUserPool, UpdateUserPool; Developer Guide, "User pool feature plans".
"""

from collections.abc import Mapping
from typing import Any

from portico.services.cognito_idp import errors

Settings = dict[str, Any]

FIXED = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "KeyConfiguration")
"""What a pool keeps for good."""

_KEPT = (
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "MfaConfiguration",
    "UserAttributeUpdateSettings",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "AccountRecoverySetting",
    "UserPoolTier",
    "IssuerConfiguration",
)
_UNUSED_DAYS = 7
_STRICT = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
_UNAVAILABLE = ("DcrConfiguration", "AcrConfiguration")
_RECOVERY = {
    "RecoveryMechanisms": [
        {"Priority": 1, "Name": "verified_email"},
        {"Priority": 2, "Name": "verified_phone_number"},
    ]
}


def settings_of(request: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Settings:
    """The settings that a request asks for: what it does not say has AWS's default again, but for what is fixed in `before`.

    Raises:
        AwsError: InvalidParameterException, FeatureUnavailableInTierException, or 501 for what Portico does not have.
    """
    for member in _UNAVAILABLE:
        if request.get(member):
            raise errors.unavailable(f"{member} of user pools")
    source = request if before is None else before
    settings: Settings = {name: source[name] for name in FIXED if source.get(name)}
    settings |= {name: request[name] for name in _KEPT if name in request}
    if settings.get("UsernameAttributes") and settings.get("AliasAttributes"):
        raise errors.invalid(
            "Only one of the aliasAttributes or usernameAttributes can be set in the user pool."
        )
    if settings.get("KeyConfiguration", {}).get("KeyType") == "CUSTOMER_MANAGED_KEY":
        raise errors.unavailable("customer managed keys of user pools")
    if (settings.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode", "OFF") != "OFF":
        raise errors.unavailable("threat protection (AdvancedSecurityMode)")
    settings.setdefault("UserPoolTier", "ESSENTIALS")
    settings.setdefault("DeletionProtection", "INACTIVE")
    settings.setdefault("MfaConfiguration", "OFF")
    settings.setdefault("AccountRecoverySetting", _RECOVERY)
    settings["Policies"] = _policies(settings.get("Policies") or {}, settings["UserPoolTier"])
    settings["EmailConfiguration"] = {
        "EmailSendingAccount": "COGNITO_DEFAULT",
        **(settings.get("EmailConfiguration") or {}),
    }
    settings["AdminCreateUserConfig"] = _invitations(
        settings.get("AdminCreateUserConfig") or {}, settings["Policies"]["PasswordPolicy"]
    )
    settings["LambdaConfig"] = _triggers(settings.get("LambdaConfig") or {}, settings["UserPoolTier"])
    _same_words(settings)
    _check_recovery(settings["AccountRecoverySetting"])
    return settings


def _policies(given: Mapping[str, Any], tier: str) -> Settings:
    asked = given.get("PasswordPolicy")
    strict = asked is None
    policy: Settings = {"MinimumLength": 8, **dict.fromkeys(_STRICT, strict), **(asked or {})}
    policy["TemporaryPasswordValidityDays"] = policy.get("TemporaryPasswordValidityDays") or _UNUSED_DAYS
    if policy.get("PasswordHistorySize") and tier == "LITE":
        raise errors.not_in_tier("PasswordHistorySize")
    if not policy.get("PasswordHistorySize"):
        policy.pop("PasswordHistorySize", None)
    policies: Settings = {"PasswordPolicy": policy}
    if tier != "LITE":
        policies["SignInPolicy"] = given.get("SignInPolicy") or {"AllowedFirstAuthFactors": ["PASSWORD"]}
        if "PASSWORD" not in policies["SignInPolicy"].get("AllowedFirstAuthFactors", ["PASSWORD"]):
            raise errors.invalid("AllowedFirstAuthFactors must include PASSWORD.")
    elif given.get("SignInPolicy"):
        raise errors.not_in_tier("SignInPolicy")
    return policies


def _invitations(given: Mapping[str, Any], policy: Mapping[str, Any]) -> Settings:
    """AWS shows one figure in two places: the days that a temporary password holds."""
    unused = given.get("UnusedAccountValidityDays")
    days = policy["TemporaryPasswordValidityDays"]
    if unused and days not in (unused, _UNUSED_DAYS):
        raise errors.invalid(
            "UnusedAccountValidityDays and TemporaryPasswordValidityDays must be the same, or one of them absent."
        )
    found: Settings = {
        "AllowAdminCreateUserOnly": False,
        **given,
        "UnusedAccountValidityDays": unused or days,
    }
    return found


def _triggers(given: Mapping[str, Any], tier: str) -> Settings:
    found = {name: value for name, value in given.items() if value}
    if "InboundFederation" in found:
        raise errors.unavailable("the InboundFederation trigger")
    if (found.keys() & {"CustomEmailSender", "CustomSMSSender"}) and "KMSKeyID" not in found:
        raise errors.invalid("KMSKeyID is required when CustomEmailSender or CustomSMSSender is configured.")
    config, plain = found.get("PreTokenGenerationConfig"), found.get("PreTokenGeneration")
    if config is None:
        if plain is not None:
            found["PreTokenGenerationConfig"] = {"LambdaVersion": "V1_0", "LambdaArn": plain}
        return found
    if plain is not None and plain != config["LambdaArn"]:
        raise errors.invalid(
            "PreTokenGeneration and PreTokenGenerationConfig.LambdaArn must name the same function."
        )
    if config["LambdaVersion"] != "V1_0" and tier == "LITE":
        raise errors.not_in_tier(f"PreTokenGeneration {config['LambdaVersion']}")
    found["PreTokenGeneration"] = config["LambdaArn"]
    return found


_SAME = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}


def _same_words(settings: Settings) -> None:
    """The words of verification messages have an old member and one in the template: each is shown in both."""
    template = {
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
        **(settings.get("VerificationMessageTemplate") or {}),
    }
    for old, new in _SAME.items():
        words = template.get(new) or settings.get(old)
        if words:
            template[new] = settings[old] = words
    settings["VerificationMessageTemplate"] = template


def _check_recovery(setting: Mapping[str, Any]) -> None:
    mechanisms = setting.get("RecoveryMechanisms") or []
    names = [each["Name"] for each in mechanisms]
    if "admin_only" in names and len(names) > 1:
        raise errors.invalid("admin_only can't be combined with other recovery mechanisms.")
    priorities = [each["Priority"] for each in mechanisms]
    if len(set(priorities)) != len(priorities) or len(set(names)) != len(names):
        raise errors.invalid("Recovery mechanisms need different names and priorities.")

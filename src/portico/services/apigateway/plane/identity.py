"""`requestContext.identity`: who is at the other end, as events and `$context` tell it. Pure.

Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration", "Variables for data transformations";
Amazon Cognito Developer Guide, "IAM roles" (`amr` of an identity's token).
"""

from typing import Any

from portico.identity.principal import Principal

_NOBODY: dict[str, Any] = {
    "cognitoIdentityPoolId": None,
    "accountId": None,
    "cognitoIdentityId": None,
    "caller": None,
    "sourceIp": None,
    "principalOrgId": None,
    "accessKey": None,
    "cognitoAuthenticationType": None,
    "cognitoAuthenticationProvider": None,
    "userArn": None,
    "userAgent": None,
    "user": None,
}
_COGNITO = "cognito-identity.amazonaws.com:"


def anonymous(source_ip: str, user_agent: str) -> dict[str, Any]:
    """The members for a caller who has not signed, or whose signature is not asked for."""
    return {**_NOBODY, "sourceIp": source_ip, "userAgent": user_agent or None}


def signed(members: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """`members` with those of a caller who has signed."""
    return {
        **members,
        "accountId": caller.account,
        "caller": caller.user_id,
        "accessKey": caller.access_key_id or None,
        "userArn": caller.arn,
        "user": caller.user_id,
        **_cognito(caller),
    }


def with_key(members: dict[str, Any], key_id: str, value: str) -> dict[str, Any]:
    """`members` with the API key that was used."""
    return {**members, "apiKey": value, "apiKeyId": key_id}


def _cognito(caller: Principal) -> dict[str, Any]:
    """What an identity of an identity pool is known by, from the keys of the token that its role was assumed with. `amr` says first whether
    somebody signed in, then with which provider."""
    if caller.session is None:
        return {}
    keys: dict[str, list[str]] = {}
    for key, value in caller.session.token_keys:
        if key.startswith(_COGNITO):
            keys.setdefault(key.removeprefix(_COGNITO), []).append(value)
    if "sub" not in keys:
        return {}
    kind, *providers = keys.get("amr", [""])
    return {
        "cognitoIdentityId": keys["sub"][0],
        "cognitoIdentityPoolId": keys["aud"][0] if "aud" in keys else None,
        "cognitoAuthenticationType": kind or None,
        "cognitoAuthenticationProvider": ",".join(providers) or None,
    }

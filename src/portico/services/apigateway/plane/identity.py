"""`requestContext.identity`: who is at the other end, as events and `$context` tell it. Pure.

Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration", "Variables for data transformations";
Amazon Cognito Developer Guide, "IAM roles" (`amr` of an identity's token).
"""

from typing import Any

import msgspec

from portico.identity.principal import Principal
from portico.services.apigateway.transform.seam import RequestContext
from portico.services.apigateway.usage_records import ApiKey

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


def with_key(request: RequestContext, key: ApiKey) -> RequestContext:
    """The context with the API key that is used."""
    members = {**request.identity, "apiKey": key.value, "apiKeyId": key.id}
    return msgspec.structs.replace(request, identity=members)


def _cognito(caller: Principal) -> dict[str, Any]:
    """What an identity of an identity pool is known by. `amr` says first whether somebody signed in, then with which provider."""
    identity = caller.cognito
    if identity is None:
        return {}
    kind, *providers = identity.amr or ("",)
    return {
        "cognitoIdentityId": identity.identity_id,
        "cognitoIdentityPoolId": identity.pool_id,
        "cognitoAuthenticationType": kind or None,
        "cognitoAuthenticationProvider": ",".join(providers) or None,
    }

"""Whose quota a call counts against, before it is let in: the caller's or, where nobody signs, that of the account whose pool, client,
token or session the call names."""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Origin
from portico.identity.jwt import TokenError, parse
from portico.services.cognito_idp.rates import CATEGORY_OF
from portico.services.cognito_idp.records import CLIENT_POOLS, POOLS
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.sign_in import claimed_client
from portico.wire.errors import AwsError


async def admit(idp: CognitoIdp, operation: str, origin: Origin, request: Mapping[str, Any]) -> None:
    """Let a call in, before anything else is done for it.

    Raises:
        AwsError: TooManyRequestsException.
    """
    if idp.rates.enforced and operation in CATEGORY_OF:
        idp.rates.take(CATEGORY_OF[operation], *await _place(idp, origin, request))


async def _place(idp: CognitoIdp, origin: Origin, request: Mapping[str, Any]) -> tuple[str, str]:
    """The account and region of the pool that a request is about; the caller's, if it names none that is there."""
    pool_id = "" if "UserPoolId" in request else await _pool_of(idp, request)
    held = await idp.cache.get(POOLS, pool_id) if pool_id else None
    if held is None:
        return origin.scope.account, origin.scope.region
    return held.value.account, held.value.region


async def _pool_of(idp: CognitoIdp, request: Mapping[str, Any]) -> str:
    try:
        if request.get("ClientId"):
            held = await idp.cache.get(CLIENT_POOLS, request["ClientId"])
            return "" if held is None else held.value.pool
        if request.get("AccessToken"):
            return idp.issuers.pool_id(parse(request["AccessToken"]).issuer) or ""
        if request.get("Session"):
            return claimed_client(idp.sealer, request["Session"])[0]
    except (TokenError, AwsError):
        pass  # it is refused for what it is by the operation itself
    return ""

"""Access tokens for clients that act for themselves (client credentials).

Source: Cognito Developer Guide, "Scopes, M2M, and resource servers", "Pre token generation Lambda trigger" (version 3).
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from portico.base import ids
from portico.calls.call import Call
from portico.services.cognito_idp import pre_token
from portico.services.cognito_idp.claims import Membership, client_claims
from portico.services.cognito_idp.issuing import Issued
from portico.services.cognito_idp.records import Client, Pool
from portico.services.cognito_idp.service import CognitoIdp

_SOURCE = "ClientCredentials"


async def issue_to_client(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    client: Client,
    scopes: tuple[str, ...],
    metadata: Mapping[str, str],
) -> Issued:
    """An access token of the client itself. Only functions of version 3 are told.

    Raises:
        AwsError: the pre token generation trigger's errors.
    """
    overrides = pre_token.NO_OVERRIDES
    config: Mapping[str, Any] = pool.triggers.get("PreTokenGenerationConfig") or {}
    if config.get("LambdaVersion") == "V3_0":
        subject = pre_token.Subject(client.id, client.id, {}, scopes)
        overrides = await pre_token.overrides(idp, call, pool, subject, Membership(), _SOURCE, metadata)
    claims = client_claims(idp.issuers.of(pool), client, int(call.now), scopes, ids.uuid(), overrides)
    signer = await idp.issuers.signer(pool)
    [text] = await asyncio.to_thread(signer.sign, ("access", claims))
    return Issued("", text, "", client.access_s)

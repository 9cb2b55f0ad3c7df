"""What an identity gets: credentials of a role at once (enhanced flow), or a token to assume one with (basic flow).

The role's trust policy is asked as it is for anyone who comes with a web identity. A guest's credentials of the enhanced flow can't do
more than what AWS lets guests do, whatever their role allows.

Source: Cognito Identity API reference, GetCredentialsForIdentity, GetOpenIdToken; Cognito Developer Guide, "IAM roles" (the scope-down
policy of guests).
"""

import json
from asyncio import to_thread
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.arn import parse
from portico.calls.authorize import Refused
from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.identity.principal import COGNITO, Principal, Session
from portico.identity.records import ROLES, Role
from portico.identity.sessions import role_session
from portico.services.cognito_identity import errors, issuer
from portico.services.cognito_identity.choice import Denied, Verified, role_of, tags_of
from portico.services.cognito_identity.identities import enabled, refuse_closed, settled
from portico.services.cognito_identity.logins import verified
from portico.services.cognito_identity.records import Identity, Pool
from portico.services.cognito_identity.service import CognitoIdentity

if TYPE_CHECKING:
    from portico.services.cognito_identity import shapes

SESSION_NAME = "CognitoIdentityCredentials"
_VALID_S = 3600
_TOKEN_VALID_S = 600
_GUESTS_MAY = (
    *(
        "appsync:*",
        "cloudwatch:*",
        "cognito-identity:*",
        "cognito-idp:*",
        "cognito-sync:*",
        "comprehend:*",
        "dynamodb:*",
    ),
    *(
        "execute-api:*",
        "firehose:*",
        "gamelift:*",
        "iot:*",
        "kinesisanalytics:*",
        "lambda:*",
        "lex:*",
        "logs:*",
    ),
    *("geo:*", "machinelearning:*", "mobileanalytics:*", "mobiletargeting:*", "personalize:*", "polly:*"),
    *(
        "rekognition:*",
        "rum:PutRumEvents",
        "s3:*",
        "sagemaker:InvokeEndpoint",
        "ses:*",
        "sdb:*",
        "sns:*",
        "sqs:*",
    ),
    *(
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptTo",
        "kms:ReEncryptFrom",
        "kms:GenerateDataKey",
        "sumerian:View*",
    ),
    *(
        "textract:DetectDocumentText",
        "textract:AnalyzeDocument",
        "transcribe:*",
        "translate:*",
        "codewhisperer:*",
    ),
)
_GUEST_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(_GUESTS_MAY), "Resource": "*"}],
    }
)


@operation(action=None)
async def get_credentials_for_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetCredentialsForIdentityInput"
) -> "shapes.GetCredentialsForIdentityResponse":
    """Credentials of the role that the pool gives this identity, for an hour.

    Raises:
        ResourceNotFoundException: no such identity.
        NotAuthorizedException: no guests are admitted, a login does not hold or is another's, the mapping gives no role.
        InvalidIdentityPoolConfigurationException: there is no role, or it does not trust the pool.
        ExternalServiceException: the login's issuer does not answer.
    """
    identity, pool, logins = await _entered(cognito, call, request)
    first = logins[0] if logins else None
    try:
        arn = role_of(pool, first, request.get("CustomRoleArn") or "")
    except Denied as denied:
        raise errors.no_role() from denied
    role = await _role(call, pool, arn)
    tags = tags_of(pool, first)
    session = Session(
        SESSION_NAME,
        issued_at=call.now,
        expires_at=call.now + _VALID_S,
        policies=() if logins else (_GUEST_POLICY,),
        tags=tags,
        federated_provider=COGNITO,
        token_keys=_token_keys(pool, identity, _amr(logins)),
    )
    _authorize(cognito, call, role, session)
    made = cognito.sessions.seal(role_session(role, session))
    return {
        "IdentityId": identity.id,
        "Credentials": {
            "AccessKeyId": made.access_key_id,
            "SecretKey": made.secret,
            "SessionToken": made.token,
            "Expiration": made.expires_at,
        },
    }


@operation(action=None)
async def get_open_id_token(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetOpenIdTokenInput"
) -> "shapes.GetOpenIdTokenResponse":
    """A token for AssumeRoleWithWebIdentity, valid for ten minutes, but no longer than a developer's word that it is given for.

    Raises:
        ResourceNotFoundException, NotAuthorizedException: as for GetCredentialsForIdentity.
        InvalidParameterException: the pool does not allow the basic flow.
    """
    identity, pool, logins = await _entered(cognito, call, request)
    if not pool.classic:
        raise errors.classic_is_off()
    ends = [float(login.claims["exp"]) for login in logins if login.provider == pool.developer]
    valid_s = int(min([call.now + _TOKEN_VALID_S, *ends]) - int(call.now))
    token = await signed(cognito, call, pool, identity, _amr(logins), valid_s, {})
    return {"IdentityId": identity.id, "Token": token}


async def signed(
    cognito: CognitoIdentity,
    call: Call,
    pool: Pool,
    identity: Identity,
    amr: Sequence[str],
    valid_s: int,
    tags: dict[str, str],
) -> str:
    """A token of an identity."""
    keys = await cognito.keys.of(issuer.OWNER)
    claims = issuer.claims(pool.id, identity.id, amr, call.now, valid_s, tags)
    (token,) = await to_thread(keys.sign, ("id", claims))
    return token


async def _entered(
    cognito: CognitoIdentity, call: Call, request: Mapping[str, Any]
) -> tuple[Identity, Pool, list[Verified]]:
    """The identity that a request is from, its pool and its logins."""
    identity, pool = await enabled(call, request["IdentityId"])
    refuse_closed(identity)
    logins = await verified(cognito, call, pool, request.get("Logins") or {})
    if not logins and identity.logins:
        raise errors.forbidden(identity.id)
    if not logins and not pool.guests:
        raise errors.no_guests()
    return await settled(call, pool, identity, logins) if logins else identity, pool, logins


def _amr(logins: Sequence[Verified]) -> tuple[str, ...]:
    if not logins:
        return ("unauthenticated",)
    return ("authenticated", *(part for login in logins for part in (login.provider, login.amr)))


def _token_keys(pool: Pool, identity: Identity, amr: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The condition keys of the session; `sub` first, as the others of the identity's."""
    return (
        (f"{COGNITO}:sub", identity.id),
        (f"{COGNITO}:aud", pool.id),
        *((f"{COGNITO}:amr", one) for one in amr),
    )


async def _role(call: Call, pool: Pool, arn: str) -> Role:
    """The role of that ARN, which is of the pool's own account: groups and tokens name roles too, and nobody passes another account's."""
    parts = parse(arn)
    role = None
    own = parts is not None and parts.service == "iam" and parts.account == pool.account
    if parts is not None and own and parts.resource.startswith("role/"):
        role = await call.tx.get(ROLES, parts.account, parts.resource.rpartition("/")[2].lower())
    if role is None or role.arn != arn:
        raise errors.bad_roles()
    return role


def _authorize(cognito: CognitoIdentity, call: Call, role: Role, session: Session) -> None:
    """Hold the identity against the role's trust policy, as STS does with a web identity."""
    principal = Principal("federated", "", COGNITO, COGNITO, COGNITO, COGNITO)
    federated = msgspec.structs.replace(
        call, origin=msgspec.structs.replace(call.origin, principal=principal)
    )
    keys: dict[str, Values] = {"sts:RoleSessionName": session.name, "aws:FederatedProvider": COGNITO}
    for name in (f"{COGNITO}:sub", f"{COGNITO}:aud"):
        keys[name] = next(value for key, value in session.token_keys if key == name)
    keys[f"{COGNITO}:amr"] = tuple(value for key, value in session.token_keys if key.endswith(":amr"))
    actions = ["sts:AssumeRoleWithWebIdentity"]
    if session.tags:
        actions.append("sts:TagSession")
        keys["aws:TagKeys"] = tuple(key for key, _ in session.tags)
        keys |= {f"aws:RequestTag/{key}": value for key, value in session.tags}
    keys |= {f"iam:ResourceTag/{key}": value for key, value in role.tags}
    try:
        for action in actions:
            cognito.authorizer.check("json", federated, Check(action, role.arn, keys, role.trust, trust=True))
    except Refused as refused:
        raise errors.bad_roles() from refused

"""Lambda triggers: which function a pool has for what happens, what it is told, and what it may answer.

A function is called as `cognito-idp.amazonaws.com` for the pool (`aws:SourceArn`), so its own policy has to allow that. It has five
seconds; one that does not answer in time is called again, three times in all.

Source: Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers" and the page of each trigger.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call, Scope
from portico.identity.principal import Principal, service
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.service import CognitoIdp
from portico.wire.errors import AwsError

COGNITO = "cognito-idp.amazonaws.com"
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_TIMEOUT_S = 5.0
_TRIES = 3
_SDK = "aws-sdk-unknown-unknown"
_UNRECOGNIZABLE = "Unrecognizable lambda output"
_VERSIONS = {"V1_0": "1", "V2_0": "2", "V3_0": "3"}
_Kinds = tuple[type, ...]


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """A trigger: its member in LambdaConfig, and what its function may answer, each member with its types in JSON. `sources` are the
    `triggerSource`s after the trigger's own name for them, `prefix`."""

    member: str
    prefix: str
    sources: tuple[str, ...]
    answers: Mapping[str, _Kinds] = {}


_TEXT: _Kinds = (str,)
_FLAG: _Kinds = (bool,)
_OBJECT: _Kinds = (dict,)
_LIST: _Kinds = (list,)

TRIGGERS: tuple[Trigger, ...] = (
    Trigger(
        "PreSignUp",
        "PreSignUp",
        ("SignUp", "AdminCreateUser", "ExternalProvider"),
        {"autoConfirmUser": _FLAG, "autoVerifyEmail": _FLAG, "autoVerifyPhone": _FLAG},
    ),
    Trigger("PostConfirmation", "PostConfirmation", ("ConfirmSignUp", "ConfirmForgotPassword")),
    Trigger("PreAuthentication", "PreAuthentication", ("Authentication",)),
    Trigger("PostAuthentication", "PostAuthentication", ("Authentication",)),
    Trigger(
        "CustomMessage",
        "CustomMessage",
        (
            "SignUp",
            "AdminCreateUser",
            "ResendCode",
            "ForgotPassword",
            "UpdateUserAttribute",
            "VerifyUserAttribute",
            "Authentication",
        ),
        {"smsMessage": _TEXT, "emailMessage": _TEXT, "emailSubject": _TEXT},
    ),
    Trigger(
        "DefineAuthChallenge",
        "DefineAuthChallenge",
        ("Authentication",),
        {"challengeName": _TEXT, "issueTokens": _FLAG, "failAuthentication": _FLAG},
    ),
    Trigger(
        "CreateAuthChallenge",
        "CreateAuthChallenge",
        ("Authentication",),
        {
            "publicChallengeParameters": _OBJECT,
            "privateChallengeParameters": _OBJECT,
            "challengeMetadata": _TEXT,
        },
    ),
    Trigger(
        "VerifyAuthChallengeResponse",
        "VerifyAuthChallengeResponse",
        ("Authentication",),
        {"answerCorrect": _FLAG},
    ),
    Trigger(
        "PreTokenGeneration",
        "TokenGeneration",
        (
            "HostedAuth",
            "Authentication",
            "NewPasswordChallenge",
            "AuthenticateDevice",
            "RefreshTokens",
            "ClientCredentials",
        ),
        {"claimsOverrideDetails": _OBJECT, "claimsAndScopeOverrideDetails": _OBJECT},
    ),
    Trigger(
        "UserMigration",
        "UserMigration",
        ("Authentication", "ForgotPassword"),
        {
            "userAttributes": _OBJECT,
            "finalUserStatus": _TEXT,
            "messageAction": _TEXT,
            "desiredDeliveryMediums": _LIST,
            "forceAliasCreation": _FLAG,
            "enableSMSMFA": _FLAG,
        },
    ),
)
BY_SOURCE: Mapping[str, Trigger] = {
    f"{trigger.prefix}_{source}": trigger for trigger in TRIGGERS for source in trigger.sources
}


def principal_of(pool: Pool) -> Principal:
    """Whom a pool calls functions as."""
    return service(COGNITO, source_arn=pool.arn, source_account=pool.account)


def function_of(pool: Pool, source: str) -> str:
    """The ARN of the function that the pool has for a trigger source, "" if it has none."""
    return str(pool.triggers.get(BY_SOURCE[source].member, ""))


def attributes_of(pool: Pool, user: User) -> dict[str, str]:
    """A user's attributes as triggers are told them."""
    found = {"sub": user.sub, **user.attributes, "cognito:user_status": user.status}
    for alias in pool.alias_attributes:
        if alias != "preferred_username" and user.verified(alias):
            found[f"cognito:{alias}_alias"] = user.attributes[alias]
    return found


def event_of(
    pool: Pool, source: str, *, username: str, client_id: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """The event of a trigger source, with every answer that its function may give, unset."""
    trigger, version = BY_SOURCE[source], "1"
    answers = dict.fromkeys(trigger.answers)
    if trigger.member == "PreSignUp":
        answers = dict.fromkeys(trigger.answers, False)
    if trigger.member == "PreTokenGeneration":
        version = _VERSIONS[pool.triggers["PreTokenGenerationConfig"]["LambdaVersion"]]
        answers = {"claimsOverrideDetails" if version == "1" else "claimsAndScopeOverrideDetails": None}
    return {
        "version": version,
        "region": pool.region,
        "userPoolId": pool.id,
        "userName": username,
        "callerContext": {"awsSdkVersion": _SDK, "clientId": client_id},
        "triggerSource": source,
        "request": dict(request),
        "response": answers,
    }


async def call_trigger(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    source: str,
    *,
    username: str,
    client_id: str,
    request: Mapping[str, Any],
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:
    """Call the pool's function for a trigger source (`PreSignUp_SignUp`) and wait; the `response` of the event that it gives back, or None
    if the pool has no such function. `client_id` may be "" where no client has a part; `request` is the event's, to which `metadata`
    (ClientMetadata) is added.

    Raises:
        AwsError: UserLambdaValidationException, the function has failed. InvalidLambdaResponseException, what it gave back is no such
            event. UnexpectedLambdaException, it can't be called, or does not answer.
    """
    function = function_of(pool, source)
    if not function:
        return None
    if metadata is not None:
        request = {**request, "clientMetadata": dict(metadata)}
    event = event_of(pool, source, username=username, client_id=client_id or NO_CLIENT, request=request)
    trigger = BY_SOURCE[source]
    answer = await _invoke(idp, call, pool, function, trigger.member, msgspec.json.encode(event))
    return _response(trigger, answer)


async def _invoke(
    idp: CognitoIdp, call: Call, pool: Pool, function: str, name: str, event: bytes
) -> Mapping[str, Any]:
    parsed = arns.parse(function)
    scope = Scope(parsed.account, parsed.region) if parsed else call.scope
    client = idp.clients.of(principal_of(pool), scope, request_id=call.request_id, trace=call.origin.trace)
    for _ in range(_TRIES):
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer: Mapping[str, Any] = await client.call(
                    "lambda", "Invoke", FunctionName=function, Payload=event
                )
        except TimeoutError:
            continue
        except AwsError as error:
            raise errors.trigger_unreachable(
                f"{name} invocation failed due to error {error.code}."
            ) from error
        if "FunctionError" in answer:
            raise errors.trigger_failed(f"{name} failed with error {_said(answer['Payload'])}.")
        return answer
    raise errors.trigger_unreachable(
        f"{name} invocation failed due to error Socket timeout while invoking Lambda function."
    )


def _said(payload: bytes) -> str:
    """The words of a function's error."""
    try:
        found = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return "unknown"
    words = found.get("errorMessage") if isinstance(found, dict) else None
    return str(words if words is not None else "unknown").removesuffix(".")


def _response(trigger: Trigger, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The `response` of the event that a function gave back, its members of the right types."""
    try:
        found = msgspec.json.decode(answer["Payload"])
    except msgspec.DecodeError:
        raise errors.trigger_answer(_UNRECOGNIZABLE) from None
    response = found.get("response") if isinstance(found, dict) else None
    if not isinstance(response, dict):
        raise errors.trigger_answer(_UNRECOGNIZABLE)
    for name, kinds in trigger.answers.items():
        value = response.get(name)
        if value is not None and not isinstance(value, kinds):
            raise errors.trigger_answer("Invalid lambda function output : Invalid JSON")
    return {name: value for name, value in response.items() if value is not None}

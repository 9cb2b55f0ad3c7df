"""Custom authentication: a pool's functions define what is asked, make the challenges and verify the answers.

The flow may begin with a password by SRP, and its functions may ask for Cognito's own challenges by name. What has been asked so far
travels in the session, with the parameters that only the functions may see.

Source: Cognito Developer Guide, "Custom authentication challenge Lambda triggers".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.completed import complete
from portico.services.cognito_idp.device_sign_in import ASK as DEVICE
from portico.services.cognito_idp.device_sign_in import device_step
from portico.services.cognito_idp.exchange import Answer, Exchange, refuse_unable
from portico.services.cognito_idp.password_sign_in import PROVE, offer, shown_name
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.second_factors import FACTORS, ask, challenge
from portico.services.cognito_idp.sign_in import SignIn, awaiting, refuse_spent, spend, wrong_answer
from portico.services.cognito_idp.triggers import attributes_of, call_trigger

FLOW, CHALLENGE = "CUSTOM_AUTH", "CUSTOM_CHALLENGE"
_ROUNDS_MAX = 20
_Members = dict[str, Any]


async def begin_custom(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    """CUSTOM_AUTH of InitiateAuth: with `CHALLENGE_NAME` SRP_A the password comes first.

    Raises:
        AwsError: InvalidParameterException, NotAuthorizedException, the triggers' errors.
    """
    if ex.given.get("CHALLENGE_NAME") == "SRP_A":
        sign_in = _with_result(sign_in, "SRP_A", passed=True)
    return await define(ex, user, sign_in)


async def define(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    """Ask the pool's function what comes next, and do it: tokens, a challenge, or the end.

    Raises:
        AwsError: NotAuthorizedException, the function refuses the user; where users are not hidden as `refuse_unable`;
            InvalidLambdaResponseException, it says nothing that can be done.
    """
    if user is not None and not ex.client.hides_users:
        refuse_unable(user)
    answer = await _call(ex, user, "DefineAuthChallenge", {"session": list(sign_in.history)})
    if answer.get("failAuthentication"):
        raise errors.wrong_password()
    if answer.get("issueTokens"):
        if user is None:
            raise errors.wrong_password()
        return await complete(ex, user, sign_in)
    name = answer.get("challengeName")
    if not name or len(sign_in.history) >= _ROUNDS_MAX:
        raise errors.trigger_answer("Unrecognizable lambda output")
    if name == CHALLENGE:
        return await _create(ex, user, sign_in)
    return await _built_in(ex, user, sign_in, name)


async def _built_in(ex: Exchange, user: User | None, sign_in: SignIn, name: str) -> Answer:
    """One of Cognito's own challenges, as the function asks for it."""
    if name == PROVE and "SRP_A" in ex.given:
        return await offer(ex, user, sign_in, with_session=True)
    if user is None:
        raise errors.wrong_password()
    if name in FACTORS:
        return await ask(ex, user, sign_in, name)
    device = await device_step(ex, user, sign_in) if name == DEVICE else None
    if device is None:
        raise errors.trigger_answer("Unrecognizable lambda output")
    return device


async def _create(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    request = {"challengeName": CHALLENGE, "session": list(sign_in.history)}
    answer = await _call(ex, user, "CreateAuthChallenge", request)
    metadata = answer.get("challengeMetadata")
    private = _texts(answer.get("privateChallengeParameters"))
    following = awaiting(sign_in, CHALLENGE, ex.client, ex.call.now, private=private, metadata=metadata)
    name = shown_name(ex.idp, ex, user, sign_in)
    return challenge(ex, following, {"USERNAME": name, **_texts(answer.get("publicChallengeParameters"))})


async def check_custom(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    """CUSTOM_CHALLENGE, answered: the pool's function says whether that is right, and what follows is for the other to define.

    Raises:
        AwsError: InvalidParameterException, NotAuthorizedException (also when too many answers were wrong), the triggers' errors.
    """
    given = ex.need("ANSWER")
    guesser = ex.guesser(sign_in.name, user)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        await refuse_spent(ex.idp.cache, sign_in)
        request = {
            "privateChallengeParameters": sign_in.data.get("private") or {},
            "challengeAnswer": given,
        }
        answer = await _call(ex, user, "VerifyAuthChallengeResponse", request)
        is_right = bool(answer.get("answerCorrect")) and user is not None
        if is_right:
            await spend(ex.call, sign_in)
            await ex.idp.guesses.succeeded(guesser, ex.call.tx)
        else:  # on disk at once, whatever the flow makes of it: one session is one guess
            over = await wrong_answer(ex.idp.cache, sign_in, last=True)
            await ex.idp.guesses.failed(guesser, ex.call.now, over)
    after = _with_result(sign_in, CHALLENGE, passed=is_right, metadata=sign_in.data.get("metadata"))
    return await define(ex, user, after)


def proved_in_custom(sign_in: SignIn, name: str) -> SignIn:
    """The sign-in with one of Cognito's own challenges passed."""
    return _with_result(sign_in, name, passed=True)


def _with_result(sign_in: SignIn, name: str, *, passed: bool, metadata: str | None = None) -> SignIn:
    entry: _Members = {"challengeName": name, "challengeResult": passed, "challengeMetadata": metadata}
    return msgspec.structs.replace(sign_in, history=(*sign_in.history, entry))


async def _call(ex: Exchange, user: User | None, trigger: str, request: _Members) -> _Members:
    """The trigger's answer.

    Raises:
        AwsError: UnexpectedLambdaException also where the pool has no such function.
    """
    attributes = {} if user is None else attributes_of(ex.pool, user)
    whole: _Members = {"userAttributes": attributes, **request}
    if ex.client.hides_users:
        whole["userNotFound"] = user is None
    answer = await call_trigger(
        ex.idp,
        ex.call,
        ex.pool,
        f"{trigger}_Authentication",
        username=ex.given.get("USERNAME", "") if user is None else user.username,
        client_id=ex.client.id,
        request=whole,
        metadata=ex.metadata or None,
    )
    if answer is None:
        raise errors.trigger_unreachable("null invocation failed due to configuration.")
    return answer


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    """Parameters of a challenge: text, whatever a function has made of them."""
    return {name: value if isinstance(value, str) else _json(value) for name, value in (given or {}).items()}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""What follows when something was proved: the next challenge, or tokens."""

from portico.services.cognito_idp import custom_auth
from portico.services.cognito_idp.completed import complete
from portico.services.cognito_idp.device_sign_in import device_step
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.new_password import new_password_step
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.second_factors import second_factor
from portico.services.cognito_idp.sign_in import SignIn

_STEPS = (new_password_step, device_step, second_factor)


async def go_on(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    """Go on with a sign-in whose challenge was passed.

    Raises:
        AwsError: what the next step raises.
    """
    if sign_in.flow == custom_auth.FLOW:
        passed = custom_auth.proved_in_custom(sign_in, sign_in.awaits)
        return await custom_auth.define(ex, user, passed)
    return await next_challenge(ex, user, sign_in) or await complete(ex, user, sign_in)


async def next_challenge(ex: Exchange, user: User, sign_in: SignIn) -> Answer | None:
    """What the user still has to prove, or None.

    Raises:
        AwsError: what the next step raises.
    """
    for step in _STEPS:
        answer = await step(ex, user, sign_in)
        if answer is not None:
            return answer
    return None

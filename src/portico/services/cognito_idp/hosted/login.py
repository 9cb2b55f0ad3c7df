"""Signing in on a page: name and password, then whatever else the user has to prove.

The same steps as for applications that sign in by themselves are taken, with the same triggers, limits and words; only the end is another
one. Of what goes on between two pages nothing is kept but the sealed session that the form brings along.
"""

import json
from typing import Any
from urllib.parse import quote

import msgspec

from portico.services.cognito_idp.completed import tell
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.hosted import accounts
from portico.services.cognito_idp.hosted.asked import OWN, Asked, providers_of
from portico.services.cognito_idp.hosted.grants import finish
from portico.services.cognito_idp.hosted.html import Field, Page
from portico.services.cognito_idp.hosted.visit import Visit
from portico.services.cognito_idp.initiate_auth import Flow, begun_with
from portico.services.cognito_idp.password_sign_in import check_password
from portico.services.cognito_idp.progress import next_challenge
from portico.services.cognito_idp.records import Client, User
from portico.services.cognito_idp.respond_to_auth_challenge import answered
from portico.services.cognito_idp.sign_in import HOSTED, SignIn
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_FLOW = Flow((), "", check_password, passwords=True)
_CODE = Field("code", "Code", complete="one-time-code")
_ANSWERS = {  # challenge: how the field `code` is called in its answer, and what the page says
    "SMS_MFA": ("SMS_MFA_CODE", "Enter the code that was sent to your phone."),
    "EMAIL_OTP": ("EMAIL_OTP_CODE", "Enter the code that was sent to you by e-mail."),
    "SOFTWARE_TOKEN_MFA": ("SOFTWARE_TOKEN_MFA_CODE", "Enter the code of your authenticator app."),
    "SELECT_MFA_TYPE": ("ANSWER", ""),
}
_FACTORS = {"SMS_MFA": "Text message", "EMAIL_OTP": "E-mail", "SOFTWARE_TOKEN_MFA": "Authenticator app"}


def page(visit: Visit, client: Client, *, error: str = "", name: str = "", status: int = 200) -> Reply:
    """The sign-in page."""
    offered = providers_of(client)
    others = tuple(
        (visit.link("/oauth2/authorize", identity_provider=one), f"Continue with {one}")
        for one in offered
        if one != OWN
    )
    if OWN not in offered:
        return _shown(visit, Page("Sign in", error=error, buttons=others), status)
    fields = (
        Field(
            "username",
            accounts.name_label(visit.pool),
            complete="username",
            value=name or visit.query.get("login_hint", ""),
        ),
        Field("password", "Password", "password", "current-password"),
    )
    links = [(visit.link("/forgotPassword"), "Forgot your password?")]
    if accounts.may_sign_up(visit.pool):
        links.append((visit.link("/signup"), "Create an account"))
    return _shown(
        visit,
        Page(
            "Sign in",
            visit.link("/login"),
            fields,
            "Sign in",
            error=error,
            links=tuple(links),
            buttons=others,
        ),
        status,
    )


async def submit(visit: Visit, client: Client, asked: Asked) -> Reply:
    """Name and password were given."""
    if not visit.came_from_own_form():
        return page(visit, client, error="The page was too old. Please try again.", status=403)
    given = {"USERNAME": visit.form.get("username", ""), "PASSWORD": visit.form.get("password", "")}

    async def work(call: Any) -> tuple[User | None, Answer | None]:
        ex = Exchange(visit.idp, call, visit.pool, client, given, {}, hosted=True)
        user, begun = await begun_with(ex, HOSTED, _FLOW)
        return await _onward(ex, user, begun)

    try:
        user, challenge = await visit.committed(work)
        if challenge is None and user is not None:
            return await finish(visit, asked, user)
    except AwsError as error:
        if error.code == "UserNotConfirmedException":
            return accounts.confirm_page(visit, given["USERNAME"])
        return page(visit, client, error=str(error), name=given["USERNAME"], status=400)
    return await challenge_page(visit, client, given["USERNAME"], challenge or {})


async def respond(visit: Visit, client: Client, asked: Asked) -> Reply:
    """A challenge was answered."""
    if not visit.came_from_own_form():
        return page(visit, client, error="The page was too old. Please try again.", status=403)
    form = visit.form
    name, username, session = form.get("challenge", ""), form.get("username", ""), form.get("session", "")
    try:
        if name == "MFA_SETUP":
            done = await visit.operation(
                "VerifySoftwareToken", Session=session, UserCode=form.get("code", "")
            )
            session = done["Session"]
        given = {"USERNAME": username, **_given(name, form)}

        async def work(call: Any) -> tuple[User | None, Answer | None]:
            ex = Exchange(visit.idp, call, visit.pool, client, given, {}, session, hosted=True)
            user, after = await answered(ex, name)
            return await _onward(ex, user, after)

        user, challenge = await visit.committed(work)
        if challenge is None and user is not None:
            return await finish(visit, asked, user)
    except AwsError as error:
        if error.code in (
            "CodeMismatchException",
            "EnableSoftwareTokenMFAException",
            "InvalidPasswordException",
        ):
            return await challenge_page(
                visit, client, username, _again(name, session, form), error=str(error)
            )
        return page(visit, client, error=str(error), name=username, status=400)
    return await challenge_page(visit, client, username, challenge or {})


async def _onward(
    ex: Exchange, user: User | None, after: SignIn | Answer
) -> tuple[User | None, Answer | None]:
    """The next challenge, or nothing for a user who has proved everything."""
    if not isinstance(after, SignIn):
        return user, after
    assert user is not None  # who has proved something exists
    challenge = await next_challenge(ex, user, after)
    if challenge is None:
        await tell(ex, user, is_new_device=False)
    return user, challenge


async def challenge_page(
    visit: Visit, client: Client, username: str, challenge: Answer, *, error: str = ""
) -> Reply:
    """The page that asks for what a challenge wants."""
    name, session = challenge.get("ChallengeName", ""), challenge.get("Session", "")
    parameters = challenge.get("ChallengeParameters", {})
    if name == "NEW_PASSWORD_REQUIRED":
        missing = [
            each.removeprefix("userAttributes.")
            for each in json.loads(parameters.get("requiredAttributes", "[]"))
        ]
        fields = (
            accounts.new_password(visit.pool, "New password"),
            *(Field(f"attribute.{one}", accounts.attribute_label(one)) for one in missing),
        )
        made = Page(
            "Change your password",
            fields=fields,
            intro="Your password was given to you. Choose your own one.",
        )
    elif name == "SELECT_MFA_TYPE":
        options = tuple(
            (one, _FACTORS.get(one, one)) for one in json.loads(parameters.get("MFAS_CAN_CHOOSE", "[]"))
        )
        made = Page("Choose how to go on", fields=(Field("code", "Way", options=options),))
    elif name == "MFA_SETUP":
        return await _setup_page(visit, client, username, session, parameters.get("secret", ""), error)
    elif name in _ANSWERS:
        made = Page("Enter your code", fields=(_CODE,), intro=_ANSWERS[name][1])
    else:
        return page(visit, client, error="You can't sign in on this page.", name=username, status=400)
    hidden = (("challenge", name), ("session", session), ("username", username))
    return _challenge(visit, made, hidden, error)


async def _setup_page(
    visit: Visit, client: Client, username: str, session: str, secret: str, error: str
) -> Reply:
    """`secret` is what the app was told already: after a wrong code it is still the one."""
    if not secret:
        try:
            made = await visit.operation("AssociateSoftwareToken", Session=session)
        except AwsError as refused:
            return page(visit, client, error=str(refused), name=username, status=400)
        secret, session = made["SecretCode"], made["Session"]
    issuer = quote(visit.pool.name, safe="")
    address = f"otpauth://totp/{issuer}:{quote(username, safe='')}?secret={secret}&issuer={issuer}"
    shown = Page(
        "Set up your authenticator app",
        fields=(_CODE,),
        intro="Add this key to your authenticator app, then enter the code that it shows.",
        links=((address, "Open an app on this device"),),
        code=secret,
    )
    hidden = (
        ("challenge", "MFA_SETUP"), ("session", session), ("username", username), ("secret", secret),
    )  # fmt: skip
    return _challenge(visit, shown, hidden, error)


def _challenge(visit: Visit, made: Page, hidden: tuple[tuple[str, str], ...], error: str) -> Reply:
    whole = msgspec.structs.replace(
        made,
        action=visit.link("/challenge"),
        button="Continue",
        hidden=hidden,
        error=error,
        links=(*made.links, (visit.link("/login"), "Start again")),
    )
    return _shown(visit, whole, 400 if error else 200)


def _given(name: str, form: Any) -> dict[str, str]:
    """The form as the challenge's answer."""
    if name == "NEW_PASSWORD_REQUIRED":
        attributes = {
            f"userAttributes.{field.removeprefix('attribute.')}": value
            for field, value in form.items()
            if field.startswith("attribute.")
        }
        return {"NEW_PASSWORD": form.get("password", ""), **attributes}
    parameter = _ANSWERS.get(name)
    return {parameter[0]: form.get("code", "")} if parameter else {}


def _again(name: str, session: str, form: Any) -> Answer:
    """The same challenge once more, as its session may be answered again."""
    missing = [
        f"userAttributes.{each.removeprefix('attribute.')}" for each in form if each.startswith("attribute.")
    ]
    return {
        "ChallengeName": name,
        "Session": session,
        "ChallengeParameters": {"requiredAttributes": json.dumps(missing), "secret": form.get("secret", "")},
    }


def _shown(visit: Visit, made: Page, status: int) -> Reply:
    return accounts.with_csrf(visit, made, status)

"""The pages around an account: making one, confirming it, a forgotten password. Each calls the operation that applications call."""

from collections.abc import Mapping

import msgspec

from portico.services.cognito_idp.client_secrets import plain, secret_hash
from portico.services.cognito_idp.hosted.html import Field, Page, reply
from portico.services.cognito_idp.hosted.visit import CSRF, Visit
from portico.services.cognito_idp.records import Client, Pool
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_SENT = "Enter the code that was sent to you."
_RESEND = "resend"
_NOT_CONFIRMED = "Your registration has not been confirmed."
_CLASSES = (
    ("RequireUppercase", "a capital letter"),
    ("RequireLowercase", "a small letter"),
    ("RequireNumbers", "a number"),
    ("RequireSymbols", "a symbol"),
)
_TOO_OLD = "The page was too old. Please try again."
_LABELS = {
    "email": "E-mail",
    "phone_number": "Telephone number",
    "preferred_username": "Preferred name",
    "name": "Full name",
}
_KINDS = {"email": ("email", "email"), "phone_number": ("tel", "tel"), "name": ("text", "name")}


def may_sign_up(pool: Pool) -> bool:
    """Whether users make their accounts themselves."""
    return not pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]


def name_label(pool: Pool) -> str:
    """What a user of the pool signs in with."""
    attributes = pool.username_attributes
    return " or ".join(attribute_label(one) for one in attributes).capitalize() if attributes else "Username"


def attribute_label(name: str) -> str:
    """What a page calls an attribute."""
    return _LABELS.get(name, name.removeprefix("custom:").replace("_", " ").capitalize())


def with_csrf(visit: Visit, page: Page, status: int = 200) -> Reply:
    """A page whose form is bound to this browser."""
    token = visit.csrf()
    whole = msgspec.structs.replace(page, hidden=(*page.hidden, ("_csrf", token)))
    return reply(whole, status=status, more=visit.cookie(CSRF, token))


def signup_page(visit: Visit, *, error: str = "") -> Reply:
    """Make an account."""
    asked = dict.fromkeys(each.name for each in visit.pool.schema if each.required and each.name != "sub")
    asked |= dict.fromkeys(visit.pool.auto_verified)
    name = Field(
        "username", name_label(visit.pool), complete="username", value=visit.form.get("username", "")
    )
    own_name = () if visit.pool.username_attributes else (name,)
    wanted = visit.pool.username_attributes[:1] if visit.pool.username_attributes else ()
    fields = (
        *own_name,
        *(_field(name, visit.form) for name in dict.fromkeys((*wanted, *asked))),
        new_password(visit.pool, "Password"),
    )
    links = ((visit.link("/login"), "Have an account? Sign in"),)
    made = Page("Create an account", visit.link("/signup"), fields, "Sign up", error=error, links=links)
    return with_csrf(visit, made, 400 if error else 200)


async def sign_up(visit: Visit, client: Client) -> Reply:
    """The form was filled in."""
    if not visit.came_from_own_form():
        return signup_page(visit, error=_TOO_OLD)
    attributes = {
        name.removeprefix("attribute."): value
        for name, value in visit.form.items()
        if name.startswith("attribute.") and value
    }
    first = visit.pool.username_attributes[:1]
    username = visit.form.get("username") or (attributes.get(first[0], "") if first else "")
    try:
        made = await visit.operation(
            "SignUp",
            ClientId=client.id,
            Username=username,
            Password=visit.form.get("password", ""),
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            **_hash(visit, client, username),
        )
    except AwsError as error:
        return signup_page(visit, error=str(error))
    if made["UserConfirmed"]:
        return with_csrf(visit, _done(visit, "Your account is ready."))
    return confirm_page(visit, username)


def confirm_page(visit: Visit, username: str, *, error: str = "", intro: str = _SENT) -> Reply:
    """Confirm an account with the code that was sent; without a name, that is asked for as well."""
    asked = () if username else (Field("username", name_label(visit.pool), complete="username"),)
    made = Page(
        "Confirm your account",
        visit.link("/confirm"),
        (*asked, Field("code", "Code", complete="one-time-code")),
        "Confirm",
        (("username", username),) if username else (),
        intro,
        error,
        ((visit.link("/login"), "Sign in"),),
        again=(_RESEND, "Send a new code"),
    )
    return with_csrf(visit, made, 400 if error else 200)


async def confirm_by_link(visit: Visit) -> Reply:
    """Confirm an account by the link that was sent in place of a code. It works for every client: who follows it has come from a mail."""
    client = await visit.client(visit.query.get("client_id", ""))
    username, code = visit.query.get("user_name", ""), visit.query.get("confirmation_code", "")
    if client is None or not username or not code:
        return reply(Page(_NOT_CONFIRMED, error="The link is not complete."), status=400)
    of = {"ClientId": client.id, "Username": username, **_hash(visit, client, username)}
    try:
        await visit.operation("ConfirmSignUp", **of, ConfirmationCode=code)
    except AwsError as error:
        return reply(Page(_NOT_CONFIRMED, error=str(error)), status=400)
    return reply(Page("Your registration has been confirmed!"))


async def confirm(visit: Visit, client: Client) -> Reply:
    """A code was given, or a new one is wanted."""
    username, code = visit.form.get("username", ""), visit.form.get("code", "").strip()
    if not visit.came_from_own_form():
        return confirm_page(visit, username, error=_TOO_OLD)
    of = {"ClientId": client.id, "Username": username, **_hash(visit, client, username)}
    try:
        if visit.form.get(_RESEND):
            await visit.operation("ResendConfirmationCode", **of)
            return confirm_page(visit, username, intro="A new code was sent to you.")
        await visit.operation("ConfirmSignUp", **of, ConfirmationCode=code)
    except AwsError as error:
        return confirm_page(visit, username, error=str(error))
    return with_csrf(visit, _done(visit, "Your account is confirmed."))


def forgot_page(visit: Visit, *, error: str = "") -> Reply:
    """Ask for a code to set a new password with."""
    made = Page(
        "Forgot your password?",
        visit.link("/forgotPassword"),
        (Field("username", name_label(visit.pool), complete="username"),),
        "Send a code",
        error=error,
        links=((visit.link("/login"), "Sign in"),),
    )
    return with_csrf(visit, made, 400 if error else 200)


async def forgot(visit: Visit, client: Client) -> Reply:
    """A name was given: a code is sent."""
    if not visit.came_from_own_form():
        return forgot_page(visit, error=_TOO_OLD)
    username = visit.form.get("username", "")
    try:
        await visit.operation(
            "ForgotPassword", ClientId=client.id, Username=username, **_hash(visit, client, username)
        )
    except AwsError as error:
        return forgot_page(visit, error=str(error))
    return reset_page(visit, username)


def reset_page(visit: Visit, username: str, *, error: str = "") -> Reply:
    """Set a new password with a code."""
    fields = (
        Field("code", "Code", complete="one-time-code"),
        new_password(visit.pool, "New password"),
    )
    made = Page(
        "Set a new password",
        visit.link("/confirmForgotPassword"),
        fields,
        "Change the password",
        (("username", username),),
        _SENT,
        error,
        ((visit.link("/login"), "Sign in"),),
    )
    return with_csrf(visit, made, 400 if error else 200)


async def reset(visit: Visit, client: Client) -> Reply:
    """Code and new password were given."""
    username = visit.form.get("username", "")
    if not visit.came_from_own_form():
        return reset_page(visit, username, error=_TOO_OLD)
    try:
        await visit.operation(
            "ConfirmForgotPassword",
            ClientId=client.id,
            Username=username,
            ConfirmationCode=visit.form.get("code", "").strip(),
            Password=visit.form.get("password", ""),
            **_hash(visit, client, username),
        )
    except AwsError as error:
        return reset_page(visit, username, error=str(error))
    return with_csrf(visit, _done(visit, "Your password is changed."))


def new_password(pool: Pool, label: str) -> Field:
    """The field for a password that a user chooses, with what the pool asks of it."""
    policy = pool.password_policy
    length = f"At least {policy['MinimumLength']} characters"
    classes = ", ".join(words for member, words in _CLASSES if policy.get(member))
    hint = f"{length}, with {classes}" if classes else length
    return Field("password", label, "password", "new-password", hint=hint)


def _field(name: str, form: Mapping[str, str]) -> Field:
    kind, complete = _KINDS.get(name, ("text", "off"))
    return Field(
        f"attribute.{name}", attribute_label(name), kind, complete, form.get(f"attribute.{name}", "")
    )


def _done(visit: Visit, words: str) -> Page:
    return Page(words, buttons=((visit.link("/login"), "Sign in"),))


def _hash(visit: Visit, client: Client, username: str) -> dict[str, str]:
    """What proves the client's secret, which these pages know."""
    if not client.secrets:
        return {}
    secret = plain(visit.idp, client, client.secrets[0])
    return {"SecretHash": secret_hash(secret, username, client.id)}

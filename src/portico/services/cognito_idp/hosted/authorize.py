"""Where applications send their users: to the sign-in page, to an identity provider, or straight back if they are signed in."""

from collections.abc import Callable, Mapping

from portico.services.cognito_idp.hosted import accounts, login
from portico.services.cognito_idp.hosted.asked import (
    OWN,
    Asked,
    Refused,
    Unsafe,
    asked_of,
    providers_of,
    told,
)
from portico.services.cognito_idp.hosted.federated import Federation
from portico.services.cognito_idp.hosted.grants import finish, forgotten, signed_in
from portico.services.cognito_idp.hosted.html import Page, reply
from portico.services.cognito_idp.hosted.replies import redirect
from portico.services.cognito_idp.hosted.visit import Visit
from portico.services.cognito_idp.records import PROVIDER_IDENTIFIERS, Client
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_PAGES: Mapping[str, Callable[[Visit], Reply]] = {
    "/signup": accounts.signup_page,
    "/forgotPassword": accounts.forgot_page,
    "/confirm": lambda visit: accounts.confirm_page(visit, ""),
}
_SAID = {
    "redirect_mismatch": "The application wants you to be sent to an address that is not one of its own.",
    "not_found": "There is no such page here. Go back to the application and try again.",
    "invalid_request": "The application has sent you here in a way that can't be answered. Go back to it and try again.",
}
_FORMS = {
    "/signup": accounts.sign_up,
    "/confirm": accounts.confirm,
    "/confirmUser": accounts.confirm,
    "/forgotPassword": accounts.forgot,
    "/confirmForgotPassword": accounts.reset,
}


async def asked(visit: Visit) -> tuple[Client, Asked]:
    """The client and its request.

    Raises:
        Unsafe, Refused: see there.
    """
    client = await visit.client(visit.query.get("client_id", ""))
    found = asked_of(client, visit.query)
    assert client is not None  # else it would have been refused
    return client, found


async def authorize(visit: Visit, federation: Federation) -> Reply:
    """GET /oauth2/authorize."""
    client, wanted = await asked(visit)
    provider = wanted.provider or await _by_identifier(visit, wanted)
    if provider and provider != OWN:
        return await federation.begin(visit, client, wanted, provider)
    been = None if "login" in wanted.prompt.split() else await signed_in(visit, client, wanted.age_s_max)
    if been is not None:
        try:
            return await finish(visit, wanted, *been)
        except AwsError as error:
            raise Refused(wanted, "invalid_request", str(error)) from error
    if wanted.prompt == "none":
        raise Refused(wanted, "login_required")
    return redirect(visit.link("/login"))


async def _by_identifier(visit: Visit, wanted: Asked) -> str:
    if not wanted.provider_identifier:
        return ""
    held = await visit.idp.cache.get(PROVIDER_IDENTIFIERS, visit.pool.id, wanted.provider_identifier)
    if held is None:
        raise Refused(wanted, "invalid_request", "idp_identifier is unknown")
    return held.value.key


async def show(visit: Visit) -> Reply:
    """A page, by GET."""
    client, _ = await asked(visit)
    made = _PAGES.get(visit.path)
    if made is None or OWN not in providers_of(client):
        return login.page(visit, client)
    if visit.path == "/signup" and not accounts.may_sign_up(visit.pool):
        return login.page(visit, client, error="Accounts are made by an administrator.", status=400)
    return made(visit)


async def submit(visit: Visit) -> Reply:
    """A page's form, by POST."""
    client, wanted = await asked(visit)
    if OWN not in providers_of(client):
        return login.page(visit, client, error="You can't sign in with a password here.", status=400)
    if visit.path == "/login":
        return await login.submit(visit, client, wanted)
    if visit.path == "/challenge":
        return await login.respond(visit, client, wanted)
    return await _FORMS[visit.path](visit, client)


async def logout(visit: Visit) -> Reply:
    """End the browser's session, and go where the client has said that users may go, or back to the sign-in page."""
    client = await visit.client(visit.query.get("client_id", ""))
    over = forgotten(visit)
    if client is None:
        return error_page("invalid_request", over)
    where = visit.query.get("logout_uri")
    if where is not None:
        if where not in (client.settings.get("LogoutURLs") or ()):
            return error_page("redirect_mismatch", over)
        state = visit.query.get("state")
        back = Asked(client.id, where, "code", state=state)
        return redirect(told(back) if state is not None else where, over)
    asked_of(client, visit.query)  # else it would be a way to anywhere
    return redirect(visit.link("/login"), over)


def unsafe(visit: Visit, error: Unsafe) -> Reply:
    """Nobody is sent to an address that is not the client's: the browser stays here."""
    return redirect(f"{visit.base}/error?error={error}")


def error_page(error: str, more: tuple[tuple[str, str], ...] = (), *, status: int = 400) -> Reply:
    """What a user sees if the application has sent them in a way that can't be answered."""
    known = error if error in _SAID else "invalid_request"
    made = Page("An error was encountered with the requested page.", error=known, intro=_SAID[known])
    return reply(made, status=status, more=more)

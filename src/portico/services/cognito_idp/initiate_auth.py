"""InitiateAuth and AdminInitiateAuth: a sign-in begins, or tokens are refreshed.

Source: Cognito API reference, InitiateAuth, AdminInitiateAuth; Developer Guide, "Authentication flows".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors, refresh
from portico.services.cognito_idp.choice import after_sign_up, begin_choice
from portico.services.cognito_idp.client_secrets import check_hash
from portico.services.cognito_idp.custom_auth import begin_custom
from portico.services.cognito_idp.exchange import Answer, Exchange, asked
from portico.services.cognito_idp.migration import migrate
from portico.services.cognito_idp.password_sign_in import begin, check_password, offer
from portico.services.cognito_idp.progress import go_on
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.service import CognitoIdp, find_user, of_pool
from portico.services.cognito_idp.sign_in import SignIn
from portico.services.cognito_idp.triggers import attributes_of, call_trigger
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

Begin = Callable[[Exchange, User | None, SignIn], Awaitable[SignIn | Answer]]


class Flow(msgspec.Struct, frozen=True):
    """A flow: what allows it in a client's ExplicitAuthFlows, the words if nothing does, and how it begins. `by_default`: it is on where a
    client says nothing, and with flows of the old names. `passwords`: the call has one, with which a user can be migrated."""

    allowed_by: tuple[str, ...]
    refused: str
    begin: Begin
    by_default: bool = False
    admin: bool = False
    passwords: bool = False


async def _proof(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    return await offer(ex, user, sign_in)


_ADMIN = Flow(
    ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
    "Auth flow not enabled for this client",
    check_password,
    admin=True,
    passwords=True,
)
FLOWS: Mapping[str, Flow] = {
    "USER_SRP_AUTH": Flow(
        ("ALLOW_USER_SRP_AUTH",), "USER_SRP_AUTH is not enabled for the client.", _proof, by_default=True
    ),
    "USER_PASSWORD_AUTH": Flow(
        ("ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"),
        "USER_PASSWORD_AUTH flow not enabled for this client",
        check_password,
        passwords=True,
    ),
    "CUSTOM_AUTH": Flow(
        ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"),
        "CUSTOM_AUTH is not enabled for the client.",
        begin_custom,
        by_default=True,
    ),
    "USER_AUTH": Flow(
        ("ALLOW_USER_AUTH",), "USER_AUTH is not enabled for the client.", begin_choice, passwords=True
    ),
    "ADMIN_USER_PASSWORD_AUTH": _ADMIN,
    "ADMIN_NO_SRP_AUTH": _ADMIN,
}
_REFRESHES = ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")


@operation(action=None)
async def initiate_auth(idp: CognitoIdp, call: Call, request: "shapes.InitiateAuthRequest") -> Answer:
    """Begin to sign in, as anybody who knows the client's id may.

    Raises:
        ResourceNotFoundException: there is no such client. InvalidParameterException: the flow is off, or lacks a parameter.
        NotAuthorizedException, UserNotFoundException, UserNotConfirmedException, PasswordResetRequiredException: no.
        UserLambdaValidationException, InvalidLambdaResponseException, UnexpectedLambdaException: a trigger failed.
    """
    ex = await asked(idp, call, request, given="AuthParameters")
    return await _initiate(ex, request["AuthFlow"])


@of_pool
async def admin_initiate_auth(
    idp: CognitoIdp, call: Call, request: "shapes.AdminInitiateAuthRequest"
) -> Answer:
    """As InitiateAuth, by a backend with credentials, which may send passwords.

    Raises: as `initiate_auth`.
    """
    ex = await asked(idp, call, request, given="AuthParameters", admin=True)
    return await _initiate(ex, request["AuthFlow"])


async def _initiate(ex: Exchange, name: str) -> Answer:
    if name in _REFRESHES:
        return await refresh.by_flow(ex)
    flow = FLOWS[name]
    if flow.admin and not ex.admin:
        raise errors.invalid("Initiate Auth method not supported.")
    _check_allowed(ex, flow)
    check_hash(ex.idp, ex.client, ex.given.get("SECRET_HASH"), ex.username())
    user, begun = await begun_with(ex, name, flow)
    if not isinstance(begun, SignIn):
        return begun
    assert user is not None  # who has proved something exists
    return await go_on(msgspec.structs.replace(ex, metadata={}), user, begun)


async def begun_with(ex: Exchange, name: str, flow: Flow) -> tuple[User | None, SignIn | Answer]:
    """Who signs in, and how far the flow of that name gets with what was given.

    Raises:
        AwsError: as `initiate_auth`.
    """
    username = ex.username()
    user = await find_user(ex.call, ex.pool, username)
    password = ex.given.get("PASSWORD", "") if flow.passwords else ""
    if user is None and password:
        user = await _migrated(ex, username, password)
    if user is None and not ex.client.hides_users:
        raise errors.no_user()
    sign_in = begin(ex, name, username, user)
    if ex.session:
        return user, await after_sign_up(ex, user, sign_in)
    await _announce(ex, username, user)
    quiet = msgspec.structs.replace(
        ex, metadata={}
    )  # what InitiateAuth is told goes to the first trigger only
    return user, await flow.begin(quiet, user, sign_in)


async def _migrated(ex: Exchange, username: str, password: str) -> User | None:
    """The user as its old place knows it, if that takes the password; None if not, and the client does not tell. Passwords are guessed
    there no more often than here.

    Raises:
        AwsError: NotAuthorizedException, too many were wrong; as `migrate`.
    """
    asked = (ex.idp, ex.call, ex.pool, ex.client, username)
    guesser = ex.guesser(username, None)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        try:
            return await migrate(
                *asked, source="Authentication", password=password, validation=ex.metadata or None
            )
        except AwsError:
            await ex.idp.guesses.failed(guesser, ex.call.now)
            if not ex.client.hides_users:
                raise
            return None


def _check_allowed(ex: Exchange, flow: Flow) -> None:
    flows = ex.client.flows
    is_modern = any(each.startswith("ALLOW_") for each in flows)
    if flow.by_default and not is_modern and "CUSTOM_AUTH_FLOW_ONLY" not in flows:
        return
    if not flows & set(flow.allowed_by):
        raise errors.invalid(flow.refused)


async def _announce(ex: Exchange, username: str, user: User | None) -> None:
    """Tell the pre authentication trigger, whose function may refuse the user."""
    request: dict[str, Any] = {
        "userAttributes": {} if user is None else attributes_of(ex.pool, user),
        "validationData": dict(ex.metadata) or None,
    }
    if ex.client.hides_users:
        request["userNotFound"] = user is None
    await call_trigger(
        ex.idp,
        ex.call,
        ex.pool,
        "PreAuthentication_Authentication",
        username=username if user is None else user.username,
        client_id=ex.client.id,
        request=request,
    )

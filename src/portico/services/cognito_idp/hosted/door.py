"""The door to a pool's domain: which page or endpoint answers, and how what goes wrong is told."""

from collections.abc import Awaitable, Callable, Mapping

from portico.doors.port import Arrival
from portico.services.cognito_idp.hosted import accounts, authorize, oauth
from portico.services.cognito_idp.hosted.asked import Refused, Unsafe
from portico.services.cognito_idp.hosted.federated import Federation
from portico.services.cognito_idp.hosted.replies import OAuthError, redirect
from portico.services.cognito_idp.hosted.visit import Repeated, Visit, cookies, parameters
from portico.services.cognito_idp.records import DOMAINS, POOLS, Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_FORM_BYTES_MAX = 64 * 1024
_PREFLIGHT = (
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET, POST"),
    ("access-control-allow-headers", "authorization, content-type"),
    ("access-control-max-age", "3600"),
)
_CATEGORIES = {  # whose rate a step counts in that is no operation of the API
    "/login": "UserAuthentication",
    "/challenge": "UserAuthentication",
    "/oauth2/idpresponse": "UserFederation",
    "/oauth2/token": "UserToken",
}
_ENDPOINTS = ("/oauth2/token", "/oauth2/revoke", "/oauth2/userInfo")
Handler = Callable[[Visit], Awaitable[Reply]]


class HostedDoor:
    """The `auth` door."""

    def __init__(self, idp: CognitoIdp, federation: Federation) -> None:
        self._idp = idp
        self._handlers: Mapping[tuple[str, str], Handler] = {
            ("GET", "/oauth2/authorize"): lambda visit: authorize.authorize(visit, federation),
            ("GET", "/oauth2/idpresponse"): federation.end,
            ("POST", "/oauth2/idpresponse"): federation.end,
            ("POST", "/oauth2/token"): oauth.token,
            ("POST", "/oauth2/revoke"): oauth.revoke,
            ("GET", "/oauth2/userInfo"): oauth.user_info,
            ("POST", "/oauth2/userInfo"): oauth.user_info,
            ("GET", "/login"): authorize.show,
            ("GET", "/signup"): authorize.show,
            ("GET", "/forgotPassword"): authorize.show,
            ("GET", "/confirm"): authorize.show,
            ("GET", "/confirmUser"): accounts.confirm_by_link,
            ("POST", "/login"): authorize.submit,
            ("POST", "/challenge"): authorize.submit,
            ("POST", "/signup"): authorize.submit,
            ("POST", "/confirm"): authorize.submit,
            ("POST", "/confirmUser"): authorize.submit,
            ("POST", "/forgotPassword"): authorize.submit,
            ("POST", "/confirmForgotPassword"): authorize.submit,
            ("GET", "/logout"): authorize.logout,
            ("GET", "/error"): _error,
        }

    async def __call__(self, arrival: Arrival) -> Reply:
        """The reply to a request; a browser is shown a page, too, where there is none.

        Raises:
            AwsError: there is no such domain or page, the form is too large, there are too many requests.
        """
        try:
            return await self._reply(arrival)
        except AwsError as error:
            if error.status == 404 and "text/html" in arrival.head.header("accept"):
                return authorize.error_page("not_found", status=404)
            raise

    async def _reply(self, arrival: Arrival) -> Reply:
        address = arrival.address
        pool = await self._pool(arrival)
        method = "GET" if arrival.head.method == "HEAD" else arrival.head.method
        if method == "OPTIONS" and address.path in _ENDPOINTS:
            return Reply(204, _PREFLIGHT, b"")
        handler = self._handlers.get((method, address.path))
        if handler is None:
            known = any(path == address.path for _, path in self._handlers)
            raise AwsError(
                "MethodNotAllowed" if known else "NotFound", "There is no such page.", 405 if known else 404
            )
        form = await arrival.body.read(_FORM_BYTES_MAX) if method == "POST" else b""
        base = arrival.head.path.removesuffix(address.path)
        try:
            visit = Visit(
                self._idp,
                arrival,
                pool,
                base,
                parameters(arrival.head.query),
                parameters(form.decode("latin-1")) if form else {},
                cookies(arrival.head.header("cookie")),
            )
        except (Repeated, ValueError):
            if address.path in _ENDPOINTS:
                return OAuthError("invalid_request").reply()
            return authorize.error_page("invalid_request")
        self._admit(visit, method)
        return await _answered(visit, handler)

    def _admit(self, visit: Visit, method: str) -> None:
        category = _CATEGORIES.get(visit.path)
        if category is None or (visit.path in ("/login", "/challenge") and method == "GET"):
            return
        if visit.form.get("grant_type") == "client_credentials":
            category = "ClientAuthentication"
        self._idp.rates.take(category, visit.pool.account, visit.pool.region, status=429)

    async def _pool(self, arrival: Arrival) -> Pool:
        held = await self._idp.cache.get(DOMAINS, arrival.address.id)
        pool = None if held is None else await self._idp.cache.get(POOLS, held.value.pool)
        region = arrival.address.region
        if held is None or pool is None or (region and region != held.value.region):
            raise AwsError("NotFound", "There is no such domain.", 404)
        return pool.value


async def _answered(visit: Visit, handler: Handler) -> Reply:
    try:
        return await handler(visit)
    except Unsafe as error:
        return authorize.unsafe(visit, error)
    except Refused as refused:
        return redirect(refused.location)
    except OAuthError as error:
        return error.reply()


async def _error(visit: Visit) -> Reply:
    return authorize.error_page(visit.query.get("error", ""))

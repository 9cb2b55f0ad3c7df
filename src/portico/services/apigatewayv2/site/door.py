"""The door of developer portals: whose site a request is for, whether who visits may see it, and which page answers.

    address -> publication, or preview by its token -> sign-in, where the portal wants one -> page

Source: API Gateway Developer Guide, "Use an API Gateway portal", "Preview a portal in API Gateway".
"""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from portico.doors.aside import aside
from portico.doors.port import Arrival
from portico.services.apigatewayv2.portal_records import (
    PORTAL_DOMAINS,
    PREVIEWS,
    PUBLICATIONS,
    Publication,
    UserPool,
)
from portico.services.apigatewayv2.site import pages
from portico.services.apigatewayv2.site.sign_in import CALLBACK, SignIn
from portico.services.apigatewayv2.site.trying import Trials
from portico.services.apigatewayv2.site.visit import Visit
from portico.store.cache import RecordCache
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_PREVIEW = re.compile(r"(/preview/([A-Za-z0-9_-]+))(/.*)?").fullmatch
_ID = "([a-z0-9]+)"
_SIGN_OUT = "/sign-out"
Handler = Callable[..., Awaitable[Reply]]


class PortalDoor:
    """The `portal` door."""

    def __init__(self, cache: RecordCache, sign_in: SignIn, trials: Trials) -> None:
        self._cache = cache
        self._sign_in = sign_in
        self._routes: tuple[tuple[str, Any, Handler], ...] = tuple(
            (method, re.compile(path).fullmatch, handler)
            for method, path, handler in (
                ("GET", "/", _apart(pages.home)),
                ("GET", f"/products/{_ID}", _apart(pages.product)),
                ("GET", f"/products/{_ID}/pages/{_ID}", _apart(pages.text)),
                ("GET", f"/products/{_ID}/endpoints/{_ID}", _apart(pages.endpoint)),
                ("POST", f"/products/{_ID}/endpoints/{_ID}/try", trials),
            )
        )

    async def __call__(self, arrival: Arrival) -> Reply:
        """The reply to a request.

        Raises:
            AwsError: there is no site at the address (404), or none that is published.
        """
        visit = await self._visit(arrival)
        users = visit.site.users
        if users is not None and not visit.is_preview:
            refused = await self._kept_out(visit, users)
            if refused is not None:
                return refused
        return await self._page(visit)

    async def _visit(self, arrival: Arrival) -> Visit:
        address = arrival.address
        base, path = arrival.head.path.removesuffix(address.path), address.path
        site = await self._named(address.id) if address.kind == "domain" else None
        if address.kind != "domain":
            portal = address.id.removeprefix("p-")
            preview = _PREVIEW(path)
            if preview is not None:
                shown = await self._previewed(portal, preview[2], arrival)
                return Visit(arrival, shown, base + preview[1], preview[3] or "/", is_preview=True)
            held = await self._cache.get(PUBLICATIONS, portal)
            site = held.value if held else None
            if site is not None and site.domain and not base:
                site = None  # a portal with a name of its own is not found under the one that it was given
        if site is None or address.region not in ("", site.region):
            raise _nothing()
        return Visit(arrival, site, base, path)

    async def _named(self, name: str) -> Publication | None:
        """The site of a custom domain name."""
        owner = await self._cache.get(PORTAL_DOMAINS, name)
        held = await self._cache.get(PUBLICATIONS, owner.value.portal) if owner else None
        return held.value if held and held.value.domain == name else None

    async def _previewed(self, portal: str, token: str, arrival: Arrival) -> Publication:
        held = await self._cache.get(PREVIEWS, portal)
        if (
            held is None
            or held.value.ends_at <= arrival.at
            or not hmac.compare_digest(held.value.token.encode(), token.encode())
            or arrival.address.region not in ("", held.value.publication.region)
        ):
            raise _nothing()
        return held.value.publication

    async def _kept_out(self, visit: Visit, users: UserPool) -> Reply | None:
        """What is answered in place of the page, as long as who visits has not signed in; None once they have."""
        method = visit.arrival.head.method
        if visit.path == CALLBACK and method == "GET":
            return await self._sign_in.end(visit, users)
        if not await self._sign_in.is_signed_in(visit, users):
            if method in ("GET", "HEAD"):
                return self._sign_in.begin(visit, users)
            return pages.told(visit, "You are not signed in", "Sign in, and try again.", 401)
        if visit.path == _SIGN_OUT and method == "GET" and visit.came_from_here():
            return self._sign_in.leave(visit, users)
        return None

    async def _page(self, visit: Visit) -> Reply:
        head = visit.arrival.head
        method = "GET" if head.method == "HEAD" else head.method
        known = False
        for wanted, matches, handler in self._routes:
            found = matches(visit.path)
            if found is None:
                continue
            known = True
            if wanted == method:
                return await handler(visit, *found.groups())
        if known:
            return pages.told(visit, "Not possible", "This page can't be used in this way.", 405)
        return pages.missing(visit)


def _apart(page: Callable[..., Reply]) -> Handler:
    """A page that is made in a thread of its own: an author's text may take long."""

    async def made(visit: Visit, *named: str) -> Reply:
        return await aside(page, visit, *named)

    return made


def _nothing() -> AwsError:
    return AwsError("NotFoundException", "There is no portal at this address.", 404)

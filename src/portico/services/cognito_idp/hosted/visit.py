"""One request to a pool's domain, with everything that a page or an endpoint may know about it."""

import hmac
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from portico.calls.call import Call, Origin, Scope
from portico.doors.port import Arrival
from portico.identity.principal import ANONYMOUS
from portico.services.cognito_idp.links import domain_url
from portico.services.cognito_idp.records import CLIENTS, Client, Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.settle import settled
from portico.store.transaction import Transaction
from portico.wire.http import Headers

T = TypeVar("T")
CSRF = "XSRF-TOKEN"


class Repeated(Exception):
    """A parameter is there twice: which one counts can't be told, so neither does."""


class Visit(msgspec.Struct, frozen=True):
    """`base` is what stands before the path in the address ("" on a name of its own), `query` and `form` are decoded, `raw_query` is
    as it was sent."""

    idp: CognitoIdp
    arrival: Arrival
    pool: Pool
    base: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path below the domain."""
        return self.arrival.address.path

    @property
    def raw_query(self) -> str:
        """The query as it was sent."""
        return self.arrival.head.query

    @property
    def url(self) -> str:
        """The address of the domain, without a closing slash."""
        return domain_url(self.idp, self.pool)

    def call(self) -> Call:
        """A call in the pool's account, by nobody yet."""
        head, peer = self.arrival.head, self.arrival.peer
        origin = Origin(
            ANONYMOUS,
            Scope(self.pool.account, self.pool.region),
            self.arrival.request_id,
            peer.host,
            peer.secure,
            head.header("user-agent"),
        )
        return Call(origin, "cognito-idp", "HostedUI", Transaction(self.idp.cache), self.arrival.at)

    async def committed(self, work: Callable[[Call], Awaitable[T]]) -> T:
        """Run `work` and commit what it writes, again if another was faster.

        Raises:
            AwsError: `work`'s own; nothing of it is committed then.
        """
        return await settled(self.idp, self.call(), work)

    async def operation(self, name: str, **request: Any) -> Any:
        """Call an operation of Cognito's as anybody may.

        Raises:
            AwsError: as the service answers.
        """
        client = self.idp.clients.of(
            ANONYMOUS, Scope(self.pool.account, self.pool.region), request_id=self.arrival.request_id
        )
        return await client.call("cognito-idp", name, **request)

    async def client(self, client_id: str) -> Client | None:
        """The pool's client of that id."""
        held = await self.idp.cache.get(CLIENTS, self.pool.id, client_id)
        return None if held is None else held.value

    def link(self, path: str, **more: str) -> str:
        """The address of another page, which takes the application's request along; `more` goes in place of what that says."""
        if not more:
            return f"{self.base}{path}?{self.raw_query}"
        return f"{self.base}{path}?{urlencode({**self.query, **more})}"

    def csrf(self) -> str:
        """What a form has to bring along: the value that this browser has, or a new one."""
        return self.kept(CSRF) or secrets.token_urlsafe(24)

    def came_from_own_form(self) -> bool:
        """Whether the form was filled in on a page that this browser had from here. The browser's own word on that counts too: cookies
        may be set by whoever has a name next to this one, or a path below it."""
        kept, sent = self.kept(CSRF), self.form.get("_csrf", "")
        own = bool(kept) and hmac.compare_digest(kept.encode(), sent.encode())
        head = self.arrival.head
        origin, site = head.header("origin"), head.header("sec-fetch-site")
        is_here = not origin or urlsplit(origin).netloc == head.header("host")
        return own and is_here and site in ("", "same-origin", "none")

    def kept(self, name: str) -> str:
        """What the browser has kept under a name, "" if it has nothing."""
        return self.cookies.get(self._named(name), "")

    def cookie(self, name: str, value: str, age_s: int | None = None, *, cross_site: bool = False) -> Headers:
        """The header that sets a cookie, which no script can read and no other site sends (`cross_site`: forms of others do, over TLS); one
        that ends at once for age 0."""
        ends = "" if age_s is None else f"; Max-Age={age_s}"
        secure = "; Secure" if self.arrival.peer.secure else ""
        path = self.base or "/"
        site = "None" if cross_site and secure else "Lax"
        text = f"{self._named(name)}={value}; Path={path}; HttpOnly; SameSite={site}{secure}{ends}"
        return (("set-cookie", text),)

    def _named(self, name: str) -> str:
        """A cookie's name: where it can be, one that browsers take from this very host only. That of the forms stays AWS's, which
        scripts look for that sign in as a browser would."""
        is_bound = name != CSRF and self.arrival.peer.secure and not self.base
        return f"__Host-{name}" if is_bound else name


def parameters(text: str) -> dict[str, str]:
    """The parameters of a query or a form.

    Raises:
        Repeated: one is there twice.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=100):
        if name in found:
            raise Repeated(name)
        found[name] = value
    return found


def cookies(header: str) -> dict[str, str]:
    """The cookies of a Cookie header. One that is there twice is nobody's: which of them was set here can't be told."""
    pairs = [part.strip().partition("=") for part in header.split(";")]
    counted = Counter(name for name, _, _ in pairs)
    return {name: value for name, found, value in pairs if found and counted[name] == 1}

"""One request to a pool's domain, with everything that a page or an endpoint may know about it."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

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

    def csrf(self) -> str:
        """What a form has to bring along: the value that this browser has, or a new one."""
        return self.cookies.get(CSRF) or secrets.token_urlsafe(24)

    def came_from_own_form(self) -> bool:
        """Whether the form was filled in on a page that this browser had from here."""
        kept, sent = self.cookies.get(CSRF, ""), self.form.get("_csrf", "")
        return bool(kept) and hmac.compare_digest(kept.encode(), sent.encode())

    def cookie(self, name: str, value: str, age_s: int | None = None) -> Headers:
        """The header that sets a cookie, which no script can read and no other site sends; one that ends at once for age 0."""
        ends = "" if age_s is None else f"; Max-Age={age_s}"
        secure = "; Secure" if self.arrival.peer.secure else ""
        return (
            ("set-cookie", f"{name}={value}; Path={self.base or '/'}; HttpOnly; SameSite=Lax{secure}{ends}"),
        )


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
    """The cookies of a Cookie header."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, found, value in pairs if found}

"""User pools without a server: the service on a store in memory, with a clock that tests move; and short ways to sign in."""

import base64
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from portico.base.outbound import Outbound
from portico.bus.memory import MemoryBus
from portico.calls.authorize import Authorizer
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, load
from portico.doors.port import Doors
from portico.identity.issuers import Discovery, Issuers
from portico.identity.last_use import LastUses
from portico.identity.principal import root
from portico.identity.tokens import Tokens
from portico.services import cognito_idp
from portico.services.cognito_idp.service import CognitoIdp
from portico.wire.errors import AwsError
from srp_client import Client as SrpClient
from world import ACCOUNT, World, a_world

REGION = "us-east-1"
ORIGIN = "http://portico.test"
PASSWORD = "Passw0rd!x"
FLOWS = (
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_AUTH",
)
_UNROTATED = tuple(flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH")


class UserPools:
    """The service, called as the root of the account; what is called unsigned takes no notice of that."""

    def __init__(self, world: World, issuer: str, rates: str = "off") -> None:
        self.world = world
        self.clock = world.clock
        self.loops: dict[str, Callable[[], Awaitable[None]]] = {}
        self.doors = Doors()
        bus = MemoryBus()
        world.store.on_commit(bus.announce)
        decisions = Decisions(world.store, world.clock)
        last_uses = LastUses(world.cache)
        authorizer = Authorizer(world.cache, world.clock, decisions, "enforce", last_uses)
        dispatcher = Dispatcher(world.cache, world.clock, authorizer)
        clients = Clients(dispatcher)
        issuers = Issuers(Discovery(Outbound(), monotonic=world.clock.monotonic))
        self.tokens = Tokens(issuers, wall=world.clock.wall, now=world.clock.now)
        extras = {
            "Bus": bus,
            "Origin": ORIGIN,
            "Sealer": world.sealer,
            "Sessions": world.sessions,
            "Issuers": issuers,
            "Tokens": self.tokens,
            "Authorizer": authorizer,
            "Doors": self.doors,
            "Endpoints": Outbound(),
            "Settings": SimpleNamespace(
                smtp="", cognito_issuer=issuer, cognito_rates=rates, endpoint_url="", development=True
            ),
        }
        ports = Ports(world.store, world.cache, world.clock, clients, self.loops.__setitem__, extras)
        registry = load(cognito_idp.SERVICE)
        self.idp: CognitoIdp = cognito_idp.SERVICE.build(ports)
        dispatcher.bind(registry.index.service, Bound(registry, self.idp, cognito_idp.SERVICE.admit))
        self._client = clients.of(root(ACCOUNT), Scope(ACCOUNT, REGION))

    async def call(self, operation: str, **request: Any) -> Any:
        """Call an operation."""
        return await self._client.call("cognito-idp", operation, **request)

    async def refused(self, code: str, operation: str, **request: Any) -> str:
        """Have an operation refused with that code; its words."""
        with pytest.raises(AwsError) as caught:
            await self.call(operation, **request)
        assert caught.value.code == code, caught.value
        return caught.value.message or ""

    async def pool(self, **settings: Any) -> str:
        """A new pool; its id."""
        answer = await self.call("CreateUserPool", PoolName="pool", **settings)
        found: str = answer["UserPool"]["Id"]
        return found

    async def client(self, pool: str, **settings: Any) -> dict[str, Any]:
        """A new client of a pool, with every flow on, as DescribeUserPoolClient shows it."""
        flows = _UNROTATED if "RefreshTokenRotation" in settings else FLOWS
        asked = {"ClientName": "client", "ExplicitAuthFlows": list(flows), **settings}
        answer = await self.call("CreateUserPoolClient", UserPoolId=pool, **asked)
        found: dict[str, Any] = answer["UserPoolClient"]
        return found

    async def user(
        self, pool: str, name: str = "alice", *, password: str = PASSWORD, **attributes: str
    ) -> str:
        """A new user, confirmed; its sub."""
        given = [{"Name": key.replace("__", ":"), "Value": value} for key, value in attributes.items()]
        answer = await self.call(
            "AdminCreateUser", UserPoolId=pool, Username=name, MessageAction="SUPPRESS", UserAttributes=given
        )
        if password:
            await self.call(
                "AdminSetUserPassword", UserPoolId=pool, Username=name, Password=password, Permanent=True
            )
        return next(each["Value"] for each in answer["User"]["Attributes"] if each["Name"] == "sub")

    async def by_password(
        self, client: str, name: str = "alice", password: str = PASSWORD, **more: str
    ) -> dict[str, Any]:
        """InitiateAuth with a password."""
        given = {"USERNAME": name, "PASSWORD": password, **more}
        answer: dict[str, Any] = await self.call(
            "InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", ClientId=client, AuthParameters=given
        )
        return answer

    async def tokens_of(self, client: str, name: str = "alice") -> dict[str, str]:
        """The tokens of a user that signs in with the usual password."""
        found: dict[str, str] = (await self.by_password(client, name))["AuthenticationResult"]
        return found

    async def offer(self, client: str, srp: SrpClient, name: str = "alice", **more: str) -> dict[str, Any]:
        """InitiateAuth by SRP."""
        answer: dict[str, Any] = await self.call(
            "InitiateAuth",
            AuthFlow="USER_SRP_AUTH",
            ClientId=client,
            AuthParameters={"USERNAME": name, "SRP_A": srp.a, **more},
        )
        return answer

    async def respond(
        self, client: str, challenge: str, responses: Mapping[str, str], session: str = ""
    ) -> dict[str, Any]:
        """RespondToAuthChallenge."""
        more = {"Session": session} if session else {}
        answer: dict[str, Any] = await self.call(
            "RespondToAuthChallenge",
            ClientId=client,
            ChallengeName=challenge,
            ChallengeResponses=dict(responses),
            **more,
        )
        return answer

    async def by_srp(
        self, pool: str, client: str, name: str = "alice", password: str = PASSWORD
    ) -> dict[str, Any]:
        """Both calls of a sign-in by SRP."""
        srp = SrpClient(pool.partition("_")[2], password)
        offered = await self.offer(client, srp, name)
        assert offered["ChallengeName"] == "PASSWORD_VERIFIER"
        return await self.respond(client, "PASSWORD_VERIFIER", srp.proof(offered["ChallengeParameters"]))


@contextlib.asynccontextmanager
async def user_pools(issuer: str = "own", rates: str = "off") -> AsyncIterator[UserPools]:
    """User pools for a test."""
    async with a_world() as world:
        yield UserPools(world, issuer, rates)


def claims(token: str) -> dict[str, Any]:
    """What a token says."""
    text = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def secret_hash(client: Mapping[str, Any], name: str) -> str:
    """A client's SECRET_HASH for a user."""
    words = (name + client["ClientId"]).encode()
    return base64.b64encode(hmac.digest(client["ClientSecret"].encode(), words, "sha256")).decode()

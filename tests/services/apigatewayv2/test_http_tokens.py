"""JWT authorizers, against a real issuer, and tokens that must not be believed.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"; RFC 8725 (attacks).
"""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, new_account, running
from http_api import ECHO, Came, HttpApi
from issuer import Issuer, an_issuer


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """An issuer on a loop of its own, so that tests may block."""
    directory: Path = tmp_path_factory.mktemp("issuer")
    loop, ready, done = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Issuer] = []

    async def serve() -> None:
        async with an_issuer(directory) as one:
            found.append(one)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    one = found[0]
    url = f"https://127.0.0.1:{one.port}"
    document = {"issuer": url, "jwks_uri": f"{url}/keys"}
    one.overridden["/.well-known/openid-configuration"] = (200, json.dumps(document).encode())
    yield one
    loop.call_soon_threadsafe(done.set)
    thread.join(10)
    loop.close()


class Guarded:
    """An HTTP API with a route for tokens, one for tokens with scopes, and their issuer."""

    def __init__(self, server: Server, issuer: Issuer) -> None:
        self.issuer = issuer
        self.url = f"https://127.0.0.1:{issuer.port}"
        account = new_account()
        self.api = HttpApi(server, lambda service: server.client(service, account), account)
        iam, functions = self.api.client("iam"), self.api.client("lambda")
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        functions.create_function(
            FunctionName="echo",
            Handler="app.handler",
            Runtime="python3.12",
            Role=role,
            Code={"ZipFile": zip_of({"app.py": ECHO})},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
        authorizer = self.authorizer("one", "my-client", "another")
        self.api.stage()
        target = self.api.integrate("echo")
        for key, scopes in (("GET /open", []), ("GET /scoped", ["read", "write"])):
            self.api.route(
                key, target, AuthorizationType="JWT", AuthorizerId=authorizer, AuthorizationScopes=scopes
            )

    def authorizer(self, name: str, *audience: str, source: str = "$request.header.Authorization") -> str:
        """Another authorizer of the same issuer."""
        made = self.api.control.create_authorizer(
            ApiId=self.api.id,
            Name=name,
            AuthorizerType="JWT",
            IdentitySource=[source],
            JwtConfiguration={"Issuer": self.url, "Audience": list(audience)},
        )
        return str(made["AuthorizerId"])

    def token(self, **options: Any) -> str:
        """A token of the issuer."""
        return self.issuer.token(**{"iss": self.url, **options})

    def ask(self, token: str | None, path: str = "/open", scheme: str = "Bearer ") -> Came:
        """Call with a token."""
        headers = {} if token is None else {"Authorization": scheme + token}
        return self.api.ask(path, headers=headers)


@pytest.fixture(scope="module")
def guarded(issuer: Issuer) -> Iterator[Guarded]:
    """A guarded API on a server that reaches the issuer."""
    env = {"SSL_CERT_FILE": str(issuer.certificate), "PORTICO_OUTBOUND_ALLOW": "127.0.0.1"}
    with running(None, env=env) as server:
        yield Guarded(server, issuer)


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_a_token_lets_in_and_its_claims_are_told(guarded: Guarded) -> None:
    token = guarded.token(scope="a b", groups=["x", "y"], admin=True, n=1.5, nothing=None, o={"k": [1]})
    came = guarded.ask(token)
    assert came.status == 200
    jwt = came.json["echo"]["requestContext"]["authorizer"]["jwt"]
    claims = jwt["claims"]
    assert jwt["scopes"] is None
    assert (claims["sub"], claims["aud"], claims["iss"]) == ("somebody", "my-client", guarded.url)
    assert (claims["groups"], claims["admin"], claims["n"], claims["o"]) == (
        "[x y]",
        "true",
        "1.5",
        '{"k":[1]}',
    )
    assert claims["exp"].isdecimal()
    assert guarded.ask(token, scheme="").status == 200
    assert guarded.ask(token, scheme="bearer ").status == 200


@pytest.mark.parametrize("claims", [{"scope": "read other"}, {"scp": ["write"]}, {"scp": "read"}])
def test_one_of_the_scopes_is_enough(guarded: Guarded, claims: dict[str, Any]) -> None:
    came = guarded.ask(guarded.token(**claims), "/scoped")
    assert came.status == 200
    assert came.json["echo"]["requestContext"]["authorizer"]["jwt"]["scopes"] in (["read"], ["write"])


def test_none_of_the_scopes_is_forbidden(guarded: Guarded) -> None:
    came = guarded.ask(guarded.token(scope="reading"), "/scoped")
    assert came.message == (403, "Forbidden")
    assert came.headers["www-authenticate"] == 'Bearer scope="read write" error="insufficient_scope"'


def test_without_a_token(guarded: Guarded) -> None:
    came = guarded.ask(None)
    assert came.message == (401, "Unauthorized")
    assert came.headers["www-authenticate"] == "Bearer"


def test_client_id_counts_where_there_is_no_audience(guarded: Guarded) -> None:
    assert guarded.ask(guarded.token(aud=None, client_id="another")).status == 200
    assert guarded.ask(guarded.token(aud=None, client_id="stranger")).status == 401
    assert guarded.ask(guarded.token(aud="stranger", client_id="another")).status == 401


def unsigned(guarded: Guarded) -> str:
    """`alg: none`."""
    _, payload, _ = guarded.token().split(".")
    return f"{encoded({'alg': 'none', 'kid': 'one'})}.{payload}."


def confused(guarded: Guarded) -> str:
    """HS256 with the public key as the secret."""
    _, payload, _ = guarded.token().split(".")
    text = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{payload}"
    secret = guarded.issuer.keys["one"].as_pem(private=False)
    made = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def altered(guarded: Guarded) -> str:
    """Other claims under the signature of the first ones."""
    head, _, signature = guarded.token().split(".")
    claims = {"iss": guarded.url, "sub": "root", "aud": "my-client", "exp": now() + 600}
    return f"{head}.{encoded(claims)}.{signature}"


STRANGE = RSAKey.generate_key(2048, {"kid": "one"})
ATTACKS: dict[str, tuple[Callable[[Guarded], str], str]] = {
    "no algorithm": (unsigned, "the token does not have a valid signature"),
    "a public key as a secret": (confused, "the token does not have a valid signature"),
    "other claims": (altered, "the token does not have a valid signature"),
    "another key of that id": (lambda g: g.token(key=STRANGE), "the token does not have a valid signature"),
    "an unknown key": (lambda g: g.token(kid="two", key=STRANGE), "the token was not signed with a key of the issuer"),
    "no key id and another key": (lambda g: g.token(kid="", key=STRANGE), "the token does not have a valid signature"),
    "an elliptic curve": (
        lambda g: g.token(alg="ES256", key=ECKey.generate_key("P-256", {"kid": "one"})),
        "the token does not have a valid signature",
    ),
    "a wrong audience": (lambda g: g.token(aud="stranger"), "the token does not have a valid audience"),
    "no audience": (lambda g: g.token(aud=None), "the token does not have a valid audience"),
    "a wrong issuer": (lambda g: g.token(iss="https://issuer.invalid"), "the token does not have a valid issuer"),
    "an issuer that begins alike": (lambda g: g.token(iss=g.url + ".evil"), "the token does not have a valid issuer"),
    "no issuer": (lambda g: g.token(iss=None), "the token does not have a valid issuer"),
    "it has expired": (lambda g: g.token(exp=now() - 10), "the token has expired"),
    "no expiry": (lambda g: g.token(exp=None), "the token is not valid yet or lacks a claim"),
    "it is not valid yet": (lambda g: g.token(nbf=now() + 3600), "the token is not valid yet or lacks a claim"),
    "it is of the future": (lambda g: g.token(iat=now() + 3600), "the token is not valid yet or lacks a claim"),
    "no token at all": (lambda g: "token", "the token is not a valid JSON Web Token"),
    "two of its parts": (lambda g: g.token().rpartition(".")[0], "the token is not a valid JSON Web Token"),
    "a header that breaks": (lambda g: "a.b.c", "the token is not a valid JSON Web Token"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_tokens_that_must_not_be_believed(guarded: Guarded, name: str) -> None:
    make, why = ATTACKS[name]
    came = guarded.ask(make(guarded))
    assert came.message == (401, "Unauthorized")
    assert (
        came.headers["www-authenticate"] == f'Bearer scope="" error="invalid_token" error_description="{why}"'
    )


def test_a_token_in_the_query(guarded: Guarded) -> None:
    authorizer = guarded.authorizer("query", "my-client", source="$request.querystring.token")
    target = guarded.api.control.get_routes(ApiId=guarded.api.id)["Items"][0]["Target"]
    guarded.api.route("GET /query", target, AuthorizationType="JWT", AuthorizerId=authorizer)
    assert guarded.api.ask(f"/query?token={guarded.token()}").status == 200
    assert guarded.api.ask("/query").status == 401

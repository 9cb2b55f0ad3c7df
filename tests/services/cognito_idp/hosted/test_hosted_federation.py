"""Signing in at an OpenID Connect provider: one of the tests' own, over TLS, with a server that trusts its certificate."""

import http.server
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from harness import Server, new_account, running
from services.cognito_idp.hosted.conftest import CALLBACK, Browser

CLIENT, SECRET = "at-the-provider", "provider-secret"


class Provider(http.server.ThreadingHTTPServer):
    """Tells whatever `claims` say of the user whose code comes; `asked` are the forms that came to its token endpoint."""

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.key = RSAKey.generate_key(2048, {"kid": "k", "use": "sig"})
        self.signing_key = self.key
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}"

    def token(self) -> str:
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        return jws.serialize_compact(
            {"alg": "RS256", "kid": "k"}, json.dumps(said).encode(), self.signing_key, algorithms=["RS256"]
        )


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url = self.server.url
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": url, "jwks_uri": f"{url}/keys", "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token", "userinfo_endpoint": f"{url}/info",
            },
            "/keys": {"keys": [self.server.key.as_dict(private=False)]},
            "/info": self.server.info,
        }  # fmt: skip
        path, _, query = self.path.partition("?")
        if path == "/token":
            self.server.asked.append(parse_qs(query))
            documents[path] = {"access_token": "a", "token_type": "bearer"}
        self._answer(documents.get(path))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self.server.asked.append(form)
        self._answer({"id_token": self.server.token(), "access_token": "a", "token_type": "Bearer"})

    def _answer(self, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(404 if document is None else 200)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _certificate(file: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    made = Provider(_certificate(tmp_path_factory.mktemp("provider") / "cert.pem"))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def trusting(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.getbasetemp()
    certificate = next(folder.glob("provider*/cert.pem"))
    data = tmp_path_factory.mktemp("trusting") / "data"
    allowed = ("--outbound-allow", "127.0.0.0/8,::1")
    with running(data, *allowed, env={"SSL_CERT_FILE": str(certificate)}) as server:
        yield server


class Way:
    """A pool whose client takes the provider's users."""

    def __init__(self, server: Server, provider: Provider) -> None:
        self.provider = provider
        self.cognito = server.client("cognito-idp", new_account())
        self.pool = self.cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
        self.prefix = f"f{self.pool.split('_')[1].lower()}"
        self.cognito.create_user_pool_domain(UserPoolId=self.pool, Domain=self.prefix)
        self.cognito.create_identity_provider(
            UserPoolId=self.pool,
            ProviderName="Corp",
            ProviderType="OIDC",
            ProviderDetails={
                "client_id": CLIENT, "client_secret": SECRET, "attributes_request_method": "GET",
                "oidc_issuer": provider.url, "authorize_scopes": "openid email",
            },
            AttributeMapping={"email": "email", "name": "nickname"},
        )  # fmt: skip
        self.client_id = self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName="web", AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email", "profile"], CallbackURLs=[CALLBACK], SupportedIdentityProviders=["COGNITO", "Corp"],
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        self.origin = server.url.replace("127.0.0.1", f"{self.prefix}.auth.us-east-1.localhost")

    def begin(self) -> tuple[Browser, dict[str, str]]:
        """A browser that was sent to the provider, and what the provider was asked."""
        browser = Browser(self.origin)
        browser.get(
            "/oauth2/authorize", client_id=self.client_id, response_type="code", redirect_uri=CALLBACK, state="s",
            scope="openid email profile", identity_provider="Corp",
        )  # fmt: skip
        assert browser.at.startswith(f"{self.provider.url}/authorize?"), browser.text
        asked = {name: values[0] for name, values in parse_qs(urlsplit(browser.at).query).items()}
        self.provider.claims = {
            "sub": "u1",
            "nonce": asked["nonce"],
            "email": "ada@corp.example",
            "email_verified": True,
        }
        self.provider.info = {"sub": "u1", "nickname": "Ada"}
        return browser, asked

    def back(self, browser: Browser, state: str, code: str = "c") -> Browser:
        """The provider sends the browser back."""
        return browser.get("/oauth2/idpresponse", code=code, state=state)


@pytest.fixture
def way(trusting: Server, provider: Provider) -> Way:
    provider.signing_key = provider.key
    return Way(trusting, provider)


def test_a_user_of_the_provider(way: Way) -> None:
    browser, asked = way.begin()
    assert (asked["client_id"], asked["scope"], asked["response_type"]) == (CLIENT, "openid email", "code")
    assert asked["redirect_uri"] == f"{way.origin}/oauth2/idpresponse"
    way.back(browser, asked["state"])
    assert browser.at.startswith(CALLBACK), browser.text
    assert browser.told["state"] == "s"
    form = way.provider.asked[-1]
    assert (form["client_secret"], form["code"], form["redirect_uri"]) == (
        [SECRET],
        ["c"],
        [asked["redirect_uri"]],
    )
    user = way.cognito.admin_get_user(UserPoolId=way.pool, Username="Corp_u1")
    assert user["UserStatus"] == "EXTERNAL_PROVIDER"
    attributes = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    assert (attributes["email"], attributes["name"]) == ("ada@corp.example", "Ada")
    assert json.loads(attributes["identities"])[0]["userId"] == "u1"


def test_attributes_follow_the_provider(way: Way) -> None:
    for nickname in ("Ada", "Countess"):
        browser, asked = way.begin()
        way.provider.info = {"sub": "u1", "nickname": nickname}
        assert "code" in way.back(browser, asked["state"]).told
    users = way.cognito.list_users(UserPoolId=way.pool)["Users"]
    assert len(users) == 1
    assert {"Name": "name", "Value": "Countess"} in users[0]["Attributes"]


def test_the_sign_in_page_offers_it(way: Way) -> None:
    browser = Browser(way.origin)
    browser.get("/login", client_id=way.client_id, response_type="code", redirect_uri=CALLBACK)
    assert "Continue with Corp" in browser.text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"iss": "https://evil.example.com"},
        {"exp": 1},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"sub": None},
        {"sub": "u2"},  # the attributes are of u1
    ],
)
def test_tokens_that_do_not_hold(way: Way, claims: dict[str, Any]) -> None:
    browser, asked = way.begin()
    way.provider.claims |= claims
    way.back(browser, asked["state"])
    assert browser.told["error"] == "server_error"
    assert "code" not in browser.told
    assert way.cognito.list_users(UserPoolId=way.pool)["Users"] == []


def test_a_token_of_another_key(way: Way) -> None:
    browser, asked = way.begin()
    way.provider.signing_key = RSAKey.generate_key(2048, {"kid": "k"})
    assert way.back(browser, asked["state"]).told["error"] == "server_error"


def test_a_link_signs_nobody_in(way: Way) -> None:
    """Somebody else's attempt, opened in a browser that did not begin it."""
    _, asked = way.begin()
    victim = Browser(way.origin)
    way.back(victim, asked["state"])
    assert (victim.at, victim.status) == ("", 400)
    other, _ = way.begin()
    way.back(other, asked["state"])
    assert (other.at, other.status) == ("", 400)
    way.back(other, "forged")
    assert (other.at, other.status) == ("", 400)


def test_the_provider_says_no(way: Way) -> None:
    browser, asked = way.begin()
    browser.get("/oauth2/idpresponse", error="access_denied", error_description="no", state=asked["state"])
    assert (browser.told["error"], browser.told["error_description"]) == ("access_denied", "no")


def test_a_user_who_is_disabled(way: Way) -> None:
    browser, asked = way.begin()
    way.back(browser, asked["state"])
    way.cognito.admin_disable_user(UserPoolId=way.pool, Username="Corp_u1")
    browser, asked = way.begin()
    assert way.back(browser, asked["state"]).told["error"] == "invalid_request"


def test_an_account_that_was_linked(way: Way) -> None:
    way.cognito.admin_create_user(UserPoolId=way.pool, Username="ada", MessageAction="SUPPRESS")
    way.cognito.admin_set_user_password(
        UserPoolId=way.pool, Username="ada", Password="Secret-123", Permanent=True
    )
    way.cognito.admin_link_provider_for_user(
        UserPoolId=way.pool,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
        SourceUser={"ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "u1"},
    )  # fmt: skip
    browser, asked = way.begin()
    assert "code" in way.back(browser, asked["state"]).told
    assert [user["Username"] for user in way.cognito.list_users(UserPoolId=way.pool)["Users"]] == ["ada"]


@pytest.mark.parametrize("name", ["sub", "identities", "cognito:groups", "cognito:username"])
def test_what_a_provider_can_not_say_of_its_users(way: Way, name: str) -> None:
    given = {"UserPoolId": way.pool, "ProviderName": "Corp", "AttributeMapping": {name: "nickname"}}
    with pytest.raises(ClientError) as caught:
        way.cognito.update_identity_provider(**given)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_what_is_fixed_a_provider_does_not_change_either(way: Way) -> None:
    fixed = {"Name": "tenant", "AttributeDataType": "String", "Mutable": False}
    way.cognito.add_custom_attributes(UserPoolId=way.pool, CustomAttributes=[fixed])
    way.cognito.update_identity_provider(
        UserPoolId=way.pool, ProviderName="Corp", AttributeMapping={"custom:tenant": "tenant"}
    )
    for tenant, error in (("a", ""), ("a", ""), ("b", "invalid_request")):
        browser, asked = way.begin()
        way.provider.claims["tenant"] = tenant
        assert way.back(browser, asked["state"]).told.get("error", "") == error
    user = way.cognito.admin_get_user(UserPoolId=way.pool, Username="Corp_u1")
    assert {"Name": "custom:tenant", "Value": "a"} in user["UserAttributes"]


def test_an_address_that_a_provider_tells_takes_nobodys_place(way: Way) -> None:
    """Whoever may name himself at a provider is not thereby the user who signs in with that address here."""
    pool = way.cognito.create_user_pool(PoolName="q", AliasAttributes=["email"])["UserPool"]["Id"]
    way.cognito.delete_user_pool_domain(UserPoolId=way.pool, Domain=way.prefix)
    way.cognito.create_user_pool_domain(UserPoolId=pool, Domain=way.prefix)
    described = way.cognito.describe_identity_provider(UserPoolId=way.pool, ProviderName="Corp")
    provider = described["IdentityProvider"]
    mapping = {**provider["AttributeMapping"], "email_verified": "email_verified"}
    way.cognito.create_identity_provider(
        UserPoolId=pool, ProviderName="Corp", ProviderType="OIDC", ProviderDetails=provider["ProviderDetails"], AttributeMapping=mapping
    )  # fmt: skip
    way.client_id = way.cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "profile"], CallbackURLs=[CALLBACK], SupportedIdentityProviders=["COGNITO", "Corp"],
    )["UserPoolClient"]["ClientId"]  # fmt: skip
    address = [{"Name": "email", "Value": "ada@corp.example"}, {"Name": "email_verified", "Value": "true"}]
    way.cognito.admin_create_user(
        UserPoolId=pool, Username="ada", UserAttributes=address, MessageAction="SUPPRESS"
    )
    way.cognito.admin_set_user_password(
        UserPoolId=pool, Username="ada", Password="Secret-123", Permanent=True
    )
    for _ in range(2):  # made, then changed
        browser, asked = way.begin()
        assert "code" in way.back(browser, asked["state"]).told
        assert way.cognito.admin_get_user(UserPoolId=pool, Username="ada@corp.example")["Username"] == "ada"
    with pytest.raises(way.cognito.exceptions.AliasExistsException):
        way.cognito.admin_set_user_password(
            UserPoolId=pool, Username="Corp_u1", Password="Secret-123", Permanent=True
        )


def _offered(way: Way, kind: str, details: dict[str, str], mapping: dict[str, str]) -> None:
    """Have the pool's client take users of another provider as well."""
    way.cognito.create_identity_provider(
        UserPoolId=way.pool,
        ProviderName=kind,
        ProviderType=kind,
        ProviderDetails=details,
        AttributeMapping=mapping,
    )
    way.cognito.update_user_pool_client(
        UserPoolId=way.pool, ClientId=way.client_id, AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "profile"], CallbackURLs=[CALLBACK], SupportedIdentityProviders=["COGNITO", kind],
    )  # fmt: skip


def _begun(way: Way, kind: str) -> tuple[Browser, dict[str, str]]:
    browser = Browser(way.origin)
    browser.get(
        "/oauth2/authorize", client_id=way.client_id, response_type="code", redirect_uri=CALLBACK, state="s",
        scope="openid email profile", identity_provider=kind,
    )  # fmt: skip
    return browser, {name: values[0] for name, values in parse_qs(urlsplit(browser.at).query).items()}


def test_a_provider_that_tells_by_an_address_of_its_own(way: Way) -> None:
    """As Facebook does: no ID token, a token by GET, and attributes that are asked for by name."""
    url = way.provider.url
    details = {
        "client_id": CLIENT, "client_secret": SECRET, "authorize_scopes": "public_profile,email", "authorize_url": f"{url}/authorize",
        "token_url": f"{url}/token", "attributes_url": f"{url}/info?fields=",
    }  # fmt: skip
    _offered(way, "Facebook", details, {"email": "email", "name": "name"})
    browser, asked = _begun(way, "Facebook")
    assert asked["scope"] == "public_profile email"
    way.provider.info = {"id": "f1", "email": "ada@face.example", "name": "Ada"}
    assert "code" in way.back(browser, asked["state"]).told
    assert way.provider.asked[-1]["client_secret"] == [SECRET]
    user = way.cognito.admin_get_user(UserPoolId=way.pool, Username="Facebook_f1")
    assert {"Name": "email", "Value": "ada@face.example"} in user["UserAttributes"]
    browser, asked = _begun(way, "Facebook")
    way.provider.info = {"error": "expired"}
    assert way.back(browser, asked["state"]).told["error"] == "server_error"


def test_sign_in_with_apple(way: Way) -> None:
    """The secret is a token that the team's key signs, and users come back with a form."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    url = way.provider.url
    details = {
        "client_id": CLIENT, "team_id": "TEAM", "key_id": "KEY", "private_key": "".join(pem.split("\n")[1:-2]),
        "authorize_scopes": "email name", "oidc_issuer": url, "authorize_url": f"{url}/authorize", "token_url": f"{url}/token",
    }  # fmt: skip
    _offered(way, "SignInWithApple", details, {"email": "email"})
    shown = way.cognito.describe_identity_provider(UserPoolId=way.pool, ProviderName="SignInWithApple")
    assert "private_key" not in shown["IdentityProvider"]["ProviderDetails"]
    way.cognito.update_identity_provider(
        UserPoolId=way.pool,
        ProviderName="SignInWithApple",
        ProviderDetails=shown["IdentityProvider"]["ProviderDetails"],
    )
    browser, asked = _begun(way, "SignInWithApple")
    assert asked["response_mode"] == "form_post"
    way.provider.claims = {"sub": "a1", "nonce": asked["nonce"], "email": "ada@apple.example"}
    browser.post("/oauth2/idpresponse", code="c", state=asked["state"])
    assert "code" in browser.told
    secret = way.provider.asked[-1]["client_secret"][0]
    public = ECKey.import_key(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    token = jwt.decode(secret, public, algorithms=["ES256"])
    assert (token.header["kid"], token.claims["iss"], token.claims["sub"]) == ("KEY", "TEAM", CLIENT)
    assert (token.claims["aud"], token.claims["exp"] - token.claims["iat"]) == (url, 300)


def test_secrets_of_providers_are_sealed(trusting: Server, way: Way) -> None:
    assert trusting.data is not None
    files = [file.read_bytes() for file in trusting.data.rglob("*") if file.is_file()]
    assert any(way.pool.encode() in content for content in files)
    assert not any(SECRET.encode() in content for content in files)
    shown = way.cognito.describe_identity_provider(UserPoolId=way.pool, ProviderName="Corp")
    assert shown["IdentityProvider"]["ProviderDetails"]["client_secret"] == SECRET

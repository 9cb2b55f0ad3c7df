"""Portals for the users of a pool: nobody else sees a page, however they ask.

Source: API Gateway Developer Guide, "Portals" (access by user pools); Cognito Developer Guide, "Using PKCE in authorization code grants".
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3

from doors_http import ask
from harness import Server, running
from portals import Design, Visitor

PASSWORD = "Passw0rd!x"


class Club:
    """A portal for a pool's users, with one of them, whose name is ada. `form` is how the pool's domain is written: AWS's name, the
    address that it has here, or a custom name."""

    def __init__(
        self, server: Server, account: str = "000000000000", *, form: str = "aws", by: str = "name"
    ) -> None:
        self.cognito, api = server.client("cognito-idp", account), server.client("apigatewayv2", account)
        self.pool = self.cognito.create_user_pool(PoolName="club")["UserPool"]["Id"]
        self.prefix = f"c{self.pool.split('_')[1].lower()}"
        self.cognito.create_user_pool_domain(UserPoolId=self.pool, Domain=self.prefix)
        self.client_id = self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName="portal", AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid"], CallbackURLs=["https://later.example/"], SupportedIdentityProviders=["COGNITO"],
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        self.host = f"{self.prefix}.auth.us-east-1.localhost"
        if form == "custom":
            self.host = f"login-{account}.example.com"
            arn = "arn:aws:acm:us-east-1:000000000000:certificate/12345678"
            self.cognito.create_user_pool_domain(
                UserPoolId=self.pool, Domain=self.host, CustomDomainConfig={"CertificateArn": arn}
            )
        domains = {
            "custom": self.host,
            "aws": f"{self.prefix}.auth.us-east-1.amazoncognito.com",
            "url": f"http://{self.prefix}.auth.us-east-1.localhost:{server.port}",
        }
        self.config = {
            "AppClientId": self.client_id,
            "UserPoolArn": f"arn:aws:cognito-idp:us-east-1:{account}:userpool/{self.pool}",
            "UserPoolDomain": domains[form],
        }
        self.design = Design(api, "Club", Authorization={"CognitoConfig": self.config})
        own = {"name": self.design.url, "path": f"{server.url}/_portico/portals/{self.design.id}"}
        self.url = own[by]
        self.cognito.update_user_pool_client(
            UserPoolId=self.pool, ClientId=self.client_id, AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid"], CallbackURLs=[f"{self.url}/callback"], LogoutURLs=[f"{self.url}/"],
            SupportedIdentityProviders=["COGNITO"],
        )  # fmt: skip
        self.cognito.admin_create_user(UserPoolId=self.pool, Username="ada", MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool, Username="ada", Password=PASSWORD, Permanent=True
        )
        self.page = self.design.below("pages", self.design.page("Secret", "for members"))
        self.design.publish()

    def signed_in(self, visitor: Visitor) -> urllib3.BaseHTTPResponse:
        """The page that the visitor wanted, after they have signed in."""
        back = self.sent_back(visitor, visitor.get(self.page).headers["location"])
        answer = visitor.get(back)
        assert answer.status == 302, answer.data
        return visitor.get(answer.headers["location"])

    def sent_back(self, visitor: Visitor, to: str) -> str:
        """Where the pool's pages send the visitor who has come there and signs in."""
        answer = visitor.get(to)
        login = answer.headers["location"]
        if urlsplit(login).netloc == "":
            login = f"http://{urlsplit(to).netloc}{login}"
        answer = visitor.submit(visitor.get(login), login, username="ada", password=PASSWORD)
        assert answer.status == 302, answer.data
        return str(answer.headers["location"])


@pytest.mark.parametrize(
    ("form", "by"), [("aws", "name"), ("url", "name"), ("aws", "path"), ("custom", "name")]
)
def test_users_of_the_pool_sign_in(server: Server, account: str, form: str, by: str) -> None:
    club = Club(server, account, form=form, by=by)
    visitor = Visitor(club.url)
    answer = visitor.get(club.page)
    assert answer.status == 302
    assert b"members" not in answer.data
    to = urlsplit(answer.headers["location"])
    assert to.netloc == f"{club.host}:{server.port}"
    query = {name: values[0] for name, values in parse_qs(to.query).items()}
    assert (query["client_id"], query["response_type"]) == (club.client_id, "code")
    assert query["redirect_uri"] == f"{club.url}/callback"
    assert query["code_challenge_method"] == "S256"
    page = club.signed_in(visitor)
    assert page.status == 200
    assert b"for members" in page.data
    assert b"for members" in visitor.get(club.page).data
    assert Visitor(club.url).get(club.page).status == 302  # another browser


@pytest.mark.parametrize("path", ["/", "/products/x", "/nothing", "/preview/x/", "/sign-out"])
def test_strangers_see_nothing(server: Server, account: str, path: str) -> None:
    club = Club(server, account)
    for answer in (ask(club.url + path), ask(club.url + path, "POST")):
        assert answer.status in (302, 401, 404)
        assert b"Adoption" not in answer.data
    kept = {"cookie": "portal-session=AQAAAA; portal-way=AQAAAA"}
    assert ask(club.url + "/", **kept).status == 302


def test_codes_and_cookies_of_others_let_nobody_in(server: Server, account: str) -> None:
    club, other = Club(server, account), Club(server, account)
    mallory, victim = Visitor(club.url), Visitor(club.url)
    back = club.sent_back(mallory, mallory.get(club.page).headers["location"])
    for unready in (victim, Visitor(club.url)):
        assert unready.get(back).status == 400  # they did not begin it
    victim.get(club.page)
    assert victim.get(back).status == 400  # they began another one
    assert victim.get(club.page).status == 302

    mallory = Visitor(club.url)
    way = mallory.get(club.page).headers["location"]
    state = parse_qs(urlsplit(way).query)["state"][0]
    for answer in (
        {"state": state, "code": "guessed"},
        {"state": state},
        {"state": state, "error": "access_denied"},
    ):
        mallory = Visitor(club.url)
        state = parse_qs(urlsplit(mallory.get(club.page).headers["location"]).query)["state"][0]
        refused = mallory.get(f"/callback?{urlencode({**answer, 'state': state})}")
        assert refused.status == 400
        assert b"You are not signed in" in refused.data

    member = Visitor(club.url)
    club.signed_in(member)
    session = member.cookies[urlsplit(club.url).netloc]["portal-session"]
    assert ask(club.url + club.page, cookie=f"portal-session={session}").status == 200
    assert ask(other.url + other.page, cookie=f"portal-session={session}").status == 302
    doubled = f"portal-session={session}; portal-session={session}"
    assert ask(club.url + club.page, cookie=doubled).status == 302


def test_a_code_is_good_once(server: Server, account: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    back = club.sent_back(visitor, visitor.get(club.page).headers["location"])
    way = dict(visitor.cookies[urlsplit(club.url).netloc])
    assert visitor.get(back).status == 302
    again = Visitor(club.url)
    again.cookies[urlsplit(club.url).netloc] = {"portal-way": way["portal-way"]}
    assert again.get(back).status == 400


def test_the_session_is_a_cookie_of_this_site(server: Server, account: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    back = club.sent_back(visitor, visitor.get(club.page).headers["location"])
    set_by = visitor.get(back).headers.getlist("set-cookie")
    assert len(set_by) == 2
    for line in set_by:
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line


def test_signing_out(server: Server, account: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    club.signed_in(visitor)
    assert visitor.get("/sign-out", sec_fetch_site="cross-site").status == 404
    assert visitor.get(club.page).status == 200
    assert b'href="/sign-out"' in visitor.get(club.page).data
    answer = visitor.get("/sign-out", sec_fetch_site="same-origin")
    assert answer.status == 302
    assert f"{club.prefix}.auth." in answer.headers["location"]
    back = visitor.get(answer.headers["location"])
    assert back.headers["location"] == f"{club.url}/"
    again = visitor.get(club.page).headers["location"]
    assert "/login" in visitor.get(again).headers["location"]  # the pool asks for the password again


@pytest.mark.parametrize("how", ["admin_disable_user", "admin_delete_user", "admin_user_global_sign_out"])
def test_who_is_no_member_any_more_is_out_at_once(server: Server, account: str, how: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    assert club.signed_in(visitor).status == 200
    getattr(club.cognito, how)(UserPoolId=club.pool, Username="ada")
    assert visitor.get(club.page).status == 302


def test_who_may_visit_is_published_too(server: Server, account: str, client: Callable[..., Any]) -> None:
    club = Club(server, account)
    club.design.api.update_portal(PortalId=club.design.id, Authorization={"None": {}})
    assert ask(club.url + club.page).status == 302  # not before it is published
    club.design.publish()
    assert ask(club.url + club.page).status == 200
    club.design.api.update_portal(PortalId=club.design.id, Authorization={"CognitoConfig": club.config})
    club.design.publish()
    assert ask(club.url + club.page).status == 302


def test_trying_needs_the_session_too(server: Server, account: str) -> None:
    club = Club(server, account)
    path = club.design.below("endpoints", "anything12") + "/try"
    assert Visitor(club.url).post(path, {}).status == 401


def test_the_preview_needs_its_address_only(server: Server, account: str) -> None:
    club = Club(server, account)
    club.design.api.preview_portal(PortalId=club.design.id)
    url = club.design.shown["Preview"]["PreviewUrl"].rstrip("/")
    assert "for members" in Visitor(url).text(club.page)


def test_a_pool_that_is_not_there(server: Server, account: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    back = club.sent_back(visitor, visitor.get(club.page).headers["location"])
    wrong = {**club.config, "UserPoolArn": club.config["UserPoolArn"][:-3] + "zzz"}
    club.design.api.update_portal(PortalId=club.design.id, Authorization={"CognitoConfig": wrong})
    club.design.publish()
    assert visitor.get(back).status == 400  # the token is of another pool than the portal's


def test_the_log_says_why_a_sign_in_is_not_confirmed(server: Server, account: str) -> None:
    club = Club(server, account)
    visitor = Visitor(club.url)
    state = parse_qs(urlsplit(visitor.get(club.page).headers["location"]).query)["state"][0]
    assert visitor.get(f"/callback?{urlencode({'state': state, 'code': 'guessed'})}").status == 400
    about = f"portal {club.design.id} by app client {club.config['AppClientId']} is not confirmed: "
    for _ in range(1000):
        if any(f"{about}there is no token, but 'invalid_grant'" in line for line in server.log):
            return
        ask(f"{club.url}/")  # the log comes by a pipe of its own, a moment later
    raise AssertionError(server.log[-5:])


def test_a_session_ends(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        club = Club(server)
        visitor = Visitor(club.url)
        assert club.signed_in(visitor).status == 200
        server.advance("59m")
        assert visitor.get(club.page).status == 200
        server.advance("2m")
        assert visitor.get(club.page).status == 302

"""The hosted pages and the OAuth 2.0 endpoints, as a browser and an application use them."""

import base64
import hashlib
import html
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from cognito_answers import PASSWORD, Mailbox
from doors_http import ask

Make = Callable[..., Any]

CALLBACK = "https://app.example.com/callback"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def signed_in(site: Any, **query: str) -> Any:
    browser = site.authorize(**query)
    return browser.submit(username="ada", password=PASSWORD)


def test_code_with_proof_of_possession(site: Make) -> None:
    made = site()
    made.pool.user("ada", email="ada@example.com", email_verified="true")
    browser = made.authorize(code_challenge=CHALLENGE, code_challenge_method="S256", nonce="n")
    assert (browser.status, browser.title) == (200, "Sign in")
    browser.submit(username="ada", password=PASSWORD)
    assert browser.at.startswith(f"{CALLBACK}?code=")
    assert browser.told["state"] == "s"
    answer = made.redeem(browser, code_verifier=VERIFIER)
    assert answer.status == 200
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    identity, access = claims_of(tokens["id_token"]), claims_of(tokens["access_token"])
    assert (identity["email"], identity["email_verified"], identity["nonce"]) == (
        "ada@example.com",
        True,
        "n",
    )
    assert (identity["aud"], identity["cognito:username"]) == (made.client_id, "ada")
    assert "at_hash" in identity
    assert (access["scope"], access["version"], access["client_id"]) == ("openid email", 2, made.client_id)
    again = made.redeem(browser, code_verifier=VERIFIER)
    assert (again.status, again.json()) == (400, {"error": "invalid_grant"})
    fresh = made.token(
        grant_type="refresh_token", client_id=made.client_id, refresh_token=tokens["refresh_token"]
    )
    assert claims_of(fresh.json()["access_token"])["scope"] == "openid email"
    assert "refresh_token" not in fresh.json()


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": ""},
        {"code_verifier": "w" * 50},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": "https://app.example.com/other"},
        {"code": "forged"},
    ],
)
def test_codes_that_are_not_redeemed(site: Make, change: dict[str, str]) -> None:
    made = site()
    made.pool.user("ada")
    browser = signed_in(made, code_challenge=CHALLENGE, code_challenge_method="S256")
    answer = made.redeem(browser, **{"code_verifier": VERIFIER, **change})
    assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_its_clients_and_its_pools(site: Make, cognito: Any) -> None:
    made, other = site(), site()
    made.pool.user("ada")
    browser = signed_in(made)
    code = browser.told["code"]
    second = cognito.create_user_pool_client(
        UserPoolId=made.pool.id, ClientName="b", AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"], CallbackURLs=[CALLBACK],
    )["UserPoolClient"]["ClientId"]  # fmt: skip
    assert made.redeem(browser, client_id=second).json()["error"] == "invalid_grant"
    form = {
        "grant_type": "authorization_code",
        "client_id": other.client_id,
        "code": code,
        "redirect_uri": CALLBACK,
    }
    assert other.token(**form).json()["error"] == "invalid_grant"
    assert made.redeem(browser).status == 200


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "id_token"}, "invalid_request"),
        ({"scope": "aws.cognito.signin.user.admin"}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"identity_provider": "Google"}, "invalid_request"),
        ({"idp_identifier": "nobody"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_requests_that_are_refused_at_the_applications_address(
    site: Make, query: dict[str, str], error: str
) -> None:
    browser = site().authorize(**query)
    assert browser.at.startswith(CALLBACK)
    assert (browser.told["error"], browser.told["state"]) == (error, "s")
    assert "code" not in browser.told


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example.com/callback"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": "https://app.example.com/callback#x"},
        {"redirect_uri": "HTTPS://app.example.com/callback"},
        {"redirect_uri": "https://app.example.com@evil.example.com/callback"},
        {"redirect_uri": "//evil.example.com"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_clients(site: Make, query: dict[str, str]) -> None:
    browser = site().authorize(**query)
    assert (browser.at, browser.status) == ("", 400)
    assert "error was encountered" in browser.title


def test_parameters_that_are_there_twice(site: Make) -> None:
    made = site()
    browser = made.browser()
    twice = f"/oauth2/authorize?client_id={made.client_id}&response_type=code&redirect_uri={CALLBACK}&redirect_uri=https://evil.example.com"
    browser.get(twice)
    assert (browser.at, browser.status) == ("", 400)
    form = {"content_type": "application/x-www-form-urlencoded"}
    answer = ask(f"{made.origin}/oauth2/token", "POST", body="grant_type=refresh_token&grant_type=x", **form)
    assert (answer.status, answer.json()) == (400, {"error": "invalid_request"})


def test_clients_that_may_not_use_the_pages(site: Make, cognito: Any) -> None:
    made = site()
    made.client_id = made.pool.client()
    assert made.authorize().status == 400


def test_wrong_passwords_and_names(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize()
    browser.submit(username="ada", password="Wrong-1234!")
    assert (browser.status, browser.at) == (400, "")
    assert browser.error == "Incorrect username or password."
    assert 'value="ada"' in browser.text
    for _ in range(6):
        browser.submit(username="ada", password="Wrong-1234!")
    assert browser.submit(username="ada", password=PASSWORD).at == ""
    assert "attempts exceeded" in browser.error


def test_a_form_of_another_browser(site: Make) -> None:
    """Nobody is signed in by a page of another site that sends a form here."""
    made = site()
    made.pool.user("ada")
    browser, other = made.authorize(), made.authorize()
    browser.cookies = dict(other.cookies)
    browser.submit(username="ada", password=PASSWORD)
    assert (browser.status, browser.at) == (403, "")
    browser = made.authorize()
    browser.cookies.clear()
    assert browser.submit(username="ada", password=PASSWORD).status == 403


def test_what_comes_from_outside_is_text(site: Make) -> None:
    made = site()
    browser = made.authorize(state='"><script>alert(1)</script>')
    browser.submit(username='"><script>alert(2)</script>', password="x")
    assert "<script" not in browser.text
    error = made.browser().get("/error", error="<script>alert(3)</script>")
    assert "<script" not in error.text


def test_the_pages_can_not_be_framed_or_scripted(site: Make) -> None:
    made = site()
    answer = ask(f"{made.origin}/login?client_id={made.client_id}&response_type=code&redirect_uri={CALLBACK}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signed_in_once(site: Make, cognito: Any) -> None:
    made = site()
    made.pool.user("ada")
    browser = signed_in(made)
    made.authorize(browser)
    assert browser.told["code"]
    assert made.authorize(browser, prompt="login").title == "Sign in"
    assert made.authorize(browser, prompt="none").told["code"]
    cognito.admin_user_global_sign_out(UserPoolId=made.pool.id, Username="ada")
    assert made.authorize(browser).title == "Sign in"


def test_logout(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = signed_in(made)
    browser.get("/logout", client_id=made.client_id, logout_uri="https://evil.example.com")
    assert (browser.status, browser.at) == (400, "")
    browser = signed_in(made)
    browser.get("/logout", client_id=made.client_id, logout_uri="https://app.example.com/bye")
    assert browser.at == "https://app.example.com/bye"
    assert made.authorize(browser).title == "Sign in"


def test_a_temporary_password_is_changed(site: Make, cognito: Any) -> None:
    made = site()
    cognito.admin_create_user(
        UserPoolId=made.pool.id, Username="ada", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
    )
    browser = signed_in(made)
    assert browser.title == "Change your password"
    assert browser.submit(password="short").error.startswith("Password did not conform")
    browser.submit(password="Another-1234")
    assert browser.told["code"]


def test_a_second_factor_by_mail(site: Make, cognito: Any, mailbox: Mailbox, account: str) -> None:
    made = site()
    cognito.set_user_pool_mfa_config(
        UserPoolId=made.pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
        EmailMfaConfiguration={"Message": "{####}", "Subject": "code"},
    )  # fmt: skip
    address = f"ada-{account}@example.com"
    made.pool.user("ada", email=address, email_verified="true")
    cognito.admin_set_user_mfa_preference(
        UserPoolId=made.pool.id, Username="ada", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )  # fmt: skip
    browser = signed_in(made)
    assert browser.title == "Enter your code"
    assert browser.submit(code="000000").status == 400
    browser.submit(code=mailbox.code(address))
    assert browser.told["code"]


def test_an_authenticator_app_is_set_up(site: Make, cognito: Any) -> None:
    import hmac
    import struct
    import time

    made = site()
    cognito.set_user_pool_mfa_config(
        UserPoolId=made.pool.id, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
    )  # fmt: skip
    made.pool.user("ada")
    browser = signed_in(made)
    assert browser.title == "Set up your authenticator app"
    secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.text)[1]  # type: ignore[index]
    digest = hmac.digest(
        base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", int(time.time()) // 30), "sha1"
    )
    at = digest[-1] & 15
    code = f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
    browser.submit(code=code)
    assert browser.told["code"]


def test_making_an_account(site: Make, mailbox: Mailbox, account: str) -> None:
    made = site()
    address = f"new-{account}@example.com"
    browser = made.authorize()
    browser.get("/signup?" + browser.url.partition("?")[2])
    assert browser.title == "Create an account"
    fields = {"username": "new", "attribute.email": address}
    assert "Password" in browser.submit(**fields, password="short").error
    assert browser.submit(**fields, password=PASSWORD).title == "Confirm your account"
    assert browser.submit(code="000000").status == 400
    assert browser.submit(code=mailbox.code(address)).title == "Your account is confirmed."
    browser = made.authorize()
    assert browser.submit(username="new", password=PASSWORD).told["code"]


def test_a_forgotten_password(site: Make, mailbox: Mailbox, account: str) -> None:
    made = site()
    address = f"forgetful-{account}@example.com"
    made.pool.user("ada", email=address, email_verified="true")
    browser = made.authorize()
    browser.get("/forgotPassword?" + browser.url.partition("?")[2])
    assert browser.submit(username="ada").title == "Set a new password"
    assert browser.submit(code="000000", password="Another-1234").status == 400
    assert (
        browser.submit(code=mailbox.code(address), password="Another-1234").title
        == "Your password is changed."
    )
    assert made.authorize().submit(username="ada", password="Another-1234").told["code"]


def test_accounts_that_only_administrators_make(site: Make) -> None:
    made = site({"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}})
    browser = made.authorize()
    assert "Create an account" not in browser.text
    browser.get("/signup?" + browser.url.partition("?")[2])
    assert browser.title == "Sign in"


def test_implicit_tokens_are_in_the_fragment(site: Make) -> None:
    made = site(AllowedOAuthFlows=["implicit"])
    made.pool.user("ada")
    browser = signed_in(made, response_type="token")
    assert browser.at.startswith(f"{CALLBACK}#id_token=")
    assert browser.told["token_type"] == "Bearer"
    assert claims_of(browser.told["access_token"])["scope"] == "openid email"
    assert "refresh_token" not in browser.told


def test_a_client_with_a_secret(site: Make) -> None:
    made = site(GenerateSecret=True)
    made.pool.user("ada")
    browser = signed_in(made)
    assert made.redeem(browser).json() == {"error": "invalid_client"}
    assert made.redeem(browser, client_secret="wrong").json() == {"error": "invalid_client"}
    basic = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
    form = f"grant_type=authorization_code&code={browser.told['code']}&redirect_uri={CALLBACK}"
    headers = {"content_type": "application/x-www-form-urlencoded", "authorization": f"Basic {basic}"}
    assert ask(f"{made.origin}/oauth2/token", "POST", body=form, **headers).status == 200


def test_client_credentials(site: Make, cognito: Any) -> None:
    made = site()
    cognito.create_resource_server(
        UserPoolId=made.pool.id, Identifier="orders", Name="o", Scopes=[{"ScopeName": "read", "ScopeDescription": "r"}]
    )  # fmt: skip
    client = cognito.create_user_pool_client(
        UserPoolId=made.pool.id, ClientName="m", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["orders/read"],
    )["UserPoolClient"]  # fmt: skip
    known = {
        "client_id": client["ClientId"],
        "client_secret": client["ClientSecret"],
        "grant_type": "client_credentials",
    }
    tokens = made.token(**known).json()
    claims = claims_of(tokens["access_token"])
    assert (claims["scope"], claims["sub"], "username" in claims) == (
        "orders/read",
        client["ClientId"],
        False,
    )
    assert tokens.keys() == {"access_token", "expires_in", "token_type"}
    assert made.token(**known, scope="orders/write").json() == {"error": "invalid_scope"}
    assert made.token(**{**known, "client_secret": "x"}).json() == {"error": "invalid_client"}
    assert made.token(**{**known, "grant_type": "password"}).json() == {"error": "unsupported_grant_type"}
    code_client = {"client_id": made.client_id, "grant_type": "client_credentials"}
    assert made.token(**code_client).json() == {"error": "unauthorized_client"}


def test_user_info_and_revocation(site: Make) -> None:
    made = site()
    user = made.pool.user("ada", email="ada@example.com", email_verified="true", name="Ada")
    tokens = made.redeem(signed_in(made)).json()

    def info(token: str) -> Any:
        return ask(f"{made.origin}/oauth2/userInfo", authorization=f"Bearer {token}")

    sub = next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub")
    assert info(tokens["access_token"]).json() == {
        "sub": sub, "email": "ada@example.com", "email_verified": "true", "username": "ada",
    }  # fmt: skip
    for wrong in (tokens["id_token"], tokens["access_token"][:-4] + "AAAA", "nothing"):
        answer = info(wrong)
        assert (answer.status, answer.json()["error"]) == (401, "invalid_token")
        assert "invalid_token" in answer.headers["www-authenticate"]
    assert ask(f"{made.origin}/oauth2/userInfo").status == 400
    form = f"token={tokens['refresh_token']}&client_id={made.client_id}"
    headers = {"content_type": "application/x-www-form-urlencoded"}
    assert ask(f"{made.origin}/oauth2/revoke", "POST", body=form, **headers).status == 200
    assert info(tokens["access_token"]).status == 401
    gone = made.token(
        grant_type="refresh_token", client_id=made.client_id, refresh_token=tokens["refresh_token"]
    )
    assert gone.json()["error"] == "invalid_grant"
    wrong = f"token={tokens['access_token']}&client_id={made.client_id}"
    answer = ask(f"{made.origin}/oauth2/revoke", "POST", body=wrong, **headers)
    assert answer.json() == {"error": "unsupported_token_type"}


def test_an_access_token_of_a_page_is_not_for_the_users_own_calls(site: Make, cognito: Any) -> None:
    """It lacks the scope `aws.cognito.signin.user.admin`."""
    from botocore.exceptions import ClientError

    made = site()
    made.pool.user("ada")
    token = made.redeem(signed_in(made)).json()["access_token"]
    with pytest.raises(ClientError) as refused:
        cognito.get_user(AccessToken=token)
    assert "scopes" in refused.value.response["Error"]["Message"]


def test_the_pages_by_path(site: Make, server: Any) -> None:
    made = site()
    made.pool.user("ada")
    prefix = made.origin.partition("://")[2].partition(".")[0]
    from services.cognito_idp.hosted.conftest import Browser

    browser = Browser(server.url)
    query = f"client_id={made.client_id}&response_type=code&redirect_uri={CALLBACK}&scope=openid"
    browser.get(f"/_portico/auth/{prefix}/oauth2/authorize?{query}")
    assert browser.title == "Sign in"
    assert browser.submit(username="ada", password=PASSWORD).told["code"]


def test_discovery_leads_programs_to_endpoints_whose_names_they_can_resolve(site: Make, server: Any) -> None:
    made = site()
    made.pool.user("ada", email="ada@example.com")
    told = _fetched(f"{server.url}/{made.pool.id}/.well-known/openid-configuration")
    assert told["authorization_endpoint"] == f"{made.origin}/oauth2/authorize"
    assert told["end_session_endpoint"] == f"{made.origin}/logout"
    form = {
        "grant_type": "authorization_code", "client_id": made.client_id, "code": signed_in(made).told["code"], "redirect_uri": CALLBACK,
    }  # fmt: skip
    tokens = _fetched(told["token_endpoint"], urlencode(form).encode())
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert _fetched(told["userinfo_endpoint"], headers=bearer)["email"] == "ada@example.com"
    end = {"client_id": made.client_id, "token": tokens["refresh_token"]}
    with urllib.request.urlopen(told["revocation_endpoint"], urlencode(end).encode()) as answer:
        assert answer.status == 200


def _fetched(url: str, form: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """What any library gets of `url`, by the system's own resolver."""
    with urllib.request.urlopen(urllib.request.Request(url, form, headers or {})) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_domains_of_nobody(site: Make) -> None:
    made = site()
    prefix = made.origin.partition("://")[2].partition(".")[0]
    assert ask(made.origin.replace(prefix, "nobody")).status == 404
    assert ask(made.origin.replace("us-east-1", "eu-west-1") + "/login").status == 404
    assert ask(f"{made.origin}/nothing").status == 404
    assert ask(f"{made.origin}/oauth2/token").status == 405
    for address in (
        f"{made.origin}/nothing",
        made.origin.replace(prefix, "nobody"),
    ):  # a browser is shown a page
        shown = ask(address, accept="text/html,*/*;q=0.8")
        assert (shown.status, b"There is no such page here" in shown.data) == (404, True)


def test_triggers_have_their_part(site: Make, deploy: Make, client: Make, account: str, cognito: Any) -> None:
    made = site()
    name = deploy(
        """
        def handler(event, context):
            source = event["triggerSource"]
            if source == "PreAuthentication_Authentication" and event["userName"] == "eve":
                raise Exception("not you")
            if source.startswith("TokenGeneration"):
                event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"via": source}}
            return event
        """
    )
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    client("lambda").add_permission(
        FunctionName=name, StatementId="c", Action="lambda:InvokeFunction", Principal="cognito-idp.amazonaws.com"
    )  # fmt: skip
    cognito.update_user_pool(
        UserPoolId=made.pool.id, AutoVerifiedAttributes=["email"],
        LambdaConfig={"PreAuthentication": arn, "PostAuthentication": arn, "PreTokenGeneration": arn},
    )  # fmt: skip
    for user in ("ada", "eve"):
        made.pool.user(user)
    tokens = made.redeem(signed_in(made)).json()
    assert claims_of(tokens["id_token"])["via"] == "TokenGeneration_HostedAuth"
    browser = made.authorize().submit(username="eve", password=PASSWORD)
    assert "not you" in browser.error


def test_a_link_confirms_an_account(site: Make, mailbox: Mailbox, account: str, cognito: Any) -> None:
    template = {"DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessageByLink": "{##here##}"}
    made = site({"VerificationMessageTemplate": template}, GenerateSecret=True)
    plain = made.pool.client()
    address = f"ada-{account}@example.com"
    attributes = [{"Name": "email", "Value": address}]
    cognito.sign_up(ClientId=plain, Username="ada", Password=PASSWORD, UserAttributes=attributes)
    link = html.unescape(re.search(r'href="([^"]*)"', mailbox.all(address)[0]["text"])[1])  # type: ignore[index]
    browser = made.browser()
    for bad in (link.replace("code=", "code=0"), link.partition("&")[0], link.replace(plain, "nobody")):
        assert browser.get(bad).title == "Your registration has not been confirmed."
        assert browser.status == 400
    assert made.pool.get("ada")["UserStatus"] == "UNCONFIRMED"
    assert browser.get(link).title == "Your registration has been confirmed!"
    assert made.pool.get("ada")["UserStatus"] == "CONFIRMED"
    assert browser.get(link).status == 400


def test_a_code_that_is_entered_later(site: Make, mailbox: Mailbox, account: str) -> None:
    made = site()
    address = f"ada-{account}@example.com"
    browser = made.authorize()
    browser.get("/signup?" + browser.url.partition("?")[2])
    browser.submit(**{"username": "ada", "attribute.email": address, "password": PASSWORD})
    later = made.authorize()
    later.get("/confirm?" + later.url.partition("?")[2])
    assert later.submit(username="ada", resend="yes").title == "Confirm your account"
    assert len(mailbox.all(address)) == 2
    assert later.submit(code=mailbox.code(address)).title == "Your account is confirmed."


def test_what_the_application_knows_of_its_user(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize(login_hint='ada"<b>')
    assert 'value="ada&quot;&lt;b&gt;"' in browser.text
    browser = signed_in(made)
    assert "code" in made.authorize(browser, max_age="600").told
    assert made.authorize(browser, max_age="0").title == "Sign in"
    assert made.authorize(browser, max_age="-1").told["error"] == "invalid_request"

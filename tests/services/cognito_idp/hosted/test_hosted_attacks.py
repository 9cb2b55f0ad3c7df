"""Attacks on the hosted pages: forms from elsewhere, cookies that others have set, sign-ins carried from one way to another, words that
want to be more than words. None gets anybody in, and none sends a browser anywhere."""

import base64
import html
import http.client
import re
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from botocore.exceptions import ClientError

from cognito_answers import PASSWORD, Mailbox, Pool
from doors_http import ask
from harness import Server, running
from services.cognito_idp.hosted.conftest import CALLBACK, Browser

Make = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"


def sent(browser: Browser, **headers: str) -> Any:
    """The answer to the sign-in form of the page that the browser shows, sent with these headers."""
    action = re.search(r'action="([^"]*)"', browser.text)
    hidden = re.search(r'name="_csrf" value="([^"]*)"', browser.text)
    assert action
    assert hidden
    form = urlencode({"_csrf": hidden[1], "username": "ada", "password": PASSWORD})
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    target = browser.origin + html.unescape(action[1])
    return ask(target, "POST", body=form, **{"content_type": FORM, "cookie": cookie, **headers})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": "http://evil.lambda-url.us-east-1.localhost:4566"},
    ],
)
def test_a_form_of_another_site_with_cookies_of_its_own_making(site: Make, headers: dict[str, str]) -> None:
    """A neighbouring name can set the cookie that the form has to match; the browser tells on it."""
    made = site()
    made.pool.user("ada")
    browser = made.authorize()
    assert sent(browser, **headers).status == 403
    own = {"sec_fetch_site": "same-origin", "origin": made.origin}
    assert "code=" in sent(browser, **own).headers["location"]


def test_a_cookie_that_is_there_twice_is_nobodys(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize()
    token = browser.cookies["XSRF-TOKEN"]
    assert sent(browser, cookie=f"XSRF-TOKEN=other; XSRF-TOKEN={token}").status == 403
    browser.submit(username="ada", password=PASSWORD)
    session = browser.cookies["cognito"]
    query = urlencode({"client_id": made.client_id, "response_type": "code", "redirect_uri": CALLBACK})
    url = f"{made.origin}/oauth2/authorize?{query}"
    assert "code=" in ask(url, cookie=f"cognito={session}").headers["location"]
    both = ask(url, cookie=f"cognito={session}; cognito=another")
    assert both.headers["location"].startswith("/login?")


def test_a_session_is_one_pools_and_can_not_be_made_up(site: Make) -> None:
    made, other = site(), site()
    made.pool.user("ada")
    other.pool.user("ada")
    browser = made.authorize()
    browser.cookies["cognito"] = "chosen-by-somebody"
    browser.submit(username="ada", password=PASSWORD)
    session = browser.cookies["cognito"]
    assert session != "chosen-by-somebody"
    elsewhere = other.browser()
    elsewhere.cookies["cognito"] = session
    assert other.authorize(elsewhere).title == "Sign in"
    for at in range(0, len(session), max(len(session) // 12, 1)):
        changed = made.browser()
        changed.cookies["cognito"] = session[:at] + ("A" if session[at] != "A" else "B") + session[at + 1 :]
        assert made.authorize(changed).title == "Sign in"


def test_pools_by_path_do_not_share_cookies(site: Make, server: Server) -> None:
    made = site()
    prefix = urlsplit(made.origin).netloc.partition(".")[0]
    base = f"/_portico/auth/{prefix}"
    query = urlencode({"client_id": made.client_id, "response_type": "code", "redirect_uri": CALLBACK})
    answer = ask(f"{server.url}{base}/login?{query}")
    assert f"; Path={base};" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


def test_over_tls_the_session_is_bound_to_the_very_host(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--tls", "auto") as server:
        authority = str(tmp_path / "data" / "tls" / "authority.pem")
        pool = Pool(server.client("cognito-idp", verify=authority), {})
        pool.user("ada")
        pool.api.create_user_pool_domain(UserPoolId=pool.id, Domain="bound")
        flows = {"AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK]}
        client_id = pool.client(AllowedOAuthFlowsUserPoolClient=True, **flows)
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=10)
        host = {"host": f"bound.auth.us-east-1.localhost:{server.port}"}
        query = urlencode({"client_id": client_id, "response_type": "code", "redirect_uri": CALLBACK})
        connection.request("GET", f"/login?{query}", headers=host)
        shown = connection.getresponse()
        token = str(shown.headers["set-cookie"]).partition(";")[0]
        shown.read()
        form = urlencode({"_csrf": token.partition("=")[2], "username": "ada", "password": PASSWORD})
        more = {"cookie": token, "content-type": FORM}
        connection.request("POST", f"/login?{query}", form, {**host, **more})
        answer = connection.getresponse()
        cookie = str(answer.headers["set-cookie"])
        assert cookie.startswith("__Host-cognito=")
        assert "; Path=/; HttpOnly; SameSite=Lax; Secure" in cookie
        answer.read()
        session = cookie.partition(";")[0]
        for given, goes_to in ((session, CALLBACK), (session.removeprefix("__Host-"), "/login")):
            connection.request("GET", f"/oauth2/authorize?{query}", headers={**host, "cookie": given})
            answer = connection.getresponse()
            answer.read()
            assert str(answer.headers["location"]).startswith(goes_to)
        connection.close()


def _second_factor(cognito: Any, pool: Pool, address: str) -> None:
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
        EmailMfaConfiguration={"Message": "{####}", "Subject": "code"},
    )  # fmt: skip
    pool.user("ada", email=address, email_verified="true")
    cognito.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username="ada", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )


def test_a_sign_in_does_not_change_over_to_another_way(
    site: Make, cognito: Any, mailbox: Mailbox, account: str
) -> None:
    """What begins on a page gives a code, never the tokens of the API, which speak for more; nor the other way round."""
    made = site(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    address = f"ada-{account}@example.com"
    _second_factor(cognito, made.pool, address)
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    session = html.unescape(re.search(r'name="session" value="([^"]*)"', browser.text)[1])  # type: ignore[index]
    answers = {"USERNAME": "ada", "EMAIL_OTP_CODE": mailbox.code(address)}
    with pytest.raises(ClientError) as refused:
        cognito.respond_to_auth_challenge(
            ClientId=made.client_id, ChallengeName="EMAIL_OTP", Session=session, ChallengeResponses=answers
        )
    assert refused.value.response["Error"]["Message"] == "Invalid session for the user."
    assert browser.submit(code=mailbox.code(address)).told["code"]

    begun = cognito.initiate_auth(
        ClientId=made.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD}
    )  # fmt: skip
    fresh = made.authorize(prompt="login")
    fresh.submit(username="ada", password=PASSWORD)
    fresh.submit(session=begun["Session"], code=mailbox.code(address))
    assert (fresh.status, fresh.at, fresh.error) == (400, "", "Invalid session for the user.")


@pytest.mark.parametrize(
    "challenge", ["", "CUSTOM_CHALLENGE", "PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "NONE"]
)
def test_a_factor_is_not_skipped(site: Make, cognito: Any, account: str, challenge: str) -> None:
    made = site()
    _second_factor(cognito, made.pool, f"ada-{account}@example.com")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    browser.submit(challenge=challenge, code="000000", password=PASSWORD)
    assert (browser.status, browser.at) == (400, "")
    assert "cognito" not in browser.cookies


def test_the_name_of_a_provider_is_a_name(site: Make, cognito: Any) -> None:
    """It is a value in a link, whatever it contains, and the application's own choice of one does not stand in its way."""
    name = 'A&state=x#"<b>'
    made = site()
    cognito.create_identity_provider(
        UserPoolId=made.pool.id, ProviderName=name, ProviderType="OIDC", AttributeMapping={},
        ProviderDetails={
            "client_id": "c", "attributes_request_method": "GET", "oidc_issuer": "https://issuer.example.com",
            "authorize_scopes": "openid",
        },
    )  # fmt: skip
    given = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "CallbackURLs": [CALLBACK],
    }
    cognito.update_user_pool_client(
        UserPoolId=made.pool.id, ClientId=made.client_id, SupportedIdentityProviders=["COGNITO", name],
        AllowedOAuthScopes=["openid", "email"], **given,
    )  # fmt: skip
    browser = made.authorize(identity_provider="COGNITO")
    assert browser.title == "Sign in"
    [link] = re.findall(r'<a class=button href="([^"]*)"', browser.text)
    query = dict(parse_qsl(urlsplit(html.unescape(link)).query))
    assert (query["identity_provider"], query["state"]) == (name, "s")
    assert "<b>" not in browser.text


def test_a_name_can_not_choose_the_secret_of_its_app(site: Make, cognito: Any) -> None:
    made = site()
    cognito.set_user_pool_mfa_config(
        UserPoolId=made.pool.id, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    name = "x?secret=AAAA&y"
    made.pool.user(name)
    browser = made.authorize().submit(username=name, password=PASSWORD)
    link = html.unescape(re.search(r'href="(otpauth:[^"]*)"', browser.text)[1])  # type: ignore[index]
    secrets = parse_qs(urlsplit(link).query)["secret"]
    assert len(secrets) == 1
    assert secrets != ["AAAA"]


def test_state_is_no_header(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    state = "a\r\nSet-Cookie: cognito=x\r\n\r\n<script>"
    browser = made.authorize(state=state)
    browser.submit(username="ada", password=PASSWORD)
    assert browser.told["state"] == state
    assert browser.cookies["cognito"] != "x"


@pytest.mark.parametrize(
    "query",
    [
        {"logout_uri": "https://evil.example.com"},
        {"logout_uri": "https://app.example.com/bye/"},
        {"logout_uri": "https://app.example.com/bye?next=https://evil.example.com"},
        {"logout_uri": "https://app.example.com@evil.example.com/bye"},
        {"logout_uri": "//evil.example.com"},
        {"logout_uri": "javascript:alert(1)"},
        {"logout_uri": ""},
        {"logout_uri": CALLBACK},
        {"redirect_uri": "https://evil.example.com", "response_type": "code"},
        {"redirect_uri": "//evil.example.com", "response_type": "code"},
        {},
    ],
)
def test_signing_out_leads_nowhere_else(site: Make, query: dict[str, str]) -> None:
    made = site()
    browser = made.browser().get("/logout", client_id=made.client_id, **query)
    assert (browser.at, browser.status) == ("", 400)


def test_names_in_the_path_lead_nowhere_else(site: Make) -> None:
    made = site()
    for path in (
        "//evil.example.com/oauth2/authorize",
        "/%2F%2Fevil.example.com/login",
        "/..//evil.example.com/login",
    ):
        answer = ask(f"{made.origin}{path}?client_id={made.client_id}")
        assert answer.status == 404
        assert "location" not in answer.headers


def test_pages_of_others_read_nothing_by_cookie(site: Make) -> None:
    """The endpoints answer pages of any origin, so nothing that a browser sends by itself may count there."""
    made = site()
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    code = made.redeem(browser).json()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = ask(f"{made.origin}/oauth2/userInfo", cookie=cookie, origin="https://evil.example.com")
    assert answer.status == 400
    assert "access-control-allow-credentials" not in answer.headers
    token = urlencode({"access_token": code["access_token"]})
    assert ask(f"{made.origin}/oauth2/userInfo?{token}").status == 400
    assert ask(f"{made.origin}/oauth2/userInfo", "POST", body=token, content_type=FORM).status == 400
    page = ask(f"{made.origin}/login?client_id={made.client_id}", cookie=cookie)
    assert "access-control-allow-origin" not in page.headers


def test_tokens_of_other_kinds_and_pools_are_not_for_user_info(site: Make) -> None:
    made, other = site(), site()
    made.pool.user("ada")
    tokens = made.redeem(made.authorize().submit(username="ada", password=PASSWORD)).json()
    api = made.pool.token("ada")
    head, body, signature = tokens["access_token"].split(".")
    for bearer in (
        tokens["id_token"],
        tokens["refresh_token"],
        api,
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        "x",
    ):
        answer = ask(f"{made.origin}/oauth2/userInfo", authorization=f"Bearer {bearer}")
        assert answer.status == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    answer = ask(f"{other.origin}/oauth2/userInfo", authorization=f"Bearer {tokens['access_token']}")
    assert answer.status == 401


@pytest.mark.parametrize(
    ("authorization", "form"),
    [
        ("", {}),
        ("", {"client_secret": "wrong"}),
        ("{id}:wrong", {}),
        ("{id}:", {}),
        ("{id}", {}),
        ("nobody:{secret}", {}),
        ("{id}:{secret}", {"client_secret": "{secret}"}),
        ("{id}:{secret}", {"client_id": "nobody"}),
    ],
)
def test_clients_that_do_not_prove_themselves(site: Make, authorization: str, form: dict[str, str]) -> None:
    made = site(GenerateSecret=True)
    made.pool.user("ada")
    code = made.authorize().submit(username="ada", password=PASSWORD).told["code"]
    words = {"id": made.client_id, "secret": made.secret}
    given = {name: value.format(**words) for name, value in form.items()}
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": made.client_id,
    }
    basic = base64.b64encode(authorization.format(**words).encode()).decode()
    headers = {"authorization": f"Basic {basic}"} if authorization else {}
    answer = ask(
        f"{made.origin}/oauth2/token",
        "POST",
        body=urlencode({**asked, **given}),
        content_type=FORM,
        **headers,
    )
    assert answer.status == 400
    assert answer.json()["error"] in ("invalid_client", "invalid_request")
    good = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
    answer = ask(
        f"{made.origin}/oauth2/token", "POST", body=urlencode(asked), content_type=FORM, authorization=f"Basic {good}"
    )  # fmt: skip
    assert answer.status == 200  # the code was not lost by it


def test_guessing_on_the_page_waits_as_elsewhere(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize()
    for _ in range(5):
        browser.submit(username="ada", password="Wrong-1234")
    assert browser.submit(username="ada", password=PASSWORD).error == "Password attempts exceeded"
    assert "cognito" not in browser.cookies


def test_what_is_secret_is_in_no_log(server: Server, site: Make) -> None:
    made = site(GenerateSecret=True)
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    code, session = browser.told["code"], browser.cookies["cognito"]
    tokens = made.redeem(browser, client_secret=made.secret).json()
    ask(f"{made.origin}/oauth2/nothing?code={code}&access_token={tokens['access_token']}")
    log = "".join(server.log)
    for secret in (
        PASSWORD,
        made.secret,
        code,
        session,
        *(str(token) for token in tokens.values() if len(str(token)) > 20),
    ):
        assert secret not in log


def _without_own_users(cognito: Any, made: Any, name: str) -> str:
    """A second client of the pool, whose users come from an identity provider only."""
    cognito.create_identity_provider(
        UserPoolId=made.pool.id, ProviderName=name, ProviderType="OIDC", AttributeMapping={},
        ProviderDetails={
            "client_id": "c", "attributes_request_method": "GET", "oidc_issuer": "https://issuer.example.com",
            "authorize_scopes": "openid",
        },
    )  # fmt: skip
    return str(
        made.pool.client(
            AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid"],
            CallbackURLs=[CALLBACK], SupportedIdentityProviders=[name],
        )
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/login", "/challenge", "/signup", "/confirm", "/forgotPassword"])
def test_where_only_a_providers_users_sign_in_the_pools_own_do_not(
    site: Make, cognito: Any, path: str
) -> None:
    """The page shows no form; one that is sent all the same gets nobody in."""
    made = site()
    made.pool.user("ada")
    closed = _without_own_users(cognito, made, "Corp")
    browser = made.authorize(client_id=closed)
    assert 'name="password"' not in browser.text
    made.authorize(browser)  # a form of the client that has one
    token = re.search(r'name="_csrf" value="([^"]*)"', browser.text)
    assert token
    query = urlencode({"client_id": closed, "response_type": "code", "redirect_uri": CALLBACK})
    fields = {"_csrf": token[1], "username": "ada", "password": PASSWORD, "code": "123456"}
    browser.post(f"{path}?{query}", **fields)
    assert (browser.at, browser.status) == ("", 400)
    assert "cognito" not in browser.cookies
    assert made.pool.get()["UserStatus"] == "CONFIRMED"


def test_a_session_is_for_clients_that_take_its_provider(site: Make, cognito: Any) -> None:
    made = site()
    made.pool.user("ada")
    closed = _without_own_users(cognito, made, "Corp")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    assert browser.told["code"]
    assert made.authorize(browser).told["code"]
    made.authorize(browser, client_id=closed)
    assert (browser.at, browser.title) == ("", "Sign in")
    assert made.authorize(browser, client_id=closed, prompt="none").told["error"] == "login_required"


@pytest.mark.parametrize(
    "change", ["a new password", "a reset", "signed out", "disabled", "deleted", "recreated"]
)
def test_a_session_and_a_code_end_with_what_they_stood_on(site: Make, cognito: Any, change: str) -> None:
    made = site()
    made.pool.user("ada", email="ada@example.com", email_verified="true")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    assert browser.told["code"]
    user = {"UserPoolId": made.pool.id, "Username": "ada"}
    if change == "a new password":
        cognito.admin_set_user_password(**user, Password="N3w!word", Permanent=True)
    elif change == "a reset":
        cognito.admin_reset_user_password(**user)
    elif change == "signed out":
        cognito.admin_user_global_sign_out(**user)
    elif change == "disabled":
        cognito.admin_disable_user(**user)
    else:
        cognito.admin_delete_user(**user)
    if change == "recreated":
        made.pool.user("ada")
    assert made.redeem(browser).json() == {"error": "invalid_grant"}
    assert made.authorize(browser).title == "Sign in"


def test_a_code_counts_once_however_many_bring_it_at_once(site: Make) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    with ThreadPoolExecutor(6) as threads:
        answers = [each.result() for each in [threads.submit(made.redeem, browser) for _ in range(6)]]
    assert sorted(answer.status for answer in answers) == [200, *[400] * 5]

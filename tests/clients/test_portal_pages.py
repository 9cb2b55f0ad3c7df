"""A developer portal in a real browser: a user of a pool signs in, reads, tries a method and leaves; what an author writes does not run."""

from collections.abc import Iterator
from typing import Any

import pytest

from clients import browser
from harness import Server, running
from portals import Design
from rest_doors import RestApi

PASSWORD = "Secret-123"
BODY = """# Terms

Be **kind**. [Elsewhere](https://example.com) [here](javascript:document.title='run')

<script>document.title = 'run'</script><img src=x onerror="document.title='run'">

| a | b |
|---|--:|
| 1 | 2 |
"""
ANSWER = "<script>document.title = 'run'</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    browser.found()
    with running(tmp_path_factory.mktemp("portal") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def design(server: Server) -> Design:
    """A portal for the users of a pool, of whom there is ada; not yet published."""
    cognito = server.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="club")["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="club")
    made = {
        "UserPoolId": pool, "AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "SupportedIdentityProviders": ["COGNITO"],
    }  # fmt: skip
    client = cognito.create_user_pool_client(
        ClientName="portal", CallbackURLs=["https://later.example/"], **made
    )["UserPoolClient"]["ClientId"]
    config = {
        "AppClientId": client,
        "UserPoolArn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}",
        "UserPoolDomain": "https://club.auth.us-east-1.amazoncognito.com",
    }
    design = Design(server.client("apigatewayv2"), "Club", Authorization={"CognitoConfig": config})
    cognito.update_user_pool_client(
        ClientId=client, CallbackURLs=[f"{design.url}/callback"], LogoutURLs=[f"{design.url}/"], **made
    )
    cognito.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password=PASSWORD, Permanent=True)
    return design


def _title(page: Any, words: str) -> None:
    page.wait_for_function("title => document.querySelector('h1')?.textContent === title", arg=words)


def test_a_visit(server: Server, design: Design) -> None:
    rest = RestApi(server, lambda service, *_, **__: server.client(service), "000000000000")
    rest.method("/pets/{id}", "POST", answer=ANSWER)
    rest.deploy()
    design.page("Terms", BODY)
    design.endpoint(rest.id, "POST", "/pets/{id}", DisplayContent={"Overrides": {"OperationName": "Feed"}})
    design.publish()
    complaints: list[str] = []
    with browser.page(viewport={"width": 1000, "height": 760}) as page:
        page.on("console", lambda message: complaints.append(f"{message.location['url']}: {message.text}"))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(design.url)
        _title(page, "Sign in")
        page.fill("input[name=username]", "ada")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        _title(page, "Products")
        assert (
            page.evaluate("() => getComputedStyle(document.querySelector('header')).backgroundColor")
            == "rgb(16, 32, 48)"
        )
        page.click("main >> text=Adoption")
        _title(page, "Adoption")
        page.click("main >> text=Terms")
        page.wait_for_function("() => document.querySelector('main strong')?.textContent === 'kind'")
        assert page.evaluate("() => document.querySelectorAll('script, [onerror]').length") == 0
        assert (
            page.evaluate("() => [...document.links].filter(one => one.protocol === 'javascript:').length")
            == 0
        )
        page.click("main >> text=Adoption")
        page.click("main >> text=Feed")
        _title(page, "Feed")
        page.fill("input[name='path.id']", "7")
        page.fill("textarea[name=body]", '{"food": "hay"}')
        page.fill("textarea[name=headers]", "Content-Type: application/json")
        page.click("button >> text=Try it")
        page.wait_for_function(
            "() => [...document.querySelectorAll('h2')].some(one => one.textContent === 'Answer 200')"
        )
        assert page.inner_text("pre >> nth=-1") == ANSWER
        assert "run" not in page.title()
        page.click("text=Sign out")
        _title(page, "Sign in")
        assert [one for one in complaints if not one.startswith("http://club.auth.")] == []

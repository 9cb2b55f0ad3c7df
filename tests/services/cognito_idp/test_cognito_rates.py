"""Rates by category, where the operator wants AWS's; without them nothing is counted."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cognito_answers import PASSWORD as HOSTED_PASSWORD
from cognito_answers import Pool
from doors_http import ask
from harness import running
from portico.calls.call import Origin, Scope
from portico.calls.ports import load
from portico.identity.principal import ANONYMOUS
from portico.services import cognito_idp
from portico.services.cognito_idp.admission import admit
from portico.services.cognito_idp.rates import CATEGORIES, CATEGORY_OF, Rates
from portico.wire.errors import AwsError
from user_pools import PASSWORD, UserPools, user_pools
from world import ACCOUNT


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools(rates="aws") as made:
        made.idp.rates._monotonic = lambda: 0.0
        yield made


def drain(rates: Rates, category: str, place: tuple[str, str]) -> None:
    """Let in whatever may come at once."""
    with contextlib.suppress(AwsError):
        for _ in range(1_000):
            rates.take(category, *place)


def _told(pool: Pool) -> str:
    try:
        pool.api.describe_user_pool(UserPoolId=pool.id)
    except ClientError as refused:
        error = refused.response["Error"]
        return f"{error['Code']}: {error['Message']}"
    return ""


def test_every_operation_is_of_one_category() -> None:
    assert set(CATEGORY_OF) == set(load(cognito_idp.SERVICE).operations)
    assert len(CATEGORY_OF) == sum(len(each.operations) for each in CATEGORIES.values())


def test_a_category_is_an_accounts_in_a_region() -> None:
    at = 100.0
    rates = Rates("aws", lambda: at)
    for _ in range(15):
        rates.take("UserPoolRead", "1", "us-east-1")
    with pytest.raises(AwsError, match="Rate exceeded") as refused:
        rates.take("UserPoolRead", "1", "us-east-1")
    assert (refused.value.code, refused.value.status) == ("TooManyRequestsException", 400)
    rates.take("UserPoolRead", "2", "us-east-1")
    rates.take("UserPoolRead", "1", "eu-west-1")
    rates.take("UserPoolUpdate", "1", "us-east-1")
    at += 1 / 15
    rates.take("UserPoolRead", "1", "us-east-1")
    with pytest.raises(AwsError):
        rates.take("UserPoolRead", "1", "us-east-1")
    at += 1
    for _ in range(15):
        rates.take("UserPoolRead", "1", "us-east-1")


def test_without_the_rule_nothing_is_refused() -> None:
    rates = Rates("off", lambda: 0.0)
    for _ in range(1_000):
        rates.take("UserPoolRead", "1", "us-east-1")


@pytest.mark.parametrize("named_by", ["client", "token", "session", "nobody"])
async def test_what_nobody_signs_counts_where_the_pool_is(pools: UserPools, named_by: str) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    tokens = (await pools.by_password(client))["AuthenticationResult"]
    operation, request = {
        "client": ("InitiateAuth", {"ClientId": client}),
        "token": ("GetUser", {"AccessToken": tokens["AccessToken"]}),
        "session": ("VerifySoftwareToken", {"Session": "not one"}),
        "nobody": ("InitiateAuth", {"ClientId": "nobody"}),
    }[named_by]
    stranger = Origin(ANONYMOUS, Scope("999999999999", "eu-west-1"), "r")
    place = (ACCOUNT, "us-east-1") if named_by in ("client", "token") else ("999999999999", "eu-west-1")
    drain(pools.idp.rates, CATEGORY_OF[operation], place)
    with pytest.raises(AwsError, match="Rate exceeded"):
        await admit(pools.idp, operation, stranger, request)


async def test_a_refused_call_does_nothing(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    drain(pools.idp.rates, "UserAuthentication", (ACCOUNT, "us-east-1"))
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    said = await pools.refused(
        "TooManyRequestsException",
        "InitiateAuth",
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters=given,
    )
    assert said == "Rate exceeded"


def test_clients_are_told_and_pages_too(tmp_path: Any) -> None:
    with running(tmp_path / "data", "--cognito-rates", "aws") as server:
        pool = Pool(server.client("cognito-idp"), {})
        pool.user("ada")
        pool.api.create_user_pool_domain(UserPoolId=pool.id, Domain="rated")
        told = {_told(pool) for _ in range(100)}
        assert told == {"", "TooManyRequestsException: Rate exceeded"}
        origin = server.url.replace("127.0.0.1", "rated.auth.us-east-1.localhost")
        statuses = {
            ask(f"{origin}/oauth2/idpresponse", "POST", body=f"x={HOSTED_PASSWORD}").status
            for _ in range(200)
        }
        assert 429 in statuses

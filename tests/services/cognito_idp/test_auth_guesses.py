"""Guessing: it is slowed down, and tells nobody who has an account."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.wire.errors import AwsError
from srp_client import Client as SrpClient
from user_pools import PASSWORD, UserPools, user_pools

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
LOCKED = ("NotAuthorizedException", "Password attempts exceeded")


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


async def answer(pools: UserPools, client: str, name: str, password: str) -> tuple[str, str]:
    """Code and words of a refusal, empty if there is none."""
    try:
        await pools.by_password(client, name, password)
    except AwsError as error:
        return error.code, error.message or ""
    return "", ""


async def srp_answer(pools: UserPools, pool: str, client: str, name: str, password: str) -> tuple[str, str]:
    try:
        await pools.by_srp(pool, client, name, password)
    except AwsError as error:
        return error.code, error.message or ""
    return "", ""


@pytest.mark.parametrize("hides", ["LEGACY", "ENABLED"])
async def test_from_the_fifth_failure_on_users_wait(pools: UserPools, hides: str) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool, PreventUserExistenceErrors=hides))["ClientId"]
    await pools.user(pool)
    for _ in range(5):
        assert await answer(pools, client, "alice", "wrong") == WRONG
    for wait_s in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        assert await answer(pools, client, "alice", PASSWORD) == LOCKED
        assert await srp_answer(pools, pool, client, "alice", PASSWORD) == LOCKED
        pools.clock.advance(wait_s - 0.5)
        assert await answer(pools, client, "alice", "wrong") == LOCKED  # does not count
        pools.clock.advance(0.6)
        assert await answer(pools, client, "alice", "wrong") == WRONG
    pools.clock.advance(899)
    assert await answer(pools, client, "alice", PASSWORD) == LOCKED
    pools.clock.advance(1.1)
    assert await answer(pools, client, "alice", PASSWORD) == ("", "")


async def test_a_success_and_a_quiet_quarter_of_an_hour_forget_failures(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    for end in ("success", "quiet"):
        for _ in range(4):
            assert await answer(pools, client, "alice", "wrong") == WRONG
        if end == "success":
            assert await answer(pools, client, "alice", PASSWORD) == ("", "")
        else:
            pools.clock.advance(901)
    for _ in range(5):
        assert await answer(pools, client, "alice", "wrong") == WRONG
    assert await answer(pools, client, "alice", "wrong") == LOCKED


async def test_failures_survive_a_restart(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    for _ in range(5):
        await answer(pools, client, "alice", "wrong")
    assert await answer(UserPools(pools.world, "own"), client, "alice", PASSWORD) == LOCKED


@pytest.mark.parametrize("by", ["password", "srp"])
async def test_many_at_once_are_as_slow_as_one_after_the_other(pools: UserPools, by: str) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    guesses = [f"guess {n}" for n in range(20)] + [PASSWORD]
    ask = (
        (lambda word: answer(pools, client, "alice", word))
        if by == "password"
        else (lambda word: srp_answer(pools, pool, client, "alice", word))
    )
    found = await asyncio.gather(*map(ask, guesses))
    assert found.count(WRONG) == 5
    assert found.count(LOCKED) == 16


async def test_another_user_is_not_slowed_down(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    for name in ("alice", "bob"):
        await pools.user(pool, name)
    for _ in range(6):
        await answer(pools, client, "alice", "wrong")
    assert await answer(pools, client, "bob", PASSWORD) == ("", "")


async def test_names_in_any_form_are_one_user(pools: UserPools) -> None:
    pool = await pools.pool(AliasAttributes=["email"], UsernameConfiguration={"CaseSensitive": False})
    client = (await pools.client(pool))["ClientId"]
    sub = await pools.user(pool, email="a@example.com", email_verified="true")
    for name in ("alice", "ALICE", "a@example.com", "A@Example.com", sub):
        assert await answer(pools, client, name, "wrong") == WRONG
    assert await answer(pools, client, "alice", PASSWORD) == LOCKED


@pytest.mark.parametrize(
    ("settings", "real", "nobody"),
    [
        ({}, "alice", "nobody"),
        ({"UsernameAttributes": ["email"]}, "alice@example.com", "nobody@example.com"),
        ({"UsernameConfiguration": {"CaseSensitive": False}}, "alice", "nobody"),
    ],
)
async def test_nobody_can_tell_who_has_an_account(
    pools: UserPools, settings: dict[str, Any], real: str, nobody: str
) -> None:
    """Sixteen questions with the same answers for a user and for nobody."""
    pool = await pools.pool(**settings)
    client = (await pools.client(pool, PreventUserExistenceErrors="ENABLED"))["ClientId"]
    await pools.user(pool, real)
    group = pool.partition("_")[2]
    seen = {}
    for name in (real, nobody):
        shown = [(await pools.offer(client, SrpClient(group, "x"), name)) for _ in range(2)]
        first, second = (each["ChallengeParameters"] for each in shown)
        assert first["SALT"] == second["SALT"]
        assert first["USER_ID_FOR_SRP"] == second["USER_ID_FOR_SRP"] == first["USERNAME"]
        assert first["SRP_B"] != second["SRP_B"]
        told = first["USER_ID_FOR_SRP"] == name
        answers = [await srp_answer(pools, pool, client, name, "wrong") for _ in range(2)]
        answers += [await answer(pools, client, name, "wrong") for _ in range(5)]
        pools.clock.advance(1.1)
        answers += [await answer(pools, client, name, "wrong") for _ in range(2)]
        seen[name] = (
            set(first),
            told,
            len(first["USER_ID_FOR_SRP"]) == 36,
            len(first["SECRET_BLOCK"]),
            answers,
        )
        assert abs(len(first["SALT"]) - 32) <= 3
        assert abs(len(first["SRP_B"]) - 768) <= 3
    assert seen[real] == seen[nobody]
    assert seen[real][-1][:5] == [WRONG] * 5
    assert LOCKED in seen[real][-1]


@pytest.mark.parametrize(
    ("state", "right", "wrong"),
    [
        ("disabled", ("NotAuthorizedException", "User is disabled."), WRONG),
        ("fresh", ("UserNotConfirmedException", "User is not confirmed."), WRONG),
        ("forced", ("", ""), WRONG),
        ("nobody", WRONG, WRONG),
    ],
)
async def test_who_knows_the_password_is_told_why(
    pools: UserPools, state: str, right: tuple[str, str], wrong: tuple[str, str]
) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool, PreventUserExistenceErrors="ENABLED"))["ClientId"]
    if state == "fresh":
        await pools.call("SignUp", ClientId=client, Username="alice", Password=PASSWORD)
    elif state != "nobody":
        await pools.user(pool, password="")
        await pools.call(
            "AdminSetUserPassword",
            UserPoolId=pool,
            Username="alice",
            Password=PASSWORD,
            Permanent=state != "forced",
        )
    if state == "disabled":
        await pools.call("AdminDisableUser", UserPoolId=pool, Username="alice")
    assert await answer(pools, client, "alice", "wrong") == wrong
    assert await answer(pools, client, "alice", PASSWORD) == right
    assert await srp_answer(pools, pool, client, "alice", "wrong") == wrong
    if state != "forced":
        assert await srp_answer(pools, pool, client, "alice", PASSWORD) == right

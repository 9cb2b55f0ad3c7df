"""ListUsers: every filter that AWS documents, in pages, against what a look at each user would find."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_answers import Pool, listed
from portico.services.cognito_idp.user_filter import Filter, parsed

NAMES = ["ada", "adam", "Bob", "bobby", "carl", "Carla"]


@pytest.fixture
def crowd(make_pool: Callable[..., Pool]) -> Pool:
    pool = make_pool(UsernameConfiguration={"CaseSensitive": False})
    for n, name in enumerate(NAMES):
        given = {
            "email": f"{name}@example.com",
            "phone_number": f"+1555000{n}",
            "given_name": name.title(),
            "family_name": "Even" if n % 2 == 0 else "Odd",
            "name": f'{name} x"y\\z',
        }
        pool.api.admin_create_user(
            UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS", UserAttributes=listed(given)
        )
    pool.api.admin_set_user_password(
        UserPoolId=pool.id, Username="carl", Password="Passw0rd!x", Permanent=True
    )
    pool.api.admin_disable_user(UserPoolId=pool.id, Username="adam")
    return pool


def found(pool: Pool, limit: int = 60, **request: Any) -> list[str]:
    pages = pool.api.get_paginator("list_users").paginate(
        UserPoolId=pool.id, PaginationConfig={"PageSize": limit}, **request
    )
    users = [page["Users"] for page in pages]
    assert all(len(page) <= limit for page in users)
    return sorted(user["Username"] for page in users for user in page)


@pytest.mark.parametrize("limit", [1, 2, 60])
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", NAMES),
        ('username = "BOB"', ["Bob"]),
        ('username ^= "ad"', ["ada", "adam"]),
        ('username ^= "ada"', ["ada", "adam"]),
        ('username = "none"', []),
        ('email = "Ada@Example.com"', ["ada"]),
        ('email ^= "b"', ["Bob", "bobby"]),
        ('phone_number ^= "+1555000"', NAMES),
        ('phone_number = "+15550003"', ["bobby"]),
        ('given_name ^= "Carl"', ["carl", "Carla"]),
        ('given_name ^= "carl"', []),
        ('family_name = "Odd"', ["adam", "bobby", "Carla"]),
        ('family_name = "Od"', []),
        ('name = "ada x\\"y\\\\z"', ["ada"]),
        ('cognito:user_status = "CONFIRMED"', ["carl"]),
        ('cognito:user_status ^= "force"', ["ada", "adam", "Bob", "bobby", "Carla"]),
        ('status = "Disabled"', ["adam"]),
        ('status = "Enabled"', ["ada", "Bob", "bobby", "carl", "Carla"]),
        ('preferred_username ^= ""', []),
        ('sub ^= ""', NAMES),
    ],
)
def test_filters(crowd: Pool, text: str, names: list[str], limit: int) -> None:
    wanted = {"Filter": text} if text else {}
    assert found(crowd, limit, **wanted) == sorted(names)


def test_by_sub(crowd: Pool) -> None:
    sub = next(each["Value"] for each in crowd.get("carl")["UserAttributes"] if each["Name"] == "sub")
    assert found(crowd, Filter=f'sub = "{sub}"') == ["carl"]
    assert found(crowd, Filter=f'sub ^= "{sub[:13]}"') == ["carl"]


def test_what_is_asked_of_each(crowd: Pool) -> None:
    asked = {"UserPoolId": crowd.id, "AttributesToGet": ["email"], "Filter": 'username = "ada"'}
    (user,) = crowd.api.list_users(**asked)["Users"]
    assert user["Attributes"] == [{"Name": "email", "Value": "ada@example.com"}]
    assert set(user) == {
        *("Username", "Attributes", "UserCreateDate", "UserLastModifiedDate", "Enabled", "UserStatus")
    }


def test_what_was_changed_is_found_by_its_new_values_only(crowd: Pool) -> None:
    place = {"UserPoolId": crowd.id, "Username": "ada"}
    crowd.api.admin_update_user_attributes(**place, UserAttributes=listed({"email": "new@example.com"}))
    crowd.api.admin_enable_user(UserPoolId=crowd.id, Username="adam")
    assert found(crowd, Filter='email = "ada@example.com"') == []
    assert found(crowd, Filter='email = "new@example.com"') == ["ada"]
    assert found(crowd, Filter='status = "Disabled"') == []
    crowd.api.admin_delete_user(**place)
    assert found(crowd, Filter='email = "new@example.com"') == []
    assert found(crowd) == sorted(set(NAMES) - {"ada"})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('name="x"', Filter("name", "x", False)),
        ('  sub  ^=  "a b"  ', Filter("sub", "a b", True)),
        ('name = "a\\"b"', Filter("name", 'a"b', False)),
        (None, None),
        ("  ", None),
    ],
)
def test_what_a_filter_says(text: str | None, wanted: Filter | None) -> None:
    assert parsed(text) == wanted

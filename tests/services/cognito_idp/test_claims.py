"""What tokens say: pure, as tables."""

from typing import Any

import msgspec
import pytest

from portico.services.cognito_idp import claims
from portico.services.cognito_idp.claims import Changes, Membership, Overrides, Sign
from portico.services.cognito_idp.pre_token import read_answer
from portico.services.cognito_idp.records import Client, Group, Identity, User
from portico.wire.errors import AwsError

ADMIN, READER = "arn:aws:iam::111122223333:role/admin", "arn:aws:iam::111122223333:role/reader"
USER = User(
    "us-east-1_a",
    "Alice",
    "sub-1",
    "CONFIRMED",
    0,
    0,
    {"email": "a@x.org", "email_verified": "true", "custom:n": "7"},
)
CLIENT = Client("us-east-1_a", "client", "c", 0, 0, {})
NONE = Overrides()


def sign(**changed: Any) -> Sign:
    made = Sign("https://issuer", CLIENT, USER, 1000, 900, "event", "origin")
    return msgspec.structs.replace(made, **changed)


def group(name: str, precedence: int | None = None, role: str = "") -> Group:
    return Group("us-east-1_a", name, 0, 0, role=role, precedence=precedence)


def test_the_claims_of_an_id_token() -> None:
    found = claims.id_claims(sign(), Membership(("admins",), (ADMIN,), ADMIN), "jti", NONE)
    assert found == {
        "sub": "sub-1",
        "iss": "https://issuer",
        "cognito:username": "Alice",
        "cognito:groups": ["admins"],
        "cognito:roles": [ADMIN],
        "cognito:preferred_role": ADMIN,
        "email": "a@x.org",
        "email_verified": True,
        "custom:n": "7",
        "aud": "client",
        "event_id": "event",
        "token_use": "id",
        "auth_time": 900,
        "iat": 1000,
        "exp": 4600,
        "origin_jti": "origin",
        "jti": "jti",
    }


def test_the_claims_of_an_access_token() -> None:
    found = claims.access_claims(
        sign(device_key="us-east-1_d"), Membership(("admins",), (ADMIN,), ADMIN), "jti", NONE
    )
    assert found == {
        "sub": "sub-1",
        "iss": "https://issuer",
        "client_id": "client",
        "username": "Alice",
        "cognito:groups": ["admins"],
        "device_key": "us-east-1_d",
        "event_id": "event",
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": 900,
        "iat": 1000,
        "exp": 4600,
        "origin_jti": "origin",
        "jti": "jti",
    }


def test_what_is_not_there_is_not_said() -> None:
    identity = claims.id_claims(sign(origin=""), Membership(), "jti", NONE)
    access = claims.access_claims(sign(origin=""), Membership(), "jti", NONE)
    for name in (
        "cognito:groups",
        "cognito:roles",
        "cognito:preferred_role",
        "origin_jti",
        "jti",
        "nonce",
        "identities",
    ):
        assert name not in identity
        assert name not in access
    assert "version" not in access
    assert claims.access_claims(sign(oauth=True), Membership(), "jti", NONE)["version"] == 2


@pytest.mark.parametrize(
    ("settings", "lives_s"),
    [
        ({}, (3600, 3600)),
        ({"AccessTokenValidity": 2, "IdTokenValidity": 3}, (7200, 10800)),
        (
            {
                "AccessTokenValidity": 5,
                "IdTokenValidity": 600,
                "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "seconds"},
            },
            (300, 600),
        ),
        ({"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "days"}}, (86400, 3600)),
    ],
)
def test_tokens_live_as_long_as_the_client_says(settings: dict[str, Any], lives_s: tuple[int, int]) -> None:
    client = msgspec.structs.replace(CLIENT, settings=settings)
    access = claims.access_claims(sign(client=client), Membership(), "j", NONE)
    identity = claims.id_claims(sign(client=client), Membership(), "j", NONE)
    assert (access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == lives_s


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("email_verified", "false", False),
        ("phone_number_verified", "true", True),
        ("updated_at", "1700000000", 1700000000),
        ("address", "Main Street 1", {"formatted": "Main Street 1"}),
        ("custom:flag", "true", "true"),
        ("custom:number", "12", "12"),
        ("birthdate", "2000-01-01", "2000-01-01"),
    ],
)
def test_attributes_have_the_types_of_openid(name: str, text: str, value: Any) -> None:
    user = msgspec.structs.replace(USER, attributes={name: text})
    assert claims.id_claims(sign(user=user), Membership(), "j", NONE)[name] == value


def test_a_token_shows_what_its_client_may_read() -> None:
    client = msgspec.structs.replace(CLIENT, settings={"ReadAttributes": ["email"]})
    found = claims.id_claims(sign(client=client), Membership(), "j", NONE)
    assert "email" in found
    assert not {"email_verified", "custom:n"} & set(found)


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        (("openid",), set()),
        (("openid", "email"), {"email", "email_verified"}),
        (("openid", "profile"), {"custom:n"}),
        (("openid", "profile", "email"), {"email", "email_verified", "custom:n"}),
        (("openid", "phone"), set()),
    ],
)
def test_with_oauth_scopes_decide_what_is_shown(scopes: tuple[str, ...], shown: set[str]) -> None:
    found = claims.id_claims(sign(oauth=True, scopes=scopes), Membership(), "j", NONE)
    assert {"email", "email_verified", "custom:n"} & set(found) == shown


def test_accounts_at_providers_are_named() -> None:
    identity = Identity("Google", "42", "Google", "", True, 1700.5)
    user = msgspec.structs.replace(USER, identities=(identity,))
    assert claims.id_claims(sign(user=user), Membership(), "j", NONE)["identities"] == [
        {
            "userId": "42",
            "providerName": "Google",
            "providerType": "Google",
            "issuer": None,
            "primary": "true",
            "dateCreated": "1700500",
        }
    ]


@pytest.mark.parametrize(
    ("groups", "names", "roles", "preferred"),
    [
        ([], (), (), ""),
        ([group("b", 2), group("a", 1)], ("a", "b"), (), ""),
        ([group("none"), group("ten", 10), group("zero", 0)], ("zero", "ten", "none"), (), ""),
        ([group("a", 1, ADMIN), group("b", 2, READER)], ("a", "b"), (ADMIN, READER), ADMIN),
        ([group("a", 5, ADMIN), group("b", 2, READER)], ("b", "a"), (READER, ADMIN), READER),
        ([group("a", 1, ADMIN), group("b", 1, READER)], ("a", "b"), (ADMIN, READER), ""),
        ([group("a", 1, ADMIN), group("b", 1, ADMIN)], ("a", "b"), (ADMIN,), ADMIN),
        ([group("a", 1), group("b", 2, READER)], ("a", "b"), (READER,), READER),
        ([group("a", None, ADMIN), group("b", None, READER)], ("a", "b"), (ADMIN, READER), ""),
        ([group("a", 0, ADMIN), group("b", None, READER)], ("a", "b"), (ADMIN, READER), ADMIN),
    ],
)
def test_groups_by_precedence_and_the_role_that_is_preferred(
    groups: list[Group], names: tuple[str, ...], roles: tuple[str, ...], preferred: str
) -> None:
    assert claims.membership(groups) == Membership(names, roles, preferred)


@pytest.mark.parametrize(
    "name",
    [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "token_use",
        "cognito:username",
        "jti",
        "origin_jti",
        "nonce",
        "identities",
        "dev:x",
    ],
)
def test_what_a_function_can_not_change_in_an_id_token(name: str) -> None:
    before = claims.id_claims(sign(), Membership(), "jti", NONE)
    changes = Changes({name: "mine", "extra": "yes"}, frozenset({name}))
    after = claims.id_claims(sign(), Membership(), "jti", Overrides(id=changes))
    assert after == {**before, "extra": "yes"}


@pytest.mark.parametrize(
    "name", ["sub", "iss", "exp", "client_id", "username", "scope", "token_use", "version", "device_key"]
)
def test_what_a_function_can_not_change_in_an_access_token(name: str) -> None:
    before = claims.access_claims(sign(), Membership(), "jti", NONE)
    changes = Changes({name: "mine", "extra": {"deep": [1]}}, frozenset({name}))
    after = claims.access_claims(sign(), Membership(), "jti", Overrides(access=changes))
    assert after == {**before, "extra": {"deep": [1]}}


def test_what_is_both_added_and_suppressed_is_left_out() -> None:
    changes = Changes({"email": "new", "a": "b"}, frozenset({"email", "a"}))
    found = claims.id_claims(sign(), Membership(), "jti", Overrides(id=changes))
    assert not {"email", "a"} & set(found)


def test_scopes_are_added_and_suppressed() -> None:
    overrides = Overrides(scopes_add=("api/read", "openid"), scopes_suppress=frozenset({"email"}))
    found = claims.access_claims(sign(scopes=("openid", "email")), Membership(), "jti", overrides)
    assert found["scope"] == "openid api/read"


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, Overrides()),
        ({"claimsToAddOrOverride": {"a": "b"}}, Overrides(id=Changes({"a": "b"}))),
        (
            {"claimsToAddOrOverride": {"n": 1, "f": True, "x": None}},
            Overrides(id=Changes({"n": "1", "f": "true"})),
        ),
        ({"claimsToSuppress": ["email"]}, Overrides(id=Changes(suppress=frozenset({"email"})))),
        ({"groupOverrideDetails": {}}, Overrides(membership=Membership())),
        ({"groupOverrideDetails": None}, Overrides(membership=Membership())),
        (
            {
                "groupOverrideDetails": {
                    "groupsToOverride": ["g"],
                    "iamRolesToOverride": [ADMIN],
                    "preferredRole": ADMIN,
                }
            },
            Overrides(membership=Membership(("g",), (ADMIN,), ADMIN)),
        ),
    ],
)
def test_answers_of_version_one(details: dict[str, Any], expected: Overrides) -> None:
    assert read_answer({"claimsOverrideDetails": details}, first=True) == expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"idTokenGeneration": {"claimsToAddOrOverride": {"a": [1]}}}, Overrides(id=Changes({"a": [1]}))),
        (
            {"accessTokenGeneration": {"claimsToAddOrOverride": {"a": {"b": 1}}}},
            Overrides(access=Changes({"a": {"b": 1}})),
        ),
        (
            {"accessTokenGeneration": {"scopesToAdd": ["api/a", "api/a"], "scopesToSuppress": ["email"]}},
            Overrides(scopes_add=("api/a",), scopes_suppress=frozenset({"email"})),
        ),
        (
            {"accessTokenGeneration": {"scopesToAdd": ["aws.cognito.signin.user.admin", "a b", ""]}},
            Overrides(),
        ),
    ],
)
def test_answers_of_version_two(details: dict[str, Any], expected: Overrides) -> None:
    assert read_answer({"claimsAndScopeOverrideDetails": details}, first=False) == expected


@pytest.mark.parametrize(
    ("details", "first"),
    [
        ({"claimsToAddOrOverride": []}, True),
        ({"claimsToAddOrOverride": {"a": {"b": "c"}}}, True),
        ({"claimsToSuppress": "email"}, True),
        ({"groupOverrideDetails": {"groupsToOverride": "g"}}, True),
        ("text", True),
        ({"idTokenGeneration": []}, False),
        ({"accessTokenGeneration": {"scopesToAdd": "openid"}}, False),
        ({"accessTokenGeneration": {"claimsToSuppress": [1]}}, False),
    ],
)
def test_answers_of_another_form_are_refused(details: Any, first: bool) -> None:
    member = "claimsOverrideDetails" if first else "claimsAndScopeOverrideDetails"
    with pytest.raises(AwsError, match="Unrecognizable lambda output"):
        read_answer({member: details}, first=first)

"""One-time passwords by time."""

import base64

import pytest

from portico.services.cognito_idp import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    """RFC 6238, appendix B, in the six digits that authenticator apps show."""
    assert totp.code(SECRET, at // 30) == code
    assert totp.matching_step(SECRET, code, at) == at // 30


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_a_step(steps: int, is_taken: bool) -> None:
    at = 1_800_000_000
    found = totp.matching_step(SECRET, totp.code(SECRET, at // 30 + steps), at)
    assert found == (at // 30 + steps if is_taken else None)


@pytest.mark.parametrize("given", ["", "0", "28708", "2870820", "28708a", "٢٨٧٠٨٢", "      "])
def test_what_is_no_code_is_not_taken(given: str) -> None:
    assert totp.matching_step(SECRET, given, 59) is None


def test_secrets_are_as_apps_take_them() -> None:
    secrets = {totp.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(each) == 52 and each.isalnum() and each == each.upper() for each in secrets)
    assert all(len(base64.b32decode(each + "====")) == 32 for each in secrets)

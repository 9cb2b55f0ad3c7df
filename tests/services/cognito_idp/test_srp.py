"""The server's side of SRP against clients that were not written from it."""

import base64
import hmac
from datetime import UTC, datetime

import pytest
from pycognito.aws_srp import AWSSRP, hex_to_long, pad_hex

import srp_client
from portico.services.cognito_idp import passwords, srp

GROUP, NAME, PASSWORD = "AbCdEf123", "alice", "Passw0rd!x"


@pytest.fixture(scope="module")
def secret() -> passwords.Secret:
    return passwords.make(GROUP, NAME, PASSWORD)


def shared(secret: passwords.Secret, password: str, name: str = NAME) -> tuple[bytes, bytes]:
    """The keys of server and client after an exchange."""
    made = srp.offer(secret.verifier)
    client = srp_client.Client(GROUP, password)
    return srp.session_key(made, secret.verifier, client.public), client.key(name, secret.salt, made.public)


@pytest.mark.parametrize("round_", range(4))
def test_both_sides_come_to_the_same_key(secret: passwords.Secret, round_: int) -> None:
    server, client = shared(secret, PASSWORD)
    assert server == client
    assert len(server) == 16


@pytest.mark.parametrize(
    ("password", "name"), [("Passw0rd!X", NAME), ("", NAME), (PASSWORD, "Alice"), (PASSWORD, "")]
)
def test_another_password_or_name_comes_to_another_key(
    secret: passwords.Secret, password: str, name: str
) -> None:
    server, client = shared(secret, password, name)
    assert server != client


def test_pycognito_comes_to_the_same_key(secret: passwords.Secret) -> None:
    theirs = AWSSRP(NAME, PASSWORD, f"us-east-1_{GROUP}", "client", client=object())
    made = srp.offer(secret.verifier)
    client = srp.client_public(f"{theirs.large_a_value:x}")
    assert client == theirs.large_a_value
    key = theirs.get_password_authentication_key(NAME, PASSWORD, made.public, f"{secret.salt:x}")
    assert srp.session_key(made, secret.verifier, client) == key


@pytest.mark.parametrize(
    "value", [0, 1, 127, 128, 255, 256, 2**127, 2**128 - 1, passwords.PRIME, passwords.PRIME - 1]
)
def test_numbers_are_written_as_other_clients_write_them(value: int) -> None:
    assert passwords.padded(value) == srp_client.signed(value) == bytes.fromhex(pad_hex(value))


def test_the_group_is_that_of_the_clients() -> None:
    assert passwords.PRIME == srp_client.N == AWSSRP("u", "p", "r_p", "c", client=object()).big_n
    assert hex_to_long("2") == passwords.GENERATOR


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_multiple_of_the_prime_proves_nothing_and_is_no_number(times: int) -> None:
    assert srp.client_public(f"{times * passwords.PRIME:x}") is None
    assert srp.client_public(f"00{times * passwords.PRIME:x}") is None


@pytest.mark.parametrize(
    "text", ["", "0", "xyz", "-1", "+1", "0x10", " 1", "1 ", "1_0", "٣", "a" * 771, "1\n"]
)
def test_what_is_not_hexadecimal_is_no_number(text: str) -> None:
    assert srp.client_public(text) is None


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("0A", 10), ("ff", 255), ("00ff", 255)])
def test_hexadecimal_is_a_number_in_any_form(text: str, value: int) -> None:
    assert srp.client_public(text) == value


def test_offers_are_never_the_same(secret: passwords.Secret) -> None:
    offers = [srp.offer(secret.verifier) for _ in range(5)]
    assert len({each.public for each in offers}) == len({each.b for each in offers}) == 5
    assert all(0 < each.public < passwords.PRIME and each.b < 2**256 for each in offers)


def test_a_claim_holds_for_its_block_time_name_and_group_only(secret: passwords.Secret) -> None:
    made, client = srp.offer(secret.verifier), srp_client.Client(GROUP, PASSWORD)
    key = client.key(NAME, secret.salt, made.public)
    when = srp_client.timestamp(datetime(2026, 9, 1, 5, 3, 9, tzinfo=UTC))
    given = hmac.digest(key, f"{GROUP}{NAME}".encode() + b"block" + when.encode(), "sha256")
    whole = (GROUP, NAME, b"block", when)
    assert srp.proves(given, made, secret, client.public, *whole)
    for changed in (
        ("AbCdEf124", NAME, b"block", when),
        (GROUP, "bob", b"block", when),
        (GROUP, NAME, b"Block", when),
        (GROUP, NAME, b"block", when.replace("09", "10")),
    ):
        assert not srp.proves(given, made, secret, client.public, *changed)
    assert not srp.proves(given[:-1], made, secret, client.public, *whole)
    assert not srp.proves(b"", made, secret, client.public, *whole)


def test_an_exchange_of_somebody_else_proves_nothing(secret: passwords.Secret) -> None:
    """Knowing the public numbers, and even the verifier's salt, does not help."""
    made, client = srp.offer(secret.verifier), srp_client.Client(GROUP, PASSWORD)
    other = passwords.make(GROUP, NAME, PASSWORD)
    when = srp.timestamp(0)
    key = client.key(NAME, secret.salt, made.public)
    given = srp.claim(key, GROUP, NAME, b"block", when)
    assert srp.proves(given, made, secret, client.public, GROUP, NAME, b"block", when)
    assert not srp.proves(given, made, other, client.public, GROUP, NAME, b"block", when)
    assert not srp.proves(
        given, srp.offer(secret.verifier), secret, client.public, GROUP, NAME, b"block", when
    )
    assert not srp.proves(given, made, secret, client.public + 1, GROUP, NAME, b"block", when)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Tue Sep 1 05:03:09 UTC 2026", datetime(2026, 9, 1, 5, 3, 9, tzinfo=UTC)),
        ("Sat Nov 21 18:11:07 UTC 2026", datetime(2026, 11, 21, 18, 11, 7, tzinfo=UTC)),
        ("Thu Jan 1 00:00:00 UTC 1970", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_and_written_as_clients_do(text: str, at: datetime) -> None:
    assert srp.moment(text) == at.timestamp()
    assert srp.timestamp(at.timestamp()) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tue Sep 01 05:03:09 UTC 2026",
        "Di Sep 1 05:03:09 UTC 2026",
        "Tue Sept 1 05:03:09 UTC 2026",
        "Tue Sep 1 05:03:09 CET 2026",
        "Tue Sep 1 5:03:09 UTC 2026",
        "Tue Sep 31 05:03:09 UTC 2026",
        "Tue Sep 1 25:03:09 UTC 2026",
        "2026-09-01T05:03:09Z",
        "Tue Sep 1 05:03:09 UTC 2026\n",
        "Tue Sep  1 05:03:09 UTC 2026",
        "Tue Sep ١ 05:03:09 UTC 2026",
    ],
)
def test_other_forms_of_time_are_none(text: str) -> None:
    assert srp.moment(text) is None


def test_a_verifier_that_was_moved_to_another_owner_is_worthless(secret: passwords.Secret) -> None:
    from portico.identity.sealing import Sealer, SealError

    sealer = Sealer(bytes(32))
    text = passwords.sealed(sealer, "pool alice", secret)
    assert passwords.unsealed(sealer, "pool alice", text) == secret
    assert f"{secret.verifier:x}"[:20] not in base64.b64decode(text).hex()
    with pytest.raises(SealError):
        passwords.unsealed(sealer, "pool bob", text)

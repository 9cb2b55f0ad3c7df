"""What of a secret is on disk: nothing that whoever reads the database could use."""

from pathlib import Path

import pytest

from cognito_answers import PASSWORD, Mailbox, Pool, listed
from harness import new_account, running
from portico.identity.sealing import Sealer, SealError
from portico.services.cognito_idp import passwords


def test_nothing_in_the_database_tells_a_password(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        pool = Pool(server.client("cognito-idp", new_account()), {})
        client_id = pool.client(GenerateSecret=True)
        place = {"UserPoolId": pool.id, "ClientId": client_id}
        secret = pool.api.describe_user_pool_client(**place)["UserPoolClient"]["ClientSecret"]
        pool.user("ada", email="ada@example.com", email_verified="true")
        assert "AuthenticationResult" in pool.sign_in()
        pool.api.admin_create_user(
            UserPoolId=pool.id,
            Username="bob",
            UserAttributes=listed({"email": "bob@example.com"}),
            DesiredDeliveryMediums=["EMAIL"],
        )
        temporary = Mailbox(server).code("bob@example.com")
        assert len(temporary) >= 8
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"cognito-idp.user" in stored
    for word in (PASSWORD, secret, temporary):
        assert word.encode() not in stored


def test_a_verifier_is_its_owners() -> None:
    sealer = Sealer(bytes(32))
    made = passwords.make("pool", "ada", PASSWORD)
    text = passwords.sealed(sealer, "pool ada", made)
    assert passwords.unsealed(sealer, "pool ada", text) == made
    assert passwords.matches(made, "pool", "ada", PASSWORD)
    assert not passwords.matches(made, "pool", "ada", PASSWORD + " ")
    assert not passwords.matches(made, "pool", "eve", PASSWORD)
    assert not passwords.matches(made, "other", "ada", PASSWORD)
    assert passwords.make("pool", "ada", PASSWORD) != made
    for owner, key in (("pool eve", bytes(32)), ("pool ada", bytes([1] * 32))):
        with pytest.raises(SealError):
            passwords.unsealed(Sealer(key), owner, text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "00"),
        (1, "01"),
        (127, "7f"),
        (128, "0080"),
        (255, "00ff"),
        (256, "0100"),
        (2**384, "01" + "00" * 48),
    ],
)
def test_numbers_as_java_writes_them(number: int, text: str) -> None:
    assert passwords.padded(number).hex() == text


def test_the_group_is_that_of_rfc_5054() -> None:
    """3,072 bits, a safe prime, and 2 makes a large group of it."""
    prime = passwords.PRIME
    assert prime.bit_length() == 3_072
    assert pow(2, prime - 1, prime) == 1
    assert pow(2, (prime - 1) // 2 - 1, (prime - 1) // 2) == 1
    assert passwords.power(2, (prime - 1) // 2) in (1, prime - 1)

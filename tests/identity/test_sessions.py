"""Session tokens: what comes back is what was sealed, and nothing else comes back."""

import base64
import random

import pytest

from portico.base.ids import account_of_key
from portico.identity.principal import ANONYMOUS, Principal, Session, root, service
from portico.identity.records import Role, User
from portico.identity.sealing import Sealer, SealError
from portico.identity.sessions import (
    TOKEN_CHARS_MAX,
    Sessions,
    TokenInvalid,
    federated_session,
    role_session,
    root_session,
    user_session,
)
from world import ACCOUNT, DATA_KEY

ROLE = Role("worker", "/team/", "AROAWORKER", ACCOUNT, 0.0, "{}")
USER = User("alice", "/", "AIDAALICE", ACCOUNT, 0.0)
SESSION = Session(
    "run-1",
    issued_at=1000.0,
    expires_at=4600.0,
    policies=('{"Statement":[]}', "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    tags=(("Team", "a"), ("é", "ü")),
    transitive_tag_keys=("Team",),
    source_identity="alice",
    mfa=True,
    federated_provider="arn:aws:iam::111122223333:oidc-provider/host",
    token_keys=(("host:sub", "s"),),
    lineage=("arn:aws:iam::111122223333:user/alice",),
)


def sessions() -> Sessions:
    return Sessions(Sealer(DATA_KEY))


ALICE = Principal("user", ACCOUNT, USER.arn, USER.arn, USER.unique_id, "alice", USER.unique_id)


@pytest.mark.parametrize(
    "holder",
    [
        role_session(ROLE, SESSION),
        user_session(USER, SESSION),
        root_session(ACCOUNT, SESSION),
        federated_session(ALICE, SESSION),
    ],
    ids=lambda holder: holder.kind,
)
def test_what_was_sealed_comes_back_also_after_a_restart(holder: Principal) -> None:
    issued = sessions().seal(holder)
    assert issued.access_key_id.startswith("ASIA")
    assert account_of_key(issued.access_key_id) == ACCOUNT
    assert issued.expires_at == 4600.0
    assert len(issued.secret) == 40
    opened = sessions().unseal(issued.token, issued.access_key_id)
    assert opened.secret == issued.secret
    assert opened.principal == Principal(
        holder.kind,
        holder.account,
        holder.arn,
        holder.principal_arn,
        holder.user_id,
        holder.name,
        holder.unique_id,
        holder.session,
        issued.access_key_id,
    )


def test_a_role_sessions_names_are_those_of_aws() -> None:
    holder = role_session(ROLE, SESSION)
    assert holder.arn == "arn:aws:sts::111122223333:assumed-role/worker/run-1"
    assert holder.principal_arn == "arn:aws:iam::111122223333:role/team/worker"
    assert holder.user_id == "AROAWORKER:run-1"


def test_a_federated_users_names_are_those_of_aws() -> None:
    holder = federated_session(ALICE, SESSION)
    assert holder.arn == "arn:aws:sts::111122223333:federated-user/run-1"
    assert holder.user_id == "111122223333:run-1"
    assert holder.session is not None
    assert holder.session.lineage[-1] == USER.arn


def test_a_token_is_for_its_own_key_only() -> None:
    one, other = (sessions().seal(role_session(ROLE, SESSION)) for _ in range(2))
    kept = sessions()
    kept.unseal(one.token, one.access_key_id)
    for _ in range(2):
        with pytest.raises(TokenInvalid):
            kept.unseal(one.token, other.access_key_id)


def test_any_change_to_a_token_makes_it_worthless() -> None:
    issued = sessions().seal(role_session(ROLE, SESSION))
    data = bytearray(base64.b64decode(issued.token))
    chooser = random.Random(1)
    for at in [0, 1, 12, 13, len(data) - 1, *(chooser.randrange(len(data)) for _ in range(40))]:
        changed = bytes(data[:at]) + bytes([data[at] ^ 1]) + bytes(data[at + 1 :])
        with pytest.raises(TokenInvalid):
            sessions().unseal(base64.b64encode(changed).decode(), issued.access_key_id)


@pytest.mark.parametrize("token", ["", "test", "%%%", "AQ==", "é", "A" * (TOKEN_CHARS_MAX + 4), "\x00"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        sessions().unseal(token, "ASIAX")


def test_a_token_of_another_servers_key_is_refused() -> None:
    issued = Sessions(Sealer(bytes(32))).seal(role_session(ROLE, SESSION))
    with pytest.raises(TokenInvalid):
        sessions().unseal(issued.token, issued.access_key_id)


def test_a_text_that_was_sealed_for_another_purpose_is_no_token() -> None:
    sealer = Sealer(DATA_KEY)
    with pytest.raises(TokenInvalid):
        Sessions(sealer).unseal(sealer.seal("authorization message", b"{}"), "ASIAX")
    with pytest.raises(SealError):
        sealer.unseal("authorization message", sealer.seal("session token", b"{}"))


@pytest.mark.parametrize("holder", [service("sns.amazonaws.com"), ANONYMOUS, root(ACCOUNT)])
def test_who_has_no_session_gets_no_credentials(holder: Principal) -> None:
    with pytest.raises(ValueError, match="no credentials can be issued"):
        sessions().seal(holder)


def test_the_tokens_that_are_kept_are_bounded() -> None:
    kept = Sessions(Sealer(DATA_KEY), kept_max=3)
    issued = [kept.seal(role_session(ROLE, SESSION)) for _ in range(10)]
    for credentials in [*issued, *issued]:
        assert kept.unseal(credentials.token, credentials.access_key_id).secret == credentials.secret
    assert len(kept._kept) <= 3


def test_a_data_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")

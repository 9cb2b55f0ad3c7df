"""A server that is killed: who was signed in is, who was signed out is, and nothing can be used twice."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from harness import Server, running
from srp_client import Client as SrpClient
from user_pools import FLOWS, PASSWORD


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    found: str = caught.value.response["Error"]["Code"]
    return found


def test_what_was_acknowledged_outlives_the_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = Server(data)
    idp = first.client("cognito-idp")
    pool = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    asked = idp.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=list(FLOWS))
    client = asked["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="alice", Password=PASSWORD, Permanent=True)
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    by_password = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": given}
    kept, revoked = (idp.initiate_auth(**by_password)["AuthenticationResult"] for _ in range(2))
    idp.revoke_token(ClientId=client, Token=revoked["RefreshToken"])
    proofs = []
    for _ in range(2):
        srp = SrpClient(pool.partition("_")[2], PASSWORD)
        begun = {"USERNAME": "alice", "SRP_A": srp.a}
        offered = idp.initiate_auth(AuthFlow="USER_SRP_AUTH", ClientId=client, AuthParameters=begun)
        proofs.append(srp.proof(offered["ChallengeParameters"]))
    verifier = {"ClientId": client, "ChallengeName": "PASSWORD_VERIFIER"}
    idp.respond_to_auth_challenge(**verifier, ChallengeResponses=proofs[0])
    first.kill()

    with running(data) as second:
        idp = second.client("cognito-idp")
        assert idp.get_tokens_from_refresh_token(ClientId=client, RefreshToken=kept["RefreshToken"])
        with pytest.raises(ClientError) as caught:
            idp.get_tokens_from_refresh_token(ClientId=client, RefreshToken=revoked["RefreshToken"])
        assert code(caught) == "NotAuthorizedException"
        with pytest.raises(ClientError) as caught:
            idp.respond_to_auth_challenge(**verifier, ChallengeResponses=proofs[0])
        assert code(caught) == "NotAuthorizedException"
        assert idp.respond_to_auth_challenge(**verifier, ChallengeResponses=proofs[1])["AuthenticationResult"]
        assert idp.initiate_auth(**by_password)["AuthenticationResult"]
    text = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in text
    assert b"alice" in text
    assert b"PRIVATE KEY" not in text

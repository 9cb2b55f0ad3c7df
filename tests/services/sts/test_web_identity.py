"""AssumeRoleWithWebIdentity, whole: an issuer over TLS, a server that may reach it, and callers without any key."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import botocore
import botocore.exceptions
import pytest

from harness import Server, new_account, running
from issuer import Issuer, an_issuer

ACTION = "sts:AssumeRoleWithWebIdentity"


class Federation:
    """An account that has registered an issuer, and an unsigned client."""

    def __init__(self, server: Server, issuer: Issuer) -> None:
        self.server = server
        self.issuer = issuer
        self.url = f"https://127.0.0.1:{issuer.port}"
        self.account = new_account()
        self.iam = server.client("iam", self.account)
        self.sts = server.client("sts", signature_version=botocore.UNSIGNED)
        self.provider: str = self.iam.create_open_id_connect_provider(
            Url=self.url, ClientIDList=["my-client"]
        )["OpenIDConnectProviderArn"]
        issuer.overridden["/.well-known/openid-configuration"] = (
            200,
            json.dumps({"issuer": self.url, "jwks_uri": f"{self.url}/keys"}).encode(),
        )
        self.name = self.url.removeprefix("https://")

    def role(self, *, actions: Any = ACTION, provider: str = "", **conditions: Any) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider or self.provider},
            "Action": actions,
            "Condition": conditions or {"StringEquals": {f"{self.name}:aud": "my-client"}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made: str = self.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        return made

    def token(self, **claims: Any) -> str:
        return self.issuer.token(**{"iss": self.url, **claims})

    async def assume(self, role: str, token: str, **request: Any) -> Any:
        """Call in a thread: the issuer answers on this loop meanwhile."""
        return await asyncio.to_thread(
            self.sts.assume_role_with_web_identity,
            RoleArn=role,
            RoleSessionName="run",
            WebIdentityToken=token,
            **request,
        )

    async def refused(self, role: str, token: str, **request: Any) -> tuple[str, int, str]:
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            await self.assume(role, token, **request)
        answer = caught.value.response
        return (
            answer["Error"]["Code"],
            answer["ResponseMetadata"]["HTTPStatusCode"],
            answer["Error"]["Message"],
        )


@pytest.fixture
async def federation(tmp_path: Path) -> AsyncIterator[Federation]:
    async with an_issuer(tmp_path) as issuer:
        env = {"SSL_CERT_FILE": str(issuer.certificate), "PORTICO_OUTBOUND_ALLOW": "127.0.0.1"}
        with running(None, env=env) as server:
            yield Federation(server, issuer)


async def test_a_token_of_a_registered_issuer_becomes_the_role_that_trusts_it(federation: Federation) -> None:
    role = federation.role(
        StringEquals={f"{federation.name}:aud": "my-client", f"{federation.name}:sub": "somebody"}
    )
    answer = await federation.assume(role, federation.token())
    assumed = f"arn:aws:sts::{federation.account}:assumed-role/worker/run"
    assert answer["AssumedRoleUser"]["Arn"] == assumed
    assert (answer["Provider"], answer["Audience"], answer["SubjectFromWebIdentityToken"]) == (
        federation.provider,
        "my-client",
        "somebody",
    )
    given = answer["Credentials"]
    sts = federation.server.client(
        "sts", key=given["AccessKeyId"], secret=given["SecretAccessKey"], token=given["SessionToken"]
    )
    assert sts.get_caller_identity()["Arn"] == assumed

    # and those that are not let in, on the same server
    refused = federation.refused
    not_authorized = ("AccessDenied", 403, f"Not authorized to perform {ACTION}")
    assert await refused(role, federation.token(sub="somebody else")) == not_authorized
    assert await refused(role.replace("worker", "absent"), federation.token()) == not_authorized
    assert await refused(role, federation.token(aud="another-client")) == (
        "InvalidIdentityToken",
        400,
        "Incorrect token audience",
    )
    assert await refused(role, federation.token(iss="https://other.example")) == (
        "InvalidIdentityToken",
        400,
        "No OpenIDConnect provider found in your account for https://other.example",
    )
    now = int(time.time())
    code, status, message = await refused(role, federation.token(exp=now - 5))
    assert (code, status) == ("ExpiredTokenException", 400)
    assert message.endswith(f" must be before the expiration date/time {now - 5}")
    header, claims, signature = federation.token().split(".")
    forged = f"{header}.{claims}.{signature[:-8]}AAAAAAAA"
    assert (await refused(role, forged))[0] == "InvalidIdentityToken"
    assert await refused(role, federation.token(), DurationSeconds=3601) == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


async def test_tags_and_source_identity_come_from_the_token_and_need_permission(
    federation: Federation,
) -> None:
    claims = {
        "https://aws.amazon.com/tags": {
            "principal_tags": {"Team": ["a"]},
            "transitive_tag_keys": ["Team"],
        },
        "https://aws.amazon.com/source_identity": "alice",
    }
    role = federation.role()
    assert (await federation.refused(role, federation.token(**claims)))[0] == "AccessDenied"
    federation.iam.delete_role(RoleName="worker")
    actions = [ACTION, "sts:TagSession", "sts:SetSourceIdentity"]
    role = federation.role(actions=actions, StringEquals={"aws:RequestTag/Team": "a"})
    answer = await federation.assume(role, federation.token(**claims))
    assert answer["SourceIdentity"] == "alice"
    assert answer["PackedPolicySize"] > 0


async def test_the_authorised_party_is_the_audience(federation: Federation) -> None:
    role = federation.role(
        StringEquals={f"{federation.name}:aud": "my-client", f"{federation.name}:oaud": "the-api"}
    )
    assert (await federation.assume(role, federation.token(aud="the-api", azp="my-client")))[
        "Audience"
    ] == "my-client"
    assert (await federation.refused(role, federation.token(aud="my-client", azp="other")))[
        2
    ] == "Incorrect token audience"


async def test_an_issuer_that_fails_is_a_reason_to_try_again(federation: Federation) -> None:
    federation.issuer.overridden["/keys"] = (503, b"")
    code, status, _ = await federation.refused(federation.role(), federation.token())
    assert (code, status) == ("IDPCommunicationError", 400)

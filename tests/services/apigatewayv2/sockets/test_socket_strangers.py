"""A WebSocket API of one account and what is another's: functions, roles, connections."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from websockets.exceptions import InvalidStatus

from harness import REGION, Server, new_account
from http_api import sent
from socket_api import ECHO, SocketApi, received

Client = Callable[..., Any]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
NO_PASS = "is not authorized to perform: iam:PassRole"
LETS_IN = """
    def handler(event, context):
        statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
        return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


def signed(method: str, url: str, keys: tuple[str, str], region: str = REGION) -> dict[str, str]:
    """The headers of a signed request without a body."""
    request = AWSRequest(method, url, data=b"")
    SigV4Auth(Credentials(*keys), "execute-api", region).add_auth(request)
    return {name: value for name, value in request.headers.items() if name.lower() != "host"}


def asked(server: Server, method: str, url: str, keys: tuple[str, str], region: str = REGION) -> int:
    """The status of the answer to a signed request."""
    parts = urlsplit(url)
    headers = {"Host": parts.netloc, **signed(method, url, keys, region)}
    return sent(server.port, parts.path, method, headers).status


@pytest.fixture
def thief(server: Server, client: Client, stack: ExitStack) -> SocketApi:
    """An API of another account, whose root may do everything there."""
    other = new_account()
    return SocketApi(server, lambda service, **options: client(service, other, **options), other, stack)


@pytest.fixture
def trusting(client: Client) -> str:
    """A role of this test's account that API Gateway may be, whoever it acts for, and that may do anything."""
    iam = client("iam")
    arn: str = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="gateway", PolicyName="p", PolicyDocument=EVERYTHING)
    return arn


def test_the_function_of_another(
    api: SocketApi, thief: SocketApi, deploy: Callable[..., str], trusting: str
) -> None:
    uri = api.invocations(deploy(ECHO))
    thief.gateway.update_stage(ApiId=thief.id, StageName="dev", StageVariables={"role": trusting})
    plain = thief.integration("AWS_PROXY", IntegrationUri=uri)
    thief.route("plain", plain, answers=True)
    thief.route(
        "stolen",
        thief.integration("AWS_PROXY", IntegrationUri=uri, CredentialsArn="${stageVariables.role}"),
        answers=True,
    )
    with thief.connect() as connection:
        for action in ("plain", "stolen"):
            connection.send(json.dumps({"action": action}))
            assert received(connection)["message"] == "Internal server error"
    for refused in (
        lambda: thief.integration("AWS_PROXY", IntegrationUri=uri, CredentialsArn=trusting),
        lambda: thief.gateway.update_integration(
            ApiId=thief.id, IntegrationId=plain, CredentialsArn=trusting
        ),
    ):
        with pytest.raises(ClientError, match=NO_PASS):
            refused()


def test_an_authorizer_of_another(
    api: SocketApi, thief: SocketApi, deploy: Callable[..., str], trusting: str
) -> None:
    asked = {
        "ApiId": thief.id,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": api.invocations(deploy(LETS_IN)),
    }
    asked["IdentitySource"] = ["route.request.querystring.t"]
    with pytest.raises(ClientError, match=NO_PASS):
        thief.gateway.create_authorizer(**asked, Name="stolen", AuthorizerCredentialsArn=trusting)
    made = thief.gateway.create_authorizer(**asked, Name="plain")["AuthorizerId"]
    with pytest.raises(ClientError, match=NO_PASS):
        thief.gateway.update_authorizer(ApiId=thief.id, AuthorizerId=made, AuthorizerCredentialsArn=trusting)
    thief.route("$connect", thief.integration(), AuthorizationType="CUSTOM", AuthorizerId=made)
    with pytest.raises(InvalidStatus) as caught:
        thief.connect("/dev?t=1")
    assert caught.value.response.status_code == 500


def test_connections_of_another(
    api: SocketApi, thief: SocketApi, client: Client, server: Server, deploy: Callable[..., str]
) -> None:
    name = deploy(ECHO)
    api.allow(name)
    api.route("who", api.function(name), answers=True)
    connection = api.connect()
    connection.send('{"action": "who"}')
    found = received(connection)["requestContext"]["connectionId"]
    wide = client("iam", thief.account)
    wide.create_user(UserName="u")
    wide.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=EVERYTHING)
    key = wide.create_access_key(UserName="u")["AccessKey"]
    here = f"localhost:{server.port}"
    for keys in ((thief.account, "test"), (key["AccessKeyId"], key["SecretAccessKey"])):
        for url in (
            f"http://{address}/@connections/{quote(found, safe='')}"
            for one in (api, thief)
            for address in (
                f"{one.host}/dev",
                f"{one.id}.execute-api.{REGION}.{here}/dev",
                f"{here}/_portico/apis/{one.id}/dev",
                f"{here}/_aws/execute-api/{one.id}/dev",
                f"{here}/restapis/{one.id}/dev/_user_request_",
            )
        ):
            for method in ("POST", "GET", "DELETE"):
                assert asked(server, method, url, keys) in (403, 410), (method, url)
        management = thief.management(
            endpoint_url=server.url, aws_access_key_id=keys[0], aws_secret_access_key=keys[1]
        )
        with pytest.raises(ClientError, match=r"not authorized|Gone"):
            management.post_to_connection(ConnectionId=found, Data=b"stolen")
    own = f"http://{api.host}/dev/@connections/{quote(found, safe='')}"
    assert asked(server, "GET", own, (api.account, "test")) == 200
    assert asked(server, "GET", own, (api.account, "test"), "eu-west-1") == 403
    connection.send('{"action": "who"}')
    assert received(connection)["requestContext"]["connectionId"] == found


def test_the_name_of_another_region(api: SocketApi, server: Server) -> None:
    api.route("$connect", api.integration())
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asked["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    for region, status in ((REGION, 101), ("eu-west-1", 403)):
        host = f"{api.id}.execute-api.{region}.localhost"
        assert sent(server.port, "/dev", "GET", {"Host": host, **asked}).status == status


def test_a_signer_of_another(api: SocketApi, thief: SocketApi, client: Client) -> None:
    """WebSocket APIs have no policies of their own, so nobody can let the users of another account in."""
    api.route("$connect", api.integration(), AuthorizationType="AWS_IAM")
    elsewhere = signed("GET", f"http://{api.host}/dev", (api.account, "test"), "eu-west-1")
    with pytest.raises(InvalidStatus) as caught:
        api.connect(additional_headers=elsewhere)
    assert caught.value.response.status_code == 403
    for account, welcome in ((thief.account, False), (api.account, True)):
        headers = signed("GET", f"http://{api.host}/dev", (account, "test"))
        if welcome:
            api.connect(additional_headers=headers).close()
            continue
        with pytest.raises(InvalidStatus) as caught:
            api.connect(additional_headers=headers)
        assert caught.value.response.status_code == 403

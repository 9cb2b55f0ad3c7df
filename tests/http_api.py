"""An HTTP API for tests, and a client that asks its front door with bytes of its own."""

import contextlib
import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from harness import REGION, Server

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)
ECHO = "def handler(event, context):\n    return {'echo': event}\n"


class Came(msgspec.Struct, frozen=True):
    """An answer: names of headers in lower case, all values of each."""

    status: int
    many: dict[str, list[str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers, repeats joined."""
        return {name: ", ".join(values) for name, values in self.many.items()}

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def message(self) -> tuple[int, str]:
        """Status and message of a refusal; REST APIs write `Message` where access is denied."""
        name = "Message" if "Message" in self.json else "message"
        return self.status, self.json[name]


class Api:
    """An API of the account, with what it and its functions are called."""

    id: str

    def __init__(self, server: Server, client: Callable[..., Any], account: str) -> None:
        self.server = server
        self.client = client
        self.account = account

    @property
    def host(self) -> str:
        """The API's own host name, with the port."""
        return f"{self.id}.execute-api.localhost:{self.server.port}"

    def arn(self, tail: str) -> str:
        """The ARN of something that is invoked of this API."""
        return f"arn:aws:execute-api:{REGION}:{self.account}:{self.id}/{tail}"

    def function_arn(self, name: str) -> str:
        """The ARN of a function of the account."""
        return f"arn:aws:lambda:{REGION}:{self.account}:function:{name}"

    def invocations(self, name: str) -> str:
        """The address under which API Gateway invokes a function."""
        return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{self.function_arn(name)}/invocations"


class HttpApi(Api):
    """An HTTP API with its clients."""

    def __init__(self, server: Server, client: Callable[..., Any], account: str) -> None:
        super().__init__(server, client, account)
        self.control = client("apigatewayv2")
        self.id = self.control.create_api(Name="test", ProtocolType="HTTP")["ApiId"]

    def stage(self, name: str = "$default", **settings: Any) -> None:
        """A stage that deploys itself."""
        self.control.create_stage(ApiId=self.id, StageName=name, AutoDeploy=True, **settings)

    def integrate(self, function: str, version: str = "2.0", **settings: Any) -> str:
        """An integration with a function, which this API may invoke; its target."""
        self.permit(function)
        found = self.control.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=self.function_arn(function),
            PayloadFormatVersion=version,
            **settings,
        )
        return f"integrations/{found['IntegrationId']}"

    def permit(self, function: str, tail: str = "*") -> None:
        """Let this API invoke a function."""
        self.client("lambda").add_permission(
            FunctionName=function,
            StatementId=f"s{len(tail)}-{self.id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=self.arn(tail),
        )

    def route(self, key: str, target: str, **settings: Any) -> str:
        """A route; its id."""
        made = self.control.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)
        return str(made["RouteId"])

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        host: str = "",
    ) -> Came:
        """Send one request, its path as it is."""
        return sent(self.server.port, path, method, {"Host": host or self.host, **(headers or {})}, body)


def sent(
    port: int, path: str, method: str, headers: Mapping[str, str], body: bytes | str | None = None
) -> Came:
    """The answer to one request, which is sent as it is; `headers` have the Host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        raw = body.encode() if isinstance(body, str) else body
        fields = dict(headers)
        if raw is not None:
            fields.setdefault("Content-Length", str(len(raw)))
        for name, value in fields.items():
            connection.putheader(name, value)
        with contextlib.suppress(BrokenPipeError):  # it may answer before it has read all
            connection.endheaders(raw)
        answer = connection.getresponse()
        many: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            many.setdefault(name.lower(), []).append(value)
        return Came(answer.status, many, answer.read())
    finally:
        connection.close()

"""WebSocket APIs for tests, made with boto3, and connections to them by the `websockets` library."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import ClientConnection, connect

from harness import REGION, Server, session
from http_api import Api

ECHO = """
    import json

    def handler(event, context):
        return {"statusCode": 200, "body": json.dumps(event)}
"""


class SocketApi(Api):
    """One API with the stage `dev`, which deploys itself."""

    def __init__(self, server: Server, client: Callable[..., Any], account: str, stack: ExitStack) -> None:
        super().__init__(server, client, account)
        self._stack = stack
        self.gateway = client("apigatewayv2")
        api = self.gateway.create_api(
            Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )
        self.id = api["ApiId"]
        self.routes: dict[str, str] = {}
        self.gateway.create_stage(ApiId=self.id, StageName="dev", AutoDeploy=True)

    @property
    def below(self) -> str:
        """The address for clients that can't resolve names."""
        return f"localhost:{self.server.port}/_portico/apis/{self.id}"

    def allow(self, function: str, path: str = "*") -> None:
        """Let the API call a function."""
        self.client("lambda").add_permission(
            FunctionName=function,
            StatementId=f"api-{self.id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=self.arn(path),
        )

    def integration(self, kind: str = "MOCK", **options: Any) -> str:
        made = self.gateway.create_integration(ApiId=self.id, IntegrationType=kind, **options)
        return str(made["IntegrationId"])

    def function(self, name: str, **options: Any) -> str:
        """An integration with a function."""
        return self.integration("AWS_PROXY", IntegrationUri=self.invocations(name), **options)

    def route(self, key: str, integration: str = "", *, answers: bool = False, **options: Any) -> str:
        if integration:
            options["Target"] = f"integrations/{integration}"
        if answers:
            options["RouteResponseSelectionExpression"] = "$default"
        made = self.gateway.create_route(ApiId=self.id, RouteKey=key, **options)
        if answers:
            self.gateway.create_route_response(
                ApiId=self.id, RouteId=made["RouteId"], RouteResponseKey="$default"
            )
        self.routes[key] = made["RouteId"]
        return str(made["RouteId"])

    def connect(self, path: str = "/dev", **options: Any) -> ClientConnection:
        """Connect by the API's own name."""
        return self._open(f"ws://{self.host}{path}", **options)

    def connect_below(self, path: str = "/dev", **options: Any) -> ClientConnection:
        """Connect by a path below the server's own name."""
        return self._open(f"ws://{self.below}{path}", **options)

    def _open(self, uri: str, **options: Any) -> ClientConnection:
        options.setdefault("compression", None)
        made = connect(uri, address=("127.0.0.1", self.server.port), proxy=None, **options)
        return self._stack.enter_context(made)

    def management(self, **options: Any) -> Any:
        """boto3's client for `@connections`."""
        options.setdefault("aws_access_key_id", self.account)
        options.setdefault("aws_secret_access_key", "test")
        options.setdefault("endpoint_url", f"http://{self.below}/dev")
        return session().client("apigatewaymanagementapi", region_name=REGION, **options)


def received(connection: ClientConnection) -> Any:
    """The next message, which is JSON."""
    return json.loads(connection.recv(timeout=20))


class Recorder:
    """A function that puts each event into a queue, and answers with `answer` of the connect's query."""

    SOURCE = """
        import json, os
        import boto3

        queue = boto3.client("sqs")

        def handler(event, context):
            queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
            return {"statusCode": 200}
    """

    def __init__(
        self,
        client: Callable[..., Any],
        deploy: Callable[..., str],
        source: str = SOURCE,
        variables: dict[str, str] | None = None,
    ) -> None:
        self._sqs = client("sqs")
        self._url = self._sqs.create_queue(QueueName="events")["QueueUrl"]
        policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
        client("iam").put_role_policy(RoleName="run", PolicyName="send", PolicyDocument=policy)
        environment = {"Variables": {"QUEUE": self._url, **(variables or {})}}
        self.name = deploy(source, name="recorder", Environment=environment, Timeout=20)

    def next(self) -> dict[str, Any]:
        """The next event."""
        got = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=20)["Messages"][0]
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=got["ReceiptHandle"])
        event: dict[str, Any] = json.loads(got["Body"])
        return event

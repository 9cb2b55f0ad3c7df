"""A REST API with its clients: made with boto3, asked with bytes as they are."""

import contextlib
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import REGION, Server
from http_api import Api, Came, sent

ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
COUNT = """
import json
calls = 0

def handler(event, context):
    global calls
    calls += 1
    return {"statusCode": 200, "body": json.dumps({"call": calls, "path": event["path"]})}
"""
WHAT = '{"path":"$context.path","resource":"$context.resourcePath","method":"$context.httpMethod","stage":"$context.stage"}'


class RestApi(Api):
    """An API, its resources by path, and what is deployed of it to `prod`."""

    def __init__(self, server: Server, client: Callable[..., Any], account: str) -> None:
        super().__init__(server, client, account)
        self.control = client("apigateway")
        made = self.control.create_rest_api(name="test")
        self.id = made["id"]
        self.resources: dict[str, str] = {"/": made["rootResourceId"]}
        self.numbers = itertools.count(1)

    def resource(self, path: str) -> str:
        """The id of the resource at `path`, made if there is none."""
        if path not in self.resources:
            parent, _, part = path.rpartition("/")
            made = self.control.create_resource(
                restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part
            )
            self.resources[path] = made["id"]
        return self.resources[path]

    def method(
        self, path: str, http_method: str = "GET", *, function: str = "", answer: str = WHAT, **options: Any
    ) -> None:
        """A method that a function answers, or a mock."""
        at = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": http_method}
        self.control.put_method(**at, **{"authorizationType": "NONE", **options})
        if function:
            self.control.put_integration(
                **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=self.invocations(function)
            )
            self.permit(function)
            return
        self.control.put_integration(
            **at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        self.control.put_method_response(**at, statusCode="200")
        self.control.put_integration_response(
            **at, statusCode="200", responseTemplates={"application/json": answer}
        )

    def permit(self, function: str) -> None:
        """Let this API invoke a function; asking twice does no harm."""
        lam = self.client("lambda")
        with contextlib.suppress(lam.exceptions.ResourceConflictException):
            lam.add_permission(
                FunctionName=function,
                StatementId=self.id,
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=self.arn("*"),
            )

    def authorizer(self, function: str, kind: str = "TOKEN", **options: Any) -> str:
        """A Lambda authorizer; its id."""
        options.setdefault("identitySource", "method.request.header.Authorization")
        self.permit(function)
        made: str = self.control.create_authorizer(
            restApiId=self.id,
            name=f"{function}{next(self.numbers)}",
            type=kind,
            authorizerUri=self.invocations(function),
            **options,
        )["id"]
        return made

    def policy(self, *statements: Mapping[str, Any]) -> None:
        """The API's resource policy."""
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.update("update_rest_api", {"/policy": document})

    def deploy(self, stage: str = "prod", **options: Any) -> str:
        """Deploy what there is now; the deployment's id."""
        made: str = self.control.create_deployment(restApiId=self.id, stageName=stage, **options)["id"]
        return made

    def settings(self, values: Mapping[str, str], stage: str = "prod") -> None:
        """Change the stage, by patch path."""
        self.update("update_stage", values, stageName=stage)

    def update(self, operation: str, values: Mapping[str, str], **at: str) -> None:
        """Replace values, by patch path."""
        changes = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
        getattr(self.control, operation)(restApiId=self.id, **at, patchOperations=changes)

    def plan(self, stage: str = "prod", **options: Any) -> tuple[str, str]:
        """A usage plan for a stage, and a key in it: their ids."""
        plan = self.control.create_usage_plan(
            name="plan", apiStages=[{"apiId": self.id, "stage": stage}], **options
        )["id"]
        return plan, self.join(plan)

    def join(self, plan: str, **options: Any) -> str:
        """A new key in a plan; its id."""
        key: str = self.control.create_api_key(name="key", enabled=True, **options)["id"]
        self.control.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
        return key

    def value(self, key: str) -> str:
        """What clients send for a key."""
        found: str = self.control.get_api_key(apiKey=key, includeValue=True)["value"]
        return found

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        *,
        stage: str = "prod",
        host: str = "",
    ) -> Came:
        """Send one request, its path as it is."""
        return sent(
            self.server.port,
            f"/{stage}{path}",
            method,
            {"Host": host or self.host, **(headers or {})},
            body,
        )

    def ask_signed(
        self,
        path: str,
        credentials: tuple[str, ...],
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        *,
        region: str = REGION,
        service: str = "execute-api",
    ) -> Came:
        """Send one request, signed with (key, secret[, token])."""
        signed = self.signed(path, credentials, method, headers, body, region=region, service=service)
        return self.ask(path, method, signed, body)

    def signed(
        self,
        path: str,
        credentials: tuple[str, ...],
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        *,
        region: str = REGION,
        service: str = "execute-api",
    ) -> dict[str, str]:
        """The headers of a request, with its signature."""
        url = f"http://{self.host}/prod{path}"
        request = AWSRequest(method, url, headers={"Host": self.host, **(headers or {})}, data=body or b"")
        SigV4Auth(Credentials(*credentials), service, region).add_auth(request)
        return dict(request.headers.items())

"""Makes what the page needs: a user pool, an identity pool with two roles, a function, an HTTP API and a function URL.

Run it where `eval "$(portico env)"` has been: python setup.py [ORIGIN ...]; the origins are those that the page is served from. It writes
public/config.json, which the page reads.
"""

import io
import json
import os
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).resolve().parent
NAME = "who"
COGNITO = "cognito-identity.amazonaws.com"


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str], resource: str) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


class Setup:
    """Makes one thing after the other; a second run makes everything anew under other names."""

    def __init__(self, origins: list[str]) -> None:
        self.origins = origins
        self.region = os.environ.get("AWS_REGION", "us-east-1")
        self.suffix = f"{int(time.time()):x}"
        self.function = f"{NAME}-{self.suffix}"
        self.account = self.client("sts").get_caller_identity()["Account"]
        self.arn = f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}"

    def client(self, service: str) -> Any:
        """An AWS client."""
        return boto3.client(service, region_name=self.region)

    def run(self) -> dict[str, str]:
        """Everything; what the page has to know."""
        self.make_function()
        pool, app = self.make_user_pool()
        identities = self.make_identity_pool(pool, app)
        return {
            "region": self.region,
            "endpoint": os.environ.get("AWS_ENDPOINT_URL", ""),
            "function": self.function,
            "userPoolId": pool,
            "userPoolClientId": app,
            "identityPoolId": identities,
            "api": self.make_api(pool, app),
            "url": self.make_url(),
        }

    def make_function(self) -> None:
        """The function, with a role that may write its log."""
        iam, lam = self.client("iam"), self.client("lambda")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(RoleName=self.function, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        iam.attach_role_policy(RoleName=self.function, PolicyArn=basic)
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.write(HERE / "function" / "app.py", "app.py")
        lam.create_function(
            FunctionName=self.function,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": code.getvalue()},
        )
        lam.get_waiter("function_active_v2").wait(FunctionName=self.function, WaiterConfig={"Delay": 1})

    def make_user_pool(self) -> tuple[str, str]:
        """People sign up by themselves and confirm their e-mail address; they sign in by SRP."""
        idp = self.client("cognito-idp")
        pool = idp.create_user_pool(PoolName=f"people-{self.suffix}", AutoVerifiedAttributes=["email"])
        pool_id = pool["UserPool"]["Id"]
        client = idp.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="page",
            ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        return pool_id, client["UserPoolClient"]["ClientId"]

    def make_identity_pool(self, pool: str, app: str) -> str:
        """Guests may call the function by Lambda's own API; people who have signed in also by its URL."""
        cognito = self.client("cognito-identity")
        provider = f"cognito-idp.{self.region}.amazonaws.com/{pool}"
        identities: str = cognito.create_identity_pool(
            IdentityPoolName=f"visitors-{self.suffix}",
            AllowUnauthenticatedIdentities=True,
            CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": app}],
        )["IdentityPoolId"]
        by_url = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
        roles = {
            "authenticated": self.make_role(identities, "authenticated", by_url),
            "unauthenticated": self.make_role(identities, "unauthenticated", by_url[:1]),
        }
        cognito.set_identity_pool_roles(IdentityPoolId=identities, Roles=roles)
        return identities

    def make_role(self, identities: str, kind: str, actions: list[str]) -> str:
        """A role for identities of this pool that are of one kind."""
        iam, name = self.client("iam"), f"{kind}-{self.suffix}"
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": COGNITO},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{COGNITO}:aud": identities},
                "ForAnyValue:StringLike": {f"{COGNITO}:amr": kind},
            },
        }
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="call", PolicyDocument=policy(allow(actions, self.arn)))
        return arn

    def make_api(self, pool: str, app: str) -> str:
        """An HTTP API whose one route takes the pool's ID tokens."""
        api = self.client("apigatewayv2")
        cors = {"AllowOrigins": self.origins, "AllowMethods": ["GET"], "AllowHeaders": ["authorization"]}
        made = api.create_api(Name=f"who-{self.suffix}", ProtocolType="HTTP", CorsConfiguration=cors)
        api_id = made["ApiId"]
        integration = api.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=self.arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        authorizer = api.create_authorizer(
            ApiId=api_id,
            Name="people",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={
                "Audience": [app],
                "Issuer": f"https://cognito-idp.{self.region}.amazonaws.com/{pool}",
            },
        )["AuthorizerId"]
        api.create_route(
            ApiId=api_id,
            RouteKey="GET /who",
            Target=f"integrations/{integration}",
            AuthorizationType="JWT",
            AuthorizerId=authorizer,
        )
        api.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
        self.client("lambda").add_permission(
            FunctionName=self.function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{self.region}:{self.account}:{api_id}/*/*/who",
        )
        endpoint: str = made["ApiEndpoint"]
        return endpoint

    def make_url(self) -> str:
        """An address of the function's own, for those who sign."""
        cors = {"AllowOrigins": self.origins, "AllowMethods": ["GET"], "AllowHeaders": ["*"]}
        made = self.client("lambda").create_function_url_config(
            FunctionName=self.function, AuthType="AWS_IAM", Cors=cors
        )
        url: str = made["FunctionUrl"]
        return url.removesuffix("/")


if __name__ == "__main__":
    config = Setup(sys.argv[1:] or ["http://localhost:5173"]).run()
    (HERE / "public").mkdir(exist_ok=True)
    (HERE / "public" / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    print(f"The page's configuration is in {HERE / 'public' / 'config.json'}")

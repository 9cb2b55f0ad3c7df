"""The AWS-managed policies that ship with Portico."""

import json

import pytest

from portico.identity.managed import all_managed, find_managed, managed_policy
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import Principal

ROLE = Principal("role", "111122223333", "a", "b", "c", "r", "AROA")
PREFIX = "arn:aws:iam::aws:policy/"


@pytest.mark.parametrize(
    "name",
    [
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaSQSQueueExecutionRole",
        "AWSLambda_FullAccess",
        "service-role/AWSLambdaKinesisExecutionRole",
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "AdministratorAccess",
        "service-role/AWSLambdaMSKExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "PowerUserAccess",
        "service-role/AWSLambdaRole",
        "AWSLambdaInvocation-DynamoDB",
        "AWSLambda_ReadOnlyAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "AWSXRayDaemonWriteAccess",
        "CloudWatchLambdaInsightsExecutionRolePolicy",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
        "IAMUserChangePassword",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSQSFullAccess",
        "AmazonSQSReadOnlyAccess",
        "AmazonSNSFullAccess",
        "AmazonSNSReadOnlyAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonDynamoDBReadOnlyAccess",
        "CloudWatchLogsFullAccess",
        "CloudWatchLogsReadOnlyAccess",
        "CloudWatchFullAccess",
        "AmazonAPIGatewayAdministrator",
        "AmazonAPIGatewayInvokeFullAccess",
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "AmazonEventBridgeFullAccess",
        "AmazonKinesisFullAccess",
        "AmazonCognitoPowerUser",
        "AWSStepFunctionsFullAccess",
        "AmazonEC2ReadOnlyAccess",
    ],
)
def test_those_that_functions_use_are_there(name: str) -> None:
    """Under the ARN that AWS gives them, path and all."""
    found = find_managed(PREFIX + name)
    assert found is not None
    assert found.arn == PREFIX + name
    assert found.default_version.startswith("v")
    assert 0 < found.created_at <= found.updated_at
    assert json.loads(found.document)["Version"] == "2012-10-17"


def test_unknown_ones() -> None:
    """There is no policy of another name, path or account."""
    assert managed_policy(PREFIX + "AWSLambdaBasicExecutionRole") is None
    assert managed_policy("arn:aws:iam::111122223333:policy/AdministratorAccess") is None
    assert find_managed("") is None


def test_ids_are_unique_and_of_aws_s_form() -> None:
    """`ANPA` and 17 characters, the same at every start."""
    ids = [policy.unique_id for policy in all_managed()]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == 21 and each.startswith("ANPA") and each.isalnum() for each in ids)


@pytest.mark.parametrize(
    ("name", "action", "allowed"),
    [
        ("AdministratorAccess", "iam:CreateUser", True),
        ("PowerUserAccess", "lambda:CreateFunction", True),
        ("PowerUserAccess", "iam:CreateUser", False),
        ("PowerUserAccess", "iam:ListRoles", True),
        ("ReadOnlyAccess", "lambda:GetFunction", True),
        ("ReadOnlyAccess", "lambda:InvokeFunction", False),
        ("AWSLambda_FullAccess", "lambda:InvokeFunction", True),
        ("AWSLambda_ReadOnlyAccess", "lambda:ListFunctions", True),
        ("AWSLambda_ReadOnlyAccess", "lambda:DeleteFunction", False),
        ("AmazonS3ReadOnlyAccess", "s3:GetObject", True),
        ("AmazonS3ReadOnlyAccess", "s3:PutObject", False),
        ("service-role/AWSLambdaBasicExecutionRole", "logs:PutLogEvents", True),
        ("service-role/AWSLambdaBasicExecutionRole", "sqs:ReceiveMessage", False),
        ("service-role/AWSLambdaSQSQueueExecutionRole", "sqs:ReceiveMessage", True),
    ],
)
def test_what_they_allow(name: str, action: str, allowed: bool) -> None:
    """Through the evaluator, as a role would have them."""
    document = managed_policy(PREFIX + name)
    assert document is not None
    policies = Policies(identity=(Sourced(compiled(document), PREFIX + name),))
    resource = "arn:aws:s3:::a" if action.startswith("s3:") else "arn:aws:x:us-east-1:111122223333:y"
    resource = "*" if action in ("iam:ListRoles", "lambda:ListFunctions") else resource
    assert evaluate(Request(action, resource, ROLE, "", {}), policies).allowed is allowed

"""Who may put and read metrics."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server

DATA = [{"MetricName": "a", "Value": 1.0}]
WINDOW = {"StartTime": 0, "EndTime": 86_400}


@pytest.fixture
def as_user(server: Server, account: str, client: Callable[..., Any]) -> Callable[..., Any]:
    """`as_user(statement, ...)`: CloudWatch as a user with these statements."""
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]

    def make(*statements: dict[str, Any]) -> Any:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
        return server.client("cloudwatch", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def refused(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**request)
    assert raised.value.response["Error"]["Code"] == "AccessDenied"
    message: str = raised.value.response["Error"]["Message"]
    return message


def test_nothing_without_a_permission(as_user: Callable[..., Any]) -> None:
    cw = as_user({"Effect": "Allow", "Action": "cloudwatch:ListMetrics", "Resource": "*"})
    assert cw.list_metrics()["Metrics"] == []
    words = refused(cw.put_metric_data, Namespace="Shop", MetricData=DATA)
    assert "is not authorized to perform: cloudwatch:PutMetricData" in words
    refused(
        cw.get_metric_statistics,
        **WINDOW,
        Namespace="Shop",
        MetricName="a",
        Period=86_400,
        Statistics=["Sum"],
    )
    queries = [{"Id": "e1", "Expression": "SEARCH('a', 'Sum', 60)"}]
    refused(cw.get_metric_data, **WINDOW, MetricDataQueries=queries)


def test_namespaces(as_user: Callable[..., Any]) -> None:
    cw = as_user(
        {
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": ["Shop", "Shop/*"]}},
        }
    )
    cw.put_metric_data(Namespace="Shop", MetricData=DATA)
    cw.put_metric_data(Namespace="Shop/North", MetricData=DATA)
    refused(cw.put_metric_data, Namespace="Bank", MetricData=DATA)


def test_a_denied_namespace(as_user: Callable[..., Any]) -> None:
    cw = as_user(
        {"Effect": "Allow", "Action": "cloudwatch:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "Bank"}},
        },
    )
    cw.put_metric_data(Namespace="Shop", MetricData=DATA)
    assert "explicit deny" in refused(cw.put_metric_data, Namespace="Bank", MetricData=DATA)


def test_metrics_have_no_resource(as_user: Callable[..., Any]) -> None:
    arn = "arn:aws:cloudwatch:us-east-1:000000000000:metric/Shop"
    cw = as_user({"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": arn})
    refused(cw.put_metric_data, Namespace="Shop", MetricData=DATA)

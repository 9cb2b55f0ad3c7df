"""Functions that call themselves, whatever they do to hide it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

LOOP = """
import json
import os

import boto3

lam, sqs = boto3.client("lambda"), boto3.client("sqs")

def forged(request, **_):
    request.headers["X-Amzn-Trace-Id"] = "Root=1-00000000-000000000000000000000000;Sampled=0"

if os.environ.get("FORGED"):
    lam.meta.events.register("before-sign.lambda", forged)

def handler(event, context):
    turn, kind = event["turn"], event["kind"]
    print("turn", turn)
    if turn > 40:
        return "it was never stopped"
    if event.get("queue"):
        trace = {"DataType": "String", "StringValue": "Root=1-00000000-000000000000000000000000;Sampled=0"}
        sqs.send_message(
            QueueUrl=event["queue"], MessageBody="x", MessageSystemAttributes={"AWSTraceHeader": trace}
        )
    try:
        answer = lam.invoke(
            FunctionName=":".join([context.function_name, *filter(None, [event.get("version")])]),
            InvocationType=kind,
            Payload=json.dumps({**event, "turn": turn + 1}),
        )
    except lam.exceptions.RecursiveInvocationException as error:
        return {"stopped": turn, "status": error.response["ResponseMetadata"]["HTTPStatusCode"], "words": str(error)}
    return json.load(answer["Payload"]) if kind == "RequestResponse" else None
"""

Make = Callable[..., Any]


@pytest.fixture
def looping(client: Make, account: str, deploy: Make, role: str) -> Callable[..., str]:
    """`looping(...)`: the function, which may do all that it does; the URL of the queue of its dead letters."""

    def make(**variables: str) -> str:
        statement = {
            "Effect": "Allow",
            "Action": ["lambda:InvokeFunction", "sqs:SendMessage", "sts:AssumeRole"],
            "Resource": "*",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        client("iam").put_role_policy(RoleName="run", PolicyName="loop", PolicyDocument=document)
        url: str = client("sqs").create_queue(QueueName="dead")["QueueUrl"]
        deploy(
            LOOP,
            name="loop",
            Timeout=60,
            Environment={"Variables": variables},
            DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{account}:dead"},
        )
        return url

    return make


def dead(client: Make, url: str) -> dict[str, Any]:
    answer = client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"])
    message: dict[str, Any] = answer["Messages"][0]
    return message


@pytest.mark.parametrize("variables", [{}, {"FORGED": "yes"}])
def test_events(client: Make, looping: Make, variables: dict[str, str]) -> None:
    """Sixteen run; the next event is a dead letter."""
    url = looping(**variables)
    client("lambda").invoke(
        FunctionName="loop", InvocationType="Event", Payload=b'{"turn": 1, "kind": "Event"}'
    )
    message = dead(client, url)
    assert json.loads(message["Body"])["turn"] == 17
    assert message["MessageAttributes"]["ErrorCode"]["StringValue"] == "400"
    assert "recursive loop" in message["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_a_direct_caller_is_told(client: Make, looping: Make) -> None:
    looping()
    answer = client("lambda").invoke(
        FunctionName="loop", Payload=b'{"turn": 1, "kind": "RequestResponse"}', LogType="Tail"
    )
    told = json.load(answer["Payload"])
    assert (told["stopped"], told["status"]) == (16, 400)
    assert "your function being invoked in a recursive loop" in told["words"]


def test_copies_of_a_snapshot_can_not_hide_it_either(client: Make, looping: Make) -> None:
    """Their credentials name the snapshot; what any copy runs is continued."""
    looping(FORGED="yes")
    lam = client("lambda")
    lam.update_function_configuration(FunctionName="loop", SnapStart={"ApplyOn": "PublishedVersions"})
    lam.get_waiter("function_updated_v2").wait(FunctionName="loop", WaiterConfig={"Delay": 1})
    version = lam.publish_version(FunctionName="loop")["Version"]
    lam.get_waiter("published_version_active").wait(
        FunctionName="loop", Qualifier=version, WaiterConfig={"Delay": 1}
    )
    event = json.dumps({"turn": 1, "kind": "RequestResponse", "version": version})
    answer = lam.invoke(FunctionName="loop", Qualifier=version, Payload=event)
    assert json.load(answer["Payload"])["stopped"] == 16


def test_it_may_be_allowed(client: Make, looping: Make) -> None:
    looping()
    client("lambda").put_function_recursion_config(FunctionName="loop", RecursiveLoop="Allow")
    answer = client("lambda").invoke(FunctionName="loop", Payload=b'{"turn": 18, "kind": "RequestResponse"}')
    assert json.load(answer["Payload"]) == "it was never stopped"


def test_a_queue_keeps_the_lineage(client: Make, looping: Make) -> None:
    url = looping()
    event = {"turn": 40, "kind": "RequestResponse", "queue": url}
    client("lambda").invoke(FunctionName="loop", Payload=json.dumps(event).encode())
    [message] = client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])[
        "Messages"
    ]
    root, _, lineage = message["Attributes"]["AWSTraceHeader"].partition(";Lineage=")
    assert root == "Root=1-00000000-000000000000000000000000;Sampled=0"
    assert lineage.startswith("1:")
    assert lineage.endswith(":0")


def test_a_role_that_the_function_assumes(client: Make, account: str, looping: Make, deploy: Make) -> None:
    """The chain goes on in the sessions that an environment's session assumes."""
    looping()
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:role/run"},
                "Action": "sts:AssumeRole",
            },
        }
    )
    made = client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust)
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    client("iam").put_role_policy(RoleName="other", PolicyName="all", PolicyDocument=document)
    deploy(
        """
        import boto3
        import os

        def unnamed(request, **_):
            del request.headers["X-Amzn-Trace-Id"]

        def handler(event, context):
            keys = boto3.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="session")["Credentials"]
            lam = boto3.client(
                "lambda",
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )
            lam.meta.events.register("before-sign", unnamed)
            return lam.invoke(FunctionName="trace")["Payload"].read().decode()
        """,
        name="assumes",
    )
    deploy("import os\ndef handler(event, context): return os.environ['_X_AMZN_TRACE_ID']\n", name="trace")
    event = json.dumps({"role": made["Role"]["Arn"]}).encode()
    answer = client("lambda").invoke(FunctionName="assumes", Payload=event)
    trace = json.loads(json.load(answer["Payload"]))
    assert trace.partition(";Lineage=1:")[2].count(":0") == 2, trace


def looped_through(
    client: Make, account: str, deploy: Make, source: str, permission: str, **options: Any
) -> None:
    """Deploy `loop`, whose events come back to it through a queue or a topic that forged traces are sent to."""
    actions = [permission, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    client("iam").put_role_policy(RoleName="run", PolicyName="loop", PolicyDocument=document)
    deploy(source, name="loop", Timeout=5, **options)


def test_through_a_queue(client: Make, account: str, deploy: Make) -> None:
    """The message of the seventeenth turn is received again and again, and at last is a dead letter."""
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{account}:dead", "maxReceiveCount": 1}
    url = sqs.create_queue(
        QueueName="q", Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "5"}
    )["QueueUrl"]
    source = """
        import boto3
        import os

        sqs = boto3.client("sqs")
        TRACE = {"DataType": "String", "StringValue": "Root=1-00000000-000000000000000000000000;Sampled=0"}

        def handler(event, context):
            turn = int(event["Records"][0]["body"])
            if turn <= 40:
                sqs.send_message(
                    QueueUrl=os.environ["QUEUE"],
                    MessageBody=str(turn + 1),
                    MessageSystemAttributes={"AWSTraceHeader": TRACE},
                )
    """
    looped_through(
        client, account, deploy, source, "sqs:SendMessage", Environment={"Variables": {"QUEUE": url}}
    )
    client("lambda").create_event_source_mapping(
        FunctionName="loop", EventSourceArn=f"arn:aws:sqs:us-east-1:{account}:q", BatchSize=1
    )
    sqs.send_message(QueueUrl=url, MessageBody="1")
    found: list[dict[str, Any]] = []
    while not found:
        found = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20).get("Messages", [])
    assert found[0]["Body"] == "17"


def test_through_a_topic(client: Make, account: str, deploy: Make) -> None:
    sns, sqs, lam = client("sns"), client("sqs"), client("lambda")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    topic = sns.create_topic(Name="t")["TopicArn"]
    source = """
        import boto3
        import os

        sns = boto3.client("sns")

        def handler(event, context):
            turn = int(event["Records"][0]["Sns"]["Message"])
            if turn <= 40:
                sns.publish(TopicArn=os.environ["TOPIC"], Message=str(turn + 1))
    """
    options = {
        "Environment": {"Variables": {"TOPIC": topic}},
        "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:us-east-1:{account}:dead"},
    }
    client("iam").attach_role_policy(RoleName="run", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    looped_through(client, account, deploy, source, "sns:Publish", **options)
    lam.add_permission(
        FunctionName="loop",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=f"arn:aws:lambda:us-east-1:{account}:function:loop"
    )
    sns.publish(TopicArn=topic, Message="1")
    [message] = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    assert json.loads(message["Body"])["Records"][0]["Sns"]["Message"] == "17"

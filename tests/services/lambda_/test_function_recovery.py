"""What was acknowledged is there after `kill -9`: functions, policies, and events that nobody had run yet."""

from pathlib import Path
from typing import Any

from gates import Gate
from harness import TRUST_LAMBDA, Server, running

ROLE_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def create(server: Server, source: str, package: Any) -> str:
    iam = server.client("iam")
    role: str = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="run", PolicyArn=ROLE_POLICY)
    made = server.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Timeout=60,
        Code={"ZipFile": package(source)},
    )
    arn: str = made["FunctionArn"]
    return arn


def printed(server: Server, wanted: str) -> bool:
    """Whether the function's log has the line, looked for until it does (a bounded number of times)."""
    logs = server.client("logs")
    for _ in range(1000):
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/f", filterPattern=f'"{wanted}"')[
                "events"
            ]
        except logs.exceptions.ResourceNotFoundException:
            continue
        if events:
            return True
    return False


def test_an_event_that_was_running_runs_again(tmp_path: Path, package: Any, gate: Gate) -> None:
    data = tmp_path / "data"
    source = f"def handler(event, context):\n    {gate.wait}\n    print('ended', event)\n"
    with running(data) as server:
        arn = create(server, source, package)
        lam = server.client("lambda")
        lam.add_permission(
            FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
        assert lam.invoke(FunctionName="f", InvocationType="Event", Payload=b"7")["StatusCode"] == 202
        gate.until_there()
        server.kill()
    with running(data) as server:
        lam = server.client("lambda")
        assert lam.get_function(FunctionName="f")["Configuration"]["FunctionArn"] == arn
        assert lam.get_function(FunctionName="f")["Configuration"]["State"] == "Active"
        assert "s3.amazonaws.com" in lam.get_policy(FunctionName="f")["Policy"]
        gate.until_there(2)
        gate.open()
        assert printed(server, "ended 7")

"""Settings that are stored and shown, and those that this machine has to have something for."""

import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_answers import UPDATING, configuration, parameter, shown, told
from portico.environments.runtimes.available import Runtimes

Make = Callable[..., Any]
SUBNETS, GROUPS = ["subnet-0123456789abcdef0"], ["sg-0123456789abcdef0"]


def settled(lam: Any, name: str) -> dict[str, Any]:
    lam.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    found: dict[str, Any] = lam.get_function_configuration(FunctionName=name)
    return found


def written(read: Callable[[], list[Any]]) -> list[Any]:
    """What `read` finds in a log, which is written a moment after the answer."""
    for _ in range(200):
        try:
            found = read()
        except ClientError:  # there is no group yet
            continue
        if found:
            return found
    raise AssertionError("nothing was written")


def test_vpc_config(client: Make, create: Make) -> None:
    """TestLambdaFunction::test_vpc_config"""
    lam = client("lambda")
    made = create("f", VpcConfig={"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS})["VpcConfig"]
    assert re.fullmatch(r"vpc-[0-9a-f]{17}", made["VpcId"])
    expected = {"Ipv6AllowedForDualStack": False, "SecurityGroupIds": GROUPS, "SubnetIds": SUBNETS}
    assert made == {**expected, "VpcId": made["VpcId"]}
    assert settled(lam, "f")["VpcConfig"] == made
    other = {"SubnetIds": ["subnet-0fedcba9876543210"], "SecurityGroupIds": GROUPS}
    changed = lam.update_function_configuration(
        FunctionName="f", VpcConfig={**other, "Ipv6AllowedForDualStack": True}
    )["VpcConfig"]
    assert changed["SubnetIds"] == other["SubnetIds"]
    assert changed["Ipv6AllowedForDualStack"] is True
    assert settled(lam, "f")["VpcConfig"] == changed
    gone = {"Ipv6AllowedForDualStack": False, "SecurityGroupIds": [], "SubnetIds": [], "VpcId": ""}
    nothing: dict[str, Any] = {"SubnetIds": [], "SecurityGroupIds": []}
    removed = lam.update_function_configuration(FunctionName="f", VpcConfig=nothing)
    assert removed["VpcConfig"] == gone
    assert settled(lam, "f")["VpcConfig"] == gone


def test_functions_of_one_subnet_are_in_one_vpc(create: Make) -> None:
    config = {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS}
    ids = {create(name, VpcConfig=config)["VpcConfig"]["VpcId"] for name in ("one", "two")}
    assert len(ids) == 1


def test_snapstart_lifecycle(client: Make, account: str, create: Make, package: Make) -> None:
    """TestLambdaSnapStart::test_snapstart_update_function_configuration"""
    lam = client("lambda")
    made = create("f")
    assert made["SnapStart"] == {"ApplyOn": "None", "OptimizationStatus": "Off"}
    settled(lam, "f")
    changed = lam.update_function_configuration(FunctionName="f", SnapStart={"ApplyOn": "PublishedVersions"})
    wanted = {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    whole = configuration(account, "f", package(), SnapStart=wanted, **UPDATING)
    assert shown(changed) == {**whole, "status": 200}
    assert settled(lam, "f")["SnapStart"] == wanted


def test_a_change_that_snapshots_forbid(client: Make, create: Make) -> None:
    lam = client("lambda")
    create("f", SnapStart={"ApplyOn": "PublishedVersions"})
    settled(lam, "f")
    said = told(lam.update_function_configuration, FunctionName="f", Runtime="python3.11")
    assert said == parameter("python3.11 is not supported for SnapStart enabled functions.")
    said = told(lam.update_function_configuration, FunctionName="f", EphemeralStorage={"Size": 513})
    assert said["Error"]["Code"] == "InvalidParameterValueException"
    off = {"SnapStart": {"ApplyOn": "None"}, "Runtime": "python3.11"}
    changed = lam.update_function_configuration(FunctionName="f", **off)
    assert changed["SnapStart"] == {"ApplyOn": "None", "OptimizationStatus": "Off"}


def test_a_dead_letter_target(client: Make, account: str, create: Make) -> None:
    lam = client("lambda")
    target = {"TargetArn": f"arn:aws:sqs:us-east-1:{account}:failed"}
    may_not = "The provided execution role does not have permissions to call SendMessage on SQS"
    assert told(create, name="f", DeadLetterConfig=target) == parameter(may_not)
    statement = '{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}'
    document = f'{{"Version":"2012-10-17","Statement":{statement}}}'
    client("iam").put_role_policy(RoleName="run", PolicyName="send", PolicyDocument=document)
    assert create("f", DeadLetterConfig=target)["DeadLetterConfig"] == target
    assert settled(lam, "f")["DeadLetterConfig"] == target
    assert "DeadLetterConfig" in lam.list_functions()["Functions"][0]
    said = told(
        lam.update_function_configuration, FunctionName="f", DeadLetterConfig={"TargetArn": "arn:aws:s3:::b"}
    )
    assert said["status"] == 400
    removed = lam.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in removed


@pytest.mark.skipif(shutil.which("ruby") is not None, reason="this machine has Ruby")
def test_a_runtime_that_needs_something(client: Make, create: Make, active: Make) -> None:
    missing = "ruby3.4 needs Ruby: there is no program 'ruby' on the server's PATH."
    words = f"The runtime ruby3.4 is not available on this server. {missing}"
    assert told(create, name="f", Runtime="ruby3.4") == parameter(words)
    active("f")
    said = told(client("lambda").update_function_configuration, FunctionName="f", Runtime="ruby3.4")
    assert said == parameter(words)


def test_os_only_runtimes_want_a_handler_too(create: Make) -> None:
    made = create("f", Runtime="provided.al2023", Handler="any")
    assert made["Runtime"] == "provided.al2023"
    said = told(create, name="g", Runtime="provided.al2023", Handler=None)
    assert said == parameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    )


IMAGE = {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/some:latest"}


@pytest.mark.skipif(Runtimes().missing_for_images() == "", reason="this machine runs images")
def test_an_image_needs_an_engine(client: Make, role: str) -> None:
    said = told(
        client("lambda").create_function, FunctionName="f", Role=role, PackageType="Image", Code=IMAGE
    )
    assert said["Error"]["Code"] == "InvalidParameterValueException"
    assert "needs Docker or Podman" in said["Error"]["Message"]


def test_what_an_image_must_not_say(create: Make) -> None:
    said = told(create, name="f", PackageType="Image", Code=IMAGE)
    assert said == parameter(
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
    )
    said = told(create, name="f", ImageConfig={"Command": ["x"]})
    assert said == parameter(
        "Please don't provide ImageConfig when the intended function PackageType is Zip."
    )


def test_streams_in_a_group_of_another_name_say_the_function(client: Make, active: Make) -> None:
    lam, logs = client("lambda"), client("logs")
    active("f", LoggingConfig={"LogGroup": "together"})
    active("g")
    lam.invoke(FunctionName="f")
    lam.invoke(FunctionName="g")

    def stream(group: str) -> str:
        [found] = written(lambda: logs.describe_log_streams(logGroupName=group)["logStreams"])
        name: str = found["logStreamName"]
        return name

    assert re.fullmatch(r"\d{4}/\d\d/\d\d/f\[\$LATEST\][0-9a-f]{32}", stream("together"))
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream("/aws/lambda/g"))


def test_events_of_the_platform_at_the_debug_level(client: Make, active: Make) -> None:
    lam, logs = client("lambda"), client("logs")
    active("f", LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "DEBUG"})
    lam.invoke(FunctionName="f")
    events = written(lambda: logs.filter_log_events(logGroupName="/aws/lambda/f")["events"])
    kinds = [json.loads(event["message"])["type"].partition(".")[2] for event in events]
    assert kinds == ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]

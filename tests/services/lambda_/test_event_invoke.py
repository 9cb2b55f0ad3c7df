"""Event invoke configurations, as AWS has answered."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import arn_of, parameter, refusal, shown, told

Make = Callable[..., Any]
NO_DESTINATIONS: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}


def config(account: str, qualifier: str = "$LATEST", **members: Any) -> dict[str, Any]:
    return {
        "DestinationConfig": NO_DESTINATIONS,
        "FunctionArn": f"{arn_of(account, 'f')}:{qualifier}",
        **members,
    }


def dated(answer: dict[str, Any]) -> dict[str, Any]:
    """What is answered, after a look at its dates."""
    for each in answer.get("FunctionEventInvokeConfigs", [answer]):
        assert isinstance(each.pop("LastModified"), datetime.datetime)
    return shown(answer)


def absent(arn: str) -> dict[str, Any]:
    return refusal(404, "ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig")


NO_FUNCTION = refusal(404, "ResourceNotFoundException", "The function doesn't exist.")


@pytest.fixture
def permit(client: Make) -> Callable[[str, str], None]:
    """`permit(action, resource)`: the functions' role may do that."""

    def put(action: str, resource: str) -> None:
        statement = f'{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}'
        client("iam").put_role_policy(
            RoleName="run",
            PolicyName=action.replace(":", "-"),
            PolicyDocument=f'{{"Version":"2012-10-17","Statement":{statement}}}',
        )

    return put


def test_a_life(client: Make, account: str, active: Make) -> None:
    active("f")
    lam = client("lambda")
    put, update = lam.put_function_event_invoke_config, lam.update_function_event_invoke_config
    get = lam.get_function_event_invoke_config
    assert dated(put(FunctionName="f", MaximumRetryAttempts=0)) == {
        **config(account, MaximumRetryAttempts=0),
        "status": 200,
    }
    aged = config(account, MaximumEventAgeInSeconds=60)
    assert dated(put(FunctionName="f", MaximumEventAgeInSeconds=60)) == {**aged, "status": 200}
    assert dated(update(FunctionName="f", MaximumEventAgeInSeconds=60)) == {**aged, "status": 200}
    both = {**aged, "MaximumRetryAttempts": 1, "status": 200}
    assert dated(update(FunctionName="f", MaximumRetryAttempts=1)) == both
    assert dated(get(FunctionName="f")) == dated(get(FunctionName="f", Qualifier="$LATEST")) == both
    lam.publish_version(FunctionName="f")
    assert told(get, FunctionName="f", Qualifier="1") == absent(f"{arn_of(account, 'f')}:1")
    first = {**config(account, "1", MaximumEventAgeInSeconds=120)}
    assert dated(put(FunctionName="f:1", MaximumEventAgeInSeconds=120)) == {**first, "status": 200}
    listed = dated(lam.list_function_event_invoke_configs(FunctionName="f"))
    both.pop("status")
    assert listed == {"FunctionEventInvokeConfigs": [both, first], "status": 200}
    page = lam.list_function_event_invoke_configs(FunctionName="f", MaxItems=1)
    rest = lam.list_function_event_invoke_configs(FunctionName="f", MaxItems=1, Marker=page["NextMarker"])
    assert "NextMarker" not in rest
    assert [
        each["FunctionArn"]
        for each in (*page["FunctionEventInvokeConfigs"], *rest["FunctionEventInvokeConfigs"])
    ] == [
        both["FunctionArn"],
        first["FunctionArn"],
    ]
    assert shown(lam.delete_function_event_invoke_config(FunctionName="f")) == {"status": 204}
    assert told(lam.delete_function_event_invoke_config, FunctionName="f") == absent(
        f"{arn_of(account, 'f')}:$LATEST"
    )


def test_what_is_not_there(client: Make, account: str, active: Make) -> None:
    active("f")
    lam = client("lambda")
    put, update = lam.put_function_event_invoke_config, lam.update_function_event_invoke_config
    get, delete = lam.get_function_event_invoke_config, lam.delete_function_event_invoke_config
    one = {"MaximumRetryAttempts": 1}
    assert told(put, FunctionName="g", **one) == NO_FUNCTION
    assert told(put, FunctionName=arn_of(account, "g"), **one) == NO_FUNCTION
    assert told(put, FunctionName="f", Qualifier="nope", **one) == NO_FUNCTION
    assert told(put, FunctionName="f", Qualifier="7", **one) == NO_FUNCTION
    assert told(update, FunctionName="g", **one) == NO_FUNCTION
    assert told(update, FunctionName="f", **one) == absent(f"{arn_of(account, 'f')}:$LATEST")
    assert told(get, FunctionName="g") == absent(f"{arn_of(account, 'g')}:$LATEST")
    assert told(get, FunctionName="f", Qualifier="nope") == absent(f"{arn_of(account, 'f')}:nope")
    assert told(delete, FunctionName="g") == absent(f"{arn_of(account, 'g')}:$LATEST")
    assert told(lam.list_function_event_invoke_configs, FunctionName="g") == NO_FUNCTION
    assert told(put, FunctionName="f") == parameter(
        "You must specify at least one of error handling or destination setting."
    )
    assert told(put, FunctionName="f:1", Qualifier="2", **one) == parameter(
        "The derived qualifier from the function name does not match the specified qualifier."
    )


def test_it_goes_with_what_it_belongs_to(client: Make, account: str, active: Make) -> None:
    active("f")
    lam = client("lambda")
    lam.publish_version(FunctionName="f")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    for qualifier in ("$LATEST", "1", "live"):
        lam.put_function_event_invoke_config(FunctionName="f", Qualifier=qualifier, MaximumRetryAttempts=1)
    left = lambda: [  # noqa: E731
        each["FunctionArn"].rsplit(":", 1)[1]
        for each in lam.list_function_event_invoke_configs(FunctionName="f")["FunctionEventInvokeConfigs"]
    ]
    assert left() == ["$LATEST", "1", "live"]
    lam.delete_alias(FunctionName="f", Name="live")
    lam.delete_function(FunctionName="f", Qualifier="1")
    assert left() == ["$LATEST"]
    lam.delete_function(FunctionName="f")
    active("f")
    assert left() == []


def test_a_destination_is_there_and_open_to_the_role(
    client: Make, account: str, active: Make, permit: Callable[[str, str], None]
) -> None:
    active("f")
    active("g")
    client("sqs").create_queue(QueueName="q")
    queue, other = f"arn:aws:sqs:us-east-1:{account}:q", arn_of(account, "g")
    put = client("lambda").put_function_event_invoke_config

    def refused(success: str) -> dict[str, Any]:
        return told(put, FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": success}})

    may_not = "The provided execution role does not have permissions to call"
    assert refused(queue) == parameter(f"{may_not} SendMessage on SQS")
    assert refused(other) == parameter(f"{may_not} InvokeFunction on Lambda")
    missing = f"arn:aws:sqs:us-east-1:{account}:missing"
    assert refused(missing) == parameter(f"The destination ARN {missing} is invalid.")
    nowhere = arn_of(account, "doesnotexist")
    assert refused(nowhere) == parameter(f"The destination ARN {nowhere} is invalid.")
    itself = parameter("You can't specify the function as a destination for itself.")
    assert refused(arn_of(account, "f")) == refused(f"{arn_of(account, 'f')}:$LATEST") == itself
    strange = f"arn:aws:iam:us-east-1:{account}:function:f"
    assert refused(strange) == parameter(
        f"The provided destination config DestinationConfig(onSuccess=OnSuccess(destination={strange}), onFailure=null) is invalid."
    )
    bus = f"arn:aws:events:us-east-1:{account}:event-bus/default"
    assert refused(bus) == parameter(f"The destination ARN {bus} is invalid: Portico has no EventBridge.")
    permit("sqs:SendMessage", queue)
    permit("lambda:InvokeFunction", other)
    answer = put(
        FunctionName="f",
        DestinationConfig={"OnSuccess": {"Destination": other}, "OnFailure": {"Destination": queue}},
    )
    assert answer["DestinationConfig"] == {
        "OnSuccess": {"Destination": other},
        "OnFailure": {"Destination": queue},
    }
    assert put(FunctionName="f", DestinationConfig={"OnSuccess": {}})["DestinationConfig"] == NO_DESTINATIONS


def test_an_arn_of_no_form(client: Make, active: Make, account: str) -> None:
    active("f")
    said = told(
        client("lambda").put_function_event_invoke_config,
        FunctionName="f",
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:_-/!lambda:us-east-1:1:function:f"}},
    )
    assert said["Error"]["Code"] == "ValidationException"
    assert (
        "at 'destinationConfig.onFailure.destination' failed to satisfy constraint"
        in said["Error"]["Message"]
    )

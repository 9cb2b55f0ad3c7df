"""The variables of an environment."""

import msgspec

from portico.identity.sessions import Credentials
from portico.invoke.preparer import environment_variables
from portico.invoke.records import Version
from portico.invoke.resolve import spec_of

KEYS = Credentials("ASIAKEY", "secret", "token", 0.0)


def variables(version: Version) -> dict[str, str]:
    return dict(
        environment_variables(spec_of(version), "2026/11/21/[$LATEST]abc", KEYS, "http://127.0.0.1:4566")
    )


def test_what_aws_sets(version: Version) -> None:
    found = variables(version)
    assert found["_HANDLER"] == "app.handler"
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "hello"
    assert found["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert found["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/hello"
    assert found["AWS_LAMBDA_LOG_STREAM_NAME"] == "2026/11/21/[$LATEST]abc"
    assert found["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert found["AWS_ACCESS_KEY_ID"] == "ASIAKEY"
    assert found["AWS_SECRET_ACCESS_KEY"] == "secret"
    assert found["AWS_SESSION_TOKEN"] == "token"
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert found["TZ"] == ":UTC"


def test_the_functions_own_win_over_all_but_the_reserved_ones(version: Version) -> None:
    own = {"TZ": "Europe/Vienna", "STAGE": "test", "AWS_REGION": "elsewhere"}
    found = variables(msgspec.structs.replace(version, variables=own))
    assert (found["TZ"], found["STAGE"], found["AWS_REGION"]) == ("Europe/Vienna", "test", "eu-west-1")

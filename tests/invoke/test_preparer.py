"""The variables of an environment."""

import msgspec
import pytest

from portico.identity.sessions import Credentials
from portico.invoke.records import Version
from portico.invoke.resolve import spec_of
from portico.invoke.variables import environment_variables

KEYS = Credentials("ASIAKEY", "secret", "token", 0.0)


def variables(version: Version, opt_dir: str = "", initialization: str = "on-demand") -> dict[str, str]:
    spec = msgspec.structs.replace(spec_of(version), initialization=initialization)
    stream = "2026/11/21/[$LATEST]abc"
    return dict(environment_variables(spec, stream, KEYS, "http://127.0.0.1:4566", opt_dir=opt_dir))


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


OF_THE_RUNTIME = {  # as functions of these runtimes saw them at AWS
    "python3.13": {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13", "PYTHONPATH": "/var/runtime"},
    "nodejs22.x": {
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
        "NODE_PATH": (
            "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
        ),
    },
    "provided.al2023": {},
    "java21": {"AWS_EXECUTION_ENV": "AWS_Lambda_java21"},
    "ruby3.4": {
        "AWS_EXECUTION_ENV": "AWS_Lambda_ruby3.4",
        "GEM_HOME": "/var/runtime",
        "GEM_PATH": (
            "/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:/var/runtime:/var/runtime/ruby/3.4.0"
        ),
        "RUBYLIB": "/var/task:/var/runtime/lib:/opt/ruby/lib",
    },
}


@pytest.mark.parametrize("runtime", OF_THE_RUNTIME)
def test_what_a_runtime_adds(version: Version, runtime: str) -> None:
    plain = variables(msgspec.structs.replace(version, runtime="provided.al2"))
    found = variables(msgspec.structs.replace(version, runtime=runtime))
    assert {key: value for key, value in found.items() if key not in plain} == OF_THE_RUNTIME[runtime]
    assert found["PATH"] == "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"
    assert found["LD_LIBRARY_PATH"].endswith(":/var/task:/var/task/lib:/opt/lib")


def test_layers_come_before_the_runtime(version: Version) -> None:
    found = variables(version, opt_dir="/merged")
    assert found["PYTHONPATH"] == "/merged/python/lib/python3.12/site-packages:/merged/python:/var/runtime"
    assert found["PATH"].endswith(":/merged/bin")
    assert found["LD_LIBRARY_PATH"].endswith(":/merged/lib")


def test_an_environment_from_a_snapshot_does_not_know_its_log(version: Version) -> None:
    found = variables(version, initialization="snap-start")
    assert found["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    assert not {"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"} & found.keys()


def test_where_the_authority_of_portico_is_found(version: Version) -> None:
    for runtime, names in {
        "python3.13": {"AWS_CA_BUNDLE"},
        "nodejs22.x": {"AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"},
    }.items():
        spec = spec_of(msgspec.structs.replace(version, runtime=runtime))
        found = dict(environment_variables(spec, "stream", KEYS, "https://127.0.0.1:4566", "/data/ca.pem"))
        assert {name for name, value in found.items() if value == "/data/ca.pem"} == names

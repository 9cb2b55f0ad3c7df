"""AWS Lambda: functions, who may call them, and their invocation."""

from portico.calls.ports import ServiceSpec
from portico.services.lambda_.service import build

SERVICE = ServiceSpec(
    folder="lambda_",
    modules=(
        "account",
        "concurrency",
        "create_function",
        "functions",
        "invoke",
        "policy",
        "tags",
        "update_function",
    ),
    build=build,
)

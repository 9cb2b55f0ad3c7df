"""AWS Lambda: functions, who may call them, and their invocation."""

from portico.calls.ports import ServiceSpec
from portico.services.lambda_.service import build

SERVICE = ServiceSpec(
    folder="lambda_",
    modules=(
        "account",
        "aliases",
        "code_signing",
        "concurrency",
        "create_function",
        "durable.callbacks",
        "durable.checkpoint",
        "durable.control",
        "durable.executions",
        "durable.history",
        "durable.replay",
        "delete_function",
        "event_invoke",
        "event_sources.mappings",
        "functions",
        "invoke",
        "invoke_stream",
        "layer_policy",
        "layers",
        "list_functions",
        "policy",
        "recursion",
        "resource_policy",
        "runtime_management",
        "provisioned",
        "tags",
        "update_function",
        "versions",
    ),
    build=build,
)

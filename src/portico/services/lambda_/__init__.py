"""AWS Lambda: functions, who may call them, and their invocation."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.lambda_.service import Lambda, build
from portico.services.lambda_.urls.door import UrlDoor
from portico.services.lambda_.ways import Ways


def _build(ports: Ports) -> Lambda:
    lam = build(ports)
    extras = ports.extras
    extras["Guide"].add(Ways(lam, extras["Census"], extras["Origin"]))
    extras["Doors"].add("url", UrlDoor(lam, extras["Callers"], extras["Authorizer"]))
    return lam


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
        "urls.configs",
        "versions",
    ),
    build=_build,
)

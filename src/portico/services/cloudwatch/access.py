"""What authorisation asks of an operation. Metrics have no ARNs; what is put can be limited to namespaces.

Source: CloudWatch User Guide, "Using condition keys to limit access to CloudWatch namespaces".
"""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Values


def namespace(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    """`cloudwatch:namespace` of what is put."""
    return {"cloudwatch:namespace": request["Namespace"]}

"""AWS Key Management Service: symmetric keys that never leave the server, who may use them, and what they encrypt."""

from portico.calls.ports import ServiceSpec
from portico.services.kms.service import build

SERVICE = ServiceSpec(
    "kms",
    (
        "keys",
        "states",
        "policies",
        "aliases",
        "encrypt",
        "data_keys",
        "rotation",
        "tags",
        "grants",
        "ended_grants",
    ),
    build,
)

"""AWS Security Token Service: who am I, and credentials that end."""

from portico.calls.ports import ServiceSpec
from portico.services.sts.service import build

SERVICE = ServiceSpec(
    folder="sts",
    modules=("assume_role", "caller", "messages", "session_tokens", "web_identity"),
    build=build,
)

"""The door of developer portals, put together."""

from portico.calls.ports import Ports
from portico.doors.public import Public
from portico.services.apigatewayv2.site.door import PortalDoor
from portico.services.apigatewayv2.site.sign_in import SignIn
from portico.services.apigatewayv2.site.trying import Trials


def portal_door(ports: Ports) -> PortalDoor:
    """The door, with all that it needs at work."""
    extras = ports.extras
    public, doors = Public(extras["Origin"]), extras["Doors"]
    sign_in = SignIn(
        doors=doors, public=public, sealer=extras["Sealer"], tokens=extras["Tokens"], issuers=extras["Issuers"]
    )  # fmt: skip
    trials = Trials(doors=doors, public=public, buckets=extras["Buckets"], clock=ports.clock)
    return PortalDoor(ports.cache, sign_in, trials)

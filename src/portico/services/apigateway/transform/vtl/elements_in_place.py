"""airspeed with all of our elements in place: importing this is putting them there."""

from portico.services.apigateway.transform.vtl import directives, elements, operators
from portico.services.apigateway.transform.vtl.engine import airspeed

__all__ = ["airspeed", "directives", "elements", "operators"]

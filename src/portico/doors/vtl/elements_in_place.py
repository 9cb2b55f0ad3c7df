"""airspeed with all of our elements in place: importing this is putting them there."""

from portico.doors.vtl import directives, elements, operators
from portico.doors.vtl.engine import airspeed

__all__ = ["airspeed", "directives", "elements", "operators"]

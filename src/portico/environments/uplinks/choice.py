"""Which uplink this server has."""

import os

from portico.environments.uplinks.pasta import PastaUplink
from portico.environments.uplinks.port import Uplink
from portico.environments.uplinks.veth import VethUplink


def of_this_server() -> Uplink:
    """Links and translated addresses for root, pasta for others."""
    return VethUplink() if os.geteuid() == 0 else PastaUplink()

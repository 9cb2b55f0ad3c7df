"""Which kernel this is, asked in one place.

Walls around functions, who is at the other end of a connection, control groups and `/proc` are Linux's. Elsewhere, which is macOS, there
is the process launcher (`environments/launchers/process/`) and nothing between a function and the machine.
"""

import sys

LINUX = sys.platform == "linux"

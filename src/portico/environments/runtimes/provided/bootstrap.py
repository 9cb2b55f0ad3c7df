"""Which program an OS-only runtime begins with.

Source: Lambda Developer Guide, "Building a custom runtime"; the words are those of AWS's answers.
"""

import os

from portico.environments.endings import INVALID_ENTRYPOINT
from portico.environments.plan import Fault
from portico.environments.work import Prepared

_NAME = "bootstrap"
_CANDIDATES = "[/var/task/bootstrap /opt/bootstrap]"


def program(prepared: Prepared) -> tuple[str, ...]:
    """The function's own `bootstrap`, or that of a layer.

    Raises:
        Fault: there is none.
    """
    for folder in filter(None, (prepared.code_dir, prepared.opt_dir)):
        path = os.path.join(folder, _NAME)
        if os.path.isfile(path):
            return (path,)
    raise Fault(INVALID_ENTRYPOINT, f"Couldn't find valid bootstrap(s): {_CANDIDATES}")

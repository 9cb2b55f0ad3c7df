"""External extensions: which programs they are, and what they find in their environment.

Source: Lambda Developer Guide, "Lambda Extensions API", "Environment variables".
"""

import os
from collections.abc import Mapping

FOLDER = "extensions"

_OF_THE_RUNTIME = frozenset(
    [
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT",
        "_HANDLER",
    ]
)


def found(opt_dir: str) -> tuple[str, ...]:
    """The names of the files in `extensions` of the layers' folder, in their order; none without layers."""
    if not opt_dir:
        return ()
    folder = os.path.join(opt_dir, FOLDER)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(name for name in names if os.path.isfile(os.path.join(folder, name)))


def variables_of_extensions(variables: Mapping[str, str]) -> dict[str, str]:
    """The function's variables without those that are the runtime's own."""
    return {name: value for name, value in variables.items() if name not in _OF_THE_RUNTIME}

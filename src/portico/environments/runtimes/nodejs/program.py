"""What a Node.js environment executes."""

import re
from collections.abc import Mapping

from portico.environments.runtimes.nodejs import BOOTSTRAP

_HEADER_BYTES_MAX = 81_920
_AT_THE_START = re.compile(r"LANG|LANGUAGE|(LC|LD|NODE|UV|SSL|OPENSSL|MALLOC|GLIBC)_\w+")
_READ_AGAIN = frozenset(["NODE_PATH"])


def program(node: str, runtime: str, memory_mb: int) -> tuple[str, ...]:
    """The command of an environment: `node` with the flags of AWS's, so that its heap keeps within the function's memory."""
    return (
        node,
        "--expose-gc",
        f"--max-http-header-size={_HEADER_BYTES_MAX}",
        f"--max-semi-space-size={max(1, memory_mb * 5 // 100)}",
        f"--max-old-space-size={memory_mb * 90 // 100}",
        BOOTSTRAP,
        runtime,
    )


def at_the_start(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those that are looked at when a process begins only, so that one that is started ahead needs them from the beginning."""
    return tuple(
        (name, value)
        for name, value in sorted(variables.items())
        if _AT_THE_START.fullmatch(name) and name not in _READ_AGAIN
    )

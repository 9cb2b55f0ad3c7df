"""What a Node.js environment executes."""

from portico.environments.runtimes.nodejs import BOOTSTRAP

_HEADER_BYTES_MAX = 81_920


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

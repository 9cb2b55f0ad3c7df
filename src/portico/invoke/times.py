"""Times as the platform writes them."""

import time


def iso(at_ms: int) -> str:
    """`at_ms` (epoch) in ISO 8601 with milliseconds, in UTC."""
    seconds, millis = divmod(at_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{millis:03d}Z"

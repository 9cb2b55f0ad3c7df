"""SnapStart: what takes long is done once, when a version is published; each environment begins as a copy of what it made."""

import time

from snapshot_restore_py import register_after_restore, register_before_snapshot

time.sleep(2)  # in place of loading a model, compiling templates, reading tables
PRIMES = [n for n in range(2, 2000) if all(n % divisor for divisor in range(2, int(n**0.5) + 1))]
COPY = {"since": time.time()}


@register_before_snapshot
def close() -> None:
    """Connections that a copy could not use are closed here."""
    print("snapshot follows")


@register_after_restore
def begin() -> None:
    """What must differ from copy to copy is made anew here."""
    COPY["since"] = time.time()


def handler(event, context):
    return {"prime": PRIMES[event.get("n", 1) - 1], "age_s": time.time() - COPY["since"]}

"""What a runtime's version is called, in logs and telemetry, which tell the version that an environment began with."""

import hashlib
import re

_RUNTIME = re.compile(r"([a-z]+)\.?([a-z0-9.]*?)(?:\.x)?")


def runtime_version_arn(region: str, runtime: str) -> str:
    """The ARN of the runtime's version: stable for a runtime, as we have one version of each."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"


def runtime_version(runtime: str) -> str:
    """A runtime's version as logs have it: `python:3.14.v1`, `nodejs:22.v1`, `provided:al2023.v1`."""
    parts = _RUNTIME.fullmatch(runtime)
    return f"{parts[1]}:{parts[2]}.v1" if parts is not None else runtime

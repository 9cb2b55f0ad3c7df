"""Which image an address means at the moment: the digest that the engine knows of an image that it has.

Source: docker-image-inspect(1), podman-image-inspect(1): `RepoDigests`.
"""

import asyncio
import contextlib
import json
import re

from portico.environments.launchers.container.client import engine_of, variables_of_engine

_ASKED_S = 10.0
_DIGEST = re.compile(r"@sha256:([0-9a-f]{64})$")
_TAG = re.compile(r":[^/:@]+$")


async def digest_of(uri: str, path: str | None = None) -> str:
    """The SHA-256 (hex) under which the repository of `uri` has the image; "" where the engine (looked for on `path`) has none of
    that name, has it from no repository, or is not there."""
    engine = engine_of(path)
    if engine is None:
        return ""
    try:
        asked = await asyncio.create_subprocess_exec(
            engine,
            *("image", "inspect", "--format={{json .RepoDigests}}", "--", uri),
            env=variables_of_engine(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(_ASKED_S):
            told, _ = await asked.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            asked.kill()
        await asked.wait()
        return ""
    return among(told, uri)


def among(told: bytes, uri: str) -> str:
    """The digest that `told`, a JSON list of `REPOSITORY@sha256:DIGEST`, has for the repository of `uri`; "" for none."""
    try:
        found = json.loads(told)
    except ValueError:
        return ""
    for name in found if isinstance(found, list) else ():
        digest = _DIGEST.search(name) if isinstance(name, str) else None
        if digest is not None and name[: digest.start()] == repository(uri):
            return digest[1]
    return ""


def repository(uri: str) -> str:
    """The address without its tag and digest."""
    return _TAG.sub("", uri.partition("@")[0])

"""Functions whose code is a container image: what they must and must not say.

Source: API reference, CreateFunction and UpdateFunctionCode; Developer Guide, "Create a Lambda function using a container image";
recorded answers.
"""

from collections.abc import Mapping
from typing import Any

from portico.environments.runtimes.available import Runtimes
from portico.invoke.records import ImageConfig, Version
from portico.services.lambda_ import errors

Request = Mapping[str, Any]
IMAGE = "Image"


def require_engine(runtimes: Runtimes) -> None:
    """Refuse an image where nothing could run it.

    Raises:
        InvalidParameterValueException: neither Docker nor Podman is there.
    """
    missing = runtimes.missing_for_images()
    if missing:
        raise errors.invalid(missing)


def require_no_runtime(request: Request) -> None:
    """An image brings its runtime, its handler and what layers would hold.

    Raises:
        InvalidParameterValueException: one of them is said.
    """
    if any(request.get(member) for member in ("Runtime", "Handler", "Layers")):
        raise errors.runtime_of_image()


def require_possible(version: Version) -> None:
    """Refuse what a zip has for an image, and the other way round.

    Raises:
        InvalidParameterValueException: see there.
    """
    if version.package_type != IMAGE:
        if version.image_config is not None:
            raise errors.invalid(
                "Please don't provide ImageConfig when the intended function PackageType is Zip."
            )
    elif version.runtime or version.handler or version.layers:
        raise errors.runtime_of_image()


def parsed(given: Request) -> ImageConfig:
    """`ImageConfig`: what is started in place of what the image says."""
    return ImageConfig(
        entry_point=_words(given.get("EntryPoint")),
        command=_words(given.get("Command")),
        working_directory=given.get("WorkingDirectory"),
    )


def _words(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def shown(version: Version) -> dict[str, Any]:
    """`ImageConfigResponse`, where there is something to show."""
    config = version.image_config
    if config is None:
        return {}
    members: dict[str, Any] = {}
    if config.entry_point is not None:
        members["EntryPoint"] = list(config.entry_point)
    if config.command is not None:
        members["Command"] = list(config.command)
    if config.working_directory is not None:
        members["WorkingDirectory"] = config.working_directory
    return {"ImageConfigResponse": {"ImageConfig": members}} if members else {}

"""Which runtimes there are: those that AWS has, and those that it has withdrawn. Whether one runs here, the machine says.

Source: recorded answers (the enum of CreateFunction, the words for withdrawn runtimes); the API's model for newer ones.
"""

from portico.environments.runtimes.available import Runtimes
from portico.services.lambda_ import errors

_ENUM = (
    "nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, "
    "java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, "
    "nodejs18.x, provided.al2, java8.al2"
)
_NEWER = ("nodejs26.x", "python3.15", "ruby4.0", "java8.al2023", "java11.al2023", "java17.al2023", "custom")
_KNOWN = frozenset([*_ENUM.split(", "), *_NEWER])
_WITHDRAWN = frozenset(
    [
        "nodejs",
        "nodejs4.3",
        "nodejs4.3-edge",
        "nodejs6.10",
        "nodejs8.10",
        "nodejs10.x",
        "nodejs12.x",
        "nodejs14.x",
        "python2.7",
        "python3.6",
        "python3.7",
        "ruby2.5",
        "ruby2.7",
        "java8",
        "go1.x",
        "provided",
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "dotnetcore3.1",
    ]
)


def check(runtime: str) -> None:
    """Refuse a runtime that a function can't have.

    Raises:
        InvalidParameterValueException: it is not one of AWS's, or AWS has withdrawn it.
    """
    if runtime in _WITHDRAWN:
        raise errors.withdrawn_runtime(runtime)
    if runtime not in _KNOWN:
        raise errors.invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{_ENUM}] or be a valid ARN"
        )


def require_here(here: Runtimes, runtime: str) -> None:
    """Refuse a runtime that this machine can't run.

    Raises:
        InvalidParameterValueException: saying what has to be installed.
    """
    missing = here.missing(runtime)
    if missing:
        raise errors.invalid(f"The runtime {runtime} is not available on this server. {missing}")

"""`LoggingConfig` of a function: the format of its log, the levels, the group.

Source: API reference, LoggingConfig; Developer Guide, "Configuring JSON and plain text log formats"; recorded answers.
"""

from collections.abc import Mapping
from typing import Any

from portico.invoke.records import Version
from portico.services.lambda_ import errors

_JSON_LEVEL = "INFO"


def fields_of(given: Mapping[str, str], before: Version | None) -> dict[str, Any]:
    """The record's fields; what is not given stays as it is `before`. Levels belong to the JSON format only.

    Raises:
        InvalidParameterValueException: levels without the JSON format.
    """
    config = {**(_so_far(before, given) if before is not None else {}), **given}
    as_json = config.get("LogFormat") == "JSON"
    application, system = config.get("ApplicationLogLevel"), config.get("SystemLogLevel")
    if not as_json and (application or system):
        raise errors.invalid(
            "To configure log levels, set LogFormat to JSON: with Text, ApplicationLogLevel and SystemLogLevel have no effect."
        )
    return {
        "log_format": "JSON" if as_json else "Text",
        "log_group": config.get("LogGroup") or "",
        "application_log_level": (application or _JSON_LEVEL) if as_json else "",
        "system_log_level": (system or _JSON_LEVEL) if as_json else "",
    }


def _so_far(before: Version, given: Mapping[str, str]) -> dict[str, str]:
    """A change of the format starts the levels anew."""
    wanted = given.get("LogFormat", before.log_format)
    so_far = {"LogFormat": before.log_format, "LogGroup": before.log_group}
    if wanted == before.log_format == "JSON":
        so_far["ApplicationLogLevel"] = before.application_log_level
        so_far["SystemLogLevel"] = before.system_log_level
    return so_far


def shown(version: Version) -> dict[str, str]:
    """The configuration as AWS shows it; levels with the JSON format only."""
    config = {
        "LogFormat": version.log_format,
        "LogGroup": version.log_group or f"/aws/lambda/{version.function}",
    }
    if version.log_format == "JSON":
        config["ApplicationLogLevel"] = version.application_log_level
        config["SystemLogLevel"] = version.system_log_level
    return config

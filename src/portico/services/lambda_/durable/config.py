"""`DurableConfig` of CreateFunction and UpdateFunctionConfiguration.

Source: Developer Guide, "Configure Lambda durable functions": a function is made durable when it is created, or never; the retention is
14 days if nothing is said (`AWS::Lambda::Function DurableConfig`).
"""

from collections.abc import Mapping
from typing import Any

from portico.invoke.records import Durable, Version
from portico.services.lambda_ import errors

RETENTION_DAYS = 14


def fields_of(request: Mapping[str, Any], version: Version | None = None) -> dict[str, Any]:
    """The record's field that the request sets; `version` is the function as it is, None for a new one. What is not given stays.

    Raises:
        InvalidParameterValueException: the timeout is missing, the function was made without, or a key is given.
    """
    given = request.get("DurableConfig")
    if not given:
        return {}
    if given.get("KMSKeyArn"):
        raise errors.unavailable("DurableConfig.KMSKeyArn")
    before = version.durable if version is not None else None
    if version is not None and before is None:
        raise errors.invalid("DurableConfig can only be set when the function is created.")
    timeout_s = given.get("ExecutionTimeout") or (before.execution_timeout_s if before else 0)
    if not timeout_s:
        raise errors.invalid("DurableConfig requires an ExecutionTimeout.")
    days = given.get("RetentionPeriodInDays") or (before.retention_days if before else RETENTION_DAYS)
    return {"durable": Durable(timeout_s, days)}


def shown(durable: Durable) -> dict[str, int]:
    """The configuration as AWS shows it."""
    return {
        "RetentionPeriodInDays": durable.retention_days,
        "ExecutionTimeout": durable.execution_timeout_s,
    }

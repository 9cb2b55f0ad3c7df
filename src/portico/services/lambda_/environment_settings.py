"""`Environment` of a function: the variables that it may set itself.

Source: Developer Guide, "Working with environment variables"; quota "environment variables"; recorded answers.
"""

import json
from collections.abc import Mapping

from portico.services.lambda_ import errors

ENVIRONMENT_BYTES_MAX = 4096
_RESERVED = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"  # a program that AWS starts the runtime through: without effect it would mislead


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """The variables, if a function may have them; the limit is measured on their JSON document.

    Raises:
        InvalidParameterValueException: one is reserved, or they are too large together.
    """
    taken = [key for key in given if key in _RESERVED]
    if taken:
        raise errors.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            "contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(taken)}"
        )
    if _WRAPPER in given:
        raise errors.unavailable(f"Environment.Variables.{_WRAPPER}")
    measured = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode(errors="surrogatepass")) > ENVIRONMENT_BYTES_MAX:
        raise errors.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            f"exceeded the 4KB limit. String measured: {measured}"
        )
    return dict(given)

"""API keys from files."""

import asyncio
import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors.aside import aside
from portico.services.apigateway import access, errors
from portico.services.apigateway.api_keys import make
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.usage_plan_keys import join, plan_of
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_KEYS_MAX = 10_000  # of an account and region (quotas)
_KEYS_AT_A_TIME = 100


@access.operation()
async def import_api_keys(
    service: ApiGateway, call: Call, request: "shapes.ImportApiKeysRequest"
) -> dict[str, Any]:
    """Make keys of lines of CSV: `Name` and `Key`, and optionally `Description`, `Enabled` and `UsageplanIds` (separated by commas). A line
    that can't be made is a warning; with
    `failonwarnings` nothing is made then.

    Raises:
        BadRequestException: it is no such CSV, or there was a warning and there may be none. LimitExceededException: it has more keys than
            an account may.

    Source: developer guide, "API key file format".
    """
    made: list[str] = []
    warnings: list[str] = []
    rows = await aside(_rows, request["body"])
    if len(rows) > _KEYS_MAX:
        raise errors.limit_exceeded("Maximum number of API Keys has been reached.")
    for number, row in enumerate(rows, 2):
        if number % _KEYS_AT_A_TIME == 0:
            await asyncio.sleep(0)  # there may be many, and others get their turn
        try:
            key = await make(call, _members(row))
            made.append(key.id)
            for plan in filter(None, (row.get("usageplanids") or "").split(",")):
                await join(call, await plan_of(call, plan.strip()), key)
        except AwsError as error:
            if request.get("failOnWarnings"):
                raise errors.bad_request(
                    f"Failed to import API keys: line {number}: {error.message}"
                ) from error
            warnings.append(f"line {number}: {error.message}")
    return {"ids": made, "warnings": warnings}


def _rows(body: bytes) -> list[dict[str, str]]:
    try:
        reader = csv.reader(io.StringIO(body.decode("utf-8-sig")))
        header = [name.strip().lower() for name in next(reader, [])]
        lines = [line for line in reader if any(field.strip() for field in line)]
    except (UnicodeDecodeError, csv.Error):
        raise errors.bad_request("Unable to parse the API key file") from None
    if "name" not in header or "key" not in header:
        raise errors.bad_request("The API key file must have the columns Name and Key")
    return [dict(zip(header, (field.strip() for field in line), strict=False)) for line in lines]


def _members(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": row.get("name"),
        "value": row.get("key"),
        "description": row.get("description") or None,
        "enabled": row.get("enabled", "true").lower() == "true",
    }

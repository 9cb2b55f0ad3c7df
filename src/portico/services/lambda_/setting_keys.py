"""The condition values of a function's settings, by which policies say which layers, networks and code signing it may have.

Source: Service Authorization Reference, condition keys of AWS Lambda.
"""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.services.lambda_ import access

Request = Mapping[str, Any]


def of_creation(call: Call, request: Request) -> Mapping[str, Values]:
    """For CreateFunction: the tags and the settings that are asked for."""
    keys = {**access.request_tags(call, request), **_of_settings(request)}
    if request.get("CodeSigningConfigArn"):
        keys["lambda:CodeSigningConfigArn"] = request["CodeSigningConfigArn"]
    return keys


async def of_change(call: Call, request: Request) -> Mapping[str, Values]:
    """For UpdateFunctionConfiguration: the tags that the function has, and the settings that are asked for."""
    return {**await access.resource_tags(call, request), **_of_settings(request)}


def _of_settings(request: Request) -> dict[str, Values]:
    vpc = request.get("VpcConfig") or {}
    given = {
        "lambda:Layer": request.get("Layers"),
        "lambda:SubnetIds": vpc.get("SubnetIds"),
        "lambda:SecurityGroupIds": vpc.get("SecurityGroupIds"),
    }
    return {key: tuple(values) for key, values in given.items() if values}

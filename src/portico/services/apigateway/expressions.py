"""Parameters and the expressions that they are mapped by. Pure.

Source: API Gateway developer guide, "Parameter mapping".
"""

import re
from collections.abc import Iterable, Mapping

from portico.services.apigateway import errors
from portico.services.apigateway.records import Method

_NAME = r"[a-zA-Z0-9._$-]+"
_REQUEST_PARAMETER = re.compile(rf"method\.request\.(querystring|header|path)\.({_NAME})").fullmatch
_RESPONSE_PARAMETER = re.compile(rf"method\.response\.header\.({_NAME})").fullmatch
_INTEGRATION_TARGET = re.compile(rf"integration\.request\.(querystring|header|path)\.({_NAME})").fullmatch
_JSON_PATH = r"body(\.[^\s]+|\[[^\s]+)?"
_STATIC = r"'[^']*'"
_ANYWHERE = rf"stageVariables\.{_NAME}|context\.{_NAME}|{_STATIC}"
_FROM_REQUEST = re.compile(
    rf"method\.request\.(?:(?P<where>querystring|header|path|multivaluequerystring|multivalueheader)\.{_NAME}|{_JSON_PATH})"
    rf"|{_ANYWHERE}"
).fullmatch
_FROM_RESPONSE = re.compile(
    rf"integration\.response\.(?:(?:header|multivalueheader)\.{_NAME}|{_JSON_PATH})|{_ANYWHERE}"
).fullmatch
_GATEWAY_TARGET = re.compile(rf"gatewayresponse\.header\.{_NAME}").fullmatch
_CONTENT_TYPE = re.compile(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+(\s*;.*)?|\$default").fullmatch


def check_request_parameters(parameters: Iterable[str]) -> None:
    """Check the names of a method's request parameters (`method.request.querystring.page`).

    Raises:
        AwsError: BadRequestException, one is none, or two have the same name in different places.
    """
    names = []
    for parameter in parameters:
        found = _REQUEST_PARAMETER(parameter)
        if found is None:
            raise errors.invalid_mapping(f"Invalid mapping expression specified: {parameter}")
        names.append(found[2])
    if len(set(names)) < len(names):
        raise errors.bad_request("Parameter names must be unique across querystring, header and path")


def check_response_parameters(parameters: Iterable[str]) -> None:
    """Check the names of a method response's parameters (`method.response.header.X-Y`).

    Raises:
        AwsError: BadRequestException.
    """
    for parameter in parameters:
        if not _RESPONSE_PARAMETER(parameter):
            raise errors.invalid_mapping(f"Invalid mapping expression specified: {parameter}")


def check_integration_parameters(mapped: Mapping[str, str], method: Method) -> None:
    """Check what an integration's request parameters are mapped from: those of the request have to be declared by the method.

    Raises:
        AwsError: BadRequestException.
    """
    problems = []
    for target, source in mapped.items():
        found = _FROM_REQUEST(source)
        if not _INTEGRATION_TARGET(target):
            problems.append(f"Invalid mapping expression specified: {target}")
        elif found is None:
            problems.append(f"Invalid mapping expression specified: {source}")
        elif found["where"] and _declared(source) not in (method.request_parameters or {}):
            problems.append(f"Invalid mapping expression parameter specified: {source}")
    if problems:
        raise errors.invalid_mapping(*problems)


def _declared(source: str) -> str:
    return source.replace("method.request.multivalue", "method.request.", 1)


def check_integration_response_parameters(mapped: Mapping[str, str], declared: Iterable[str]) -> None:
    """Check what the headers of a method response, of which `declared` are there, are mapped from.

    Raises:
        AwsError: BadRequestException.
    """
    known, problems = set(declared), []
    for target, source in mapped.items():
        if not _RESPONSE_PARAMETER(target):
            problems.append(f"Invalid mapping expression specified: {target}")
        elif not _FROM_RESPONSE(source):
            problems.append(f"Invalid mapping expression specified: {source}")
        elif target not in known:
            problems.append(f"Invalid mapping expression parameter specified: {target}")
    if problems:
        raise errors.invalid_mapping(*problems)


def check_gateway_parameters(mapped: Mapping[str, str]) -> None:
    """Check what the headers of a gateway response are mapped from.

    Raises:
        AwsError: BadRequestException.
    """
    for target, source in mapped.items():
        if not _GATEWAY_TARGET(target):
            raise errors.invalid_mapping(f"Invalid mapping expression specified: {target}")
        if not _FROM_REQUEST(source):
            raise errors.invalid_mapping(f"Invalid mapping expression specified: {source}")


def check_content_types(names: Iterable[str]) -> None:
    """Check the content types that templates are for.

    Raises:
        AwsError: BadRequestException.
    """
    for name in names:
        if not _CONTENT_TYPE(name):
            raise errors.invalid_content_type(name)

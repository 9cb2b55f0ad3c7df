"""Events of HTTP APIs: formats 2.0 and 1.0 of requests, and what functions that authorize get of one. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.doors import payload1, payload2
from portico.services.apigatewayv2.plane.asked import Asked

_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)
_NO_AUTHORIZER: Mapping[str, Any] = {"claims": None, "scopes": None}


def event2(asked: Asked) -> dict[str, Any]:
    """The event of a request in format 2.0."""
    arrival, stage, path = asked.arrival, asked.stage, asked.shown_path
    around = payload2.Around(
        account=stage.account,
        api=stage.api_id,
        domain=asked.domain,
        prefix=asked.domain.partition(".")[0],
        request_id=asked.request_id,
        raw_path=path,
        path=path,
        source_ip=arrival.peer.host,
        at=arrival.at,
        port=asked.port,
        secure=arrival.peer.secure,
        trace=asked.trace,
        route_key=asked.plan.route.route_key,
        stage=stage.name,
        authorizer=asked.caller.event,
        path_parameters=asked.parameters,
        stage_variables=stage.variables,
    )
    return payload2.event(arrival.head, asked.body, around)


def event1(asked: Asked) -> dict[str, Any]:
    """The event of a request in format 1.0."""
    arrival, head = asked.arrival, asked.arrival.head
    headers = payload1.received(
        head.headers,
        source_ip=arrival.peer.host,
        port=asked.port,
        secure=arrival.peer.secure,
        trace=asked.trace,
    )
    request = payload1.Request(
        head.method,
        arrival.address.base + asked.shown_path,
        asked.plan.path,
        headers,
        tuple(asked.query()),
        asked.parameters,
        asked.stage.variables,
        asked.body,
        binary=bool(asked.body) and payload2.text_of(asked.body, head.header("content-type")) is None,
    )
    return {"version": "1.0", **payload1.event(request, context1(asked))}


def context1(asked: Asked) -> dict[str, Any]:
    """The `requestContext` of format 1.0."""
    arrival, stage = asked.arrival, asked.stage
    return {
        "accountId": stage.account,
        "apiId": stage.api_id,
        "authorizer": asked.caller.flat or _NO_AUTHORIZER,
        "domainName": asked.domain,
        "domainPrefix": asked.domain.partition(".")[0],
        "extendedRequestId": asked.request_id,
        "httpMethod": arrival.head.method,
        "identity": _identity(asked),
        "path": arrival.address.base + asked.shown_path,
        "protocol": f"HTTP/{arrival.head.http_version}",
        "requestId": asked.request_id,
        "requestTime": payload2.clf(arrival.at),
        "requestTimeEpoch": int(arrival.at * 1000),
        "resourceId": asked.plan.route.route_key,
        "resourcePath": asked.plan.path,
        "stage": stage.name,
    }


def _identity(asked: Asked) -> dict[str, Any]:
    shown: dict[str, Any] = dict.fromkeys(_IDENTITY)
    shown["sourceIp"] = asked.arrival.peer.host
    shown["userAgent"] = asked.arrival.head.header("user-agent")
    caller = asked.caller.principal
    if caller is not None:
        shown |= {
            "accessKey": caller.access_key_id,
            "accountId": caller.account,
            "caller": caller.user_id,
            "user": caller.user_id,
            "userArn": caller.arn,
        }
        if caller.cognito is not None:
            shown["cognitoIdentityId"] = caller.cognito.identity_id
            shown["cognitoIdentityPoolId"] = caller.cognito.pool_id
    return shown


def authorizer2(asked: Asked, identity: list[str], arn: str) -> dict[str, Any]:
    """What a function that authorizes gets of a request, in format 2.0."""
    event = event2(msgspec.structs.replace(asked, body=b""))
    for member in ("body", "isBase64Encoded"):
        event.pop(member, None)
    return {"type": "REQUEST", "routeArn": arn, "identitySource": identity or None, **event}


def authorizer1(asked: Asked, identity: list[str], arn: str) -> dict[str, Any]:
    """What a function that authorizes gets of a request, in format 1.0."""
    event = event1(msgspec.structs.replace(asked, body=b""))
    for member in ("body", "isBase64Encoded", "multiValueHeaders", "multiValueQueryStringParameters"):
        event.pop(member, None)
    source = ",".join(identity) or None
    return {
        "type": "REQUEST",
        "methodArn": arn,
        "identitySource": source,
        "authorizationToken": source,
        **event,
    }

"""Shapes of the implemented operations of apigatewaymanagementapi. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class DeleteConnectionRequest(TypedDict):
    ConnectionId: str


class GetConnectionRequest(TypedDict):
    ConnectionId: str


class GetConnectionResponse(TypedDict):
    ConnectedAt: NotRequired[float]
    Identity: NotRequired["Identity"]
    LastActiveAt: NotRequired[float]


class Identity(TypedDict):
    SourceIp: str
    UserAgent: str


class PostToConnectionRequest(TypedDict):
    Data: bytes
    ConnectionId: str

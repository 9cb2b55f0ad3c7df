"""Operations of apigatewaymanagementapi, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="apigatewaymanagementapi",
    signing_name="execute-api",
    prefix="execute-api",
    api_version="2018-11-29",
    protocols=("rest-json",),
    target_prefix="",
    json_version="1.1",
    operations={
        "DeleteConnection": IndexEntry("DELETE", "/@connections/{connectionId}"),
        "GetConnection": IndexEntry("GET", "/@connections/{connectionId}"),
        "PostToConnection": IndexEntry("POST", "/@connections/{connectionId}"),
    },
)

"""What a definition says of the API itself. Pure."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigateway import endpoints, errors, policy
from portico.services.apigateway.apis import compression
from portico.services.apigateway.openapi.document import Document, array, mapping
from portico.services.apigateway.records import EndpointConfiguration, RestApi

_X = "x-amazon-apigateway-"
KEY_SOURCE = f"{_X}api-key-source"
MEDIA_TYPES = f"{_X}binary-media-types"
COMPRESSION = f"{_X}minimum-compression-size"
POLICY = f"{_X}policy"
ENDPOINT = f"{_X}endpoint-configuration"
DOCUMENTATION = f"{_X}documentation"
ENDPOINT_PARAMETER = "endpointConfigurationTypes"


def endpoint_of(
    document: Document, parameters: Mapping[str, str], held: EndpointConfiguration | None
) -> EndpointConfiguration:
    """The endpoint configuration that a new API, or one that has `held`, gets.

    Raises:
        AwsError: BadRequestException, type and addresses do not go together.
    """
    given = mapping(document.root.get(ENDPOINT))
    said = parameters.get(ENDPOINT_PARAMETER) or given.get("types")
    types = said.split(",") if isinstance(said, str) else [str(one) for one in array(said)]
    vpc = [str(one) for one in array(given.get("vpcEndpointIds"))]
    if held is None:
        members: dict[str, Any] = {"vpcEndpointIds": vpc}
        return endpoints.requested(members | ({"types": types} if types else {}))
    return msgspec.structs.replace(held, vpc_endpoint_ids=tuple(vpc)) if vpc else held


def applied(document: Document, api: RestApi, execute_arn: str, *, merge: bool) -> RestApi:
    """`api` with what the definition says of it; what it does not say is as by default, or with `merge` as it was.

    Raises:
        AwsError: BadRequestException.
    """
    root, info = document.root, mapping(document.root.get("info"))
    usual = api if merge else _bare(api)
    given = tuple(map(str, array(root.get(MEDIA_TYPES))))
    kept = usual.binary_media_types
    written = root.get(POLICY)
    source = str(root.get(KEY_SOURCE) or "").upper() or usual.api_key_source
    if source not in ("HEADER", "AUTHORIZER"):
        raise errors.bad_request(f"Invalid API Key source: {source}. Valid options are HEADER,AUTHORIZER")
    size = root.get(COMPRESSION)
    disabled = mapping(root.get(ENDPOINT)).get("disableExecuteApiEndpoint")
    return msgspec.structs.replace(
        usual,
        name=str(info.get("title") or api.name),
        description=str(info["description"]) if info.get("description") else usual.description,
        version=str(info.get("version") or usual.version),
        binary_media_types=tuple(dict.fromkeys((*kept, *given))),
        minimum_compression_size=usual.minimum_compression_size if size is None else compression(size),
        api_key_source=source,
        policy=policy.checked(json.dumps(written), execute_arn)
        if isinstance(written, dict)
        else usual.policy,
        disable_execute_api_endpoint=usual.disable_execute_api_endpoint
        if disabled is None
        else bool(disabled),
    )


def _bare(api: RestApi) -> RestApi:
    """The API without what an import in place of it does not keep."""
    return RestApi(
        id=api.id,
        name=api.name,
        created_date=api.created_date,
        root_resource_id=api.root_resource_id,
        endpoint_configuration=api.endpoint_configuration,
        api_key_source="HEADER",
        disable_execute_api_endpoint=False,
        tags=api.tags,
        security_policy=api.security_policy,
        endpoint_access_mode=api.endpoint_access_mode,
    )

"""Tags of APIs, stages, VPC links, domain names, portals and their products, by their ARNs (`arn:aws:apigateway:us-east-1::/apis/a1b2c3`,
`.../stages/prod`)."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.doors.domains import DOMAINS
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.portal_records import PORTAL_PRODUCTS, PORTALS
from portico.services.apigatewayv2.records import APIS, STAGES, VPC_LINKS, Values
from portico.services.apigatewayv2.service import HttpApis, here
from portico.store.port import KeyPart
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_TAGS_MAX = 50
_ARN = re.compile(r"arn:[^:]+:apigateway:([^:]+):[0-9]*:(/.+)").fullmatch
_PATHS: tuple[tuple[Any, Table[Any]], ...] = (
    (re.compile(r"/apis/([^/]+)").fullmatch, APIS),
    (re.compile(r"/apis/([^/]+)/stages/([^/]+)").fullmatch, STAGES),
    (re.compile(r"/vpclinks/([^/]+)").fullmatch, VPC_LINKS),
    (re.compile(r"/domainnames/([^/]+)").fullmatch, DOMAINS),
    (re.compile(r"/portals/([^/]+)").fullmatch, PORTALS),
    (re.compile(r"/portalproducts/([^/]+)").fullmatch, PORTAL_PRODUCTS),
)


@managed
async def tag_resource(service: HttpApis, call: Call, request: "shapes.TagResourceRequest") -> Values:
    """Add or change tags.

    Raises:
        NotFoundException: there is no such resource. BadRequestException: the ARN has no form, or there would be more than 50 tags.
    """
    table, key, record = await _tagged(call, request)
    after = {**record.tags, **(request.get("Tags") or {})}
    if len(after) > _TAGS_MAX:
        raise errors.bad_request(f"A resource can have at most {_TAGS_MAX} tags")
    if any(name.lower().startswith("aws:") for name in request.get("Tags") or {}):
        raise errors.bad_request("Tag keys must not begin with aws:")
    call.tx.put(table, msgspec.structs.replace(record, tags=after), *key)
    return {}


@managed
async def untag_resource(service: HttpApis, call: Call, request: "shapes.UntagResourceRequest") -> Values:
    """Remove tags; those that are not there do not matter.

    Raises:
        NotFoundException: there is no such resource. BadRequestException: the ARN has no form.
    """
    table, key, record = await _tagged(call, request)
    left = {name: value for name, value in record.tags.items() if name not in request["TagKeys"]}
    call.tx.put(table, msgspec.structs.replace(record, tags=left), *key)
    return {}


@managed
async def get_tags(service: HttpApis, call: Call, request: "shapes.GetTagsRequest") -> Values:
    """The tags of a resource.

    Raises:
        NotFoundException: there is no such resource. BadRequestException: the ARN has no form.
    """
    _, _, record = await _tagged(call, request)
    return {"Tags": record.tags}


async def _tagged(call: Call, request: Mapping[str, Any]) -> tuple[Table[Any], tuple[KeyPart, ...], Any]:
    """The table, key and record of what an ARN names."""
    arn = _ARN(request["ResourceArn"])
    if arn is None or arn[1] != call.scope.region:
        raise errors.bad_request(f"Invalid ARN specified in the request: {request['ResourceArn']}")
    for matches, table in _PATHS:
        found = matches(arn[2])
        if found is not None:
            key = (*here(call), *found.groups())
            record = await call.tx.get(table, *key)
            if record is None:
                break
            return table, key, record
    raise errors.not_found("Unable to find resource to tag")

"""Tags of APIs, stages, keys, plans, certificates, links, domain names and associations with these, by their ARNs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.services.apigateway import access, errors, tagged
from portico.services.apigateway.service import ApiGateway

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_TAGS_MAX = 50


async def _resource(call: Call, arn: str) -> tuple[tagged.Tagged, Any]:
    parsed = arns.parse(arn)
    if (
        parsed is None
        or parsed.service != "apigateway"
        or parsed.region != call.scope.region
        or parsed.account not in ("", call.scope.account)
    ):
        raise errors.bad_request(f"Invalid ARN specified in the request: {arn}")
    found = tagged.of_path(call, parsed.resource)
    record = None if found is None else await call.tx.get(found.table, *found.key)
    if found is None or record is None or not await tagged.is_own(call, parsed.resource):
        raise errors.not_found(f"Invalid resource identifier specified: {parsed.resource}")
    return found, record


def check_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that something is to have.

    Raises:
        AwsError: BadRequestException, there are more than 50, or one is AWS's own.
    """
    if len(tags) > _TAGS_MAX:
        raise errors.bad_request(f"A resource can have at most {_TAGS_MAX} tags.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise errors.bad_request("Tag keys can't start with aws:")
    return dict(tags)


@access.operation()
async def tag_resource(
    service: ApiGateway, call: Call, request: "shapes.TagResourceRequest"
) -> dict[str, Any]:
    """Add or change tags.

    Raises:
        NotFoundException: there is no such thing. BadRequestException: the ARN is none, or the tags can't be.
    """
    found, record = await _resource(call, request["resourceArn"])
    tags = check_tags({**record.tags, **request["tags"]})
    call.tx.put(found.table, msgspec.structs.replace(record, tags=tags), *found.key)
    return {}


@access.operation()
async def untag_resource(
    service: ApiGateway, call: Call, request: "shapes.UntagResourceRequest"
) -> dict[str, Any]:
    """Remove tags; those that are not there do not matter.

    Raises:
        NotFoundException: there is no such thing. BadRequestException: the ARN is none.
    """
    found, record = await _resource(call, request["resourceArn"])
    gone = frozenset(request["tagKeys"])
    left = {key: value for key, value in record.tags.items() if key not in gone}
    call.tx.put(found.table, msgspec.structs.replace(record, tags=left), *found.key)
    return {}


@access.operation()
async def get_tags(service: ApiGateway, call: Call, request: "shapes.GetTagsRequest") -> dict[str, Any]:
    """All tags of a thing.

    Raises:
        NotFoundException: there is no such thing. BadRequestException: the ARN is none.
    """
    _, record = await _resource(call, request["resourceArn"])
    return {"tags": dict(record.tags)}

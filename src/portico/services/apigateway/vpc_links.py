"""VPC links. There is no VPC that they could lead into; where they lead instead, the data plane is told (`doors/vpc_targets.py`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import VPC_LINKS, VpcLink
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown, with_tags

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_PATCHED = {"replace": ("/name", "/description")}


async def _link(call: Call, request: Mapping[str, Any]) -> VpcLink:
    found = await call.tx.get(VPC_LINKS, call.scope.account, call.scope.region, request["vpcLinkId"])
    if found is None:
        raise errors.not_found("Invalid Vpc Link identifier specified")
    return found


@access.operation()
async def create_vpc_link(
    service: ApiGateway, call: Call, request: "shapes.CreateVpcLinkRequest"
) -> dict[str, Any]:
    """Make a VPC link; it is shown as pending, and ready from then on.

    Raises:
        BadRequestException: the name is empty, or a target is no ARN.
    """
    if not request["name"]:
        raise errors.bad_request("Name cannot be empty")
    for target in request["targetArns"]:
        if arns.parse(target) is None:
            raise errors.bad_request(f"Invalid ARN. ARN is not well formed {target}")
    link = VpcLink(
        id=ids.short_id(),
        name=request["name"],
        description=request.get("description"),
        target_arns=tuple(request["targetArns"]),
        status="AVAILABLE",
        status_message="Your vpc link is ready for use",
        tags=dict(request.get("tags") or {}),
    )
    call.tx.put(VPC_LINKS, link, call.scope.account, call.scope.region, link.id)
    return shown(msgspec.structs.replace(link, status="PENDING", status_message=None))


@access.operation()
async def get_vpc_link(
    service: ApiGateway, call: Call, request: "shapes.GetVpcLinkRequest"
) -> dict[str, Any]:
    """A VPC link.

    Raises:
        NotFoundException: there is no such link.
    """
    return with_tags(await _link(call, request))


@access.operation()
async def get_vpc_links(
    service: ApiGateway, call: Call, request: "shapes.GetVpcLinksRequest"
) -> dict[str, Any]:
    """The VPC links, by id."""
    links = await call.tx.scan(VPC_LINKS, call.scope.account, call.scope.region)
    return page(links, request, lambda link: link.id, shown)


@access.operation()
async def delete_vpc_link(
    service: ApiGateway, call: Call, request: "shapes.DeleteVpcLinkRequest"
) -> dict[str, Any]:
    """Remove a VPC link.

    Raises:
        NotFoundException: there is no such link.
    """
    link = await _link(call, request)
    call.tx.delete(VPC_LINKS, call.scope.account, call.scope.region, link.id)
    return {}


@access.operation()
async def update_vpc_link(
    service: ApiGateway, call: Call, request: "shapes.UpdateVpcLinkRequest"
) -> dict[str, Any]:
    """Change a link's name or description.

    Raises:
        NotFoundException: there is no such link. BadRequestException: a path or operation is none, or the name is empty.
    """
    link = await _link(call, request)
    for patch in patches(request):
        supported(patch, _PATCHED)
        if patch.path == "/name" and not patch.value:
            raise errors.bad_request("Name cannot be empty")
        link = msgspec.structs.replace(link, **{patch.parts[0]: patch.value})
    call.tx.put(VPC_LINKS, link, call.scope.account, call.scope.region, link.id)
    return with_tags(link)

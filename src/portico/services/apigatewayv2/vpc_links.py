"""VPC links: kept and shown, and ready at once. Backends behind them are reached by their addresses."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import VPC_LINKS, Values, VpcLink, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, here, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


@managed
async def create_vpc_link(service: HttpApis, call: Call, request: "shapes.CreateVpcLinkRequest") -> Values:
    """Create a link.

    Raises:
        BadRequestException: it names no subnet.
    """
    if not request["SubnetIds"]:
        raise errors.bad_request("At least one subnet must be specified")
    link = made(VpcLink, {**request, "VpcLinkId": new_id(6), "CreatedDate": call.now})
    call.tx.put(VPC_LINKS, link, *here(call), link.vpc_link_id)
    return shown(link)


@managed
async def get_vpc_link(service: HttpApis, call: Call, request: "shapes.GetVpcLinkRequest") -> Values:
    """A link.

    Raises:
        NotFoundException: there is none of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_vpc_links(service: HttpApis, call: Call, request: "shapes.GetVpcLinksRequest") -> Values:
    """The caller's links.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found, token = await page(call, request, VPC_LINKS, *here(call), id_of="VpcLinkId")
    return answer([shown(one) for one in found], token)


@managed
async def update_vpc_link(service: HttpApis, call: Call, request: "shapes.UpdateVpcLinkRequest") -> Values:
    """Give a link another name.

    Raises:
        NotFoundException: there is none of that id.
    """
    after = changed(await _requested(call, request), {"Name": request["Name"]} if request.get("Name") else {})
    call.tx.put(VPC_LINKS, after, *here(call), after.vpc_link_id)
    return shown(after)


@managed
async def delete_vpc_link(service: HttpApis, call: Call, request: "shapes.DeleteVpcLinkRequest") -> Values:
    """Delete a link.

    Raises:
        NotFoundException: there is none of that id.
    """
    link = await _requested(call, request)
    call.tx.delete(VPC_LINKS, *here(call), link.vpc_link_id)
    return {}


async def _requested(call: Call, request: Mapping[str, Any]) -> VpcLink:
    return await existing(call, "VpcLink", VPC_LINKS, *here(call), request["VpcLinkId"])

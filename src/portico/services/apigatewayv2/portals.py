"""Developer portals as designs, kept and shown. None has a site here: publishing, previewing and disabling one are refused (501).

Source: API Gateway Version 2 API Reference, "Portals".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.portal_records import PORTAL_PRODUCTS, PORTALS, Portal
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, here, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_ZONE = "Z1UJRXOUMOOFQ8"


@managed_as_named
async def create_portal(service: HttpApis, call: Call, request: "shapes.CreatePortalRequest") -> Values:
    """Create a portal.

    Raises:
        NotFoundException: a product that it includes is not there. BadRequestException: its endpoint has no form.
    """
    identifier = new_id(10)
    await _check_products(call, request.get("IncludedPortalProductArns") or [])
    portal = made(
        Portal,
        {
            **request,
            "PortalId": identifier,
            "PortalArn": arn_of(call, f"portals/{identifier}"),
            "EndpointConfiguration": _endpoint(call, identifier, request["EndpointConfiguration"]),
            "PortalContent": _content(call, request),
            "LastModified": call.now,
        },
    )
    call.tx.put(PORTALS, portal, *here(call), identifier)
    return shown(portal)


@managed_as_named
async def get_portal(service: HttpApis, call: Call, request: "shapes.GetPortalRequest") -> Values:
    """A portal.

    Raises:
        NotFoundException: there is none of that id.
    """
    return shown(await _requested(call, request))


@managed_as_named
async def list_portals(service: HttpApis, call: Call, request: "shapes.ListPortalsRequest") -> Values:
    """The caller's portals.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found, token = await page(call, request, PORTALS, *here(call), id_of="PortalId")
    return answer([shown(one) for one in found], token)


@managed_as_named
async def update_portal(service: HttpApis, call: Call, request: "shapes.UpdatePortalRequest") -> Values:
    """Change a portal.

    Raises:
        NotFoundException: there is no portal of that id, or a product that it is to include is not there.
        BadRequestException: its endpoint has no form.
    """
    before, values = await _requested(call, request), {**request}
    await _check_products(call, request.get("IncludedPortalProductArns") or [])
    if "EndpointConfiguration" in request:
        endpoint = _endpoint(call, before.portal_id, request["EndpointConfiguration"])
        values["EndpointConfiguration"] = endpoint
    if "PortalContent" in request:
        values["PortalContent"] = _content(call, request)
    after = changed(before, {**values, "LastModified": call.now})
    call.tx.put(PORTALS, after, *here(call), after.portal_id)
    return shown(after)


@managed_as_named
async def delete_portal(service: HttpApis, call: Call, request: "shapes.DeletePortalRequest") -> Values:
    """Delete a portal.

    Raises:
        NotFoundException: there is none of that id.
    """
    portal = await _requested(call, request)
    call.tx.delete(PORTALS, *here(call), portal.portal_id)
    return {}


def arn_of(call: Call, resource: str) -> str:
    """The ARN of a portal, a product or a page."""
    return f"arn:{call.scope.partition}:apigateway:{call.scope.region}:{call.scope.account}:/{resource}"


def _content(call: Call, request: Mapping[str, Any]) -> Values:
    """The content as it is shown, with when its logo was uploaded."""
    content: Values = {**request["PortalContent"]}
    if request.get("LogoUri"):
        content["Theme"] = {**content["Theme"], "LogoLastUploaded": call.now}
    return content


def _endpoint(call: Call, identifier: str, given: Mapping[str, Any]) -> Values:
    own = {
        "PortalDefaultDomainName": f"{identifier}.portal.{call.scope.region}.on.aws",
        "PortalDomainHostedZoneId": _ZONE,
    }
    managed = given.get("AcmManaged")
    if managed is None and "None" not in given:
        raise errors.bad_request("EndpointConfiguration must have either AcmManaged or None")
    return own | {name: managed[name] for name in ("CertificateArn", "DomainName")} if managed else own


async def _check_products(call: Call, arns: list[str]) -> None:
    for arn in arns:
        await existing(call, "PortalProduct", PORTAL_PRODUCTS, *here(call), arn.rpartition("/")[2])


async def _requested(call: Call, request: Mapping[str, Any]) -> Portal:
    return await existing(call, "Portal", PORTALS, *here(call), request["PortalId"])

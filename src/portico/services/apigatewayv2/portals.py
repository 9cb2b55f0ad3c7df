"""Developer portals as they are designed; `publishing.py` makes sites of them.

Source: API Gateway Version 2 API Reference, "Portals"; Developer Guide, "Create a portal in API Gateway", "Publish a portal".
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named, managed_as_named_with
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.portal_domains import claim, release
from portico.services.apigatewayv2.portal_records import PORTAL_PRODUCTS, PORTALS, PREVIEWS, Portal
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, here, new_id
from portico.services.apigatewayv2.sharing import may_include_given, product_place

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_ZONE = "Z1UJRXOUMOOFQ8"
_POOL = re.compile(r"arn:[a-z-]+:cognito-idp:([a-z0-9-]+):[0-9]{12}:userpool/\1_[0-9A-Za-z]+").fullmatch


@managed_as_named_with(also=may_include_given)
async def create_portal(service: HttpApis, call: Call, request: "shapes.CreatePortalRequest") -> Values:
    """Create a portal.

    Raises:
        NotFoundException: a product that it includes is not there. BadRequestException: its endpoint or authorization has no form, or
            somebody has its domain name. AccessDeniedException: a product of another account is not shared with the caller.
    """
    identifier = new_id(10)
    await _check_products(call, request.get("IncludedPortalProductArns") or [])
    _check_authorization(request["Authorization"])
    portal = made(
        Portal,
        {
            **request,
            "PortalId": identifier,
            "PortalArn": arn_of(call, f"portals/{identifier}"),
            "EndpointConfiguration": _endpoint(request["EndpointConfiguration"]),
            "PortalContent": _content(call, request),
            "LastModified": call.now,
        },
    )
    await claim(call, portal)
    call.tx.put(PORTALS, portal, *here(call), identifier)
    return await _shown(service, call, portal)


@managed_as_named
async def get_portal(service: HttpApis, call: Call, request: "shapes.GetPortalRequest") -> Values:
    """A portal.

    Raises:
        NotFoundException: there is none of that id.
    """
    return await _shown(service, call, await requested_portal(call, request))


@managed_as_named
async def list_portals(service: HttpApis, call: Call, request: "shapes.ListPortalsRequest") -> Values:
    """The caller's portals.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found, token = await page(call, request, PORTALS, *here(call), id_of="PortalId")
    return answer([await _shown(service, call, one) for one in found], token)


@managed_as_named_with(also=may_include_given)
async def update_portal(service: HttpApis, call: Call, request: "shapes.UpdatePortalRequest") -> Values:
    """Change a portal.

    Raises:
        NotFoundException: there is no portal of that id, or a product that it is to include is not there.
        BadRequestException, AccessDeniedException: as `create_portal`.
    """
    before, values = await requested_portal(call, request), {**request}
    await _check_products(call, request.get("IncludedPortalProductArns") or [])
    if "Authorization" in request:
        _check_authorization(request["Authorization"])
    if "EndpointConfiguration" in request:
        values["EndpointConfiguration"] = _endpoint(request["EndpointConfiguration"])
    if "PortalContent" in request or "LogoUri" in request:
        values["PortalContent"] = _content(call, {"PortalContent": before.portal_content, **request})
    after = changed(before, {**values, "LastModified": call.now})
    await claim(call, after)
    await release(call, after.portal_id, before.domain, portal=after)
    call.tx.put(PORTALS, after, *here(call), after.portal_id)
    return await _shown(service, call, after)


@managed_as_named
async def delete_portal(service: HttpApis, call: Call, request: "shapes.DeletePortalRequest") -> Values:
    """Delete a portal that has no site (any more), and its preview.

    Raises:
        NotFoundException: there is none of that id. BadRequestException: it is published.
    """
    portal = await requested_portal(call, request)
    if portal.publish_status == "PUBLISHED":
        raise errors.bad_request("The portal is published. Disable it before you delete it.")
    await release(call, portal.portal_id, portal.domain, portal=None)
    call.tx.delete(PREVIEWS, portal.portal_id)
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


def _endpoint(given: Mapping[str, Any]) -> Values:
    """What is kept of where the site is to be: nothing if it has its default domain name only."""
    managed = given.get("AcmManaged")
    if (managed is None) == ("None" not in given):
        raise errors.bad_request("EndpointConfiguration must have either AcmManaged or None")
    return {name: managed[name] for name in ("CertificateArn", "DomainName")} if managed else {}


def _check_authorization(given: Mapping[str, Any]) -> None:
    if ("CognitoConfig" in given) == ("None" in given):
        raise errors.bad_request("Authorization must have either CognitoConfig or None")
    pool = given["CognitoConfig"]["UserPoolArn"] if "CognitoConfig" in given else ""
    if pool and not _POOL(pool):
        raise errors.bad_request(f"Invalid user pool ARN specified: {pool}")


async def _shown(service: HttpApis, call: Call, portal: Portal) -> Values:
    """A portal as AWS shows it, with its preview as long as there is one."""
    region = call.scope.region
    base = service.public.portal(portal.portal_id, region)
    own = {"PortalDefaultDomainName": base.partition("://")[2], "PortalDomainHostedZoneId": _ZONE}
    found = {**shown(portal), "EndpointConfiguration": {**portal.endpoint_configuration, **own}}
    preview = await call.tx.get(PREVIEWS, portal.portal_id)
    if preview is not None and call.now < preview.ends_at:
        url = f"{base}/preview/{preview.token}/"
        found["Preview"] = {"PreviewStatus": "PREVIEW_READY", "PreviewUrl": url}
    return found


async def _check_products(call: Call, arns: list[str]) -> None:
    for arn in arns:
        await existing(call, "PortalProduct", PORTAL_PRODUCTS, *product_place(call, arn))


async def requested_portal(call: Call, request: Mapping[str, Any]) -> Portal:
    """The portal that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    return await existing(call, "Portal", PORTALS, *here(call), request["PortalId"])

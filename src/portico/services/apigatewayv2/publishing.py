"""Portals' sites: put up, previewed and taken down. All of it is done when the operation answers.

What is published is a copy: what is changed afterwards is seen once it is published again. A preview is such a copy as well, at an address
with a secret in it, which `GetPortal` shows; it is there for an hour.

Source: API Gateway Developer Guide, "Publish a portal", "Preview a portal", "Disable a portal"; API Gateway Version 2 API Reference,
"Portals".
"""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.services.apigatewayv2.access import managed_as_named, managed_as_named_with
from portico.services.apigatewayv2.portal_domains import release
from portico.services.apigatewayv2.portal_records import PORTALS, PREVIEWS, PUBLICATIONS, Preview
from portico.services.apigatewayv2.portals import requested_portal
from portico.services.apigatewayv2.publication import publication
from portico.services.apigatewayv2.records import Values, changed
from portico.services.apigatewayv2.service import HttpApis, here
from portico.services.apigatewayv2.sharing import may_include

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_PREVIEW_S = 3600


async def _may_show(service: HttpApis, call: Call, request: Mapping[str, Any]) -> list[Check]:
    """What its products' owners must let the caller do."""
    portal = await call.tx.get(PORTALS, *here(call), request["PortalId"])
    return await may_include(call, portal.included_portal_product_arns if portal else ())


@managed_as_named_with(also=_may_show)
async def publish_portal(service: HttpApis, call: Call, request: "shapes.PublishPortalRequest") -> Values:
    """Put a portal's site up as the portal is now.

    Raises:
        NotFoundException: there is no such portal. BadRequestException: a product that it includes is not there any more.
        AccessDeniedException: a product of another account is not shared any more.
    """
    portal = await requested_portal(call, request)
    before = await call.tx.get(PUBLICATIONS, portal.portal_id)
    call.tx.put(PUBLICATIONS, await publication(service, call, portal), portal.portal_id)
    told = {
        "PublishStatus": "PUBLISHED",
        "LastPublished": call.now,
        "LastPublishedDescription": request.get("Description") or "",
    }
    after = changed(portal, told)
    call.tx.put(PORTALS, after, *here(call), portal.portal_id)
    await release(call, portal.portal_id, before.domain if before else "", portal=after)
    return {}


@managed_as_named_with(also=_may_show)
async def preview_portal(service: HttpApis, call: Call, request: "shapes.PreviewPortalRequest") -> Values:
    """Make a preview of a portal's site, in place of the one before.

    Raises:
        NotFoundException, BadRequestException, AccessDeniedException: as `publish_portal`.
    """
    portal = await requested_portal(call, request)
    site = await publication(service, call, portal)
    preview = Preview(secrets.token_urlsafe(32), call.now + _PREVIEW_S, site)
    call.tx.put(PREVIEWS, preview, portal.portal_id)
    return {}


@managed_as_named
async def disable_portal(service: HttpApis, call: Call, request: "shapes.DisablePortalRequest") -> Values:
    """Take a portal's site down; the portal stays.

    Raises:
        NotFoundException: there is no such portal.
    """
    portal = await requested_portal(call, request)
    before = await call.tx.get(PUBLICATIONS, portal.portal_id)
    after = changed(portal, {"PublishStatus": "DISABLED"})
    call.tx.put(PORTALS, after, *here(call), portal.portal_id)
    call.tx.delete(PUBLICATIONS, portal.portal_id)
    await release(call, portal.portal_id, before.domain if before else "", portal=after)
    return {}

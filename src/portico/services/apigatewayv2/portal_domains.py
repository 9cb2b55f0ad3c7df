"""Custom domain names of portals: each is one portal's, from when it is asked for until neither the portal nor its site has it."""

import re

from portico.calls.call import Call
from portico.doors.domains import is_taken
from portico.doors.records import DOMAIN_POINTERS, DomainPointer
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.portal_records import PORTAL_DOMAINS, PUBLICATIONS, Portal, PortalDomain
from portico.services.apigatewayv2.service import here

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}").fullmatch


async def claim(call: Call, portal: Portal) -> None:
    """Have requests to the portal's name, if it has one, answered by its site.

    Raises:
        AwsError: BadRequestException, it is no domain name, or somebody else has it.
    """
    name = portal.domain
    if not name:
        return
    if not _NAME(name):
        raise errors.bad_request(f"Invalid domain name: {name}")
    owner = await call.tx.get(PORTAL_DOMAINS, name)
    if owner is not None and owner.portal == portal.portal_id:
        return
    if owner is not None or await is_taken(call.tx, call.scope.account, name):
        raise errors.bad_request("The domain name you provided already exists.")
    call.tx.put(PORTAL_DOMAINS, PortalDomain(portal.portal_id), name)
    call.tx.put(DOMAIN_POINTERS, DomainPointer("portal", *here(call)), name)


async def release(call: Call, portal_id: str, *names: str, portal: Portal | None) -> None:
    """Give those of these names up that neither the portal, as it is now (None: no more), nor its site has."""
    site = await call.tx.get(PUBLICATIONS, portal_id)
    kept = {portal.domain if portal else "", site.domain if site else "", ""}
    for name in set(names) - kept:
        call.tx.delete(PORTAL_DOMAINS, name)
        call.tx.delete(DOMAIN_POINTERS, name)

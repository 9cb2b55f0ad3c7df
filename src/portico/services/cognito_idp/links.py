"""Where a pool's pages are."""

from urllib.parse import urlsplit

from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp


def domain_url(idp: CognitoIdp, pool: Pool) -> str:
    """The address of the pages of a pool that has a domain: its own one, or that of its prefix below this server's."""
    parts = urlsplit(idp.origin)
    if pool.custom_domain:
        return f"https://{pool.custom_domain}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{pool.domain}.auth.{pool.region}.amazoncognito.localhost{port}"

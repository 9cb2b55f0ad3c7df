"""Where a pool's pages are, and the endpoints beside them."""

from portico.doors.public import Public
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp


def domain_url(idp: CognitoIdp, pool: Pool) -> str:
    """The address of the pages of a pool that has a domain, without a closing slash: its own one, or that of its prefix below this
    server's."""
    if pool.custom_domain:
        return f"https://{pool.custom_domain}"
    return Public(idp.origin).sign_in(pool.domain, pool.region)


def endpoints_url(idp: CognitoIdp, pool: Pool) -> str:
    """The address at which programs ask the endpoints of a pool that has a domain, without a closing slash."""
    return (
        domain_url(idp, pool)
        if pool.custom_domain
        else Public(idp.origin).endpoints(pool.domain, pool.region)
    )

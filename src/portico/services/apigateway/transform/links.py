"""VPC links of REST APIs: where the operator has said what is behind one, requests go there, under the name that the integration's URI has.

Source: API Gateway Developer Guide, "Private integrations for REST APIs" (the URI sets the `Host` header, the link leads the way).
"""

from urllib.parse import urlsplit

from portico.doors.stage_variables import filled
from portico.doors.vpc_targets import VpcTargets
from portico.services.apigateway.records import VPC_LINKS, Integration
from portico.services.apigateway.transform.seam import RequestContext
from portico.store.cache import RecordCache


class Links:
    """Finds what is behind links."""

    __slots__ = ("_cache", "_targets")

    def __init__(self, cache: RecordCache, targets: VpcTargets) -> None:
        self._cache = cache
        self._targets = targets

    def through(self, request: RequestContext, integration: Integration, url: str) -> tuple[str, str] | None:
        """Where a request to `url` goes through the integration's link, and the `Host` that it is sent with; None if it goes to `url`."""
        if integration.connection_type != "VPC_LINK":
            return None
        found = (self._targets.find(arn, request.account) for arn in self._arns(request, integration))
        target = next((one for one in found if one is not None), None)
        if target is None:
            return None
        parts = urlsplit(url)
        return f"{target}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", parts.netloc

    def _arns(self, request: RequestContext, integration: Integration) -> tuple[str, ...]:
        """The load balancers: the integration's own, or those of the link."""
        if integration.integration_target:
            return (integration.integration_target,)
        link = filled(integration.connection_id, request.stage_variables)
        held = self._cache.peek(VPC_LINKS, request.account, request.region, link) if link else None
        return () if held is None else held.value.target_arns

"""The cache in front of an integration: what is kept is shown, what a caller may have made anew is made anew."""

import msgspec

from portico.services.apigateway.plane.admission import Admission, Asked, Authorised
from portico.services.apigateway.plane.response_cache import WARNING, Caching, ResponseCache, invalidates
from portico.services.apigateway.plane.stages import Side
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, RequestContext
from portico.services.apigateway.transform.transform import Transform

_FAIL, _WARN = "FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER"


class Cached:
    """Answers requests from the cache, or from the integration."""

    __slots__ = ("_admission", "_cache", "_transform")

    def __init__(self, cache: ResponseCache, transform: Transform, admission: Admission) -> None:
        self._cache = cache
        self._transform = transform
        self._admission = admission

    async def answer(
        self, asked: Asked, authorised: Authorised, request: RequestContext, side: Side
    ) -> tuple[GatewayAnswer, bool | None]:
        """The answer, and whether it came from the cache (None: the method has none).

        Raises:
            GatewayRefusal: as the integration; ACCESS_DENIED, the caller may not have an answer made anew.
        """
        rules = asked.plan.caching
        if rules is None:
            return await self._transform.integrate(request, asked.plan.rules), None
        key = rules.key(request, asked.arn, authorised.caller)
        anew, warned = self._anew(asked, authorised, rules)
        found = None if anew else self._cache.get(request.api_id, side.cache, key)
        if found is None:
            answer = await self._transform.integrate(request, asked.plan.rules)
            self._cache.put(request.api_id, side.cache, key, rules, answer, asked.live.cache_bytes)
        else:
            answer = found
        if warned:
            answer = msgspec.structs.replace(answer, headers=(*answer.headers, WARNING))
        return answer, found is not None

    def _anew(self, asked: Asked, authorised: Authorised, rules: Caching) -> tuple[bool, bool]:
        """Whether the answer is to be made anew, and whether the caller is warned that it asked for that in vain."""
        if not invalidates(asked.arrival.head.values):
            return False, False
        why_not = self._admission.may_not_invalidate(asked, authorised) if rules.guarded else ""
        if not why_not:
            return True, False
        if rules.unauthorized == _FAIL:
            raise GatewayRefusal("ACCESS_DENIED", why_not)
        return False, rules.unauthorized == _WARN

"""Where stages of APIs answer by custom domain names, for who asks what leads to a function."""

from portico.doors.domains import DOMAIN_MAPPINGS, DOMAINS, CustomDomain
from portico.doors.public import Public
from portico.doors.routing_rules import RULE_ONLY
from portico.store.cache import RecordCache
from portico.store.port import Store


class Named:
    """Tells where APIs of one server answer by names of their own."""

    def __init__(self, store: Store, cache: RecordCache, public: Public) -> None:
        self._store = store
        self._cache = cache
        self._public = public

    async def bases(self, account: str, region: str, api_id: str, stage: str) -> list[str]:
        """The addresses, without a closing slash, by which mappings lead to a stage. Routing rules are not among them."""
        found: list[str] = []
        for row in await self._store.scan((DOMAINS.name, account, region)):
            domain = DOMAINS.decode(row.value)
            held = await self._cache.get(DOMAIN_MAPPINGS, domain.key)
            for one in held.value.mappings if held is not None and _is_open(domain) else ():
                if one.api_id == api_id and one.stage in ("", stage):
                    path = (one.base_path, "" if one.stage else stage)
                    found.append("/".join((self._public.named(domain.name), *filter(None, path))))
        return found


def _is_open(domain: CustomDomain) -> bool:
    """Whether the mappings of a name lead anybody anywhere."""
    return not (domain.id or domain.trust_store or domain.routing_mode == RULE_ONLY)

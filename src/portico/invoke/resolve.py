"""From a function's name and qualifier to the version that runs, and to what an environment of it is started from."""

import random

import msgspec

from portico.environments.work import EnvironmentSpec
from portico.invoke.records import ACCOUNTS, ALIASES, FUNCTIONS, LATEST, VERSIONS, Alias, Version, digests_of
from portico.store.cache import RecordCache

_SPECS_MAX = 10_000
_draw = random.Random().random  # which calls go to which version is no secret  # noqa: S311


class Resolved(msgspec.Struct, frozen=True, gc=False):
    """What a call of a function meets: the version, its environments' spec, and what the admission has to know.

    `reserved` is the function's reserved concurrency (None: it draws from the unreserved pool), `reserved_total` that of all
    functions of the account in the region.
    """

    version: Version
    spec: EnvironmentSpec
    reserved: int | None
    reserved_total: int


class Resolver:
    """Resolves without waiting. Specs are kept by key and the version of the record, so they need no invalidation."""

    __slots__ = ("_cache", "_specs")

    def __init__(self, *, cache: RecordCache) -> None:
        self._cache = cache
        self._specs: dict[tuple[str, str, str, str], tuple[int, EnvironmentSpec]] = {}

    def resolve(self, account: str, region: str, name: str, qualifier: str = "") -> Resolved | None:
        """The version that `qualifier` means (`$LATEST` when it is empty), or None when there is no such function or version.

        An alias with weights means one of its versions by chance, each time anew.
        """
        function = self._cache.peek(FUNCTIONS, account, region, name)
        if function is None:
            return None
        number = qualifier or LATEST
        if qualifier and not qualifier.isdecimal() and qualifier != LATEST:
            alias = self._cache.peek(ALIASES, account, region, name, qualifier)
            if alias is None:
                return None
            number = chosen(alias.value)
        place = (account, region, name, number)
        held = self._cache.peek(VERSIONS, *place)
        if held is None:
            return None
        kept = self._specs.get(place)
        if kept is None or kept[0] != held.version:
            kept = self._keep(place, held.version, held.value)
        usage = self._cache.peek(ACCOUNTS, account, region)
        return Resolved(
            held.value,
            kept[1],
            function.value.reserved,
            usage.value.reserved_total if usage is not None else 0,
        )

    def _keep(
        self, place: tuple[str, str, str, str], stamp: int, version: Version
    ) -> tuple[int, EnvironmentSpec]:
        if len(self._specs) >= _SPECS_MAX:
            self._specs.clear()
        kept = self._specs[place] = (stamp, spec_of(version))
        return kept


def chosen(alias: Alias) -> str:
    """The version that one call of the alias goes to."""
    draw = _draw() if alias.weights else 1.0
    for version, weight in alias.weights.items():
        if draw < weight:
            return version
        draw -= weight
    return alias.version


def environments_key(account: str, region: str, name: str) -> str:
    """What the keys of all environments of a function begin with."""
    return f"{account}/{region}/{name}:"


def spec_of(version: Version) -> EnvironmentSpec:
    """What an environment of this version is started from."""
    prefix = environments_key(version.account, version.region, version.function)
    return EnvironmentSpec(
        key=f"{prefix}{version.version}:{version.generation}",
        account=version.account,
        region=version.region,
        function=version.function,
        version=version.version,
        arn=version.arn,
        runtime=version.runtime,
        handler=version.handler,
        role=version.role,
        code_digest=version.code_digest,
        memory_mb=version.memory_mb,
        timeout_s=version.timeout_s,
        ephemeral_mb=version.ephemeral_mb,
        log_group=version.log_group or f"/aws/lambda/{version.function}",
        variables=(*_logging_variables(version), *(version.variables or {}).items()),
        layers=digests_of(version),
    )


def _logging_variables(version: Version) -> tuple[tuple[str, str], ...]:
    if version.log_format != "JSON":
        return ()
    return (("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", version.application_log_level))

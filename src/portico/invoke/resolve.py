"""From a function's name and qualifier to the version that runs, and to what an environment of it is started from."""

import random

import msgspec

from portico.base.trace import mark_of
from portico.environments.work import ON_DEMAND, PROVISIONED, SNAP_START, EnvironmentSpec, Image
from portico.invoke.records import (
    ACCOUNTS,
    ALIASES,
    FUNCTIONS,
    LATEST,
    VERSIONS,
    AccountUsage,
    Alias,
    Function,
    ImageConfig,
    Version,
    digests_of,
)
from portico.store.cache import Held, RecordCache

_KEPT_MAX = 10_000
_draw = random.Random().random  # which calls go to which version is no secret  # noqa: S311


class Resolved(msgspec.Struct, frozen=True, gc=False):
    """What a call of a function meets: the version, its environments' spec, and what the admission has to know.

    `owner` stands for the function. `reserved` are the places of its reserved concurrency that are not provisioned (None: it draws
    from the unreserved pool), `set_aside` those that this pool has lost to reservations and to provisioned concurrency.
    `provisioned` is the version's provisioned concurrency, and `ahead` the spec of the environments that are started ahead for it.
    `mark` stands for the function in the lineage of a trace.
    """

    version: Version
    spec: EnvironmentSpec
    owner: str
    reserved: int | None
    set_aside: int
    provisioned: int = 0
    ahead: EnvironmentSpec | None = None
    mark: str = ""
    recursion_allowed: bool = False

    def spec_for(self, *, ahead: bool) -> EnvironmentSpec:
        """The spec of the environments for an invocation, `ahead` if it has a place of the provisioned concurrency."""
        return self.ahead if ahead and self.ahead is not None else self.spec


class _Kept(msgspec.Struct, frozen=True, gc=False):
    """What was resolved, and the records that it was resolved from."""

    function: Held[Function]
    version: Held[Version]
    usage: Held[AccountUsage] | None
    resolved: Resolved


class Resolver:
    """Resolves without waiting. What was resolved is kept with the records that it came from, so it needs no invalidation."""

    __slots__ = ("_cache", "_kept", "_lately")

    def __init__(self, *, cache: RecordCache) -> None:
        self._cache = cache
        # By the identity of the version's record, which each entry holds on to.
        self._kept: dict[int, _Kept] = {}
        # By account, region, name and qualifier, for as long as no record changes; not where it is left to chance.
        self._lately: dict[tuple[str, str, str, str], tuple[int, Resolved]] = {}

    def resolve(self, account: str, region: str, name: str, qualifier: str = "") -> Resolved | None:
        """The version that `qualifier` means (`$LATEST` when it is empty), or None when there is no such function or version.

        An alias with weights means one of its versions by chance, each time anew.
        """
        place, changes = (account, region, name, qualifier), self._cache.changes
        known = self._lately.get(place)
        if known is not None and known[0] == changes:
            return known[1]
        function = self._cache.peek(FUNCTIONS, account, region, name)
        if function is None:
            return None
        number = qualifier or LATEST
        if qualifier and not qualifier.isdecimal() and qualifier != LATEST:
            alias = self._cache.peek(ALIASES, account, region, name, qualifier)
            if alias is None:
                return None
            number = chosen(alias.value)
            changes = -1 if alias.value.weights else changes
        version = self._cache.peek(VERSIONS, account, region, name, number)
        if version is None:
            return None
        usage = self._cache.peek(ACCOUNTS, account, region)
        kept = self._kept.get(id(version))
        if kept is not None and kept.function is function and kept.usage is usage:
            return self._noted(place, changes, kept.resolved)
        spec = kept.resolved.spec if kept is not None else spec_of(version.value)
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        resolved = _resolved(function.value, version.value, spec, usage.value if usage is not None else None)
        self._kept[id(version)] = _Kept(function, version, usage, resolved)
        return self._noted(place, changes, resolved)

    def is_drawn(self, account: str, region: str, name: str, qualifier: str) -> bool:
        """Whether `qualifier` is an alias with weights."""
        alias = self._cache.peek(ALIASES, account, region, name, qualifier) if qualifier else None
        return alias is not None and bool(alias.value.weights)

    def _noted(self, place: tuple[str, str, str, str], changes: int, resolved: Resolved) -> Resolved:
        if self._cache.changes == changes:
            if len(self._lately) >= _KEPT_MAX:
                self._lately.clear()
            self._lately[place] = (changes, resolved)
        return resolved


def _resolved(
    function: Function, version: Version, spec: EnvironmentSpec, usage: AccountUsage | None
) -> Resolved:
    all_provisioned = sum(provisioned.requested for provisioned in function.provisioned.values())
    own = sum(p.requested for p in function.provisioned.values() if p.version == version.version)
    return Resolved(
        version,
        spec,
        environments_key(version.account, version.region, version.function),
        None if function.reserved is None else max(function.reserved - all_provisioned, 0),
        usage.reserved_total + usage.provisioned_total if usage is not None else 0,
        own,
        ahead_of(spec) if own else None,
        mark_of(version.arn),
        function.recursive_loop == "Allow",
    )


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
        image=_image_of(version),
        initialization=SNAP_START if version.snap_start and version.version != LATEST else ON_DEMAND,
        sealed_variables=version.sealed_variables,
    )


def ahead_of(spec: EnvironmentSpec) -> EnvironmentSpec:
    """What an environment of provisioned concurrency is started from."""
    return msgspec.structs.replace(spec, key=f"{spec.key}:ahead", initialization=PROVISIONED)


def _image_of(version: Version) -> Image | None:
    if not version.image_uri:
        return None
    config = version.image_config or ImageConfig()
    return Image(version.image_uri, config.entry_point, config.command, config.working_directory)


def _logging_variables(version: Version) -> tuple[tuple[str, str], ...]:
    if version.log_format != "JSON":
        return ()
    return (("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", version.application_log_level))

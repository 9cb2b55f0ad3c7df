"""What a stage answers with: its deployments and settings, compiled when they are first needed.

Nothing is compiled twice for the same versions of records: a stage's form is kept by the version of its record, and that of a method in
it until then. What it costs to find one does not depend on how many there are.
"""

from collections.abc import Callable, Mapping

import msgspec

from portico.doors.access_log import Format, Group, compiled_format, group_of
from portico.doors.buckets import Limit
from portico.doors.metrics import Place
from portico.doors.records import API_POINTERS
from portico.services.apigateway.plane.deployments import Deployed, Deployments
from portico.services.apigateway.plane.plans import Owner, Plan, place_of, planned
from portico.services.apigateway.plane.response_cache import bytes_of_cluster
from portico.services.apigateway.plane.routes import Match
from portico.services.apigateway.records import STAGES, Stage
from portico.store.cache import Held, RecordCache

_STAGES_MAX = 5_000
_ACCOUNT_RATE, _ACCOUNT_BURST = 10_000, 5_000
CANARY = "/Canary"  # ends the name of a canary's cache and of its log group

Draw = Callable[[], float]
"""A number from 0.0 to 1.0, drawn anew each time."""


class AccessLog(msgspec.Struct, frozen=True, gc=False):
    """Where a stage's access log goes, and the form of its lines."""

    group: Group
    format: Format


class Side(msgspec.Struct, frozen=True):
    """One of the two sides of a stage: a deployment with the variables that hold for it. `canary` is None where a stage has no canary.
    `cache` is the name that the side's answers are cached under."""

    deployed: Deployed
    variables: Mapping[str, str]
    canary: bool | None
    cache: str
    plans: dict[tuple[str, str], Plan]


class Live(msgspec.Struct, frozen=True):
    """A stage as it is now. `place` is where requests are counted that no method answers."""

    owner: Owner
    record: Stage
    version: int
    base: Side
    canary: Side | None
    percent: float
    access_log: AccessLog | None
    account_limit: Limit
    cache_bytes: int
    place: Place

    def side(self, draw: Draw) -> Side:
        """The side that a request goes to."""
        if self.canary is not None and draw() * 100 < self.percent:
            return self.canary
        return self.base

    def plan(self, side: Side, match: Match, http_method: str) -> Plan:
        """How the method that a request is for is answered here."""
        key = (match.resource.id, http_method)
        found = side.plans.get(key)
        if found is None:
            found = side.plans[key] = planned(self.owner, self.record, side.deployed, match, http_method)
        return found


class Stages:
    """Finds stages."""

    __slots__ = ("_cache", "_deployments", "_kept")

    def __init__(self, cache: RecordCache, deployments: Deployments) -> None:
        self._cache = cache
        self._deployments = deployments
        self._kept: dict[tuple[str, str], Live] = {}

    def find(self, api_id: str, name: str) -> Live | None:
        """A stage by API and name, or None: there is none, or nothing is deployed to it."""
        held = self._cache.peek(STAGES, api_id, name)
        if held is None:
            self._kept.pop((api_id, name), None)
            return None
        kept = self._kept.get((api_id, name))
        if kept is None or kept.version != held.version:
            kept = self._compiled(api_id, held)
            if kept is None:
                return None
            if len(self._kept) >= _STAGES_MAX:
                del self._kept[next(iter(self._kept))]
            self._kept[api_id, name] = kept
        return kept

    def _compiled(self, api_id: str, held: Held[Stage]) -> Live | None:
        stage = held.value
        pointer = self._cache.peek(API_POINTERS, api_id)
        deployed = self._deployments.find(api_id, stage.deployment_id)
        if pointer is None or deployed is None:
            return None
        owner = Owner(pointer.value.account, pointer.value.region, api_id, deployed.snapshot.api.name)
        settings = stage.canary_settings
        base = Side(deployed, stage.variables, None if settings is None else False, stage.stage_name, {})
        return Live(
            owner,
            stage,
            held.version,
            base,
            self._canary(api_id, stage),
            0.0 if settings is None else settings.percent_traffic,
            _access_log(stage),
            Limit(("account", owner.account, owner.region), _ACCOUNT_RATE, _ACCOUNT_BURST),
            bytes_of_cluster(stage.cache_cluster_size),
            place_of(owner, stage.stage_name, None),
        )

    def _canary(self, api_id: str, stage: Stage) -> Side | None:
        settings = stage.canary_settings
        if settings is None or settings.percent_traffic <= 0:
            return None
        deployed = self._deployments.find(api_id, settings.deployment_id)
        if deployed is None:
            return None
        variables = {**stage.variables, **(settings.stage_variable_overrides or {})}
        cache = stage.stage_name if settings.use_stage_cache else f"{stage.stage_name}{CANARY}"
        return Side(deployed, variables, True, cache, {})


def _access_log(stage: Stage) -> AccessLog | None:
    settings = stage.access_log_settings
    if settings is None or not settings.destination_arn or not settings.format:
        return None
    group = group_of(settings.destination_arn)
    return None if group is None else AccessLog(group, compiled_format(settings.format))

"""API keys and usage plans, as they are stored: who may use an API's stages, and how much of them.

Both are an account's, in a region. Source: API Gateway API reference (REST APIs), data types.
"""

import msgspec

from portico.services.apigateway.records import Record
from portico.store.table import Table


class ApiKey(Record, frozen=True, gc=False):
    """A client's key. `stage_keys` (`api/stage`) are those that it was once enabled for, before there were usage plans."""

    id: str
    value: str
    enabled: bool
    created_date: float
    last_updated_date: float
    stage_keys: tuple[str, ...]
    name: str | None = None
    customer_id: str | None = None
    description: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class KeyValue(Record, frozen=True, gc=False):
    """The id of the key that has a value."""

    id: str


class KeyPlans(Record, frozen=True, gc=False):
    """The usage plans that a key is in, at most ten."""

    plans: tuple[str, ...] = ()


class Throttle(Record, frozen=True, gc=False):
    """Requests a second, and how many may come at once."""

    burst_limit: int | None = None
    rate_limit: float | None = None


class Quota(Record, frozen=True, gc=False):
    """How many requests in a `period` (DAY, WEEK, MONTH), of which the first has `offset` less."""

    limit: int
    offset: int
    period: str


class ApiStage(Record, frozen=True, gc=False):
    """A stage that a plan is for, and its own throttles by method (`/pets/GET`)."""

    api_id: str
    stage: str
    throttle: dict[str, Throttle] | None = None


class UsagePlan(Record, frozen=True, gc=False):
    """What clients with the plan's keys may use, and how much of it."""

    id: str
    name: str
    api_stages: tuple[ApiStage, ...]
    description: str | None = None
    throttle: Throttle | None = None
    quota: Quota | None = None
    product_code: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class PlanKey(Record, frozen=True, gc=False):
    """That a key is in a plan."""

    id: str
    type: str


API_KEYS = Table("apigateway-key", ApiKey)  # (account, region, id)
KEY_VALUES = Table("apigateway-key-value", KeyValue)  # (account, region, value)
KEY_PLANS = Table("apigateway-key-plans", KeyPlans)  # (account, region, key id)
USAGE_PLANS = Table("apigateway-plan", UsagePlan)  # (account, region, id)
PLAN_KEYS = Table("apigateway-plan-key", PlanKey)  # (account, region, plan, key id)

"""Delivery policies: how often and when a delivery over HTTP is tried again, and with which content type. Pure.

A topic's policy is `{"http": {"defaultHealthyRetryPolicy", "disableSubscriptionOverrides", "defaultThrottlePolicy",
"defaultRequestPolicy"}}`; a subscription's `{"healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"}`
comes before it unless overrides are disabled.

Source: SNS Developer Guide, "Amazon SNS message delivery retries" (phases, limits, back-off functions, defaults).
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.sns import errors
from portico.services.sns.retries import Phases

_DEFAULT_RETRY: Mapping[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
_DEFAULT_REQUEST: Mapping[str, Any] = {"headerContentType": "text/plain; charset=UTF-8"}
_FUNCTIONS = ("linear", "arithmetic", "geometric", "exponential")
_RETRIES_MAX = 100
_TOTAL_S_MAX = 3_600
_TOPIC = (
    "defaultHealthyRetryPolicy",
    "defaultSicklyRetryPolicy",
    "disableSubscriptionOverrides",
    "defaultThrottlePolicy",
    "defaultRequestPolicy",
)
_SUBSCRIPTION = ("healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed")
_CONTENT_TYPES = frozenset(
    {
        *("application/json", "application/xml", "application/atom+xml", "application/soap+xml", "text/css"),
        *("text/csv", "text/html", "text/plain", "text/xml", "application/x-www-form-urlencoded"),
    }
)


class HttpPolicy(msgspec.Struct, frozen=True, gc=False):
    """What holds for deliveries to one endpoint; `per_second` is the most of them in a second (None: no limit)."""

    phases: Phases
    content_type: str
    per_second: int | None = None


def check_topic_policy(text: str) -> str:
    """A topic's delivery policy as it is kept, `""` for none.

    Raises:
        AwsError: InvalidParameter.
    """
    loaded = _object(text)
    if loaded is None:
        return ""
    if loaded.keys() - {"http"}:
        raise errors.invalid_because(
            "DeliveryPolicy", f"Unexpected JSON member: {min(loaded.keys() - {'http'})}"
        )
    http = loaded.get("http") or {}
    _only(http, _TOPIC)
    _check_retry(http.get("defaultHealthyRetryPolicy"), "http.defaultHealthyRetryPolicy")
    _check_throttle(http.get("defaultThrottlePolicy"), "http.defaultThrottlePolicy")
    _check_request(http.get("defaultRequestPolicy"), "http.defaultRequestPolicy")
    kept = {name: http[name] for name in _TOPIC if http.get(name) is not None}
    kept.setdefault("disableSubscriptionOverrides", False)
    ordered = {name: kept[name] for name in _TOPIC if name in kept}
    return json.dumps({"http": ordered}, separators=(",", ":"))


def check_subscription_policy(text: str) -> str:
    """A subscription's delivery policy as it is kept, `""` for none.

    Raises:
        AwsError: InvalidParameter.
    """
    loaded = _object(text)
    if loaded is None:
        return ""
    _only(loaded, _SUBSCRIPTION)
    retry = loaded.get("healthyRetryPolicy")
    _check_retry(retry, "healthyRetryPolicy")
    _check_throttle(loaded.get("throttlePolicy"), "throttlePolicy")
    _check_request(loaded.get("requestPolicy"), "requestPolicy")
    kept = {
        "healthyRetryPolicy": None if retry is None else _whole(retry),
        "sicklyRetryPolicy": None,
        "throttlePolicy": loaded.get("throttlePolicy"),
        "requestPolicy": loaded.get("requestPolicy"),
        "guaranteed": bool(loaded.get("guaranteed", False)),
    }
    return json.dumps(kept, separators=(",", ":"))


def effective_of_topic(topic_policy: str | None) -> dict[str, Any]:
    """`EffectiveDeliveryPolicy` of a topic with this policy."""
    http = json.loads(topic_policy)["http"] if topic_policy else {}
    effective: dict[str, Any] = {
        "defaultHealthyRetryPolicy": _whole(http.get("defaultHealthyRetryPolicy") or {}),
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides", False),
    }
    if http.get("defaultThrottlePolicy"):
        effective["defaultThrottlePolicy"] = http["defaultThrottlePolicy"]
    effective["defaultRequestPolicy"] = http.get("defaultRequestPolicy") or dict(_DEFAULT_REQUEST)
    return {"http": effective}


def effective_of_subscription(policy: str | None, topic_policy: str | None) -> dict[str, Any]:
    """`EffectiveDeliveryPolicy` of a subscription with this policy, to a topic with that one."""
    http = effective_of_topic(topic_policy)["http"]
    own = json.loads(policy) if policy and not http["disableSubscriptionOverrides"] else {}
    return {
        "healthyRetryPolicy": own.get("healthyRetryPolicy") or http["defaultHealthyRetryPolicy"],
        "sicklyRetryPolicy": None,
        "throttlePolicy": own.get("throttlePolicy") or http.get("defaultThrottlePolicy"),
        "requestPolicy": own.get("requestPolicy") or http["defaultRequestPolicy"],
        "guaranteed": own.get("guaranteed", False),
    }


def http_policy(policy: str | None, topic_policy: str | None) -> HttpPolicy:
    """What holds for deliveries to a subscription with this policy, to a topic with that one."""
    effective = effective_of_subscription(policy, topic_policy)
    retry = effective["healthyRetryPolicy"]
    no, low, high = (
        retry["numNoDelayRetries"],
        retry["numMinDelayRetries"],
        retry["numMaxDelayRetries"],
    )
    phases = Phases(
        no,
        low,
        max(retry["numRetries"] - no - low - high, 0),
        high,
        float(retry["minDelayTarget"]),
        float(retry["maxDelayTarget"]),
        retry["backoffFunction"],
    )
    throttle = effective["throttlePolicy"] or {}
    return HttpPolicy(
        phases, effective["requestPolicy"]["headerContentType"], throttle.get("maxReceivesPerSecond")
    )


def _whole(retry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: retry.get(name, default) for name, default in _DEFAULT_RETRY.items()}


def _object(text: str) -> dict[str, Any] | None:
    if text == "":
        return None
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        raise errors.invalid_because("DeliveryPolicy", "failed to parse JSON") from None
    if loaded is None:
        return None
    if not isinstance(loaded, dict):
        raise errors.invalid_because("DeliveryPolicy", "must be a JSON object")
    return loaded


def _only(given: Any, names: tuple[str, ...]) -> None:
    if not isinstance(given, dict):
        raise errors.invalid_because("DeliveryPolicy", "must be a JSON object")
    unknown = sorted(given.keys() - set(names))
    if unknown:
        raise errors.invalid_because("DeliveryPolicy", f"Unexpected JSON member: {unknown[0]}")


def _check_retry(retry: Any, where: str) -> None:
    if retry is None:
        return
    _only(retry, tuple(_DEFAULT_RETRY))
    whole = _whole(retry)
    for name, value in whole.items():
        if value not in _FUNCTIONS if name == "backoffFunction" else not _is_count(value):
            raise errors.invalid_because("DeliveryPolicy", f"{where}.{name} has an invalid value")
    least, greatest, retries = whole["minDelayTarget"], whole["maxDelayTarget"], whole["numRetries"]
    phases = whole["numNoDelayRetries"] + whole["numMinDelayRetries"] + whole["numMaxDelayRetries"]
    reason = ""
    if retries > _RETRIES_MAX:
        reason = f"{where}.numRetries must be less than or equal to {_RETRIES_MAX}"
    elif least < 1 or least > greatest:
        reason = f"{where}.minDelayTarget must be at least 1 and at most maxDelayTarget"
    elif greatest > _TOTAL_S_MAX:
        reason = f"{where}.maxDelayTarget must be less than or equal to {_TOTAL_S_MAX}"
    elif phases > retries:
        reason = f"{where}.numRetries must be greater than or equal to the sum of its phases"
    if reason:
        raise errors.invalid_because("DeliveryPolicy", reason)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check_throttle(throttle: Any, where: str) -> None:
    if throttle is None:
        return
    _only(throttle, ("maxReceivesPerSecond",))
    most = throttle.get("maxReceivesPerSecond")
    if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
        raise errors.invalid_because("DeliveryPolicy", f"{where}.maxReceivesPerSecond must be at least 1")


def _check_request(request: Any, where: str) -> None:
    if request is None:
        return
    _only(request, ("headerContentType",))
    given = request.get("headerContentType")
    if not isinstance(given, str) or given.partition(";")[0].strip().lower() not in _CONTENT_TYPES:
        raise errors.invalid_because("DeliveryPolicy", f"{where}.headerContentType is not supported")

"""What may be said of an archive and of a replay: `ArchivePolicy` of a FIFO topic, `ReplayPolicy` of a subscription to one. Pure.

Source: SNS Developer Guide, "Amazon SNS message archiving for FIFO topic owners" and "Amazon SNS message replay for FIFO topic
subscribers" (members, values, what an ending point does).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from portico.services.sns import errors
from portico.services.sns.filter_policy import parsed_json
from portico.services.sns.records import Topic

_DAYS_MAX = 365
_REPLAY = frozenset({"PointType", "StartingPoint", "EndingPoint"})


def check_archive_policy(text: str) -> str:
    """An archive policy as it is kept; `{}` archives nothing.

    Raises:
        AwsError: InvalidParameter.
    """
    policy = _members(text, "ArchivePolicy", frozenset({"MessageRetentionPeriod"}))
    if policy and _days(policy) is None:
        raise errors.invalid(
            f"ArchivePolicy: MessageRetentionPeriod must be a number of days from 1 to {_DAYS_MAX}"
        )
    return text if policy else "{}"


def days_of(text: str) -> int:
    """For how many days a policy that was checked keeps messages; 0: there is none, or it archives nothing."""
    return _days(parsed_json(text, "ArchivePolicy")) or 0 if text else 0


def check_replay_policy(text: str, topic: Topic, now: float) -> str:
    """A replay policy as it is kept; `""` for `{}`, which ends a replay.

    Raises:
        AwsError: InvalidParameter; also when the topic has no archive.
    """
    policy = _members(text, "ReplayPolicy", _REPLAY)
    if not policy:
        return ""
    if topic.archive is None:
        raise errors.invalid("ReplayPolicy: the topic is not a FIFO topic with an ArchivePolicy")
    if policy.get("PointType") != "Timestamp":
        raise errors.invalid("ReplayPolicy: PointType must be Timestamp")
    if "StartingPoint" not in policy:
        raise errors.invalid("ReplayPolicy: StartingPoint is required")
    start, end = points_of(text)
    if start > now:
        raise errors.invalid("ReplayPolicy: StartingPoint must not be in the future")
    if end is not None and end <= start:
        raise errors.invalid("ReplayPolicy: EndingPoint must be after StartingPoint")
    return text


def points_of(text: str) -> tuple[float, float | None]:
    """From when and until when a replay policy replays, in seconds; without an ending point it goes on (None).

    Raises:
        AwsError: InvalidParameter, one is not an instant.
    """
    policy = parsed_json(text, "ReplayPolicy")
    end = _instant(policy, "EndingPoint") if "EndingPoint" in policy else None
    return _instant(policy, "StartingPoint"), end


def _members(text: str, name: str, known: frozenset[str]) -> dict[str, Any]:
    policy = parsed_json(text, name)
    if not isinstance(policy, dict):
        raise errors.invalid(f"{name}: must be a JSON object")
    unknown = sorted(policy.keys() - known)
    if unknown:
        raise errors.invalid(f"{name}: unknown member {unknown[0]}")
    return policy


def _days(policy: Mapping[str, Any]) -> int | None:
    """The retention period, which is a number or its digits; None if it is neither, or out of bounds."""
    given = policy.get("MessageRetentionPeriod")
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= len(str(_DAYS_MAX)):
        given = int(given)
    fits = isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= _DAYS_MAX
    return given if fits else None


def _instant(policy: Mapping[str, Any], name: str) -> float:
    try:
        instant = datetime.fromisoformat(policy[name])
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        raise errors.invalid(f"ReplayPolicy: {name} must be an ISO 8601 timestamp") from None

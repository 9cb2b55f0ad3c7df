"""What happens at each topic, counted since the server's start: what metrics are made of.

Source: SNS Developer Guide, "Monitoring Amazon SNS topics using CloudWatch" (names and dimensions).
"""

from collections.abc import Iterator

import msgspec


class Counts(msgspec.Struct):
    """Of one topic, since the start; `published_bytes` is the sum of the messages' sizes (`PublishSize`). `least_bytes` and
    `most_bytes` are the smallest and the largest of them since metrics were last made (0: none)."""

    published: int = 0
    published_bytes: int = 0
    least_bytes: int = 0
    most_bytes: int = 0
    delivered: int = 0
    failed: int = 0
    filtered_out: int = 0
    filtered_out_attributes: int = 0
    filtered_out_no_attributes: int = 0
    filtered_out_body: int = 0
    filtered_out_invalid_body: int = 0
    redriven: int = 0
    failed_to_redrive: int = 0


METRICS = {
    "NumberOfMessagesPublished": "published",
    "NumberOfNotificationsDelivered": "delivered",
    "NumberOfNotificationsFailed": "failed",
    "NumberOfNotificationsFilteredOut": "filtered_out",
    "NumberOfNotificationsFilteredOut-MessageAttributes": "filtered_out_attributes",
    "NumberOfNotificationsFilteredOut-NoMessageAttributes": "filtered_out_no_attributes",
    "NumberOfNotificationsFilteredOut-MessageBody": "filtered_out_body",
    "NumberOfNotificationsFilteredOut-InvalidMessageBody": "filtered_out_invalid_body",
    "NumberOfNotificationsRedrivenToDlq": "redriven",
    "NumberOfNotificationsFailedToRedriveToDlq": "failed_to_redrive",
}
"""CloudWatch's names (namespace AWS/SNS, dimension TopicName) and the counts they are made of."""


class Counters:
    """The counts of every topic that something has happened at. They only grow; who reads them takes differences.

    A restart begins them anew: rates may be lost in one, messages not.
    """

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, str], Counts] = {}

    def of(self, key: tuple[str, str, str]) -> Counts:
        """The counts of the topic (account, region, name), to be read or added to."""
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = Counts()
        return found

    def read(self) -> Iterator[tuple[tuple[str, str, str], Counts]]:
        """Each topic's (account, region, name) and a copy of its counts."""
        for key, counts in self._of.items():
            yield key, msgspec.structs.replace(counts)

    def forget(self, key: tuple[str, str, str]) -> None:
        """A topic is gone."""
        self._of.pop(key, None)

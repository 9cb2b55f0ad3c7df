"""What happens at each topic, counted since the server's start: what metrics are made of.

Source: SNS Developer Guide, "Monitoring Amazon SNS topics using CloudWatch" (names and dimensions).
"""

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
    archived: int = 0
    archived_bytes: int = 0
    replayed_delivered: int = 0
    replayed_failed: int = 0


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
    "NumberOfMessagesArchiveProcessing": "archived",
    "NumberOfBytesArchiveProcessing": "archived_bytes",
    "NumberOfReplayedNotificationsDelivered": "replayed_delivered",
    "NumberOfReplayedNotificationsFailed": "replayed_failed",
}
"""CloudWatch's names (namespace AWS/SNS, dimension TopicName) and the counts they are made of."""

"""Operations of sqs, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="sqs",
    signing_name="sqs",
    prefix="sqs",
    api_version="2012-11-05",
    protocols=("json", "query"),
    target_prefix="AmazonSQS",
    json_version="1.0",
    operations={
        "AddPermission": IndexEntry("POST", "/"),
        "CancelMessageMoveTask": IndexEntry("POST", "/"),
        "ChangeMessageVisibility": IndexEntry("POST", "/"),
        "ChangeMessageVisibilityBatch": IndexEntry("POST", "/"),
        "CreateQueue": IndexEntry("POST", "/"),
        "DeleteMessage": IndexEntry("POST", "/"),
        "DeleteMessageBatch": IndexEntry("POST", "/"),
        "DeleteQueue": IndexEntry("POST", "/"),
        "GetQueueAttributes": IndexEntry("POST", "/"),
        "GetQueueUrl": IndexEntry("POST", "/"),
        "ListDeadLetterSourceQueues": IndexEntry("POST", "/"),
        "ListMessageMoveTasks": IndexEntry("POST", "/"),
        "ListQueueTags": IndexEntry("POST", "/"),
        "ListQueues": IndexEntry("POST", "/"),
        "PurgeQueue": IndexEntry("POST", "/"),
        "ReceiveMessage": IndexEntry("POST", "/"),
        "RemovePermission": IndexEntry("POST", "/"),
        "SendMessage": IndexEntry("POST", "/"),
        "SendMessageBatch": IndexEntry("POST", "/"),
        "SetQueueAttributes": IndexEntry("POST", "/"),
        "StartMessageMoveTask": IndexEntry("POST", "/"),
        "TagQueue": IndexEntry("POST", "/"),
        "UntagQueue": IndexEntry("POST", "/"),
    },
)

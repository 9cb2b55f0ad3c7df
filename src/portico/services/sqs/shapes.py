"""Shapes of the implemented operations of sqs. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AddPermissionRequest(TypedDict):
    QueueUrl: str
    Label: str
    AWSAccountIds: list[str]
    Actions: list[str]


class BatchResultErrorEntry(TypedDict):
    Id: str
    SenderFault: bool
    Code: str
    Message: NotRequired[str]


class CancelMessageMoveTaskRequest(TypedDict):
    TaskHandle: str


class CancelMessageMoveTaskResult(TypedDict):
    ApproximateNumberOfMessagesMoved: NotRequired[int]


class ChangeMessageVisibilityBatchRequest(TypedDict):
    QueueUrl: str
    Entries: list["ChangeMessageVisibilityBatchRequestEntry"]


class ChangeMessageVisibilityBatchRequestEntry(TypedDict):
    Id: str
    ReceiptHandle: str
    VisibilityTimeout: NotRequired[int]


class ChangeMessageVisibilityBatchResult(TypedDict):
    Successful: list["ChangeMessageVisibilityBatchResultEntry"]
    Failed: list["BatchResultErrorEntry"]


class ChangeMessageVisibilityBatchResultEntry(TypedDict):
    Id: str


class ChangeMessageVisibilityRequest(TypedDict):
    QueueUrl: str
    ReceiptHandle: str
    VisibilityTimeout: int


class CreateQueueRequest(TypedDict):
    QueueName: str
    Attributes: NotRequired[dict[str, str]]
    tags: NotRequired[dict[str, str]]


class CreateQueueResult(TypedDict):
    QueueUrl: NotRequired[str]


class DeleteMessageBatchRequest(TypedDict):
    QueueUrl: str
    Entries: list["DeleteMessageBatchRequestEntry"]


class DeleteMessageBatchRequestEntry(TypedDict):
    Id: str
    ReceiptHandle: str


class DeleteMessageBatchResult(TypedDict):
    Successful: list["DeleteMessageBatchResultEntry"]
    Failed: list["BatchResultErrorEntry"]


class DeleteMessageBatchResultEntry(TypedDict):
    Id: str


class DeleteMessageRequest(TypedDict):
    QueueUrl: str
    ReceiptHandle: str


class DeleteQueueRequest(TypedDict):
    QueueUrl: str


class GetQueueAttributesRequest(TypedDict):
    QueueUrl: str
    AttributeNames: NotRequired[list[str]]


class GetQueueAttributesResult(TypedDict):
    Attributes: NotRequired[dict[str, str]]


class GetQueueUrlRequest(TypedDict):
    QueueName: str
    QueueOwnerAWSAccountId: NotRequired[str]


class GetQueueUrlResult(TypedDict):
    QueueUrl: NotRequired[str]


class ListDeadLetterSourceQueuesRequest(TypedDict):
    QueueUrl: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListDeadLetterSourceQueuesResult(TypedDict):
    queueUrls: list[str]
    NextToken: NotRequired[str]


class ListMessageMoveTasksRequest(TypedDict):
    SourceArn: str
    MaxResults: NotRequired[int]


class ListMessageMoveTasksResult(TypedDict):
    Results: NotRequired[list["ListMessageMoveTasksResultEntry"]]


class ListMessageMoveTasksResultEntry(TypedDict):
    TaskHandle: NotRequired[str]
    Status: NotRequired[str]
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]
    MaxNumberOfMessagesPerSecond: NotRequired[int]
    ApproximateNumberOfMessagesMoved: NotRequired[int]
    ApproximateNumberOfMessagesToMove: NotRequired[int]
    FailureReason: NotRequired[str]
    StartedTimestamp: NotRequired[int]


class ListQueueTagsRequest(TypedDict):
    QueueUrl: str


class ListQueueTagsResult(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListQueuesRequest(TypedDict):
    QueueNamePrefix: NotRequired[str]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListQueuesResult(TypedDict):
    QueueUrls: NotRequired[list[str]]
    NextToken: NotRequired[str]


class Message(TypedDict):
    MessageId: NotRequired[str]
    ReceiptHandle: NotRequired[str]
    MD5OfBody: NotRequired[str]
    Body: NotRequired[str]
    Attributes: NotRequired[dict[str, str]]
    MD5OfMessageAttributes: NotRequired[str]
    MessageAttributes: NotRequired[dict[str, "MessageAttributeValue"]]


class MessageAttributeValue(TypedDict):
    StringValue: NotRequired[str]
    BinaryValue: NotRequired[bytes]
    StringListValues: NotRequired[list[str]]
    BinaryListValues: NotRequired[list[bytes]]
    DataType: str


class MessageSystemAttributeValue(TypedDict):
    StringValue: NotRequired[str]
    BinaryValue: NotRequired[bytes]
    StringListValues: NotRequired[list[str]]
    BinaryListValues: NotRequired[list[bytes]]
    DataType: str


class PurgeQueueRequest(TypedDict):
    QueueUrl: str


class ReceiveMessageRequest(TypedDict):
    QueueUrl: str
    AttributeNames: NotRequired[list[str]]
    MessageSystemAttributeNames: NotRequired[list[str]]
    MessageAttributeNames: NotRequired[list[str]]
    MaxNumberOfMessages: NotRequired[int]
    VisibilityTimeout: NotRequired[int]
    WaitTimeSeconds: NotRequired[int]
    ReceiveRequestAttemptId: NotRequired[str]


class ReceiveMessageResult(TypedDict):
    Messages: NotRequired[list["Message"]]


class RemovePermissionRequest(TypedDict):
    QueueUrl: str
    Label: str


class SendMessageBatchRequest(TypedDict):
    QueueUrl: str
    Entries: list["SendMessageBatchRequestEntry"]


class SendMessageBatchRequestEntry(TypedDict):
    Id: str
    MessageBody: str
    DelaySeconds: NotRequired[int]
    MessageAttributes: NotRequired[dict[str, "MessageAttributeValue"]]
    MessageSystemAttributes: NotRequired[dict[str, "MessageSystemAttributeValue"]]
    MessageDeduplicationId: NotRequired[str]
    MessageGroupId: NotRequired[str]


class SendMessageBatchResult(TypedDict):
    Successful: list["SendMessageBatchResultEntry"]
    Failed: list["BatchResultErrorEntry"]


class SendMessageBatchResultEntry(TypedDict):
    Id: str
    MessageId: str
    MD5OfMessageBody: str
    MD5OfMessageAttributes: NotRequired[str]
    MD5OfMessageSystemAttributes: NotRequired[str]
    SequenceNumber: NotRequired[str]


class SendMessageRequest(TypedDict):
    QueueUrl: str
    MessageBody: str
    DelaySeconds: NotRequired[int]
    MessageAttributes: NotRequired[dict[str, "MessageAttributeValue"]]
    MessageSystemAttributes: NotRequired[dict[str, "MessageSystemAttributeValue"]]
    MessageDeduplicationId: NotRequired[str]
    MessageGroupId: NotRequired[str]


class SendMessageResult(TypedDict):
    MD5OfMessageBody: NotRequired[str]
    MD5OfMessageAttributes: NotRequired[str]
    MD5OfMessageSystemAttributes: NotRequired[str]
    MessageId: NotRequired[str]
    SequenceNumber: NotRequired[str]


class SetQueueAttributesRequest(TypedDict):
    QueueUrl: str
    Attributes: dict[str, str]


class StartMessageMoveTaskRequest(TypedDict):
    SourceArn: str
    DestinationArn: NotRequired[str]
    MaxNumberOfMessagesPerSecond: NotRequired[int]


class StartMessageMoveTaskResult(TypedDict):
    TaskHandle: NotRequired[str]


class TagQueueRequest(TypedDict):
    QueueUrl: str
    Tags: dict[str, str]


class UntagQueueRequest(TypedDict):
    QueueUrl: str
    TagKeys: list[str]


CancelMessageMoveTaskResponse = CancelMessageMoveTaskResult


ChangeMessageVisibilityBatchResponse = ChangeMessageVisibilityBatchResult


CreateQueueResponse = CreateQueueResult


DeleteMessageBatchResponse = DeleteMessageBatchResult


GetQueueAttributesResponse = GetQueueAttributesResult


GetQueueUrlResponse = GetQueueUrlResult


ListDeadLetterSourceQueuesResponse = ListDeadLetterSourceQueuesResult


ListMessageMoveTasksResponse = ListMessageMoveTasksResult


ListQueueTagsResponse = ListQueueTagsResult


ListQueuesResponse = ListQueuesResult


ReceiveMessageResponse = ReceiveMessageResult


SendMessageBatchResponse = SendMessageBatchResult


SendMessageResponse = SendMessageResult


StartMessageMoveTaskResponse = StartMessageMoveTaskResult

"""Where services differ from their protocol: names on the wire, prefixes of error codes, words of a failed validation.

One row per service that differs; everything else follows the model.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from portico.wire.shapes import wire_name

if TYPE_CHECKING:
    from botocore.model import MapShape, Shape


class Dialect(msgspec.Struct, frozen=True, gc=False):
    """One service's differences.

    `query_names`: names of flattened lists and maps in the query protocol, by the shape's name, and `entries` the names of a
    map's key and value. `error_prefix` and `common_prefix` go before the code in `__type` for errors that the model has and
    for those that it has not. `query_codes`: error shape -> code in the query protocol.
    """

    query_names: Mapping[str, str] = {}
    entries: Mapping[str, tuple[str, str]] = {}
    query_namespace: str = ""
    error_prefix: str = ""
    common_prefix: str = ""
    query_codes: Mapping[str, str] = {}
    invalid_code: str = ""
    unreadable_code: str = ""
    values_hidden: bool = False
    enums_bare: bool = False
    input_prefixed: bool = False
    enums_hashed: bool = False
    list_members_required: bool = False
    not_null_unsaid: frozenset[str] = frozenset()
    enum_orders: Mapping[str, tuple[str, ...]] = {}
    id_header: str = "x-amzn-RequestId"
    xml_namespace: str = ""
    xml_timestamps: str = "iso8601"
    response_roots: Mapping[str, str] = {}
    bare_roots: Mapping[str, str] = {}

    def member_name(self, member: "Shape", name: str) -> str:
        """The name of a structure's member in query and XML: of a flattened list it is its element's."""
        said = self.query_names.get(member.name)
        if said:
            return said
        if member.type_name == "list" and member.serialization.get("flattened"):
            inner = member.member.serialization.get("name")  # type: ignore[attr-defined]
            if inner:
                return str(inner)
        return wire_name(member, name)

    def entry_names(self, shape: "MapShape") -> tuple[str, str]:
        """The names of a map's key and value in query and XML."""
        found = self.entries.get(shape.name)
        return found or (wire_name(shape.key, "key"), wire_name(shape.value, "value"))


PLAIN = Dialect()

_SQS_BATCH = "AWS.SimpleQueueService."

_DIALECTS: dict[str, Dialect] = {
    # SQS moved to json in 2023 and its model lost the query protocol's names. Source: SQS API reference, examples in query form.
    "sqs": Dialect(
        query_names={
            "AttributeNameList": "AttributeName",
            "MessageSystemAttributeList": "MessageSystemAttributeName",
            "MessageAttributeNameList": "MessageAttributeName",
            "QueueAttributeMap": "Attribute",
            "MessageSystemAttributeMap": "Attribute",
            "MessageBodyAttributeMap": "MessageAttribute",
            "MessageBodySystemAttributeMap": "MessageSystemAttribute",
            "TagMap": "Tag",
            "TagKeyList": "TagKey",
            "AWSAccountIdList": "AWSAccountId",
            "ActionNameList": "ActionName",
            "StringList": "StringListValue",
            "BinaryList": "BinaryListValue",
            "MessageList": "Message",
            "QueueUrlList": "QueueUrl",
            "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
            "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
            "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
            "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
            "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
            "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
            "BatchResultErrorEntryList": "BatchResultErrorEntry",
            "ListMessageMoveTasksResultEntryList": "ListMessageMoveTasksResultEntry",
        },
        entries={
            "QueueAttributeMap": ("Name", "Value"),
            "MessageSystemAttributeMap": ("Name", "Value"),
            "MessageBodyAttributeMap": ("Name", "Value"),
            "MessageBodySystemAttributeMap": ("Name", "Value"),
            "TagMap": ("Key", "Value"),
        },
        query_namespace="http://queue.amazonaws.com/doc/2012-11-05/",
        error_prefix="com.amazonaws.sqs#",
        common_prefix="com.amazon.coral.service#",
        query_codes={
            "BatchEntryIdsNotDistinct": _SQS_BATCH + "BatchEntryIdsNotDistinct",
            "BatchRequestTooLong": _SQS_BATCH + "BatchRequestTooLong",
            "EmptyBatchRequest": _SQS_BATCH + "EmptyBatchRequest",
            "InvalidBatchEntryId": _SQS_BATCH + "InvalidBatchEntryId",
            "MessageNotInflight": _SQS_BATCH + "MessageNotInflight",
            "PurgeQueueInProgress": _SQS_BATCH + "PurgeQueueInProgress",
            "QueueDeletedRecently": _SQS_BATCH + "QueueDeletedRecently",
            "QueueDoesNotExist": _SQS_BATCH + "NonExistentQueue",
            "QueueNameExists": "QueueAlreadyExists",
            "TooManyEntriesInBatchRequest": _SQS_BATCH + "TooManyEntriesInBatchRequest",
            "UnsupportedOperation": _SQS_BATCH + "UnsupportedOperation",
            "InvalidParameterValueException": "InvalidParameterValue",
            "MissingRequiredParameterException": "MissingParameter",
        },
    ),
    "dynamodb": Dialect(
        error_prefix="com.amazonaws.dynamodb.v20120810#", common_prefix="com.amazon.coral.service#"
    ),
    "iam": Dialect(values_hidden=True, enums_bare=True),
    "logs": Dialect(invalid_code="InvalidParameterException"),
    "lambda": Dialect(
        unreadable_code="InvalidRequestContentException",
        enums_hashed=True,
        list_members_required=True,
        not_null_unsaid=frozenset({"SubnetIds", "SecurityGroupIds"}),
    ),
    "apigateway": Dialect(input_prefixed=True),
    # Source: S3 API reference, the answers' syntax.
    "s3": Dialect(
        id_header="x-amz-request-id",
        xml_namespace="http://s3.amazonaws.com/doc/2006-03-01/",
        response_roots={
            "ListBucketsOutput": "ListAllMyBucketsResult",
            "ListObjectsOutput": "ListBucketResult",
            "ListObjectsV2Output": "ListBucketResult",
            "ListObjectVersionsOutput": "ListVersionsResult",
            "ListMultipartUploadsOutput": "ListMultipartUploadsResult",
            "ListPartsOutput": "ListPartsResult",
            "CreateMultipartUploadOutput": "InitiateMultipartUploadResult",
            "CompleteMultipartUploadOutput": "CompleteMultipartUploadResult",
            "GetBucketLocationOutput": "LocationConstraint",
            "DeleteObjectsOutput": "DeleteResult",
            "GetBucketAclOutput": "AccessControlPolicy",
            "GetObjectAclOutput": "AccessControlPolicy",
            "GetObjectTaggingOutput": "Tagging",
            "GetBucketTaggingOutput": "Tagging",
            "GetBucketCorsOutput": "CORSConfiguration",
            "GetBucketVersioningOutput": "VersioningConfiguration",
            "GetBucketLifecycleConfigurationOutput": "LifecycleConfiguration",
            "GetBucketWebsiteOutput": "WebsiteConfiguration",
            "GetBucketLoggingOutput": "BucketLoggingStatus",
            "GetBucketRequestPaymentOutput": "RequestPaymentConfiguration",
        },
        bare_roots={"GetBucketLocationOutput": "LocationConstraint"},
    ),
}


def dialect(service: str) -> Dialect:
    """The differences of `service` (its botocore name)."""
    return _DIALECTS.get(service, PLAIN)

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

    On the wire: `query_names` are the names of flattened lists and maps in the query protocol by the shape's name, `entries` the
    names of a map's key and value; `id_header` carries the request id; `response_roots` are root elements by the output's shape,
    `bare_roots` those whose one member is the root's own text; `xml_namespace` and `query_namespace` where the model has none;
    `sparse_maps` are those (`Shape.member`) in which null is a value (rest-json).

    Errors: `error_prefix` and `common_prefix` go before the code in `__type`, for errors that the model has and for others
    (`invalid_prefix` for what a validation finds);
    `query_codes` are codes in the query protocol by the error's shape, `query_words` messages that are others there, `query_detail`
    says that an empty `Detail` stands in each error; `unreadable_code` is for a body that is not JSON; `told_in_headers` says that
    headers have the code, with a colon behind it, and the words.

    Validation: `invalid_code` is the error's code, `missing_code` the one for an absent member where that has words of its own,
    which are `missing_words`;
    `only_required`: the service checks everything else itself; `values_hidden`: it shows no values, `enums_bare`: nor the values
    of an enum; `enums_hashed`: it lists them as a Java set does, `enum_orders`: or as recorded; `pattern_words`: a pattern that it
    shows differently; `input_prefixed`: paths start with the operation's input; `reported_first`: members that precede the
    others; `list_members_required`: it adds "must not be null" to what elements must be, but for the shapes in
    `not_null_unsaid`; `unwrapped_lists`: lists that are reported as if they were their element; `left_to_service`: members
    (`Shape.Member`) that the service checks itself, in other words.
    """

    query_names: Mapping[str, str] = {}
    entries: Mapping[str, tuple[str, str]] = {}
    id_header: str = "x-amzn-RequestId"
    response_roots: Mapping[str, str] = {}
    bare_roots: Mapping[str, str] = {}
    xml_namespace: str = ""
    query_namespace: str = ""
    sparse_maps: frozenset[str] = frozenset()

    error_prefix: str = ""
    common_prefix: str = ""
    invalid_prefix: str = ""
    query_codes: Mapping[str, str] = {}
    query_words: Mapping[str, str] = {}
    query_detail: bool = False
    unreadable_code: str = ""
    told_in_headers: bool = False

    invalid_code: str = ""
    missing_code: str = ""
    missing_words: str = "The request must contain the parameter {}."
    only_required: bool = False
    values_hidden: bool = False
    enums_bare: bool = False
    enums_hashed: bool = False
    enum_orders: Mapping[str, tuple[str, ...]] = {}
    pattern_words: Mapping[str, str] = {}
    input_prefixed: bool = False
    reported_first: frozenset[str] = frozenset()
    list_members_required: bool = False
    not_null_unsaid: frozenset[str] = frozenset()
    unwrapped_lists: frozenset[str] = frozenset()
    left_to_service: frozenset[str] = frozenset()

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

# The runtimes that Lambda names to who asks for one that it does not know; the model has retired ones too.
_LAMBDA_RUNTIMES = (
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
)
_REGION = r"(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}"
_LAYER_VERSION_ARN = (
    rf"(arn:(aws[a-zA-Z-]*)?:lambda:{_REGION}:\d{{12}}:layer:[a-zA-Z0-9-_]+:[0-9]+)"
    r"|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
)
_TAGGABLE_RESOURCE = (
    rf"arn:(aws[a-zA-Z-]*):lambda:{_REGION}:\d{{12}}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?"
    r"|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}"
    r"|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|capacity-provider:[a-zA-Z0-9-_]+)"
)
_GATEWAY_RESPONSE_TYPES = (
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "MISSING_AUTHENTICATION_TOKEN",
    "BAD_REQUEST_BODY",
    "INVALID_SIGNATURE",
    "INVALID_API_KEY",
    "BAD_REQUEST_PARAMETERS",
    "AUTHORIZER_FAILURE",
    "UNAUTHORIZED",
    "INTEGRATION_TIMEOUT",
    "ACCESS_DENIED",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "WAF_FILTERED",
    "QUOTA_EXCEEDED",
    "THROTTLED",
    "API_CONFIGURATION_ERROR",
    "UNSUPPORTED_MEDIA_TYPE",
    "INTEGRATION_FAILURE",
    "EXPIRED_TOKEN",
)
# A template of null passes the body through.
_TEMPLATES = frozenset(
    {"PutIntegrationRequest.requestTemplates", "PutIntegrationResponseRequest.responseTemplates"}
)
_DOCUMENTATION_PART_TYPES = (
    "RESPONSE_BODY",
    "RESPONSE",
    "METHOD",
    "MODEL",
    "AUTHORIZER",
    "RESPONSE_HEADER",
    "RESOURCE",
    "PATH_PARAMETER",
    "REQUEST_BODY",
    "QUERY_PARAMETER",
    "API",
    "REQUEST_HEADER",
)

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
        missing_code="MissingRequiredParameterException",
        only_required=True,
        left_to_service=frozenset(
            f"{shape}.{member}"
            for shape in ("SendMessageRequest", "SendMessageBatchRequestEntry")
            for member in ("MessageAttributes", "MessageSystemAttributes")
        ),
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
            "AccessDeniedException": "AccessDenied",
        },
        query_words={"QueueDoesNotExist": "The specified queue does not exist for this wsdl version."},
        query_detail=True,
    ),
    "dynamodb": Dialect(
        error_prefix="com.amazonaws.dynamodb.v20120810#",
        common_prefix="com.amazon.coral.service#",
        invalid_prefix="com.amazon.coral.validate#",
    ),
    "cloudwatch": Dialect(
        missing_code="MissingRequiredParameterException",
        missing_words="The parameter {} is required.",
        query_codes={"ValidationException": "ValidationError", "AccessDeniedException": "AccessDenied"},
    ),
    "iam": Dialect(values_hidden=True, enums_bare=True),
    "logs": Dialect(
        invalid_code="InvalidParameterException",
        left_to_service=frozenset(
            {"CreateLogGroupRequest.logGroupName", "CreateLogStreamRequest.logStreamName"}
        ),
    ),
    "cognito-idp": Dialect(
        invalid_code="InvalidParameterException",
        told_in_headers=True,
        # The model's pattern is that of prefixes; the service takes whole names as well.
        left_to_service=frozenset(
            f"{operation}UserPoolDomainRequest.Domain"
            for operation in ("Create", "Update", "Delete", "Describe")
        ),
    ),
    "events": Dialect(
        enum_orders={"ApiDestinationHttpMethod": ("HEAD", "POST", "PATCH", "DELETE", "PUT", "GET", "OPTIONS")}
    ),
    "lambda": Dialect(
        unreadable_code="InvalidRequestContentException",
        enums_hashed=True,
        list_members_required=True,
        not_null_unsaid=frozenset({"SubnetIds", "SecurityGroupIds"}),
        unwrapped_lists=frozenset({"CompatibleRuntimes"}),
        reported_first=frozenset({"CompatibleRuntimes"}),
        left_to_service=frozenset(
            {"CreateFunctionRequest.Runtime", "UpdateFunctionConfigurationRequest.Runtime"}
        ),
        enum_orders={
            "Runtime": _LAMBDA_RUNTIMES,
            "EventSourcePosition": ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
        },
        pattern_words={"LayerVersionArn": _LAYER_VERSION_ARN, "TaggableResource": _TAGGABLE_RESOURCE},
    ),
    "apigateway": Dialect(
        input_prefixed=True,
        sparse_maps=_TEMPLATES | {"IntegrationResponse.responseTemplates", "Integration.requestTemplates"},
        left_to_service=_TEMPLATES,
        enum_orders={
            "Op": ("add", "remove", "move", "test", "replace", "copy"),
            "IntegrationType": ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"),
            "EndpointType": ("PRIVATE", "EDGE", "REGIONAL"),
            "GatewayResponseType": _GATEWAY_RESPONSE_TYPES,
            "DocumentationPartType": _DOCUMENTATION_PART_TYPES,
        },
    ),
    "apigatewayv2": Dialect(invalid_code="BadRequestException", only_required=True),
    "sns": Dialect(query_codes={"AccessDenied": "AuthorizationError"}),
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
        invalid_code="InvalidRequest",
        only_required=True,
    ),
}


def dialect(service: str) -> Dialect:
    """The differences of `service` (its botocore name)."""
    return _DIALECTS.get(service, PLAIN)

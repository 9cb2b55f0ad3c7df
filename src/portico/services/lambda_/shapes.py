"""Shapes of the implemented operations of lambda. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AcceleratorConfig(TypedDict):
    AcceleratorMemorySize: int


class AccountLimit(TypedDict):
    TotalCodeSize: NotRequired[int]
    CodeSizeUnzipped: NotRequired[int]
    CodeSizeZipped: NotRequired[int]
    ConcurrentExecutions: NotRequired[int]
    UnreservedConcurrentExecutions: NotRequired[int]


class AccountUsage(TypedDict):
    TotalCodeSize: NotRequired[int]
    FunctionCount: NotRequired[int]


class AddLayerVersionPermissionRequest(TypedDict):
    LayerName: str
    VersionNumber: int
    StatementId: str
    Action: str
    Principal: str
    OrganizationId: NotRequired[str]
    RevisionId: NotRequired[str]


class AddLayerVersionPermissionResponse(TypedDict):
    Statement: NotRequired[str]
    RevisionId: NotRequired[str]


class AddPermissionRequest(TypedDict):
    FunctionName: str
    StatementId: str
    Action: str
    Principal: str
    SourceArn: NotRequired[str]
    FunctionUrlAuthType: NotRequired[str]
    InvokedViaFunctionUrl: NotRequired[bool]
    SourceAccount: NotRequired[str]
    EventSourceToken: NotRequired[str]
    Qualifier: NotRequired[str]
    RevisionId: NotRequired[str]
    PrincipalOrgID: NotRequired[str]


class AddPermissionResponse(TypedDict):
    Statement: NotRequired[str]


class AliasConfiguration(TypedDict):
    AliasArn: NotRequired[str]
    Name: NotRequired[str]
    FunctionVersion: NotRequired[str]
    Description: NotRequired[str]
    RoutingConfig: NotRequired["AliasRoutingConfiguration"]
    RevisionId: NotRequired[str]


class AliasRoutingConfiguration(TypedDict):
    AdditionalVersionWeights: NotRequired[dict[str, float]]


class AllowedPublishers(TypedDict):
    SigningProfileVersionArns: list[str]


class AmazonManagedKafkaEventSourceConfig(TypedDict):
    ConsumerGroupId: NotRequired[str]
    SchemaRegistryConfig: NotRequired["KafkaSchemaRegistryConfig"]


class CallbackDetails(TypedDict):
    CallbackId: NotRequired[str]
    Result: NotRequired[str]
    Error: NotRequired["ErrorObject"]


class CallbackFailedDetails(TypedDict):
    Error: "EventError"


class CallbackOptions(TypedDict):
    TimeoutSeconds: NotRequired[int]
    HeartbeatTimeoutSeconds: NotRequired[int]


class CallbackStartedDetails(TypedDict):
    CallbackId: str
    HeartbeatTimeout: NotRequired[int]
    Timeout: NotRequired[int]


class CallbackSucceededDetails(TypedDict):
    Result: "EventResult"


class CallbackTimedOutDetails(TypedDict):
    Error: "EventError"


class CapacityProviderConfig(TypedDict):
    LambdaManagedInstancesCapacityProviderConfig: "LambdaManagedInstancesCapacityProviderConfig"


class ChainedInvokeDetails(TypedDict):
    Result: NotRequired[str]
    Error: NotRequired["ErrorObject"]


class ChainedInvokeFailedDetails(TypedDict):
    Error: "EventError"


class ChainedInvokeOptions(TypedDict):
    FunctionName: str
    TenantId: NotRequired[str]
    XAmznTraceId: NotRequired[str]


class ChainedInvokeStartedDetails(TypedDict):
    FunctionName: str
    TenantId: NotRequired[str]
    Input: NotRequired["EventInput"]
    ExecutedVersion: NotRequired[str]
    DurableExecutionArn: NotRequired[str]


class ChainedInvokeStoppedDetails(TypedDict):
    Error: "EventError"


class ChainedInvokeSucceededDetails(TypedDict):
    Result: "EventResult"


class ChainedInvokeTimedOutDetails(TypedDict):
    Error: "EventError"


class CheckpointDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str
    CheckpointToken: str
    Updates: NotRequired[list["OperationUpdate"]]
    ClientToken: NotRequired[str]


class CheckpointDurableExecutionResponse(TypedDict):
    CheckpointToken: NotRequired[str]
    NewExecutionState: "CheckpointUpdatedExecutionState"


class CheckpointUpdatedExecutionState(TypedDict):
    Operations: NotRequired[list["Operation"]]
    NextMarker: NotRequired[str]


class CodeSigningConfig(TypedDict):
    CodeSigningConfigId: str
    CodeSigningConfigArn: str
    Description: NotRequired[str]
    AllowedPublishers: "AllowedPublishers"
    CodeSigningPolicies: "CodeSigningPolicies"
    LastModified: str


class CodeSigningPolicies(TypedDict):
    UntrustedArtifactOnDeployment: NotRequired[str]


class Concurrency(TypedDict):
    ReservedConcurrentExecutions: NotRequired[int]


class ContextDetails(TypedDict):
    ReplayChildren: NotRequired[bool]
    Result: NotRequired[str]
    Error: NotRequired["ErrorObject"]


class ContextFailedDetails(TypedDict):
    Error: "EventError"


class ContextOptions(TypedDict):
    ReplayChildren: NotRequired[bool]


class ContextStartedDetails(TypedDict):
    pass


class ContextSucceededDetails(TypedDict):
    Result: "EventResult"


class Cors(TypedDict):
    AllowCredentials: NotRequired[bool]
    AllowHeaders: NotRequired[list[str]]
    AllowMethods: NotRequired[list[str]]
    AllowOrigins: NotRequired[list[str]]
    ExposeHeaders: NotRequired[list[str]]
    MaxAge: NotRequired[int]


class CreateAliasRequest(TypedDict):
    FunctionName: str
    Name: str
    FunctionVersion: str
    Description: NotRequired[str]
    RoutingConfig: NotRequired["AliasRoutingConfiguration"]


class CreateCodeSigningConfigRequest(TypedDict):
    Description: NotRequired[str]
    AllowedPublishers: "AllowedPublishers"
    CodeSigningPolicies: NotRequired["CodeSigningPolicies"]
    Tags: NotRequired[dict[str, str]]


class CreateCodeSigningConfigResponse(TypedDict):
    CodeSigningConfig: "CodeSigningConfig"


class CreateEventSourceMappingRequest(TypedDict):
    EventSourceArn: NotRequired[str]
    FunctionName: str
    Enabled: NotRequired[bool]
    BatchSize: NotRequired[int]
    FilterCriteria: NotRequired["FilterCriteria"]
    KMSKeyArn: NotRequired[str]
    MetricsConfig: NotRequired["EventSourceMappingMetricsConfig"]
    LoggingConfig: NotRequired["EventSourceMappingLoggingConfig"]
    ScalingConfig: NotRequired["ScalingConfig"]
    MaximumBatchingWindowInSeconds: NotRequired[int]
    ParallelizationFactor: NotRequired[int]
    StartingPosition: NotRequired[str]
    StartingPositionTimestamp: NotRequired[float]
    DestinationConfig: NotRequired["DestinationConfig"]
    MaximumRecordAgeInSeconds: NotRequired[int]
    BisectBatchOnFunctionError: NotRequired[bool]
    MaximumRetryAttempts: NotRequired[int]
    Tags: NotRequired[dict[str, str]]
    TumblingWindowInSeconds: NotRequired[int]
    Topics: NotRequired[list[str]]
    Queues: NotRequired[list[str]]
    SourceAccessConfigurations: NotRequired[list["SourceAccessConfiguration"]]
    SelfManagedEventSource: NotRequired["SelfManagedEventSource"]
    FunctionResponseTypes: NotRequired[list[str]]
    AmazonManagedKafkaEventSourceConfig: NotRequired["AmazonManagedKafkaEventSourceConfig"]
    SelfManagedKafkaEventSourceConfig: NotRequired["SelfManagedKafkaEventSourceConfig"]
    DocumentDBEventSourceConfig: NotRequired["DocumentDBEventSourceConfig"]
    ProvisionedPollerConfig: NotRequired["ProvisionedPollerConfig"]


class CreateFunctionRequest(TypedDict):
    FunctionName: str
    Runtime: NotRequired[str]
    Role: str
    Handler: NotRequired[str]
    Code: "FunctionCode"
    Description: NotRequired[str]
    Timeout: NotRequired[int]
    MemorySize: NotRequired[int]
    Publish: NotRequired[bool]
    PublishTo: NotRequired[str]
    VpcConfig: NotRequired["VpcConfig"]
    PackageType: NotRequired[str]
    DeadLetterConfig: NotRequired["DeadLetterConfig"]
    Environment: NotRequired["Environment"]
    KMSKeyArn: NotRequired[str]
    TracingConfig: NotRequired["TracingConfig"]
    Tags: NotRequired[dict[str, str]]
    Layers: NotRequired[list[str]]
    FileSystemConfigs: NotRequired[list["FileSystemConfig"]]
    CodeSigningConfigArn: NotRequired[str]
    ImageConfig: NotRequired["ImageConfig"]
    Architectures: NotRequired[list[str]]
    EphemeralStorage: NotRequired["EphemeralStorage"]
    SnapStart: NotRequired["SnapStart"]
    LoggingConfig: NotRequired["LoggingConfig"]
    TenancyConfig: NotRequired["TenancyConfig"]
    CapacityProviderConfig: NotRequired["CapacityProviderConfig"]
    DurableConfig: NotRequired["DurableConfig"]
    RuntimeConfig: NotRequired["FunctionRuntimeConfig"]
    AcceleratorConfig: NotRequired["AcceleratorConfig"]


class CreateFunctionUrlConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    AuthType: str
    Cors: NotRequired["Cors"]
    InvokeMode: NotRequired[str]


class CreateFunctionUrlConfigResponse(TypedDict):
    FunctionUrl: str
    FunctionArn: str
    AuthType: str
    Cors: NotRequired["Cors"]
    CreationTime: str
    InvokeMode: NotRequired[str]


class DeadLetterConfig(TypedDict):
    TargetArn: NotRequired[str]


class DeleteAliasRequest(TypedDict):
    FunctionName: str
    Name: str


class DeleteCodeSigningConfigRequest(TypedDict):
    CodeSigningConfigArn: str


class DeleteCodeSigningConfigResponse(TypedDict):
    pass


class DeleteDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str


class DeleteDurableExecutionResponse(TypedDict):
    DeletionRequestTimestamp: float


class DeleteEventSourceMappingRequest(TypedDict):
    UUID: str


class DeleteFunctionCodeSigningConfigRequest(TypedDict):
    FunctionName: str


class DeleteFunctionConcurrencyRequest(TypedDict):
    FunctionName: str


class DeleteFunctionEventInvokeConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class DeleteFunctionRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class DeleteFunctionResponse(TypedDict):
    StatusCode: NotRequired[int]


class DeleteFunctionUrlConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class DeleteLayerVersionRequest(TypedDict):
    LayerName: str
    VersionNumber: int


class DeleteProvisionedConcurrencyConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: str


class DeleteResourcePolicyRequest(TypedDict):
    ResourceArn: str
    RevisionId: NotRequired[str]


class DestinationConfig(TypedDict):
    OnSuccess: NotRequired["OnSuccess"]
    OnFailure: NotRequired["OnFailure"]


class DocumentDBEventSourceConfig(TypedDict):
    DatabaseName: NotRequired[str]
    CollectionName: NotRequired[str]
    FullDocument: NotRequired[str]


class DurableConfig(TypedDict):
    KMSKeyArn: NotRequired[str]
    RetentionPeriodInDays: NotRequired[int]
    ExecutionTimeout: NotRequired[int]


class Environment(TypedDict):
    Variables: NotRequired[dict[str, str]]


class EnvironmentError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class EnvironmentResponse(TypedDict):
    Variables: NotRequired[dict[str, str]]
    Error: NotRequired["EnvironmentError"]


class EphemeralStorage(TypedDict):
    Size: int


class ErrorObject(TypedDict):
    ErrorMessage: NotRequired[str]
    ErrorType: NotRequired[str]
    ErrorData: NotRequired[str]
    StackTrace: NotRequired[list[str]]


class Event(TypedDict):
    EventType: NotRequired[str]
    SubType: NotRequired[str]
    EventId: NotRequired[int]
    Id: NotRequired[str]
    Name: NotRequired[str]
    EventTimestamp: NotRequired[float]
    ParentId: NotRequired[str]
    ExecutionStartedDetails: NotRequired["ExecutionStartedDetails"]
    ExecutionSucceededDetails: NotRequired["ExecutionSucceededDetails"]
    ExecutionFailedDetails: NotRequired["ExecutionFailedDetails"]
    ExecutionTimedOutDetails: NotRequired["ExecutionTimedOutDetails"]
    ExecutionStoppedDetails: NotRequired["ExecutionStoppedDetails"]
    ContextStartedDetails: NotRequired["ContextStartedDetails"]
    ContextSucceededDetails: NotRequired["ContextSucceededDetails"]
    ContextFailedDetails: NotRequired["ContextFailedDetails"]
    WaitStartedDetails: NotRequired["WaitStartedDetails"]
    WaitSucceededDetails: NotRequired["WaitSucceededDetails"]
    WaitCancelledDetails: NotRequired["WaitCancelledDetails"]
    StepStartedDetails: NotRequired["StepStartedDetails"]
    StepSucceededDetails: NotRequired["StepSucceededDetails"]
    StepFailedDetails: NotRequired["StepFailedDetails"]
    ChainedInvokeStartedDetails: NotRequired["ChainedInvokeStartedDetails"]
    ChainedInvokeSucceededDetails: NotRequired["ChainedInvokeSucceededDetails"]
    ChainedInvokeFailedDetails: NotRequired["ChainedInvokeFailedDetails"]
    ChainedInvokeTimedOutDetails: NotRequired["ChainedInvokeTimedOutDetails"]
    ChainedInvokeStoppedDetails: NotRequired["ChainedInvokeStoppedDetails"]
    CallbackStartedDetails: NotRequired["CallbackStartedDetails"]
    CallbackSucceededDetails: NotRequired["CallbackSucceededDetails"]
    CallbackFailedDetails: NotRequired["CallbackFailedDetails"]
    CallbackTimedOutDetails: NotRequired["CallbackTimedOutDetails"]
    InvocationCompletedDetails: NotRequired["InvocationCompletedDetails"]
    ExecutionPausedDetails: NotRequired["ExecutionPausedDetails"]
    ExecutionResumedDetails: NotRequired["ExecutionResumedDetails"]


class EventError(TypedDict):
    Payload: NotRequired["ErrorObject"]
    Truncated: NotRequired[bool]


class EventInput(TypedDict):
    Payload: NotRequired[str]
    Truncated: NotRequired[bool]


class EventPauseReason(TypedDict):
    Payload: NotRequired[str]
    Truncated: NotRequired[bool]


class EventResult(TypedDict):
    Payload: NotRequired[str]
    Truncated: NotRequired[bool]


class EventResumeReason(TypedDict):
    Payload: NotRequired[str]
    Truncated: NotRequired[bool]


class EventSourceMappingConfiguration(TypedDict):
    UUID: NotRequired[str]
    StartingPosition: NotRequired[str]
    StartingPositionTimestamp: NotRequired[float]
    BatchSize: NotRequired[int]
    MaximumBatchingWindowInSeconds: NotRequired[int]
    ParallelizationFactor: NotRequired[int]
    EventSourceArn: NotRequired[str]
    FilterCriteria: NotRequired["FilterCriteria"]
    FilterCriteriaError: NotRequired["FilterCriteriaError"]
    KMSKeyArn: NotRequired[str]
    MetricsConfig: NotRequired["EventSourceMappingMetricsConfig"]
    LoggingConfig: NotRequired["EventSourceMappingLoggingConfig"]
    ScalingConfig: NotRequired["ScalingConfig"]
    FunctionArn: NotRequired[str]
    LastModified: NotRequired[float]
    LastProcessingResult: NotRequired[str]
    State: NotRequired[str]
    StateTransitionReason: NotRequired[str]
    DestinationConfig: NotRequired["DestinationConfig"]
    Topics: NotRequired[list[str]]
    Queues: NotRequired[list[str]]
    SourceAccessConfigurations: NotRequired[list["SourceAccessConfiguration"]]
    SelfManagedEventSource: NotRequired["SelfManagedEventSource"]
    MaximumRecordAgeInSeconds: NotRequired[int]
    BisectBatchOnFunctionError: NotRequired[bool]
    MaximumRetryAttempts: NotRequired[int]
    TumblingWindowInSeconds: NotRequired[int]
    FunctionResponseTypes: NotRequired[list[str]]
    AmazonManagedKafkaEventSourceConfig: NotRequired["AmazonManagedKafkaEventSourceConfig"]
    SelfManagedKafkaEventSourceConfig: NotRequired["SelfManagedKafkaEventSourceConfig"]
    DocumentDBEventSourceConfig: NotRequired["DocumentDBEventSourceConfig"]
    EventSourceMappingArn: NotRequired[str]
    ProvisionedPollerConfig: NotRequired["ProvisionedPollerConfig"]


class EventSourceMappingLoggingConfig(TypedDict):
    SystemLogLevel: NotRequired[str]


class EventSourceMappingMetricsConfig(TypedDict):
    Metrics: NotRequired[list[str]]


class Execution(TypedDict):
    DurableExecutionArn: str
    DurableExecutionName: str
    FunctionArn: str
    Status: str
    StartTimestamp: float
    EndTimestamp: NotRequired[float]
    KMSKeyArn: NotRequired[str]


class ExecutionDetails(TypedDict):
    InputPayload: NotRequired[str]


class ExecutionFailedDetails(TypedDict):
    Error: "EventError"


class ExecutionPausedDetails(TypedDict):
    PauseRequestTimestamp: float
    Reason: NotRequired["EventPauseReason"]
    ExecutionTimeoutPaused: bool


class ExecutionResumedDetails(TypedDict):
    ResumeRequestTimestamp: float
    Reason: NotRequired["EventResumeReason"]


class ExecutionStartedDetails(TypedDict):
    Input: "EventInput"
    ExecutionTimeout: int


class ExecutionStoppedDetails(TypedDict):
    Error: "EventError"


class ExecutionSucceededDetails(TypedDict):
    Result: "EventResult"


class ExecutionTimedOutDetails(TypedDict):
    Error: NotRequired["EventError"]


class FileSystemConfig(TypedDict):
    Arn: str
    LocalMountPath: str
    S3FilesConfig: NotRequired["S3FilesConfig"]


class Filter(TypedDict):
    Pattern: NotRequired[str]


class FilterCriteria(TypedDict):
    Filters: NotRequired[list["Filter"]]


class FilterCriteriaError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class FunctionCode(TypedDict):
    ZipFile: NotRequired[bytes]
    S3Bucket: NotRequired[str]
    S3Key: NotRequired[str]
    S3ObjectVersion: NotRequired[str]
    S3ObjectStorageMode: NotRequired[str]
    ImageUri: NotRequired[str]
    SourceKMSKeyArn: NotRequired[str]


class FunctionCodeLocation(TypedDict):
    RepositoryType: NotRequired[str]
    Location: NotRequired[str]
    ImageUri: NotRequired[str]
    ResolvedImageUri: NotRequired[str]
    ResolvedS3Object: NotRequired["ResolvedS3Object"]
    SourceKMSKeyArn: NotRequired[str]
    Error: NotRequired["FunctionCodeLocationError"]


class FunctionCodeLocationError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class FunctionConfiguration(TypedDict):
    FunctionName: NotRequired[str]
    FunctionArn: NotRequired[str]
    Runtime: NotRequired[str]
    Role: NotRequired[str]
    Handler: NotRequired[str]
    CodeSize: NotRequired[int]
    Description: NotRequired[str]
    Timeout: NotRequired[int]
    MemorySize: NotRequired[int]
    LastModified: NotRequired[str]
    CodeSha256: NotRequired[str]
    Version: NotRequired[str]
    VpcConfig: NotRequired["VpcConfigResponse"]
    DeadLetterConfig: NotRequired["DeadLetterConfig"]
    Environment: NotRequired["EnvironmentResponse"]
    KMSKeyArn: NotRequired[str]
    TracingConfig: NotRequired["TracingConfigResponse"]
    MasterArn: NotRequired[str]
    RevisionId: NotRequired[str]
    Layers: NotRequired[list["Layer"]]
    State: NotRequired[str]
    StateReason: NotRequired[str]
    StateReasonCode: NotRequired[str]
    LastUpdateStatus: NotRequired[str]
    LastUpdateStatusReason: NotRequired[str]
    LastUpdateStatusReasonCode: NotRequired[str]
    FileSystemConfigs: NotRequired[list["FileSystemConfig"]]
    SigningProfileVersionArn: NotRequired[str]
    SigningJobArn: NotRequired[str]
    PackageType: NotRequired[str]
    ImageConfigResponse: NotRequired["ImageConfigResponse"]
    Architectures: NotRequired[list[str]]
    EphemeralStorage: NotRequired["EphemeralStorage"]
    SnapStart: NotRequired["SnapStartResponse"]
    RuntimeVersionConfig: NotRequired["RuntimeVersionConfig"]
    LoggingConfig: NotRequired["LoggingConfig"]
    TenancyConfig: NotRequired["TenancyConfig"]
    CapacityProviderConfig: NotRequired["CapacityProviderConfig"]
    ConfigSha256: NotRequired[str]
    DurableConfig: NotRequired["DurableConfig"]
    RuntimeConfig: NotRequired["FunctionRuntimeConfig"]
    AcceleratorConfig: NotRequired["AcceleratorConfig"]


class FunctionEventInvokeConfig(TypedDict):
    LastModified: NotRequired[float]
    FunctionArn: NotRequired[str]
    MaximumRetryAttempts: NotRequired[int]
    MaximumEventAgeInSeconds: NotRequired[int]
    DestinationConfig: NotRequired["DestinationConfig"]


class FunctionRuntimeConfig(TypedDict):
    RuntimeArn: str
    RuntimeAlias: str


class FunctionUrlConfig(TypedDict):
    FunctionUrl: str
    FunctionArn: str
    CreationTime: str
    LastModifiedTime: str
    Cors: NotRequired["Cors"]
    AuthType: str
    InvokeMode: NotRequired[str]


class GetAccountSettingsRequest(TypedDict):
    pass


class GetAccountSettingsResponse(TypedDict):
    AccountLimit: NotRequired["AccountLimit"]
    AccountUsage: NotRequired["AccountUsage"]


class GetAliasRequest(TypedDict):
    FunctionName: str
    Name: str


class GetCodeSigningConfigRequest(TypedDict):
    CodeSigningConfigArn: str


class GetCodeSigningConfigResponse(TypedDict):
    CodeSigningConfig: "CodeSigningConfig"


class GetDurableExecutionHistoryRequest(TypedDict):
    DurableExecutionArn: str
    IncludeExecutionData: NotRequired[bool]
    MaxItems: NotRequired[int]
    Marker: NotRequired[str]
    ReverseOrder: NotRequired[bool]


class GetDurableExecutionHistoryResponse(TypedDict):
    Events: list["Event"]
    NextMarker: NotRequired[str]


class GetDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str
    IncludeExecutionData: NotRequired[bool]


class GetDurableExecutionResponse(TypedDict):
    DurableExecutionArn: str
    DurableExecutionName: str
    FunctionArn: str
    InputPayload: NotRequired[str]
    Result: NotRequired[str]
    Error: NotRequired["ErrorObject"]
    StartTimestamp: float
    Status: str
    EndTimestamp: NotRequired[float]
    Version: NotRequired[str]
    TraceHeader: NotRequired["TraceHeader"]
    ExecutionDataIncluded: NotRequired[bool]
    DurableConfig: NotRequired["DurableConfig"]
    PauseDetails: NotRequired["PauseDetails"]
    ExpectedExecutionTimeoutTimestamp: NotRequired[float]


class GetDurableExecutionStateRequest(TypedDict):
    DurableExecutionArn: str
    CheckpointToken: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class GetDurableExecutionStateResponse(TypedDict):
    Operations: list["Operation"]
    NextMarker: NotRequired[str]


class GetEventSourceMappingRequest(TypedDict):
    UUID: str


class GetFunctionCodeSigningConfigRequest(TypedDict):
    FunctionName: str


class GetFunctionCodeSigningConfigResponse(TypedDict):
    CodeSigningConfigArn: str
    FunctionName: str


class GetFunctionConcurrencyRequest(TypedDict):
    FunctionName: str


class GetFunctionConcurrencyResponse(TypedDict):
    ReservedConcurrentExecutions: NotRequired[int]


class GetFunctionConfigurationRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionEventInvokeConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionRecursionConfigRequest(TypedDict):
    FunctionName: str


class GetFunctionRecursionConfigResponse(TypedDict):
    RecursiveLoop: NotRequired[str]


class GetFunctionRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionResponse(TypedDict):
    Configuration: NotRequired["FunctionConfiguration"]
    Code: NotRequired["FunctionCodeLocation"]
    Tags: NotRequired[dict[str, str]]
    TagsError: NotRequired["TagsError"]
    Concurrency: NotRequired["Concurrency"]


class GetFunctionUrlConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionUrlConfigResponse(TypedDict):
    FunctionUrl: str
    FunctionArn: str
    AuthType: str
    Cors: NotRequired["Cors"]
    CreationTime: str
    LastModifiedTime: str
    InvokeMode: NotRequired[str]


class GetLayerVersionByArnRequest(TypedDict):
    Arn: str


class GetLayerVersionPolicyRequest(TypedDict):
    LayerName: str
    VersionNumber: int


class GetLayerVersionPolicyResponse(TypedDict):
    Policy: NotRequired[str]
    RevisionId: NotRequired[str]


class GetLayerVersionRequest(TypedDict):
    LayerName: str
    VersionNumber: int


class GetLayerVersionResponse(TypedDict):
    Content: NotRequired["LayerVersionContentOutput"]
    LayerArn: NotRequired[str]
    LayerVersionArn: NotRequired[str]
    Description: NotRequired[str]
    CreatedDate: NotRequired[str]
    Version: NotRequired[int]
    CompatibleArchitectures: NotRequired[list[str]]
    CompatibleRuntimes: NotRequired[list[str]]
    LicenseInfo: NotRequired[str]


class GetPolicyRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetPolicyResponse(TypedDict):
    Policy: NotRequired[str]
    RevisionId: NotRequired[str]


class GetProvisionedConcurrencyConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: str


class GetProvisionedConcurrencyConfigResponse(TypedDict):
    RequestedProvisionedConcurrentExecutions: NotRequired[int]
    AvailableProvisionedConcurrentExecutions: NotRequired[int]
    AllocatedProvisionedConcurrentExecutions: NotRequired[int]
    Status: NotRequired[str]
    StatusReason: NotRequired[str]
    LastModified: NotRequired[str]


class GetResourcePolicyRequest(TypedDict):
    ResourceArn: str


class GetResourcePolicyResponse(TypedDict):
    Policy: NotRequired[str]
    RevisionId: NotRequired[str]


class GetRuntimeManagementConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetRuntimeManagementConfigResponse(TypedDict):
    UpdateRuntimeOn: NotRequired[str]
    FunctionArn: NotRequired[str]
    RuntimeVersionArn: NotRequired[str]


class ImageConfig(TypedDict):
    EntryPoint: NotRequired[list[str]]
    Command: NotRequired[list[str]]
    WorkingDirectory: NotRequired[str]


class ImageConfigError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class ImageConfigResponse(TypedDict):
    ImageConfig: NotRequired["ImageConfig"]
    Error: NotRequired["ImageConfigError"]


class InvocationCompletedDetails(TypedDict):
    StartTimestamp: float
    EndTimestamp: float
    RequestId: str
    Error: NotRequired["EventError"]


class InvocationRequest(TypedDict):
    FunctionName: str
    InvocationType: NotRequired[str]
    LogType: NotRequired[str]
    ClientContext: NotRequired[str]
    DurableExecutionName: NotRequired[str]
    Payload: NotRequired[bytes]
    Qualifier: NotRequired[str]
    TenantId: NotRequired[str]


class InvocationResponse(TypedDict):
    StatusCode: NotRequired[int]
    FunctionError: NotRequired[str]
    LogResult: NotRequired[str]
    Payload: NotRequired[bytes]
    ExecutedVersion: NotRequired[str]
    DurableExecutionArn: NotRequired[str]


class InvokeAsyncRequest(TypedDict):
    FunctionName: str
    InvokeArgs: bytes


class InvokeAsyncResponse(TypedDict):
    Status: NotRequired[int]


class InvokeResponseStreamUpdate(TypedDict):
    Payload: NotRequired[bytes]


class InvokeWithResponseStreamCompleteEvent(TypedDict):
    ErrorCode: NotRequired[str]
    ErrorDetails: NotRequired[str]
    LogResult: NotRequired[str]


class InvokeWithResponseStreamRequest(TypedDict):
    FunctionName: str
    LogType: NotRequired[str]
    ClientContext: NotRequired[str]
    Qualifier: NotRequired[str]
    Payload: NotRequired[bytes]
    TenantId: NotRequired[str]
    InvocationType: NotRequired[str]


class InvokeWithResponseStreamResponse(TypedDict):
    StatusCode: NotRequired[int]
    ExecutedVersion: NotRequired[str]
    EventStream: NotRequired["InvokeWithResponseStreamResponseEvent"]
    ResponseStreamContentType: NotRequired[str]


class InvokeWithResponseStreamResponseEvent(TypedDict):
    PayloadChunk: NotRequired["InvokeResponseStreamUpdate"]
    InvokeComplete: NotRequired["InvokeWithResponseStreamCompleteEvent"]


class KafkaSchemaRegistryAccessConfig(TypedDict):
    Type: NotRequired[str]
    URI: NotRequired[str]


class KafkaSchemaRegistryConfig(TypedDict):
    SchemaRegistryURI: NotRequired[str]
    EventRecordFormat: NotRequired[str]
    AccessConfigs: NotRequired[list["KafkaSchemaRegistryAccessConfig"]]
    SchemaValidationConfigs: NotRequired[list["KafkaSchemaValidationConfig"]]


class KafkaSchemaValidationConfig(TypedDict):
    Attribute: NotRequired[str]


class LambdaManagedInstancesCapacityProviderConfig(TypedDict):
    CapacityProviderArn: str
    PerExecutionEnvironmentMaxConcurrency: NotRequired[int]
    ExecutionEnvironmentMemoryGiBPerVCpu: NotRequired[float]


class Layer(TypedDict):
    Arn: NotRequired[str]
    CodeSize: NotRequired[int]
    SigningProfileVersionArn: NotRequired[str]
    SigningJobArn: NotRequired[str]


class LayerVersionContentInput(TypedDict):
    S3Bucket: NotRequired[str]
    S3Key: NotRequired[str]
    S3ObjectVersion: NotRequired[str]
    S3ObjectStorageMode: NotRequired[str]
    ZipFile: NotRequired[bytes]


class LayerVersionContentOutput(TypedDict):
    Location: NotRequired[str]
    CodeSha256: NotRequired[str]
    CodeSize: NotRequired[int]
    SigningProfileVersionArn: NotRequired[str]
    SigningJobArn: NotRequired[str]
    ResolvedS3Object: NotRequired["ResolvedS3Object"]


class LayerVersionsListItem(TypedDict):
    LayerVersionArn: NotRequired[str]
    Version: NotRequired[int]
    Description: NotRequired[str]
    CreatedDate: NotRequired[str]
    CompatibleArchitectures: NotRequired[list[str]]
    CompatibleRuntimes: NotRequired[list[str]]
    LicenseInfo: NotRequired[str]


class LayersListItem(TypedDict):
    LayerName: NotRequired[str]
    LayerArn: NotRequired[str]
    LatestMatchingVersion: NotRequired["LayerVersionsListItem"]


class ListAliasesRequest(TypedDict):
    FunctionName: str
    FunctionVersion: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAliasesResponse(TypedDict):
    NextMarker: NotRequired[str]
    Aliases: NotRequired[list["AliasConfiguration"]]


class ListCodeSigningConfigsRequest(TypedDict):
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListCodeSigningConfigsResponse(TypedDict):
    NextMarker: NotRequired[str]
    CodeSigningConfigs: NotRequired[list["CodeSigningConfig"]]


class ListDurableExecutionsByFunctionRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    DurableExecutionName: NotRequired[str]
    Statuses: NotRequired[list[str]]
    StartedAfter: NotRequired[float]
    StartedBefore: NotRequired[float]
    ReverseOrder: NotRequired[bool]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListDurableExecutionsByFunctionResponse(TypedDict):
    DurableExecutions: NotRequired[list["Execution"]]
    NextMarker: NotRequired[str]


class ListEventSourceMappingsRequest(TypedDict):
    EventSourceArn: NotRequired[str]
    FunctionName: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListEventSourceMappingsResponse(TypedDict):
    NextMarker: NotRequired[str]
    EventSourceMappings: NotRequired[list["EventSourceMappingConfiguration"]]


class ListFunctionEventInvokeConfigsRequest(TypedDict):
    FunctionName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListFunctionEventInvokeConfigsResponse(TypedDict):
    FunctionEventInvokeConfigs: NotRequired[list["FunctionEventInvokeConfig"]]
    NextMarker: NotRequired[str]


class ListFunctionUrlConfigsRequest(TypedDict):
    FunctionName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListFunctionUrlConfigsResponse(TypedDict):
    FunctionUrlConfigs: list["FunctionUrlConfig"]
    NextMarker: NotRequired[str]


class ListFunctionsByCodeSigningConfigRequest(TypedDict):
    CodeSigningConfigArn: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListFunctionsByCodeSigningConfigResponse(TypedDict):
    NextMarker: NotRequired[str]
    FunctionArns: NotRequired[list[str]]


class ListFunctionsRequest(TypedDict):
    MasterRegion: NotRequired[str]
    FunctionVersion: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListFunctionsResponse(TypedDict):
    NextMarker: NotRequired[str]
    Functions: NotRequired[list["FunctionConfiguration"]]


class ListLayerVersionsRequest(TypedDict):
    CompatibleArchitecture: NotRequired[str]
    CompatibleRuntime: NotRequired[str]
    LayerName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListLayerVersionsResponse(TypedDict):
    NextMarker: NotRequired[str]
    LayerVersions: NotRequired[list["LayerVersionsListItem"]]


class ListLayersRequest(TypedDict):
    CompatibleArchitecture: NotRequired[str]
    CompatibleRuntime: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListLayersResponse(TypedDict):
    NextMarker: NotRequired[str]
    Layers: NotRequired[list["LayersListItem"]]


class ListProvisionedConcurrencyConfigsRequest(TypedDict):
    FunctionName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListProvisionedConcurrencyConfigsResponse(TypedDict):
    ProvisionedConcurrencyConfigs: NotRequired[list["ProvisionedConcurrencyConfigListItem"]]
    NextMarker: NotRequired[str]


class ListTagsRequest(TypedDict):
    Resource: str


class ListTagsResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListVersionsByFunctionRequest(TypedDict):
    FunctionName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListVersionsByFunctionResponse(TypedDict):
    NextMarker: NotRequired[str]
    Versions: NotRequired[list["FunctionConfiguration"]]


class LoggingConfig(TypedDict):
    LogFormat: NotRequired[str]
    ApplicationLogLevel: NotRequired[str]
    SystemLogLevel: NotRequired[str]
    LogGroup: NotRequired[str]


class OnFailure(TypedDict):
    Destination: NotRequired[str]


class OnSuccess(TypedDict):
    Destination: NotRequired[str]


class Operation(TypedDict):
    Id: str
    ParentId: NotRequired[str]
    Name: NotRequired[str]
    Type: str
    SubType: NotRequired[str]
    StartTimestamp: float
    EndTimestamp: NotRequired[float]
    Status: str
    ExecutionDetails: NotRequired["ExecutionDetails"]
    ContextDetails: NotRequired["ContextDetails"]
    StepDetails: NotRequired["StepDetails"]
    WaitDetails: NotRequired["WaitDetails"]
    CallbackDetails: NotRequired["CallbackDetails"]
    ChainedInvokeDetails: NotRequired["ChainedInvokeDetails"]


class OperationUpdate(TypedDict):
    Id: str
    ParentId: NotRequired[str]
    Name: NotRequired[str]
    Type: str
    SubType: NotRequired[str]
    Action: str
    Payload: NotRequired[str]
    Error: NotRequired["ErrorObject"]
    ContextOptions: NotRequired["ContextOptions"]
    StepOptions: NotRequired["StepOptions"]
    WaitOptions: NotRequired["WaitOptions"]
    CallbackOptions: NotRequired["CallbackOptions"]
    ChainedInvokeOptions: NotRequired["ChainedInvokeOptions"]


class PauseDetails(TypedDict):
    PauseRequestTimestamp: float
    Reason: NotRequired[str]
    ExecutionTimeoutPaused: bool


class PauseDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str
    ClientToken: NotRequired[str]
    Reason: NotRequired[str]
    ExecutionTimeoutPaused: NotRequired[bool]


class PauseDurableExecutionResponse(TypedDict):
    pass


class ProvisionedConcurrencyConfigListItem(TypedDict):
    FunctionArn: NotRequired[str]
    RequestedProvisionedConcurrentExecutions: NotRequired[int]
    AvailableProvisionedConcurrentExecutions: NotRequired[int]
    AllocatedProvisionedConcurrentExecutions: NotRequired[int]
    Status: NotRequired[str]
    StatusReason: NotRequired[str]
    LastModified: NotRequired[str]


class ProvisionedPollerConfig(TypedDict):
    MinimumPollers: NotRequired[int]
    MaximumPollers: NotRequired[int]
    PollerGroupName: NotRequired[str]


class PublishLayerVersionRequest(TypedDict):
    LayerName: str
    Description: NotRequired[str]
    Content: "LayerVersionContentInput"
    CompatibleArchitectures: NotRequired[list[str]]
    CompatibleRuntimes: NotRequired[list[str]]
    LicenseInfo: NotRequired[str]


class PublishLayerVersionResponse(TypedDict):
    Content: NotRequired["LayerVersionContentOutput"]
    LayerArn: NotRequired[str]
    LayerVersionArn: NotRequired[str]
    Description: NotRequired[str]
    CreatedDate: NotRequired[str]
    Version: NotRequired[int]
    CompatibleArchitectures: NotRequired[list[str]]
    CompatibleRuntimes: NotRequired[list[str]]
    LicenseInfo: NotRequired[str]


class PublishVersionRequest(TypedDict):
    FunctionName: str
    CodeSha256: NotRequired[str]
    Description: NotRequired[str]
    RevisionId: NotRequired[str]
    PublishTo: NotRequired[str]


class PutFunctionCodeSigningConfigRequest(TypedDict):
    CodeSigningConfigArn: str
    FunctionName: str


class PutFunctionCodeSigningConfigResponse(TypedDict):
    CodeSigningConfigArn: str
    FunctionName: str


class PutFunctionConcurrencyRequest(TypedDict):
    FunctionName: str
    ReservedConcurrentExecutions: int


class PutFunctionEventInvokeConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    MaximumRetryAttempts: NotRequired[int]
    MaximumEventAgeInSeconds: NotRequired[int]
    DestinationConfig: NotRequired["DestinationConfig"]


class PutFunctionRecursionConfigRequest(TypedDict):
    FunctionName: str
    RecursiveLoop: str


class PutFunctionRecursionConfigResponse(TypedDict):
    RecursiveLoop: NotRequired[str]


class PutProvisionedConcurrencyConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: str
    ProvisionedConcurrentExecutions: int


class PutProvisionedConcurrencyConfigResponse(TypedDict):
    RequestedProvisionedConcurrentExecutions: NotRequired[int]
    AllocatedProvisionedConcurrentExecutions: NotRequired[int]
    AvailableProvisionedConcurrentExecutions: NotRequired[int]
    Status: NotRequired[str]
    StatusReason: NotRequired[str]
    LastModified: NotRequired[str]


class PutResourcePolicyRequest(TypedDict):
    ResourceArn: str
    Policy: str
    RevisionId: NotRequired[str]


class PutResourcePolicyResponse(TypedDict):
    Policy: NotRequired[str]
    RevisionId: NotRequired[str]


class PutRuntimeManagementConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    UpdateRuntimeOn: str
    RuntimeVersionArn: NotRequired[str]


class PutRuntimeManagementConfigResponse(TypedDict):
    UpdateRuntimeOn: str
    FunctionArn: str
    RuntimeVersionArn: NotRequired[str]


class RemoveLayerVersionPermissionRequest(TypedDict):
    LayerName: str
    VersionNumber: int
    StatementId: str
    RevisionId: NotRequired[str]


class RemovePermissionRequest(TypedDict):
    FunctionName: str
    StatementId: str
    Qualifier: NotRequired[str]
    RevisionId: NotRequired[str]


class ResolvedS3Object(TypedDict):
    S3Bucket: NotRequired[str]
    S3Key: NotRequired[str]
    S3ObjectVersion: NotRequired[str]


class ResumeDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str
    ClientToken: NotRequired[str]
    Reason: NotRequired[str]


class ResumeDurableExecutionResponse(TypedDict):
    pass


class RetryDetails(TypedDict):
    CurrentAttempt: NotRequired[int]
    NextAttemptDelaySeconds: NotRequired[int]


class RuntimeVersionConfig(TypedDict):
    RuntimeVersionArn: NotRequired[str]
    Error: NotRequired["RuntimeVersionError"]


class RuntimeVersionError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class S3FilesConfig(TypedDict):
    DirectS3Read: NotRequired[str]


class ScalingConfig(TypedDict):
    MaximumConcurrency: NotRequired[int]


class SelfManagedEventSource(TypedDict):
    Endpoints: NotRequired[dict[str, list[str]]]


class SelfManagedKafkaEventSourceConfig(TypedDict):
    ConsumerGroupId: NotRequired[str]
    SchemaRegistryConfig: NotRequired["KafkaSchemaRegistryConfig"]
    ConsumptionMode: NotRequired[str]


class SendDurableExecutionCallbackFailureRequest(TypedDict):
    CallbackId: str
    Error: NotRequired["ErrorObject"]


class SendDurableExecutionCallbackFailureResponse(TypedDict):
    pass


class SendDurableExecutionCallbackHeartbeatRequest(TypedDict):
    CallbackId: str


class SendDurableExecutionCallbackHeartbeatResponse(TypedDict):
    pass


class SendDurableExecutionCallbackSuccessRequest(TypedDict):
    CallbackId: str
    Result: NotRequired[bytes]


class SendDurableExecutionCallbackSuccessResponse(TypedDict):
    pass


class SnapStart(TypedDict):
    ApplyOn: NotRequired[str]


class SnapStartResponse(TypedDict):
    ApplyOn: NotRequired[str]
    OptimizationStatus: NotRequired[str]


class SourceAccessConfiguration(TypedDict):
    Type: NotRequired[str]
    URI: NotRequired[str]


class StepDetails(TypedDict):
    Attempt: NotRequired[int]
    NextAttemptTimestamp: NotRequired[float]
    Result: NotRequired[str]
    Error: NotRequired["ErrorObject"]


class StepFailedDetails(TypedDict):
    Error: "EventError"
    RetryDetails: "RetryDetails"


class StepOptions(TypedDict):
    NextAttemptDelaySeconds: NotRequired[int]


class StepStartedDetails(TypedDict):
    pass


class StepSucceededDetails(TypedDict):
    Result: "EventResult"
    RetryDetails: "RetryDetails"


class StopDurableExecutionRequest(TypedDict):
    DurableExecutionArn: str
    Error: NotRequired["ErrorObject"]


class StopDurableExecutionResponse(TypedDict):
    StopTimestamp: float


class TagResourceRequest(TypedDict):
    Resource: str
    Tags: dict[str, str]


class TagsError(TypedDict):
    ErrorCode: str
    Message: str


class TenancyConfig(TypedDict):
    TenantIsolationMode: str


class TraceHeader(TypedDict):
    XAmznTraceId: NotRequired[str]


class TracingConfig(TypedDict):
    Mode: NotRequired[str]


class TracingConfigResponse(TypedDict):
    Mode: NotRequired[str]


class UntagResourceRequest(TypedDict):
    Resource: str
    TagKeys: list[str]


class UpdateAliasRequest(TypedDict):
    FunctionName: str
    Name: str
    FunctionVersion: NotRequired[str]
    Description: NotRequired[str]
    RoutingConfig: NotRequired["AliasRoutingConfiguration"]
    RevisionId: NotRequired[str]


class UpdateCodeSigningConfigRequest(TypedDict):
    CodeSigningConfigArn: str
    Description: NotRequired[str]
    AllowedPublishers: NotRequired["AllowedPublishers"]
    CodeSigningPolicies: NotRequired["CodeSigningPolicies"]


class UpdateCodeSigningConfigResponse(TypedDict):
    CodeSigningConfig: "CodeSigningConfig"


class UpdateEventSourceMappingRequest(TypedDict):
    UUID: str
    FunctionName: NotRequired[str]
    Enabled: NotRequired[bool]
    BatchSize: NotRequired[int]
    FilterCriteria: NotRequired["FilterCriteria"]
    KMSKeyArn: NotRequired[str]
    MetricsConfig: NotRequired["EventSourceMappingMetricsConfig"]
    LoggingConfig: NotRequired["EventSourceMappingLoggingConfig"]
    ScalingConfig: NotRequired["ScalingConfig"]
    MaximumBatchingWindowInSeconds: NotRequired[int]
    ParallelizationFactor: NotRequired[int]
    DestinationConfig: NotRequired["DestinationConfig"]
    MaximumRecordAgeInSeconds: NotRequired[int]
    BisectBatchOnFunctionError: NotRequired[bool]
    MaximumRetryAttempts: NotRequired[int]
    TumblingWindowInSeconds: NotRequired[int]
    SourceAccessConfigurations: NotRequired[list["SourceAccessConfiguration"]]
    FunctionResponseTypes: NotRequired[list[str]]
    AmazonManagedKafkaEventSourceConfig: NotRequired["AmazonManagedKafkaEventSourceConfig"]
    SelfManagedKafkaEventSourceConfig: NotRequired["SelfManagedKafkaEventSourceConfig"]
    DocumentDBEventSourceConfig: NotRequired["DocumentDBEventSourceConfig"]
    ProvisionedPollerConfig: NotRequired["ProvisionedPollerConfig"]


class UpdateFunctionCodeRequest(TypedDict):
    FunctionName: str
    ZipFile: NotRequired[bytes]
    S3Bucket: NotRequired[str]
    S3Key: NotRequired[str]
    S3ObjectVersion: NotRequired[str]
    S3ObjectStorageMode: NotRequired[str]
    ImageUri: NotRequired[str]
    Architectures: NotRequired[list[str]]
    Publish: NotRequired[bool]
    PublishTo: NotRequired[str]
    DryRun: NotRequired[bool]
    RevisionId: NotRequired[str]
    SourceKMSKeyArn: NotRequired[str]


class UpdateFunctionConfigurationRequest(TypedDict):
    FunctionName: str
    Role: NotRequired[str]
    Handler: NotRequired[str]
    Description: NotRequired[str]
    Timeout: NotRequired[int]
    MemorySize: NotRequired[int]
    VpcConfig: NotRequired["VpcConfig"]
    Environment: NotRequired["Environment"]
    Runtime: NotRequired[str]
    DeadLetterConfig: NotRequired["DeadLetterConfig"]
    KMSKeyArn: NotRequired[str]
    TracingConfig: NotRequired["TracingConfig"]
    RevisionId: NotRequired[str]
    Layers: NotRequired[list[str]]
    FileSystemConfigs: NotRequired[list["FileSystemConfig"]]
    ImageConfig: NotRequired["ImageConfig"]
    EphemeralStorage: NotRequired["EphemeralStorage"]
    SnapStart: NotRequired["SnapStart"]
    LoggingConfig: NotRequired["LoggingConfig"]
    CapacityProviderConfig: NotRequired["CapacityProviderConfig"]
    DurableConfig: NotRequired["DurableConfig"]
    RuntimeConfig: NotRequired["FunctionRuntimeConfig"]
    AcceleratorConfig: NotRequired["AcceleratorConfig"]


class UpdateFunctionEventInvokeConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    MaximumRetryAttempts: NotRequired[int]
    MaximumEventAgeInSeconds: NotRequired[int]
    DestinationConfig: NotRequired["DestinationConfig"]


class UpdateFunctionUrlConfigRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]
    AuthType: NotRequired[str]
    Cors: NotRequired["Cors"]
    InvokeMode: NotRequired[str]


class UpdateFunctionUrlConfigResponse(TypedDict):
    FunctionUrl: str
    FunctionArn: str
    AuthType: str
    Cors: NotRequired["Cors"]
    CreationTime: str
    LastModifiedTime: str
    InvokeMode: NotRequired[str]


class VpcConfig(TypedDict):
    SubnetIds: NotRequired[list[str]]
    SecurityGroupIds: NotRequired[list[str]]
    Ipv6AllowedForDualStack: NotRequired[bool]


class VpcConfigResponse(TypedDict):
    SubnetIds: NotRequired[list[str]]
    SecurityGroupIds: NotRequired[list[str]]
    VpcId: NotRequired[str]
    Ipv6AllowedForDualStack: NotRequired[bool]


class WaitCancelledDetails(TypedDict):
    Error: NotRequired["EventError"]


class WaitDetails(TypedDict):
    ScheduledEndTimestamp: NotRequired[float]


class WaitOptions(TypedDict):
    WaitSeconds: NotRequired[int]


class WaitStartedDetails(TypedDict):
    Duration: int
    ScheduledEndTimestamp: float


class WaitSucceededDetails(TypedDict):
    Duration: NotRequired[int]


CreateAliasResponse = AliasConfiguration


CreateEventSourceMappingResponse = EventSourceMappingConfiguration


CreateFunctionResponse = FunctionConfiguration


DeleteEventSourceMappingResponse = EventSourceMappingConfiguration


GetAliasResponse = AliasConfiguration


GetEventSourceMappingResponse = EventSourceMappingConfiguration


GetFunctionConfigurationResponse = FunctionConfiguration


GetFunctionEventInvokeConfigResponse = FunctionEventInvokeConfig


GetLayerVersionByArnResponse = GetLayerVersionResponse


InvokeRequest = InvocationRequest


InvokeResponse = InvocationResponse


PublishVersionResponse = FunctionConfiguration


PutFunctionConcurrencyResponse = Concurrency


PutFunctionEventInvokeConfigResponse = FunctionEventInvokeConfig


UpdateAliasResponse = AliasConfiguration


UpdateEventSourceMappingResponse = EventSourceMappingConfiguration


UpdateFunctionCodeResponse = FunctionConfiguration


UpdateFunctionConfigurationResponse = FunctionConfiguration


UpdateFunctionEventInvokeConfigResponse = FunctionEventInvokeConfig

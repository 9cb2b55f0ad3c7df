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


class CapacityProviderConfig(TypedDict):
    LambdaManagedInstancesCapacityProviderConfig: "LambdaManagedInstancesCapacityProviderConfig"


class Concurrency(TypedDict):
    ReservedConcurrentExecutions: NotRequired[int]


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


class DeadLetterConfig(TypedDict):
    TargetArn: NotRequired[str]


class DeleteFunctionConcurrencyRequest(TypedDict):
    FunctionName: str


class DeleteFunctionRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class DeleteFunctionResponse(TypedDict):
    StatusCode: NotRequired[int]


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


class FileSystemConfig(TypedDict):
    Arn: str
    LocalMountPath: str
    S3FilesConfig: NotRequired["S3FilesConfig"]


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


class FunctionRuntimeConfig(TypedDict):
    RuntimeArn: str
    RuntimeAlias: str


class GetAccountSettingsRequest(TypedDict):
    pass


class GetAccountSettingsResponse(TypedDict):
    AccountLimit: NotRequired["AccountLimit"]
    AccountUsage: NotRequired["AccountUsage"]


class GetFunctionConcurrencyRequest(TypedDict):
    FunctionName: str


class GetFunctionConcurrencyResponse(TypedDict):
    ReservedConcurrentExecutions: NotRequired[int]


class GetFunctionConfigurationRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetFunctionResponse(TypedDict):
    Configuration: NotRequired["FunctionConfiguration"]
    Code: NotRequired["FunctionCodeLocation"]
    Tags: NotRequired[dict[str, str]]
    TagsError: NotRequired["TagsError"]
    Concurrency: NotRequired["Concurrency"]


class GetPolicyRequest(TypedDict):
    FunctionName: str
    Qualifier: NotRequired[str]


class GetPolicyResponse(TypedDict):
    Policy: NotRequired[str]
    RevisionId: NotRequired[str]


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


class LambdaManagedInstancesCapacityProviderConfig(TypedDict):
    CapacityProviderArn: str
    PerExecutionEnvironmentMaxConcurrency: NotRequired[int]
    ExecutionEnvironmentMemoryGiBPerVCpu: NotRequired[float]


class Layer(TypedDict):
    Arn: NotRequired[str]
    CodeSize: NotRequired[int]
    SigningProfileVersionArn: NotRequired[str]
    SigningJobArn: NotRequired[str]


class ListFunctionsRequest(TypedDict):
    MasterRegion: NotRequired[str]
    FunctionVersion: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListFunctionsResponse(TypedDict):
    NextMarker: NotRequired[str]
    Functions: NotRequired[list["FunctionConfiguration"]]


class ListTagsRequest(TypedDict):
    Resource: str


class ListTagsResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class LoggingConfig(TypedDict):
    LogFormat: NotRequired[str]
    ApplicationLogLevel: NotRequired[str]
    SystemLogLevel: NotRequired[str]
    LogGroup: NotRequired[str]


class PutFunctionConcurrencyRequest(TypedDict):
    FunctionName: str
    ReservedConcurrentExecutions: int


class RemovePermissionRequest(TypedDict):
    FunctionName: str
    StatementId: str
    Qualifier: NotRequired[str]
    RevisionId: NotRequired[str]


class ResolvedS3Object(TypedDict):
    S3Bucket: NotRequired[str]
    S3Key: NotRequired[str]
    S3ObjectVersion: NotRequired[str]


class RuntimeVersionConfig(TypedDict):
    RuntimeVersionArn: NotRequired[str]
    Error: NotRequired["RuntimeVersionError"]


class RuntimeVersionError(TypedDict):
    ErrorCode: NotRequired[str]
    Message: NotRequired[str]


class S3FilesConfig(TypedDict):
    DirectS3Read: NotRequired[str]


class SnapStart(TypedDict):
    ApplyOn: NotRequired[str]


class SnapStartResponse(TypedDict):
    ApplyOn: NotRequired[str]
    OptimizationStatus: NotRequired[str]


class TagResourceRequest(TypedDict):
    Resource: str
    Tags: dict[str, str]


class TagsError(TypedDict):
    ErrorCode: str
    Message: str


class TenancyConfig(TypedDict):
    TenantIsolationMode: str


class TracingConfig(TypedDict):
    Mode: NotRequired[str]


class TracingConfigResponse(TypedDict):
    Mode: NotRequired[str]


class UntagResourceRequest(TypedDict):
    Resource: str
    TagKeys: list[str]


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


class VpcConfig(TypedDict):
    SubnetIds: NotRequired[list[str]]
    SecurityGroupIds: NotRequired[list[str]]
    Ipv6AllowedForDualStack: NotRequired[bool]


class VpcConfigResponse(TypedDict):
    SubnetIds: NotRequired[list[str]]
    SecurityGroupIds: NotRequired[list[str]]
    VpcId: NotRequired[str]
    Ipv6AllowedForDualStack: NotRequired[bool]


CreateFunctionResponse = FunctionConfiguration


GetFunctionConfigurationResponse = FunctionConfiguration


InvokeRequest = InvocationRequest


InvokeResponse = InvocationResponse


PutFunctionConcurrencyResponse = Concurrency


UpdateFunctionCodeResponse = FunctionConfiguration


UpdateFunctionConfigurationResponse = FunctionConfiguration

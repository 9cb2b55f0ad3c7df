"""Shapes of the implemented operations of sts. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AssumeRoleRequest(TypedDict):
    RoleArn: str
    RoleSessionName: str
    PolicyArns: NotRequired[list["PolicyDescriptorType"]]
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    Tags: NotRequired[list["Tag"]]
    TransitiveTagKeys: NotRequired[list[str]]
    ExternalId: NotRequired[str]
    SerialNumber: NotRequired[str]
    TokenCode: NotRequired[str]
    SourceIdentity: NotRequired[str]
    ProvidedContexts: NotRequired[list["ProvidedContext"]]
    MinimumSessionTokenSize: NotRequired[int]


class AssumeRoleResponse(TypedDict):
    Credentials: NotRequired["Credentials"]
    AssumedRoleUser: NotRequired["AssumedRoleUser"]
    PackedPolicySize: NotRequired[int]
    SourceIdentity: NotRequired[str]
    SessionTokenUtilization: NotRequired[int]
    SessionTokenSize: NotRequired[int]


class AssumeRoleWithWebIdentityRequest(TypedDict):
    RoleArn: str
    RoleSessionName: str
    WebIdentityToken: str
    ProviderId: NotRequired[str]
    PolicyArns: NotRequired[list["PolicyDescriptorType"]]
    Policy: NotRequired[str]
    DurationSeconds: NotRequired[int]
    MinimumSessionTokenSize: NotRequired[int]


class AssumeRoleWithWebIdentityResponse(TypedDict):
    Credentials: NotRequired["Credentials"]
    SubjectFromWebIdentityToken: NotRequired[str]
    AssumedRoleUser: NotRequired["AssumedRoleUser"]
    PackedPolicySize: NotRequired[int]
    Provider: NotRequired[str]
    Audience: NotRequired[str]
    SourceIdentity: NotRequired[str]
    SessionTokenUtilization: NotRequired[int]
    SessionTokenSize: NotRequired[int]


class AssumedRoleUser(TypedDict):
    AssumedRoleId: str
    Arn: str


class Credentials(TypedDict):
    AccessKeyId: str
    SecretAccessKey: str
    SessionToken: str
    Expiration: float


class DecodeAuthorizationMessageRequest(TypedDict):
    EncodedMessage: str


class DecodeAuthorizationMessageResponse(TypedDict):
    DecodedMessage: NotRequired[str]


class FederatedUser(TypedDict):
    FederatedUserId: str
    Arn: str


class GetAccessKeyInfoRequest(TypedDict):
    AccessKeyId: str


class GetAccessKeyInfoResponse(TypedDict):
    Account: NotRequired[str]


class GetCallerIdentityRequest(TypedDict):
    pass


class GetCallerIdentityResponse(TypedDict):
    UserId: NotRequired[str]
    Account: NotRequired[str]
    Arn: NotRequired[str]


class GetFederationTokenRequest(TypedDict):
    Name: str
    Policy: NotRequired[str]
    PolicyArns: NotRequired[list["PolicyDescriptorType"]]
    DurationSeconds: NotRequired[int]
    Tags: NotRequired[list["Tag"]]
    MinimumSessionTokenSize: NotRequired[int]


class GetFederationTokenResponse(TypedDict):
    Credentials: NotRequired["Credentials"]
    FederatedUser: NotRequired["FederatedUser"]
    PackedPolicySize: NotRequired[int]
    SessionTokenUtilization: NotRequired[int]
    SessionTokenSize: NotRequired[int]


class GetSessionTokenRequest(TypedDict):
    DurationSeconds: NotRequired[int]
    SerialNumber: NotRequired[str]
    TokenCode: NotRequired[str]
    MinimumSessionTokenSize: NotRequired[int]


class GetSessionTokenResponse(TypedDict):
    Credentials: NotRequired["Credentials"]
    SessionTokenUtilization: NotRequired[int]
    SessionTokenSize: NotRequired[int]


class PolicyDescriptorType(TypedDict):
    arn: NotRequired[str]


class ProvidedContext(TypedDict):
    ProviderArn: NotRequired[str]
    ContextAssertion: NotRequired[str]


class Tag(TypedDict):
    Key: str
    Value: str

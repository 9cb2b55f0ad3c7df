"""Shapes of the implemented operations of cognito-idp. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AccountRecoverySettingType(TypedDict):
    RecoveryMechanisms: NotRequired[list["RecoveryOptionType"]]


class AcrLevelConfigType(TypedDict):
    AcrValue: str


class AddCustomAttributesRequest(TypedDict):
    UserPoolId: str
    CustomAttributes: list["SchemaAttributeType"]


class AddCustomAttributesResponse(TypedDict):
    pass


class AddUserPoolClientSecretRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientSecret: NotRequired[str]


class AddUserPoolClientSecretResponse(TypedDict):
    ClientSecretDescriptor: NotRequired["ClientSecretDescriptorType"]


class AdminCreateUserConfigType(TypedDict):
    AllowAdminCreateUserOnly: NotRequired[bool]
    UnusedAccountValidityDays: NotRequired[int]
    InviteMessageTemplate: NotRequired["MessageTemplateType"]


class AdvancedSecurityAdditionalFlowsType(TypedDict):
    CustomAuthMode: NotRequired[str]


class AnalyticsConfigurationType(TypedDict):
    ApplicationId: NotRequired[str]
    ApplicationArn: NotRequired[str]
    RoleArn: NotRequired[str]
    ExternalId: NotRequired[str]
    UserDataShared: NotRequired[bool]


class ClientSecretDescriptorType(TypedDict):
    ClientSecretId: NotRequired[str]
    ClientSecretValue: NotRequired[str]
    ClientSecretCreateDate: NotRequired[float]


class CreateUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientName: str
    GenerateSecret: NotRequired[bool]
    ClientSecret: NotRequired[str]
    RefreshTokenValidity: NotRequired[int]
    AccessTokenValidity: NotRequired[int]
    IdTokenValidity: NotRequired[int]
    TokenValidityUnits: NotRequired["TokenValidityUnitsType"]
    ReadAttributes: NotRequired[list[str]]
    WriteAttributes: NotRequired[list[str]]
    ExplicitAuthFlows: NotRequired[list[str]]
    SupportedIdentityProviders: NotRequired[list[str]]
    CallbackURLs: NotRequired[list[str]]
    LogoutURLs: NotRequired[list[str]]
    DefaultRedirectURI: NotRequired[str]
    AllowedOAuthFlows: NotRequired[list[str]]
    AllowedOAuthScopes: NotRequired[list[str]]
    AllowedOAuthFlowsUserPoolClient: NotRequired[bool]
    AnalyticsConfiguration: NotRequired["AnalyticsConfigurationType"]
    PreventUserExistenceErrors: NotRequired[str]
    EnableTokenRevocation: NotRequired[bool]
    EnablePropagateAdditionalUserContextData: NotRequired[bool]
    AuthSessionValidity: NotRequired[int]
    RefreshTokenRotation: NotRequired["RefreshTokenRotationType"]


class CreateUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired["UserPoolClientType"]


class CreateUserPoolRequest(TypedDict):
    PoolName: str
    Policies: NotRequired["UserPoolPolicyType"]
    DeletionProtection: NotRequired[str]
    LambdaConfig: NotRequired["LambdaConfigType"]
    AutoVerifiedAttributes: NotRequired[list[str]]
    AliasAttributes: NotRequired[list[str]]
    UsernameAttributes: NotRequired[list[str]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired["VerificationMessageTemplateType"]
    SmsAuthenticationMessage: NotRequired[str]
    MfaConfiguration: NotRequired[str]
    UserAttributeUpdateSettings: NotRequired["UserAttributeUpdateSettingsType"]
    DeviceConfiguration: NotRequired["DeviceConfigurationType"]
    EmailConfiguration: NotRequired["EmailConfigurationType"]
    SmsConfiguration: NotRequired["SmsConfigurationType"]
    UserPoolTags: NotRequired[dict[str, str]]
    AdminCreateUserConfig: NotRequired["AdminCreateUserConfigType"]
    Schema: NotRequired[list["SchemaAttributeType"]]
    UserPoolAddOns: NotRequired["UserPoolAddOnsType"]
    DcrConfiguration: NotRequired["DcrConfigurationType"]
    UsernameConfiguration: NotRequired["UsernameConfigurationType"]
    AccountRecoverySetting: NotRequired["AccountRecoverySettingType"]
    UserPoolTier: NotRequired[str]
    KeyConfiguration: NotRequired["KeyConfigurationType"]
    IssuerConfiguration: NotRequired["IssuerConfigurationType"]
    AcrConfiguration: NotRequired[dict[str, "AcrLevelConfigType"]]


class CreateUserPoolResponse(TypedDict):
    UserPool: NotRequired["UserPoolType"]


class CustomEmailLambdaVersionConfigType(TypedDict):
    LambdaVersion: str
    LambdaArn: str


class CustomSMSLambdaVersionConfigType(TypedDict):
    LambdaVersion: str
    LambdaArn: str


class DcrConfigurationType(TypedDict):
    EnableStatus: NotRequired[str]
    OpenDcrEnabled: NotRequired[bool]
    AuthenticatedGrantTypes: NotRequired[list[str]]
    OpenDcrGrantTypes: NotRequired[list[str]]
    AllowedScopes: NotRequired[list[str]]


class DeleteUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DeleteUserPoolClientSecretRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientSecretId: str


class DeleteUserPoolClientSecretResponse(TypedDict):
    pass


class DeleteUserPoolRequest(TypedDict):
    UserPoolId: str


class DescribeUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DescribeUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired["UserPoolClientType"]


class DescribeUserPoolRequest(TypedDict):
    UserPoolId: str


class DescribeUserPoolResponse(TypedDict):
    UserPool: NotRequired["UserPoolType"]


class DeviceConfigurationType(TypedDict):
    ChallengeRequiredOnNewDevice: NotRequired[bool]
    DeviceOnlyRememberedOnUserPrompt: NotRequired[bool]


class EmailConfigurationType(TypedDict):
    SourceArn: NotRequired[str]
    ReplyToEmailAddress: NotRequired[str]
    EmailSendingAccount: NotRequired[str]
    From: NotRequired[str]
    ConfigurationSet: NotRequired[str]


class EumsSmsConfigurationType(TypedDict):
    CallerArn: str
    ExternalId: NotRequired[str]
    OriginationIdentity: NotRequired[str]
    ConfigurationSetName: NotRequired[str]
    InEntityId: NotRequired[str]
    InTemplateId: NotRequired[str]
    Region: NotRequired[str]


class InboundFederationLambdaType(TypedDict):
    LambdaVersion: str
    LambdaArn: str


class IssuerConfigurationType(TypedDict):
    Type: NotRequired[str]


class KeyConfigurationType(TypedDict):
    KeyType: NotRequired[str]
    KmsKeyArn: NotRequired[str]


class LambdaConfigType(TypedDict):
    PreSignUp: NotRequired[str]
    CustomMessage: NotRequired[str]
    PostConfirmation: NotRequired[str]
    PreAuthentication: NotRequired[str]
    PostAuthentication: NotRequired[str]
    DefineAuthChallenge: NotRequired[str]
    CreateAuthChallenge: NotRequired[str]
    VerifyAuthChallengeResponse: NotRequired[str]
    PreTokenGeneration: NotRequired[str]
    UserMigration: NotRequired[str]
    PreTokenGenerationConfig: NotRequired["PreTokenGenerationVersionConfigType"]
    CustomSMSSender: NotRequired["CustomSMSLambdaVersionConfigType"]
    CustomEmailSender: NotRequired["CustomEmailLambdaVersionConfigType"]
    KMSKeyID: NotRequired[str]
    InboundFederation: NotRequired["InboundFederationLambdaType"]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListUserPoolClientSecretsRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    NextToken: NotRequired[str]


class ListUserPoolClientSecretsResponse(TypedDict):
    ClientSecrets: NotRequired[list["ClientSecretDescriptorType"]]
    NextToken: NotRequired[str]


class ListUserPoolClientsRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    ClientType: NotRequired[str]


class ListUserPoolClientsResponse(TypedDict):
    UserPoolClients: NotRequired[list["UserPoolClientDescription"]]
    NextToken: NotRequired[str]


class ListUserPoolsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: int


class ListUserPoolsResponse(TypedDict):
    UserPools: NotRequired[list["UserPoolDescriptionType"]]
    NextToken: NotRequired[str]


class MessageTemplateType(TypedDict):
    SMSMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]


class NumberAttributeConstraintsType(TypedDict):
    MinValue: NotRequired[str]
    MaxValue: NotRequired[str]


class PasswordPolicyType(TypedDict):
    MinimumLength: NotRequired[int]
    RequireUppercase: NotRequired[bool]
    RequireLowercase: NotRequired[bool]
    RequireNumbers: NotRequired[bool]
    RequireSymbols: NotRequired[bool]
    PasswordHistorySize: NotRequired[int]
    TemporaryPasswordValidityDays: NotRequired[int]


class PreTokenGenerationVersionConfigType(TypedDict):
    LambdaVersion: str
    LambdaArn: str


class RecoveryOptionType(TypedDict):
    Priority: int
    Name: str


class RefreshTokenRotationType(TypedDict):
    Feature: str
    RetryGracePeriodSeconds: NotRequired[int]


class SchemaAttributeType(TypedDict):
    Name: NotRequired[str]
    AttributeDataType: NotRequired[str]
    DeveloperOnlyAttribute: NotRequired[bool]
    Mutable: NotRequired[bool]
    Required: NotRequired[bool]
    NumberAttributeConstraints: NotRequired["NumberAttributeConstraintsType"]
    StringAttributeConstraints: NotRequired["StringAttributeConstraintsType"]


class SignInPolicyType(TypedDict):
    AllowedFirstAuthFactors: NotRequired[list[str]]


class SmsConfigurationType(TypedDict):
    SnsCallerArn: NotRequired[str]
    ExternalId: NotRequired[str]
    SnsRegion: NotRequired[str]
    EumsSms: NotRequired["EumsSmsConfigurationType"]


class StringAttributeConstraintsType(TypedDict):
    MinLength: NotRequired[str]
    MaxLength: NotRequired[str]


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class TokenValidityUnitsType(TypedDict):
    AccessToken: NotRequired[str]
    IdToken: NotRequired[str]
    RefreshToken: NotRequired[str]


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientName: NotRequired[str]
    RefreshTokenValidity: NotRequired[int]
    AccessTokenValidity: NotRequired[int]
    IdTokenValidity: NotRequired[int]
    TokenValidityUnits: NotRequired["TokenValidityUnitsType"]
    ReadAttributes: NotRequired[list[str]]
    WriteAttributes: NotRequired[list[str]]
    ExplicitAuthFlows: NotRequired[list[str]]
    SupportedIdentityProviders: NotRequired[list[str]]
    CallbackURLs: NotRequired[list[str]]
    LogoutURLs: NotRequired[list[str]]
    DefaultRedirectURI: NotRequired[str]
    AllowedOAuthFlows: NotRequired[list[str]]
    AllowedOAuthScopes: NotRequired[list[str]]
    AllowedOAuthFlowsUserPoolClient: NotRequired[bool]
    AnalyticsConfiguration: NotRequired["AnalyticsConfigurationType"]
    PreventUserExistenceErrors: NotRequired[str]
    EnableTokenRevocation: NotRequired[bool]
    EnablePropagateAdditionalUserContextData: NotRequired[bool]
    AuthSessionValidity: NotRequired[int]
    RefreshTokenRotation: NotRequired["RefreshTokenRotationType"]


class UpdateUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired["UserPoolClientType"]


class UpdateUserPoolRequest(TypedDict):
    UserPoolId: str
    Policies: NotRequired["UserPoolPolicyType"]
    DeletionProtection: NotRequired[str]
    LambdaConfig: NotRequired["LambdaConfigType"]
    AutoVerifiedAttributes: NotRequired[list[str]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired["VerificationMessageTemplateType"]
    SmsAuthenticationMessage: NotRequired[str]
    UserAttributeUpdateSettings: NotRequired["UserAttributeUpdateSettingsType"]
    MfaConfiguration: NotRequired[str]
    DeviceConfiguration: NotRequired["DeviceConfigurationType"]
    EmailConfiguration: NotRequired["EmailConfigurationType"]
    SmsConfiguration: NotRequired["SmsConfigurationType"]
    UserPoolTags: NotRequired[dict[str, str]]
    AdminCreateUserConfig: NotRequired["AdminCreateUserConfigType"]
    UserPoolAddOns: NotRequired["UserPoolAddOnsType"]
    DcrConfiguration: NotRequired["DcrConfigurationType"]
    AccountRecoverySetting: NotRequired["AccountRecoverySettingType"]
    PoolName: NotRequired[str]
    UserPoolTier: NotRequired[str]
    KeyConfiguration: NotRequired["KeyConfigurationType"]
    IssuerConfiguration: NotRequired["IssuerConfigurationType"]
    AcrConfiguration: NotRequired[dict[str, "AcrLevelConfigType"]]


class UpdateUserPoolResponse(TypedDict):
    pass


class UserAttributeUpdateSettingsType(TypedDict):
    AttributesRequireVerificationBeforeUpdate: NotRequired[list[str]]


class UserPoolAddOnsType(TypedDict):
    AdvancedSecurityMode: str
    AdvancedSecurityAdditionalFlows: NotRequired["AdvancedSecurityAdditionalFlowsType"]


class UserPoolClientDescription(TypedDict):
    ClientId: NotRequired[str]
    UserPoolId: NotRequired[str]
    ClientName: NotRequired[str]


class UserPoolClientType(TypedDict):
    UserPoolId: NotRequired[str]
    ClientName: NotRequired[str]
    ClientId: NotRequired[str]
    ClientSecret: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    RefreshTokenValidity: NotRequired[int]
    AccessTokenValidity: NotRequired[int]
    IdTokenValidity: NotRequired[int]
    TokenValidityUnits: NotRequired["TokenValidityUnitsType"]
    ReadAttributes: NotRequired[list[str]]
    WriteAttributes: NotRequired[list[str]]
    ExplicitAuthFlows: NotRequired[list[str]]
    SupportedIdentityProviders: NotRequired[list[str]]
    CallbackURLs: NotRequired[list[str]]
    LogoutURLs: NotRequired[list[str]]
    DefaultRedirectURI: NotRequired[str]
    AllowedOAuthFlows: NotRequired[list[str]]
    AllowedOAuthScopes: NotRequired[list[str]]
    AllowedOAuthFlowsUserPoolClient: NotRequired[bool]
    AnalyticsConfiguration: NotRequired["AnalyticsConfigurationType"]
    PreventUserExistenceErrors: NotRequired[str]
    EnableTokenRevocation: NotRequired[bool]
    EnablePropagateAdditionalUserContextData: NotRequired[bool]
    AuthSessionValidity: NotRequired[int]
    RefreshTokenRotation: NotRequired["RefreshTokenRotationType"]
    ClientType: NotRequired[str]


class UserPoolDescriptionType(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    LambdaConfig: NotRequired["LambdaConfigType"]
    Status: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    ReplicaRegions: NotRequired[list[str]]


class UserPoolPolicyType(TypedDict):
    PasswordPolicy: NotRequired["PasswordPolicyType"]
    SignInPolicy: NotRequired["SignInPolicyType"]


class UserPoolType(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    Policies: NotRequired["UserPoolPolicyType"]
    DeletionProtection: NotRequired[str]
    LambdaConfig: NotRequired["LambdaConfigType"]
    Status: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]
    SchemaAttributes: NotRequired[list["SchemaAttributeType"]]
    AutoVerifiedAttributes: NotRequired[list[str]]
    AliasAttributes: NotRequired[list[str]]
    UsernameAttributes: NotRequired[list[str]]
    SmsVerificationMessage: NotRequired[str]
    EmailVerificationMessage: NotRequired[str]
    EmailVerificationSubject: NotRequired[str]
    VerificationMessageTemplate: NotRequired["VerificationMessageTemplateType"]
    SmsAuthenticationMessage: NotRequired[str]
    UserAttributeUpdateSettings: NotRequired["UserAttributeUpdateSettingsType"]
    MfaConfiguration: NotRequired[str]
    DeviceConfiguration: NotRequired["DeviceConfigurationType"]
    EstimatedNumberOfUsers: NotRequired[int]
    EmailConfiguration: NotRequired["EmailConfigurationType"]
    SmsConfiguration: NotRequired["SmsConfigurationType"]
    UserPoolTags: NotRequired[dict[str, str]]
    SmsConfigurationFailure: NotRequired[str]
    EmailConfigurationFailure: NotRequired[str]
    Domain: NotRequired[str]
    CustomDomain: NotRequired[str]
    AdminCreateUserConfig: NotRequired["AdminCreateUserConfigType"]
    UserPoolAddOns: NotRequired["UserPoolAddOnsType"]
    DcrConfiguration: NotRequired["DcrConfigurationType"]
    UsernameConfiguration: NotRequired["UsernameConfigurationType"]
    Arn: NotRequired[str]
    AccountRecoverySetting: NotRequired["AccountRecoverySettingType"]
    UserPoolTier: NotRequired[str]
    KeyConfiguration: NotRequired["KeyConfigurationType"]
    IssuerConfiguration: NotRequired["IssuerConfigurationType"]
    AcrConfiguration: NotRequired[dict[str, "AcrLevelConfigType"]]


class UsernameConfigurationType(TypedDict):
    CaseSensitive: bool


class VerificationMessageTemplateType(TypedDict):
    SmsMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]
    EmailMessageByLink: NotRequired[str]
    EmailSubjectByLink: NotRequired[str]
    DefaultEmailOption: NotRequired[str]

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


class AdminAddUserToGroupRequest(TypedDict):
    UserPoolId: str
    Username: str
    GroupName: str


class AdminConfirmSignUpRequest(TypedDict):
    UserPoolId: str
    Username: str
    ClientMetadata: NotRequired[dict[str, str]]


class AdminConfirmSignUpResponse(TypedDict):
    pass


class AdminCreateUserConfigType(TypedDict):
    AllowAdminCreateUserOnly: NotRequired[bool]
    UnusedAccountValidityDays: NotRequired[int]
    InviteMessageTemplate: NotRequired["MessageTemplateType"]


class AdminCreateUserRequest(TypedDict):
    UserPoolId: str
    Username: str
    UserAttributes: NotRequired[list["AttributeType"]]
    ValidationData: NotRequired[list["AttributeType"]]
    TemporaryPassword: NotRequired[str]
    ForceAliasCreation: NotRequired[bool]
    MessageAction: NotRequired[str]
    DesiredDeliveryMediums: NotRequired[list[str]]
    ClientMetadata: NotRequired[dict[str, str]]


class AdminCreateUserResponse(TypedDict):
    User: NotRequired["UserType"]


class AdminDeleteUserAttributesRequest(TypedDict):
    UserPoolId: str
    Username: str
    UserAttributeNames: list[str]


class AdminDeleteUserAttributesResponse(TypedDict):
    pass


class AdminDeleteUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminDisableProviderForUserRequest(TypedDict):
    UserPoolId: str
    User: "ProviderUserIdentifierType"


class AdminDisableProviderForUserResponse(TypedDict):
    pass


class AdminDisableUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminDisableUserResponse(TypedDict):
    pass


class AdminEnableUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminEnableUserResponse(TypedDict):
    pass


class AdminForgetDeviceRequest(TypedDict):
    UserPoolId: str
    Username: str
    DeviceKey: str


class AdminGetDeviceRequest(TypedDict):
    DeviceKey: str
    UserPoolId: str
    Username: str


class AdminGetDeviceResponse(TypedDict):
    Device: "DeviceType"


class AdminGetUserRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminGetUserResponse(TypedDict):
    Username: str
    UserAttributes: NotRequired[list["AttributeType"]]
    UserCreateDate: NotRequired[float]
    UserLastModifiedDate: NotRequired[float]
    Enabled: NotRequired[bool]
    UserStatus: NotRequired[str]
    MFAOptions: NotRequired[list["MFAOptionType"]]
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]


class AdminInitiateAuthRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    AuthFlow: str
    AuthParameters: NotRequired[dict[str, str]]
    ClientMetadata: NotRequired[dict[str, str]]
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    ContextData: NotRequired["ContextDataType"]
    Session: NotRequired[str]


class AdminInitiateAuthResponse(TypedDict):
    ChallengeName: NotRequired[str]
    Session: NotRequired[str]
    ChallengeParameters: NotRequired[dict[str, str]]
    AuthenticationResult: NotRequired["AuthenticationResultType"]
    AvailableChallenges: NotRequired[list[str]]


class AdminLinkProviderForUserRequest(TypedDict):
    UserPoolId: str
    DestinationUser: "ProviderUserIdentifierType"
    SourceUser: "ProviderUserIdentifierType"


class AdminLinkProviderForUserResponse(TypedDict):
    pass


class AdminListDevicesRequest(TypedDict):
    UserPoolId: str
    Username: str
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]


class AdminListDevicesResponse(TypedDict):
    Devices: NotRequired[list["DeviceType"]]
    PaginationToken: NotRequired[str]


class AdminListGroupsForUserRequest(TypedDict):
    Username: str
    UserPoolId: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class AdminListGroupsForUserResponse(TypedDict):
    Groups: NotRequired[list["GroupType"]]
    NextToken: NotRequired[str]


class AdminRemoveUserFromGroupRequest(TypedDict):
    UserPoolId: str
    Username: str
    GroupName: str


class AdminResetUserPasswordRequest(TypedDict):
    UserPoolId: str
    Username: str
    ClientMetadata: NotRequired[dict[str, str]]


class AdminResetUserPasswordResponse(TypedDict):
    pass


class AdminRespondToAuthChallengeRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ChallengeName: str
    ChallengeResponses: NotRequired[dict[str, str]]
    Session: NotRequired[str]
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    ContextData: NotRequired["ContextDataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class AdminRespondToAuthChallengeResponse(TypedDict):
    ChallengeName: NotRequired[str]
    Session: NotRequired[str]
    ChallengeParameters: NotRequired[dict[str, str]]
    AuthenticationResult: NotRequired["AuthenticationResultType"]
    AvailableChallenges: NotRequired[list[str]]


class AdminSetUserMFAPreferenceRequest(TypedDict):
    SMSMfaSettings: NotRequired["SMSMfaSettingsType"]
    SoftwareTokenMfaSettings: NotRequired["SoftwareTokenMfaSettingsType"]
    EmailMfaSettings: NotRequired["EmailMfaSettingsType"]
    WebAuthnMfaSettings: NotRequired["WebAuthnMfaSettingsType"]
    Username: str
    UserPoolId: str


class AdminSetUserMFAPreferenceResponse(TypedDict):
    pass


class AdminSetUserPasswordRequest(TypedDict):
    UserPoolId: str
    Username: str
    Password: str
    Permanent: NotRequired[bool]


class AdminSetUserPasswordResponse(TypedDict):
    pass


class AdminSetUserSettingsRequest(TypedDict):
    UserPoolId: str
    Username: str
    MFAOptions: list["MFAOptionType"]


class AdminSetUserSettingsResponse(TypedDict):
    pass


class AdminUpdateDeviceStatusRequest(TypedDict):
    UserPoolId: str
    Username: str
    DeviceKey: str
    DeviceRememberedStatus: NotRequired[str]


class AdminUpdateDeviceStatusResponse(TypedDict):
    pass


class AdminUpdateUserAttributesRequest(TypedDict):
    UserPoolId: str
    Username: str
    UserAttributes: list["AttributeType"]
    ClientMetadata: NotRequired[dict[str, str]]


class AdminUpdateUserAttributesResponse(TypedDict):
    pass


class AdminUserGlobalSignOutRequest(TypedDict):
    UserPoolId: str
    Username: str


class AdminUserGlobalSignOutResponse(TypedDict):
    pass


class AdvancedSecurityAdditionalFlowsType(TypedDict):
    CustomAuthMode: NotRequired[str]


class AnalyticsConfigurationType(TypedDict):
    ApplicationId: NotRequired[str]
    ApplicationArn: NotRequired[str]
    RoleArn: NotRequired[str]
    ExternalId: NotRequired[str]
    UserDataShared: NotRequired[bool]


class AnalyticsMetadataType(TypedDict):
    AnalyticsEndpointId: NotRequired[str]


class AssociateSoftwareTokenRequest(TypedDict):
    AccessToken: NotRequired[str]
    Session: NotRequired[str]


class AssociateSoftwareTokenResponse(TypedDict):
    SecretCode: NotRequired[str]
    Session: NotRequired[str]


class AttributeType(TypedDict):
    Name: str
    Value: NotRequired[str]


class AuthenticationResultType(TypedDict):
    AccessToken: NotRequired[str]
    ExpiresIn: NotRequired[int]
    TokenType: NotRequired[str]
    RefreshToken: NotRequired[str]
    IdToken: NotRequired[str]
    NewDeviceMetadata: NotRequired["NewDeviceMetadataType"]


class ChangePasswordRequest(TypedDict):
    PreviousPassword: NotRequired[str]
    ProposedPassword: str
    AccessToken: str


class ChangePasswordResponse(TypedDict):
    pass


class ClientSecretDescriptorType(TypedDict):
    ClientSecretId: NotRequired[str]
    ClientSecretValue: NotRequired[str]
    ClientSecretCreateDate: NotRequired[float]


class CodeDeliveryDetailsType(TypedDict):
    Destination: NotRequired[str]
    DeliveryMedium: NotRequired[str]
    AttributeName: NotRequired[str]


class ConfirmDeviceRequest(TypedDict):
    AccessToken: str
    DeviceKey: str
    DeviceSecretVerifierConfig: NotRequired["DeviceSecretVerifierConfigType"]
    DeviceName: NotRequired[str]


class ConfirmDeviceResponse(TypedDict):
    UserConfirmationNecessary: NotRequired[bool]


class ConfirmForgotPasswordRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    Username: str
    ConfirmationCode: str
    Password: str
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    UserContextData: NotRequired["UserContextDataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class ConfirmForgotPasswordResponse(TypedDict):
    pass


class ConfirmSignUpRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    Username: str
    ConfirmationCode: str
    ForceAliasCreation: NotRequired[bool]
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    UserContextData: NotRequired["UserContextDataType"]
    ClientMetadata: NotRequired[dict[str, str]]
    Session: NotRequired[str]


class ConfirmSignUpResponse(TypedDict):
    Session: NotRequired[str]


class ContextDataType(TypedDict):
    IpAddress: str
    ServerName: str
    ServerPath: str
    HttpHeaders: list["HttpHeader"]
    EncodedData: NotRequired[str]


class CreateGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]


class CreateGroupResponse(TypedDict):
    Group: NotRequired["GroupType"]


class CreateIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str
    ProviderType: str
    ProviderDetails: dict[str, str]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]


class CreateIdentityProviderResponse(TypedDict):
    IdentityProvider: "IdentityProviderType"


class CreateResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str
    Name: str
    Scopes: NotRequired[list["ResourceServerScopeType"]]


class CreateResourceServerResponse(TypedDict):
    ResourceServer: "ResourceServerType"


class CreateUserImportJobRequest(TypedDict):
    JobName: str
    UserPoolId: str
    CloudWatchLogsRoleArn: str
    PasswordHashingAlgorithm: NotRequired[str]


class CreateUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired["UserImportJobType"]


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


class CreateUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str
    ManagedLoginVersion: NotRequired[int]
    CustomDomainConfig: NotRequired["CustomDomainConfigType"]
    Routing: NotRequired["RoutingType"]


class CreateUserPoolDomainResponse(TypedDict):
    ManagedLoginVersion: NotRequired[int]
    CloudFrontDomain: NotRequired[str]
    Routing: NotRequired["RoutingType"]


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


class CustomDomainConfigType(TypedDict):
    CertificateArn: str
    SecurityPolicy: NotRequired[str]


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


class DeleteGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str


class DeleteIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str


class DeleteResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str


class DeleteUserAttributesRequest(TypedDict):
    UserAttributeNames: list[str]
    AccessToken: str


class DeleteUserAttributesResponse(TypedDict):
    pass


class DeleteUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DeleteUserPoolClientSecretRequest(TypedDict):
    UserPoolId: str
    ClientId: str
    ClientSecretId: str


class DeleteUserPoolClientSecretResponse(TypedDict):
    pass


class DeleteUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str


class DeleteUserPoolDomainResponse(TypedDict):
    pass


class DeleteUserPoolRequest(TypedDict):
    UserPoolId: str


class DeleteUserRequest(TypedDict):
    AccessToken: str


class DescribeIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str


class DescribeIdentityProviderResponse(TypedDict):
    IdentityProvider: "IdentityProviderType"


class DescribeResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str


class DescribeResourceServerResponse(TypedDict):
    ResourceServer: "ResourceServerType"


class DescribeUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class DescribeUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired["UserImportJobType"]


class DescribeUserPoolClientRequest(TypedDict):
    UserPoolId: str
    ClientId: str


class DescribeUserPoolClientResponse(TypedDict):
    UserPoolClient: NotRequired["UserPoolClientType"]


class DescribeUserPoolDomainRequest(TypedDict):
    Domain: str


class DescribeUserPoolDomainResponse(TypedDict):
    DomainDescription: NotRequired["DomainDescriptionType"]


class DescribeUserPoolRequest(TypedDict):
    UserPoolId: str


class DescribeUserPoolResponse(TypedDict):
    UserPool: NotRequired["UserPoolType"]


class DeviceConfigurationType(TypedDict):
    ChallengeRequiredOnNewDevice: NotRequired[bool]
    DeviceOnlyRememberedOnUserPrompt: NotRequired[bool]


class DeviceSecretVerifierConfigType(TypedDict):
    PasswordVerifier: NotRequired[str]
    Salt: NotRequired[str]


class DeviceType(TypedDict):
    DeviceKey: NotRequired[str]
    DeviceAttributes: NotRequired[list["AttributeType"]]
    DeviceCreateDate: NotRequired[float]
    DeviceLastModifiedDate: NotRequired[float]
    DeviceLastAuthenticatedDate: NotRequired[float]


class DomainDescriptionType(TypedDict):
    UserPoolId: NotRequired[str]
    AWSAccountId: NotRequired[str]
    Domain: NotRequired[str]
    S3Bucket: NotRequired[str]
    CloudFrontDistribution: NotRequired[str]
    Version: NotRequired[str]
    Status: NotRequired[str]
    CustomDomainConfig: NotRequired["CustomDomainConfigType"]
    ManagedLoginVersion: NotRequired[int]
    Routing: NotRequired["RoutingType"]


class EmailConfigurationType(TypedDict):
    SourceArn: NotRequired[str]
    ReplyToEmailAddress: NotRequired[str]
    EmailSendingAccount: NotRequired[str]
    From: NotRequired[str]
    ConfigurationSet: NotRequired[str]


class EmailMfaConfigType(TypedDict):
    Message: NotRequired[str]
    Subject: NotRequired[str]


class EmailMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


class EumsSmsConfigurationType(TypedDict):
    CallerArn: str
    ExternalId: NotRequired[str]
    OriginationIdentity: NotRequired[str]
    ConfigurationSetName: NotRequired[str]
    InEntityId: NotRequired[str]
    InTemplateId: NotRequired[str]
    Region: NotRequired[str]


class FailoverType(TypedDict):
    SecondaryRegion: str
    PrimaryRoute53HealthCheckId: str


class ForgetDeviceRequest(TypedDict):
    AccessToken: NotRequired[str]
    DeviceKey: str


class ForgotPasswordRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    UserContextData: NotRequired["UserContextDataType"]
    Username: str
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class ForgotPasswordResponse(TypedDict):
    CodeDeliveryDetails: NotRequired["CodeDeliveryDetailsType"]


class GetCSVHeaderRequest(TypedDict):
    UserPoolId: str


class GetCSVHeaderResponse(TypedDict):
    UserPoolId: NotRequired[str]
    CSVHeader: NotRequired[list[str]]


class GetDeviceRequest(TypedDict):
    DeviceKey: str
    AccessToken: NotRequired[str]


class GetDeviceResponse(TypedDict):
    Device: "DeviceType"


class GetGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str


class GetGroupResponse(TypedDict):
    Group: NotRequired["GroupType"]


class GetIdentityProviderByIdentifierRequest(TypedDict):
    UserPoolId: str
    IdpIdentifier: str


class GetIdentityProviderByIdentifierResponse(TypedDict):
    IdentityProvider: "IdentityProviderType"


class GetTokensFromRefreshTokenRequest(TypedDict):
    RefreshToken: str
    ClientId: str
    ClientSecret: NotRequired[str]
    DeviceKey: NotRequired[str]
    ClientMetadata: NotRequired[dict[str, str]]


class GetTokensFromRefreshTokenResponse(TypedDict):
    AuthenticationResult: NotRequired["AuthenticationResultType"]


class GetUserAttributeVerificationCodeRequest(TypedDict):
    AccessToken: str
    AttributeName: str
    ClientMetadata: NotRequired[dict[str, str]]


class GetUserAttributeVerificationCodeResponse(TypedDict):
    CodeDeliveryDetails: NotRequired["CodeDeliveryDetailsType"]


class GetUserAuthFactorsRequest(TypedDict):
    AccessToken: str


class GetUserAuthFactorsResponse(TypedDict):
    Username: str
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]
    ConfiguredUserAuthFactors: NotRequired[list[str]]


class GetUserPoolMfaConfigRequest(TypedDict):
    UserPoolId: str


class GetUserPoolMfaConfigResponse(TypedDict):
    SmsMfaConfiguration: NotRequired["SmsMfaConfigType"]
    SoftwareTokenMfaConfiguration: NotRequired["SoftwareTokenMfaConfigType"]
    EmailMfaConfiguration: NotRequired["EmailMfaConfigType"]
    MfaConfiguration: NotRequired[str]
    WebAuthnConfiguration: NotRequired["WebAuthnConfigurationType"]


class GetUserRequest(TypedDict):
    AccessToken: str


class GetUserResponse(TypedDict):
    Username: str
    UserAttributes: list["AttributeType"]
    MFAOptions: NotRequired[list["MFAOptionType"]]
    PreferredMfaSetting: NotRequired[str]
    UserMFASettingList: NotRequired[list[str]]


class GlobalSignOutRequest(TypedDict):
    AccessToken: str


class GlobalSignOutResponse(TypedDict):
    pass


class GroupType(TypedDict):
    GroupName: NotRequired[str]
    UserPoolId: NotRequired[str]
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class HttpHeader(TypedDict):
    headerName: NotRequired[str]
    headerValue: NotRequired[str]


class IdentityProviderType(TypedDict):
    UserPoolId: NotRequired[str]
    ProviderName: NotRequired[str]
    ProviderType: NotRequired[str]
    ProviderDetails: NotRequired[dict[str, str]]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class InboundFederationLambdaType(TypedDict):
    LambdaVersion: str
    LambdaArn: str


class InitiateAuthRequest(TypedDict):
    AuthFlow: str
    AuthParameters: NotRequired[dict[str, str]]
    ClientMetadata: NotRequired[dict[str, str]]
    ClientId: str
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    UserContextData: NotRequired["UserContextDataType"]
    Session: NotRequired[str]


class InitiateAuthResponse(TypedDict):
    ChallengeName: NotRequired[str]
    Session: NotRequired[str]
    ChallengeParameters: NotRequired[dict[str, str]]
    AuthenticationResult: NotRequired["AuthenticationResultType"]
    AvailableChallenges: NotRequired[list[str]]


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


class ListDevicesRequest(TypedDict):
    AccessToken: str
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]


class ListDevicesResponse(TypedDict):
    Devices: NotRequired[list["DeviceType"]]
    PaginationToken: NotRequired[str]


class ListGroupsRequest(TypedDict):
    UserPoolId: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class ListGroupsResponse(TypedDict):
    Groups: NotRequired[list["GroupType"]]
    NextToken: NotRequired[str]


class ListIdentityProvidersRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListIdentityProvidersResponse(TypedDict):
    Providers: list["ProviderDescription"]
    NextToken: NotRequired[str]


class ListResourceServersRequest(TypedDict):
    UserPoolId: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListResourceServersResponse(TypedDict):
    ResourceServers: list["ResourceServerType"]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListUserImportJobsRequest(TypedDict):
    UserPoolId: str
    MaxResults: int
    PaginationToken: NotRequired[str]


class ListUserImportJobsResponse(TypedDict):
    UserImportJobs: NotRequired[list["UserImportJobType"]]
    PaginationToken: NotRequired[str]


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


class ListUsersInGroupRequest(TypedDict):
    UserPoolId: str
    GroupName: str
    Limit: NotRequired[int]
    NextToken: NotRequired[str]


class ListUsersInGroupResponse(TypedDict):
    Users: NotRequired[list["UserType"]]
    NextToken: NotRequired[str]


class ListUsersRequest(TypedDict):
    UserPoolId: str
    AttributesToGet: NotRequired[list[str]]
    Limit: NotRequired[int]
    PaginationToken: NotRequired[str]
    Filter: NotRequired[str]


class ListUsersResponse(TypedDict):
    Users: NotRequired[list["UserType"]]
    PaginationToken: NotRequired[str]


class MFAOptionType(TypedDict):
    DeliveryMedium: NotRequired[str]
    AttributeName: NotRequired[str]


class MessageTemplateType(TypedDict):
    SMSMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]


class NewDeviceMetadataType(TypedDict):
    DeviceKey: NotRequired[str]
    DeviceGroupKey: NotRequired[str]


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


class ProviderDescription(TypedDict):
    ProviderName: NotRequired[str]
    ProviderType: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    CreationDate: NotRequired[float]


class ProviderUserIdentifierType(TypedDict):
    ProviderName: NotRequired[str]
    ProviderAttributeName: NotRequired[str]
    ProviderAttributeValue: NotRequired[str]


class RecoveryOptionType(TypedDict):
    Priority: int
    Name: str


class RefreshTokenRotationType(TypedDict):
    Feature: str
    RetryGracePeriodSeconds: NotRequired[int]


class ResendConfirmationCodeRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    UserContextData: NotRequired["UserContextDataType"]
    Username: str
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class ResendConfirmationCodeResponse(TypedDict):
    CodeDeliveryDetails: NotRequired["CodeDeliveryDetailsType"]


class ResourceServerScopeType(TypedDict):
    ScopeName: str
    ScopeDescription: str


class ResourceServerType(TypedDict):
    UserPoolId: NotRequired[str]
    Identifier: NotRequired[str]
    Name: NotRequired[str]
    Scopes: NotRequired[list["ResourceServerScopeType"]]
    ManagedBy: NotRequired[str]


class RespondToAuthChallengeRequest(TypedDict):
    ClientId: str
    ChallengeName: str
    Session: NotRequired[str]
    ChallengeResponses: NotRequired[dict[str, str]]
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    UserContextData: NotRequired["UserContextDataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class RespondToAuthChallengeResponse(TypedDict):
    ChallengeName: NotRequired[str]
    Session: NotRequired[str]
    ChallengeParameters: NotRequired[dict[str, str]]
    AuthenticationResult: NotRequired["AuthenticationResultType"]
    AvailableChallenges: NotRequired[list[str]]


class RevokeTokenRequest(TypedDict):
    Token: str
    ClientId: str
    ClientSecret: NotRequired[str]
    RevokeAssociatedSessions: NotRequired[str]


class RevokeTokenResponse(TypedDict):
    pass


class RoutingType(TypedDict):
    Failover: NotRequired["FailoverType"]


class SMSMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


class SchemaAttributeType(TypedDict):
    Name: NotRequired[str]
    AttributeDataType: NotRequired[str]
    DeveloperOnlyAttribute: NotRequired[bool]
    Mutable: NotRequired[bool]
    Required: NotRequired[bool]
    NumberAttributeConstraints: NotRequired["NumberAttributeConstraintsType"]
    StringAttributeConstraints: NotRequired["StringAttributeConstraintsType"]


class SetUserMFAPreferenceRequest(TypedDict):
    SMSMfaSettings: NotRequired["SMSMfaSettingsType"]
    SoftwareTokenMfaSettings: NotRequired["SoftwareTokenMfaSettingsType"]
    EmailMfaSettings: NotRequired["EmailMfaSettingsType"]
    WebAuthnMfaSettings: NotRequired["WebAuthnMfaSettingsType"]
    AccessToken: str


class SetUserMFAPreferenceResponse(TypedDict):
    pass


class SetUserPoolMfaConfigRequest(TypedDict):
    UserPoolId: str
    SmsMfaConfiguration: NotRequired["SmsMfaConfigType"]
    SoftwareTokenMfaConfiguration: NotRequired["SoftwareTokenMfaConfigType"]
    EmailMfaConfiguration: NotRequired["EmailMfaConfigType"]
    MfaConfiguration: NotRequired[str]
    WebAuthnConfiguration: NotRequired["WebAuthnConfigurationType"]


class SetUserPoolMfaConfigResponse(TypedDict):
    SmsMfaConfiguration: NotRequired["SmsMfaConfigType"]
    SoftwareTokenMfaConfiguration: NotRequired["SoftwareTokenMfaConfigType"]
    EmailMfaConfiguration: NotRequired["EmailMfaConfigType"]
    MfaConfiguration: NotRequired[str]
    WebAuthnConfiguration: NotRequired["WebAuthnConfigurationType"]


class SetUserSettingsRequest(TypedDict):
    AccessToken: str
    MFAOptions: list["MFAOptionType"]


class SetUserSettingsResponse(TypedDict):
    pass


class SignInPolicyType(TypedDict):
    AllowedFirstAuthFactors: NotRequired[list[str]]


class SignUpRequest(TypedDict):
    ClientId: str
    SecretHash: NotRequired[str]
    Username: str
    Password: NotRequired[str]
    UserAttributes: NotRequired[list["AttributeType"]]
    ValidationData: NotRequired[list["AttributeType"]]
    AnalyticsMetadata: NotRequired["AnalyticsMetadataType"]
    UserContextData: NotRequired["UserContextDataType"]
    ClientMetadata: NotRequired[dict[str, str]]


class SignUpResponse(TypedDict):
    UserConfirmed: bool
    CodeDeliveryDetails: NotRequired["CodeDeliveryDetailsType"]
    UserSub: str
    Session: NotRequired[str]


class SmsConfigurationType(TypedDict):
    SnsCallerArn: NotRequired[str]
    ExternalId: NotRequired[str]
    SnsRegion: NotRequired[str]
    EumsSms: NotRequired["EumsSmsConfigurationType"]


class SmsMfaConfigType(TypedDict):
    SmsAuthenticationMessage: NotRequired[str]
    SmsConfiguration: NotRequired["SmsConfigurationType"]


class SoftwareTokenMfaConfigType(TypedDict):
    Enabled: NotRequired[bool]


class SoftwareTokenMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]
    PreferredMfa: NotRequired[bool]


class StartUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class StartUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired["UserImportJobType"]


class StopUserImportJobRequest(TypedDict):
    UserPoolId: str
    JobId: str


class StopUserImportJobResponse(TypedDict):
    UserImportJob: NotRequired["UserImportJobType"]


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


class UpdateDeviceStatusRequest(TypedDict):
    AccessToken: str
    DeviceKey: str
    DeviceRememberedStatus: NotRequired[str]


class UpdateDeviceStatusResponse(TypedDict):
    pass


class UpdateGroupRequest(TypedDict):
    GroupName: str
    UserPoolId: str
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Precedence: NotRequired[int]


class UpdateGroupResponse(TypedDict):
    Group: NotRequired["GroupType"]


class UpdateIdentityProviderRequest(TypedDict):
    UserPoolId: str
    ProviderName: str
    ProviderDetails: NotRequired[dict[str, str]]
    AttributeMapping: NotRequired[dict[str, str]]
    IdpIdentifiers: NotRequired[list[str]]
    AcrMapping: NotRequired[dict[str, str]]


class UpdateIdentityProviderResponse(TypedDict):
    IdentityProvider: "IdentityProviderType"


class UpdateResourceServerRequest(TypedDict):
    UserPoolId: str
    Identifier: str
    Name: str
    Scopes: NotRequired[list["ResourceServerScopeType"]]


class UpdateResourceServerResponse(TypedDict):
    ResourceServer: "ResourceServerType"


class UpdateUserAttributesRequest(TypedDict):
    UserAttributes: list["AttributeType"]
    AccessToken: str
    ClientMetadata: NotRequired[dict[str, str]]


class UpdateUserAttributesResponse(TypedDict):
    CodeDeliveryDetailsList: NotRequired[list["CodeDeliveryDetailsType"]]


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


class UpdateUserPoolDomainRequest(TypedDict):
    Domain: str
    UserPoolId: str
    ManagedLoginVersion: NotRequired[int]
    CustomDomainConfig: NotRequired["CustomDomainConfigType"]
    Routing: NotRequired["RoutingType"]


class UpdateUserPoolDomainResponse(TypedDict):
    ManagedLoginVersion: NotRequired[int]
    CloudFrontDomain: NotRequired[str]
    Routing: NotRequired["RoutingType"]


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


class UserContextDataType(TypedDict):
    IpAddress: NotRequired[str]
    EncodedData: NotRequired[str]


class UserImportJobType(TypedDict):
    JobName: NotRequired[str]
    JobId: NotRequired[str]
    UserPoolId: NotRequired[str]
    PreSignedUrl: NotRequired[str]
    CreationDate: NotRequired[float]
    StartDate: NotRequired[float]
    CompletionDate: NotRequired[float]
    Status: NotRequired[str]
    CloudWatchLogsRoleArn: NotRequired[str]
    ImportedUsers: NotRequired[int]
    SkippedUsers: NotRequired[int]
    FailedUsers: NotRequired[int]
    CompletionMessage: NotRequired[str]
    PasswordHashingAlgorithm: NotRequired[str]


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


class UserType(TypedDict):
    Username: NotRequired[str]
    Attributes: NotRequired[list["AttributeType"]]
    UserCreateDate: NotRequired[float]
    UserLastModifiedDate: NotRequired[float]
    Enabled: NotRequired[bool]
    UserStatus: NotRequired[str]
    MFAOptions: NotRequired[list["MFAOptionType"]]


class UsernameConfigurationType(TypedDict):
    CaseSensitive: bool


class VerificationMessageTemplateType(TypedDict):
    SmsMessage: NotRequired[str]
    EmailMessage: NotRequired[str]
    EmailSubject: NotRequired[str]
    EmailMessageByLink: NotRequired[str]
    EmailSubjectByLink: NotRequired[str]
    DefaultEmailOption: NotRequired[str]


class VerifySoftwareTokenRequest(TypedDict):
    AccessToken: NotRequired[str]
    Session: NotRequired[str]
    UserCode: str
    FriendlyDeviceName: NotRequired[str]


class VerifySoftwareTokenResponse(TypedDict):
    Status: NotRequired[str]
    Session: NotRequired[str]


class VerifyUserAttributeRequest(TypedDict):
    AccessToken: str
    AttributeName: str
    Code: str


class VerifyUserAttributeResponse(TypedDict):
    pass


class WebAuthnConfigurationType(TypedDict):
    RelyingPartyId: NotRequired[str]
    UserVerification: NotRequired[str]
    FactorConfiguration: NotRequired[str]


class WebAuthnMfaSettingsType(TypedDict):
    Enabled: NotRequired[bool]

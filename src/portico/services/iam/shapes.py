"""Shapes of the implemented operations of iam. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AccessKey(TypedDict):
    UserName: str
    AccessKeyId: str
    Status: str
    SecretAccessKey: str
    CreateDate: NotRequired[float]


class AccessKeyLastUsed(TypedDict):
    LastUsedDate: NotRequired[float]
    ServiceName: str
    Region: str


class AccessKeyMetadata(TypedDict):
    UserName: NotRequired[str]
    AccessKeyId: NotRequired[str]
    Status: NotRequired[str]
    CreateDate: NotRequired[float]


class AddClientIDToOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str
    ClientID: str


class AddRoleToInstanceProfileRequest(TypedDict):
    InstanceProfileName: str
    RoleName: str


class AddUserToGroupRequest(TypedDict):
    GroupName: str
    UserName: str


class AttachGroupPolicyRequest(TypedDict):
    GroupName: str
    PolicyArn: str


class AttachRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyArn: str


class AttachUserPolicyRequest(TypedDict):
    UserName: str
    PolicyArn: str


class AttachedPermissionsBoundary(TypedDict):
    PermissionsBoundaryType: NotRequired[str]
    PermissionsBoundaryArn: NotRequired[str]


class AttachedPolicy(TypedDict):
    PolicyName: NotRequired[str]
    PolicyArn: NotRequired[str]


class ContextEntry(TypedDict):
    ContextKeyName: NotRequired[str]
    ContextKeyValues: NotRequired[list[str]]
    ContextKeyType: NotRequired[str]


class CreateAccessKeyRequest(TypedDict):
    UserName: NotRequired[str]


class CreateAccessKeyResponse(TypedDict):
    AccessKey: "AccessKey"


class CreateAccountAliasRequest(TypedDict):
    AccountAlias: str


class CreateGroupRequest(TypedDict):
    Path: NotRequired[str]
    GroupName: str


class CreateGroupResponse(TypedDict):
    Group: "Group"


class CreateInstanceProfileRequest(TypedDict):
    InstanceProfileName: str
    Path: NotRequired[str]
    Tags: NotRequired[list["Tag"]]


class CreateInstanceProfileResponse(TypedDict):
    InstanceProfile: "InstanceProfile"


class CreateOpenIDConnectProviderRequest(TypedDict):
    Url: str
    ClientIDList: NotRequired[list[str]]
    ThumbprintList: NotRequired[list[str]]
    Tags: NotRequired[list["Tag"]]


class CreateOpenIDConnectProviderResponse(TypedDict):
    OpenIDConnectProviderArn: NotRequired[str]
    Tags: NotRequired[list["Tag"]]


class CreatePolicyRequest(TypedDict):
    PolicyName: str
    Path: NotRequired[str]
    PolicyDocument: str
    Description: NotRequired[str]
    Tags: NotRequired[list["Tag"]]


class CreatePolicyResponse(TypedDict):
    Policy: NotRequired["Policy"]


class CreatePolicyVersionRequest(TypedDict):
    PolicyArn: str
    PolicyDocument: str
    SetAsDefault: NotRequired[bool]


class CreatePolicyVersionResponse(TypedDict):
    PolicyVersion: NotRequired["PolicyVersion"]


class CreateRoleRequest(TypedDict):
    Path: NotRequired[str]
    RoleName: str
    AssumeRolePolicyDocument: str
    Description: NotRequired[str]
    MaxSessionDuration: NotRequired[int]
    PermissionsBoundary: NotRequired[str]
    Tags: NotRequired[list["Tag"]]


class CreateRoleResponse(TypedDict):
    Role: "Role"


class CreateServiceLinkedRoleRequest(TypedDict):
    AWSServiceName: str
    Description: NotRequired[str]
    CustomSuffix: NotRequired[str]


class CreateServiceLinkedRoleResponse(TypedDict):
    Role: NotRequired["Role"]


class CreateServiceSpecificCredentialRequest(TypedDict):
    UserName: str
    ServiceName: str
    CredentialAgeDays: NotRequired[int]


class CreateServiceSpecificCredentialResponse(TypedDict):
    ServiceSpecificCredential: NotRequired["ServiceSpecificCredential"]


class CreateUserRequest(TypedDict):
    Path: NotRequired[str]
    UserName: str
    PermissionsBoundary: NotRequired[str]
    Tags: NotRequired[list["Tag"]]


class CreateUserResponse(TypedDict):
    User: NotRequired["User"]


class DeleteAccessKeyRequest(TypedDict):
    UserName: NotRequired[str]
    AccessKeyId: str


class DeleteAccountAliasRequest(TypedDict):
    AccountAlias: str


class DeleteGroupPolicyRequest(TypedDict):
    GroupName: str
    PolicyName: str


class DeleteGroupRequest(TypedDict):
    GroupName: str


class DeleteInstanceProfileRequest(TypedDict):
    InstanceProfileName: str


class DeleteOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str


class DeletePolicyRequest(TypedDict):
    PolicyArn: str


class DeletePolicyVersionRequest(TypedDict):
    PolicyArn: str
    VersionId: str


class DeleteRolePermissionsBoundaryRequest(TypedDict):
    RoleName: str


class DeleteRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyName: str


class DeleteRoleRequest(TypedDict):
    RoleName: str


class DeleteServiceLinkedRoleRequest(TypedDict):
    RoleName: str


class DeleteServiceLinkedRoleResponse(TypedDict):
    DeletionTaskId: str


class DeleteServiceSpecificCredentialRequest(TypedDict):
    UserName: NotRequired[str]
    ServiceSpecificCredentialId: str


class DeleteUserPermissionsBoundaryRequest(TypedDict):
    UserName: str


class DeleteUserPolicyRequest(TypedDict):
    UserName: str
    PolicyName: str


class DeleteUserRequest(TypedDict):
    UserName: str


class DeletionTaskFailureReasonType(TypedDict):
    Reason: NotRequired[str]
    RoleUsageList: NotRequired[list["RoleUsageType"]]


class DetachGroupPolicyRequest(TypedDict):
    GroupName: str
    PolicyArn: str


class DetachRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyArn: str


class DetachUserPolicyRequest(TypedDict):
    UserName: str
    PolicyArn: str


class EvaluationResult(TypedDict):
    EvalActionName: str
    EvalResourceName: NotRequired[str]
    EvalDecision: str
    MatchedStatements: NotRequired[list["Statement"]]
    MissingContextValues: NotRequired[list[str]]
    OrganizationsDecisionDetail: NotRequired["OrganizationsDecisionDetail"]
    PermissionsBoundaryDecisionDetail: NotRequired["PermissionsBoundaryDecisionDetail"]
    EvalDecisionDetails: NotRequired[dict[str, str]]
    ResourceSpecificResults: NotRequired[list["ResourceSpecificResult"]]


class GetAccessKeyLastUsedRequest(TypedDict):
    AccessKeyId: str


class GetAccessKeyLastUsedResponse(TypedDict):
    UserName: NotRequired[str]
    AccessKeyLastUsed: NotRequired["AccessKeyLastUsed"]


class GetAccountAuthorizationDetailsRequest(TypedDict):
    Filter: NotRequired[list[str]]
    MaxItems: NotRequired[int]
    Marker: NotRequired[str]


class GetAccountAuthorizationDetailsResponse(TypedDict):
    UserDetailList: NotRequired[list["UserDetail"]]
    GroupDetailList: NotRequired[list["GroupDetail"]]
    RoleDetailList: NotRequired[list["RoleDetail"]]
    Policies: NotRequired[list["ManagedPolicyDetail"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class GetAccountSummaryResponse(TypedDict):
    SummaryMap: NotRequired[dict[str, int]]


class GetContextKeysForCustomPolicyRequest(TypedDict):
    PolicyInputList: list[str]


class GetContextKeysForPolicyResponse(TypedDict):
    ContextKeyNames: NotRequired[list[str]]


class GetContextKeysForPrincipalPolicyRequest(TypedDict):
    PolicySourceArn: str
    PolicyInputList: NotRequired[list[str]]


class GetGroupPolicyRequest(TypedDict):
    GroupName: str
    PolicyName: str


class GetGroupPolicyResponse(TypedDict):
    GroupName: str
    PolicyName: str
    PolicyDocument: str


class GetGroupRequest(TypedDict):
    GroupName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class GetGroupResponse(TypedDict):
    Group: "Group"
    Users: list["User"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class GetInstanceProfileRequest(TypedDict):
    InstanceProfileName: str


class GetInstanceProfileResponse(TypedDict):
    InstanceProfile: "InstanceProfile"


class GetOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str


class GetOpenIDConnectProviderResponse(TypedDict):
    Url: NotRequired[str]
    ClientIDList: NotRequired[list[str]]
    ThumbprintList: NotRequired[list[str]]
    CreateDate: NotRequired[float]
    Tags: NotRequired[list["Tag"]]


class GetPolicyRequest(TypedDict):
    PolicyArn: str


class GetPolicyResponse(TypedDict):
    Policy: NotRequired["Policy"]


class GetPolicyVersionRequest(TypedDict):
    PolicyArn: str
    VersionId: str


class GetPolicyVersionResponse(TypedDict):
    PolicyVersion: NotRequired["PolicyVersion"]


class GetRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyName: str


class GetRolePolicyResponse(TypedDict):
    RoleName: str
    PolicyName: str
    PolicyDocument: str


class GetRoleRequest(TypedDict):
    RoleName: str


class GetRoleResponse(TypedDict):
    Role: "Role"


class GetServiceLinkedRoleDeletionStatusRequest(TypedDict):
    DeletionTaskId: str


class GetServiceLinkedRoleDeletionStatusResponse(TypedDict):
    Status: str
    Reason: NotRequired["DeletionTaskFailureReasonType"]


class GetUserPolicyRequest(TypedDict):
    UserName: str
    PolicyName: str


class GetUserPolicyResponse(TypedDict):
    UserName: str
    PolicyName: str
    PolicyDocument: str


class GetUserRequest(TypedDict):
    UserName: NotRequired[str]


class GetUserResponse(TypedDict):
    User: "User"


class Group(TypedDict):
    Path: str
    GroupName: str
    GroupId: str
    Arn: str
    CreateDate: float


class GroupDetail(TypedDict):
    Path: NotRequired[str]
    GroupName: NotRequired[str]
    GroupId: NotRequired[str]
    Arn: NotRequired[str]
    CreateDate: NotRequired[float]
    GroupPolicyList: NotRequired[list["PolicyDetail"]]
    AttachedManagedPolicies: NotRequired[list["AttachedPolicy"]]


class InlinePolicyIdentifierType(TypedDict):
    PolicyName: str
    AttachmentType: str
    AttachmentName: str


class InstanceProfile(TypedDict):
    Path: str
    InstanceProfileName: str
    InstanceProfileId: str
    Arn: str
    CreateDate: float
    Roles: list["Role"]
    Tags: NotRequired[list["Tag"]]


class ListAccessKeysRequest(TypedDict):
    UserName: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAccessKeysResponse(TypedDict):
    AccessKeyMetadata: list["AccessKeyMetadata"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListAccountAliasesRequest(TypedDict):
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAccountAliasesResponse(TypedDict):
    AccountAliases: list[str]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListAttachedGroupPoliciesRequest(TypedDict):
    GroupName: str
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAttachedGroupPoliciesResponse(TypedDict):
    AttachedPolicies: NotRequired[list["AttachedPolicy"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListAttachedRolePoliciesRequest(TypedDict):
    RoleName: str
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAttachedRolePoliciesResponse(TypedDict):
    AttachedPolicies: NotRequired[list["AttachedPolicy"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListAttachedUserPoliciesRequest(TypedDict):
    UserName: str
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListAttachedUserPoliciesResponse(TypedDict):
    AttachedPolicies: NotRequired[list["AttachedPolicy"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListEntitiesForPolicyRequest(TypedDict):
    PolicyArn: str
    EntityFilter: NotRequired[str]
    PathPrefix: NotRequired[str]
    PolicyUsageFilter: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListEntitiesForPolicyResponse(TypedDict):
    PolicyGroups: NotRequired[list["PolicyGroup"]]
    PolicyUsers: NotRequired[list["PolicyUser"]]
    PolicyRoles: NotRequired[list["PolicyRole"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListGroupPoliciesRequest(TypedDict):
    GroupName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListGroupPoliciesResponse(TypedDict):
    PolicyNames: list[str]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListGroupsForUserRequest(TypedDict):
    UserName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListGroupsForUserResponse(TypedDict):
    Groups: list["Group"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListGroupsRequest(TypedDict):
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListGroupsResponse(TypedDict):
    Groups: list["Group"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListInstanceProfileTagsRequest(TypedDict):
    InstanceProfileName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListInstanceProfileTagsResponse(TypedDict):
    Tags: list["Tag"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListInstanceProfilesForRoleRequest(TypedDict):
    RoleName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListInstanceProfilesForRoleResponse(TypedDict):
    InstanceProfiles: list["InstanceProfile"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListInstanceProfilesRequest(TypedDict):
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListInstanceProfilesResponse(TypedDict):
    InstanceProfiles: list["InstanceProfile"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListOpenIDConnectProviderTagsRequest(TypedDict):
    OpenIDConnectProviderArn: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListOpenIDConnectProviderTagsResponse(TypedDict):
    Tags: list["Tag"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListOpenIDConnectProvidersRequest(TypedDict):
    pass


class ListOpenIDConnectProvidersResponse(TypedDict):
    OpenIDConnectProviderList: NotRequired[list["OpenIDConnectProviderListEntry"]]


class ListPoliciesRequest(TypedDict):
    Scope: NotRequired[str]
    OnlyAttached: NotRequired[bool]
    PathPrefix: NotRequired[str]
    PolicyUsageFilter: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListPoliciesResponse(TypedDict):
    Policies: NotRequired[list["Policy"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListPolicyTagsRequest(TypedDict):
    PolicyArn: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListPolicyTagsResponse(TypedDict):
    Tags: list["Tag"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListPolicyVersionsRequest(TypedDict):
    PolicyArn: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListPolicyVersionsResponse(TypedDict):
    Versions: NotRequired[list["PolicyVersion"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListRolePoliciesRequest(TypedDict):
    RoleName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListRolePoliciesResponse(TypedDict):
    PolicyNames: list[str]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListRoleTagsRequest(TypedDict):
    RoleName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListRoleTagsResponse(TypedDict):
    Tags: list["Tag"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListRolesRequest(TypedDict):
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListRolesResponse(TypedDict):
    Roles: list["Role"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListServiceSpecificCredentialsRequest(TypedDict):
    UserName: NotRequired[str]
    ServiceName: NotRequired[str]
    AllUsers: NotRequired[bool]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListServiceSpecificCredentialsResponse(TypedDict):
    ServiceSpecificCredentials: NotRequired[list["ServiceSpecificCredentialMetadata"]]
    Marker: NotRequired[str]
    IsTruncated: NotRequired[bool]


class ListUserPoliciesRequest(TypedDict):
    UserName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListUserPoliciesResponse(TypedDict):
    PolicyNames: list[str]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListUserTagsRequest(TypedDict):
    UserName: str
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListUserTagsResponse(TypedDict):
    Tags: list["Tag"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ListUsersRequest(TypedDict):
    PathPrefix: NotRequired[str]
    Marker: NotRequired[str]
    MaxItems: NotRequired[int]


class ListUsersResponse(TypedDict):
    Users: list["User"]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class ManagedPolicyDetail(TypedDict):
    PolicyName: NotRequired[str]
    PolicyId: NotRequired[str]
    Arn: NotRequired[str]
    Path: NotRequired[str]
    DefaultVersionId: NotRequired[str]
    AttachmentCount: NotRequired[int]
    PermissionsBoundaryUsageCount: NotRequired[int]
    IsAttachable: NotRequired[bool]
    Description: NotRequired[str]
    CreateDate: NotRequired[float]
    UpdateDate: NotRequired[float]
    PolicyVersionList: NotRequired[list["PolicyVersion"]]


class OpenIDConnectProviderListEntry(TypedDict):
    Arn: NotRequired[str]


class OrderedOrganizationPolicyType(TypedDict):
    ServiceControlPolicyInputList: NotRequired[list[str]]


class OrganizationsDecisionDetail(TypedDict):
    AllowedByOrganizations: NotRequired[bool]


class PermissionsBoundaryDecisionDetail(TypedDict):
    AllowedByPermissionsBoundary: NotRequired[bool]


class Policy(TypedDict):
    PolicyName: NotRequired[str]
    PolicyId: NotRequired[str]
    Arn: NotRequired[str]
    Path: NotRequired[str]
    DefaultVersionId: NotRequired[str]
    AttachmentCount: NotRequired[int]
    PermissionsBoundaryUsageCount: NotRequired[int]
    IsAttachable: NotRequired[bool]
    Description: NotRequired[str]
    CreateDate: NotRequired[float]
    UpdateDate: NotRequired[float]
    Tags: NotRequired[list["Tag"]]


class PolicyDetail(TypedDict):
    PolicyName: NotRequired[str]
    PolicyDocument: NotRequired[str]


class PolicyGroup(TypedDict):
    GroupName: NotRequired[str]
    GroupId: NotRequired[str]


class PolicyIdentifier(TypedDict):
    PolicyType: NotRequired[str]
    PolicyArn: NotRequired[str]
    InlinePolicyIdentifier: NotRequired["InlinePolicyIdentifierType"]


class PolicyRole(TypedDict):
    RoleName: NotRequired[str]
    RoleId: NotRequired[str]


class PolicyUser(TypedDict):
    UserName: NotRequired[str]
    UserId: NotRequired[str]


class PolicyVersion(TypedDict):
    Document: NotRequired[str]
    VersionId: NotRequired[str]
    IsDefaultVersion: NotRequired[bool]
    CreateDate: NotRequired[float]


class Position(TypedDict):
    Line: NotRequired[int]
    Column: NotRequired[int]


class PutGroupPolicyRequest(TypedDict):
    GroupName: str
    PolicyName: str
    PolicyDocument: str


class PutRolePermissionsBoundaryRequest(TypedDict):
    RoleName: str
    PermissionsBoundary: str


class PutRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyName: str
    PolicyDocument: str


class PutUserPermissionsBoundaryRequest(TypedDict):
    UserName: str
    PermissionsBoundary: str


class PutUserPolicyRequest(TypedDict):
    UserName: str
    PolicyName: str
    PolicyDocument: str


class RemoveClientIDFromOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str
    ClientID: str


class RemoveRoleFromInstanceProfileRequest(TypedDict):
    InstanceProfileName: str
    RoleName: str


class RemoveUserFromGroupRequest(TypedDict):
    GroupName: str
    UserName: str


class ResetServiceSpecificCredentialRequest(TypedDict):
    UserName: NotRequired[str]
    ServiceSpecificCredentialId: str


class ResetServiceSpecificCredentialResponse(TypedDict):
    ServiceSpecificCredential: NotRequired["ServiceSpecificCredential"]


class ResourceSpecificResult(TypedDict):
    EvalResourceName: str
    EvalResourceDecision: str
    MatchedStatements: NotRequired[list["Statement"]]
    MissingContextValues: NotRequired[list[str]]
    EvalDecisionDetails: NotRequired[dict[str, str]]
    PermissionsBoundaryDecisionDetail: NotRequired["PermissionsBoundaryDecisionDetail"]


class Role(TypedDict):
    Path: str
    RoleName: str
    RoleId: str
    Arn: str
    CreateDate: float
    AssumeRolePolicyDocument: NotRequired[str]
    Description: NotRequired[str]
    MaxSessionDuration: NotRequired[int]
    PermissionsBoundary: NotRequired["AttachedPermissionsBoundary"]
    Tags: NotRequired[list["Tag"]]
    RoleLastUsed: NotRequired["RoleLastUsed"]
    SourceRoleTemplate: NotRequired["SourceRoleTemplate"]


class RoleDetail(TypedDict):
    Path: NotRequired[str]
    RoleName: NotRequired[str]
    RoleId: NotRequired[str]
    Arn: NotRequired[str]
    CreateDate: NotRequired[float]
    AssumeRolePolicyDocument: NotRequired[str]
    InstanceProfileList: NotRequired[list["InstanceProfile"]]
    RolePolicyList: NotRequired[list["PolicyDetail"]]
    AttachedManagedPolicies: NotRequired[list["AttachedPolicy"]]
    PermissionsBoundary: NotRequired["AttachedPermissionsBoundary"]
    Tags: NotRequired[list["Tag"]]
    RoleLastUsed: NotRequired["RoleLastUsed"]


class RoleLastUsed(TypedDict):
    LastUsedDate: NotRequired[float]
    Region: NotRequired[str]


class RoleUsageType(TypedDict):
    Region: NotRequired[str]
    Resources: NotRequired[list[str]]


class ServiceSpecificCredential(TypedDict):
    CreateDate: float
    ExpirationDate: NotRequired[float]
    ServiceName: str
    ServiceUserName: NotRequired[str]
    ServicePassword: NotRequired[str]
    ServiceCredentialAlias: NotRequired[str]
    ServiceCredentialSecret: NotRequired[str]
    ServiceSpecificCredentialId: str
    UserName: str
    Status: str


class ServiceSpecificCredentialMetadata(TypedDict):
    UserName: str
    Status: str
    ServiceUserName: NotRequired[str]
    ServiceCredentialAlias: NotRequired[str]
    CreateDate: float
    ExpirationDate: NotRequired[float]
    ServiceSpecificCredentialId: str
    ServiceName: str


class SetDefaultPolicyVersionRequest(TypedDict):
    PolicyArn: str
    VersionId: str


class SimulateCustomPolicyRequest(TypedDict):
    PolicyInputList: list[str]
    PermissionsBoundaryPolicyInputList: NotRequired[list[str]]
    OrderedOrganizationPolicyInputList: NotRequired[list["OrderedOrganizationPolicyType"]]
    ActionNames: list[str]
    ResourceArns: NotRequired[list[str]]
    ResourcePolicy: NotRequired[str]
    ResourceOwner: NotRequired[str]
    CallerArn: NotRequired[str]
    ContextEntries: NotRequired[list["ContextEntry"]]
    ResourceHandlingOption: NotRequired[str]
    MaxItems: NotRequired[int]
    Marker: NotRequired[str]


class SimulatePolicyResponse(TypedDict):
    EvaluationResults: NotRequired[list["EvaluationResult"]]
    IsTruncated: NotRequired[bool]
    Marker: NotRequired[str]


class SimulatePrincipalPolicyRequest(TypedDict):
    PolicySourceArn: str
    PolicyInputList: NotRequired[list[str]]
    PermissionsBoundaryPolicyInputList: NotRequired[list[str]]
    PolicyExclusionList: NotRequired[list["PolicyIdentifier"]]
    ActionNames: list[str]
    ResourceArns: NotRequired[list[str]]
    ResourcePolicy: NotRequired[str]
    ResourceOwner: NotRequired[str]
    CallerArn: NotRequired[str]
    ContextEntries: NotRequired[list["ContextEntry"]]
    ResourceHandlingOption: NotRequired[str]
    MaxItems: NotRequired[int]
    Marker: NotRequired[str]


class SourceRoleTemplate(TypedDict):
    TemplateArn: str
    TemplateMinorVersion: int


class Statement(TypedDict):
    SourcePolicyId: NotRequired[str]
    SourcePolicyType: NotRequired[str]
    StartPosition: NotRequired["Position"]
    EndPosition: NotRequired["Position"]


class Tag(TypedDict):
    Key: str
    Value: str


class TagInstanceProfileRequest(TypedDict):
    InstanceProfileName: str
    Tags: list["Tag"]


class TagOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str
    Tags: list["Tag"]


class TagPolicyRequest(TypedDict):
    PolicyArn: str
    Tags: list["Tag"]


class TagRoleRequest(TypedDict):
    RoleName: str
    Tags: list["Tag"]


class TagUserRequest(TypedDict):
    UserName: str
    Tags: list["Tag"]


class UntagInstanceProfileRequest(TypedDict):
    InstanceProfileName: str
    TagKeys: list[str]


class UntagOpenIDConnectProviderRequest(TypedDict):
    OpenIDConnectProviderArn: str
    TagKeys: list[str]


class UntagPolicyRequest(TypedDict):
    PolicyArn: str
    TagKeys: list[str]


class UntagRoleRequest(TypedDict):
    RoleName: str
    TagKeys: list[str]


class UntagUserRequest(TypedDict):
    UserName: str
    TagKeys: list[str]


class UpdateAccessKeyRequest(TypedDict):
    UserName: NotRequired[str]
    AccessKeyId: str
    Status: str


class UpdateAssumeRolePolicyRequest(TypedDict):
    RoleName: str
    PolicyDocument: str


class UpdateGroupRequest(TypedDict):
    GroupName: str
    NewPath: NotRequired[str]
    NewGroupName: NotRequired[str]


class UpdateOpenIDConnectProviderThumbprintRequest(TypedDict):
    OpenIDConnectProviderArn: str
    ThumbprintList: list[str]


class UpdateRoleDescriptionRequest(TypedDict):
    RoleName: str
    Description: str


class UpdateRoleDescriptionResponse(TypedDict):
    Role: NotRequired["Role"]


class UpdateRoleRequest(TypedDict):
    RoleName: str
    Description: NotRequired[str]
    MaxSessionDuration: NotRequired[int]


class UpdateRoleResponse(TypedDict):
    pass


class UpdateServiceSpecificCredentialRequest(TypedDict):
    UserName: NotRequired[str]
    ServiceSpecificCredentialId: str
    Status: str


class UpdateUserRequest(TypedDict):
    UserName: str
    NewPath: NotRequired[str]
    NewUserName: NotRequired[str]


class User(TypedDict):
    Path: str
    UserName: str
    UserId: str
    Arn: str
    CreateDate: float
    PasswordLastUsed: NotRequired[float]
    PermissionsBoundary: NotRequired["AttachedPermissionsBoundary"]
    Tags: NotRequired[list["Tag"]]


class UserDetail(TypedDict):
    Path: NotRequired[str]
    UserName: NotRequired[str]
    UserId: NotRequired[str]
    Arn: NotRequired[str]
    CreateDate: NotRequired[float]
    UserPolicyList: NotRequired[list["PolicyDetail"]]
    GroupList: NotRequired[list[str]]
    AttachedManagedPolicies: NotRequired[list["AttachedPolicy"]]
    PermissionsBoundary: NotRequired["AttachedPermissionsBoundary"]
    Tags: NotRequired[list["Tag"]]


GetContextKeysForCustomPolicyResponse = GetContextKeysForPolicyResponse


GetContextKeysForPrincipalPolicyResponse = GetContextKeysForPolicyResponse


SimulateCustomPolicyResponse = SimulatePolicyResponse


SimulatePrincipalPolicyResponse = SimulatePolicyResponse

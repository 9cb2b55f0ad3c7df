"""How many requests a second are let in, by category: AWS's default quotas, where the operator wants them.

A quota is one account's in one region, for all of its pools and for all operations of a category together. Counts are kept in
memory: a restart forgets a second.

Source: Cognito Developer Guide, "Quotas in Amazon Cognito" (categories and default rates; which operations share one).
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from portico.doors.buckets import Buckets, Limit
from portico.wire.errors import AwsError

Rule = Literal["aws", "off"]


class Category(msgspec.Struct, frozen=True, gc=False):
    """Operations that share a quota of `rate` requests per second."""

    rate: int
    operations: tuple[str, ...] = ()


CATEGORIES: Mapping[str, Category] = {
    "UserAuthentication": Category(
        120, ("AdminInitiateAuth", "AdminRespondToAuthChallenge", "InitiateAuth", "RespondToAuthChallenge")
    ),
    "UserCreation": Category(50, ("AdminConfirmSignUp", "AdminCreateUser", "ConfirmSignUp", "SignUp")),
    "UserFederation": Category(25),
    "ClientAuthentication": Category(150),
    "UserToken": Category(120, ("GetTokensFromRefreshToken", "RevokeToken")),
    "UserAccountRecovery": Category(
        30,
        (
            *("AdminResetUserPassword", "AdminSetUserPassword", "ChangePassword", "ConfirmForgotPassword"),
            "ForgotPassword",
        ),
    ),
    "UserRead": Category(120, ("AdminGetUser", "GetUser", "GetUserAuthFactors")),
    "UserUpdate": Category(
        25,
        (
            *("AdminDeleteUser", "AdminDeleteUserAttributes", "AdminDisableUser", "AdminEnableUser"),
            *("AdminUpdateUserAttributes", "AdminUserGlobalSignOut", "DeleteUser", "DeleteUserAttributes"),
            *("GlobalSignOut", "UpdateUserAttributes"),
        ),
    ),
    "UserResourceRead": Category(
        50,
        (
            *("AdminGetDevice", "AdminListDevices", "AdminListGroupsForUser", "GetDevice", "ListDevices"),
            *("GetUserAttributeVerificationCode", "ResendConfirmationCode"),
        ),
    ),
    "UserResourceUpdate": Category(
        25,
        (
            *("AdminAddUserToGroup", "AdminDisableProviderForUser", "AdminForgetDevice"),
            *("AdminLinkProviderForUser", "AdminRemoveUserFromGroup", "AdminSetUserMFAPreference"),
            *("AdminSetUserSettings", "AdminUpdateDeviceStatus", "AssociateSoftwareToken", "ConfirmDevice"),
            *("ForgetDevice", "SetUserMFAPreference", "SetUserSettings", "UpdateDeviceStatus"),
            *("VerifySoftwareToken", "VerifyUserAttribute"),
        ),
    ),
    "UserList": Category(30, ("ListUsers", "ListUsersInGroup")),
    "UserPoolRead": Category(
        15, ("DescribeUserPool", "GetUserPoolMfaConfig", "ListTagsForResource", "ListUserPools")
    ),
    "UserPoolUpdate": Category(
        15,
        (
            *("AddCustomAttributes", "CreateUserPool", "DeleteUserPool", "SetUserPoolMfaConfig"),
            *("TagResource", "UntagResource", "UpdateUserPool"),
        ),
    ),
    "UserPoolResourceRead": Category(
        20,
        (
            *("DescribeIdentityProvider", "DescribeResourceServer", "DescribeUserImportJob"),
            *("DescribeUserPoolDomain", "GetCSVHeader", "GetGroup", "GetIdentityProviderByIdentifier"),
            *("ListGroups", "ListIdentityProviders", "ListResourceServers", "ListUserImportJobs"),
        ),
    ),
    "UserPoolResourceUpdate": Category(
        15,
        (
            *("CreateGroup", "CreateIdentityProvider", "CreateResourceServer", "CreateUserImportJob"),
            *("CreateUserPoolDomain", "DeleteGroup", "DeleteIdentityProvider", "DeleteResourceServer"),
            *("DeleteUserPoolDomain", "StartUserImportJob", "StopUserImportJob", "UpdateGroup"),
            *("UpdateIdentityProvider", "UpdateResourceServer", "UpdateUserPoolDomain"),
        ),
    ),
    "UserPoolClientRead": Category(
        15, ("DescribeUserPoolClient", "ListUserPoolClients", "ListUserPoolClientSecrets")
    ),
    "UserPoolClientUpdate": Category(
        15,
        (
            *("AddUserPoolClientSecret", "CreateUserPoolClient", "DeleteUserPoolClient"),
            *("DeleteUserPoolClientSecret", "UpdateUserPoolClient"),
        ),
    ),
}
CATEGORY_OF = {name: category for category, each in CATEGORIES.items() for name in each.operations}


class Rates:
    """What has been let in lately. With the rule `off` everything is."""

    __slots__ = ("_buckets", "_monotonic", "_rule")

    def __init__(self, rule: Rule, monotonic: Callable[[], float]) -> None:
        self._rule = rule
        self._monotonic = monotonic
        self._buckets = Buckets()

    @property
    def enforced(self) -> bool:
        """Whether anything is refused."""
        return self._rule == "aws"

    def take(self, category: str, account: str, region: str, *, status: int = 400) -> None:
        """Let a request of a category in.

        Raises:
            AwsError: TooManyRequestsException (`status`).
        """
        if not self.enforced:
            return
        rate = CATEGORIES[category].rate
        if self._buckets.take([Limit((account, region, category), rate, rate)], self._monotonic()):
            raise AwsError("TooManyRequestsException", "Rate exceeded", status)

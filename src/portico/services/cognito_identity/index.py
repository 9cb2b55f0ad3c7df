"""Operations of cognito-identity, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="cognito-identity",
    signing_name="cognito-identity",
    prefix="cognito-identity",
    api_version="2014-06-30",
    protocols=("json",),
    target_prefix="AWSCognitoIdentityService",
    json_version="1.1",
    operations={
        "CreateIdentityPool": IndexEntry("POST", "/"),
        "DeleteIdentities": IndexEntry("POST", "/"),
        "DeleteIdentityPool": IndexEntry("POST", "/"),
        "DescribeIdentity": IndexEntry("POST", "/"),
        "DescribeIdentityPool": IndexEntry("POST", "/"),
        "GetCredentialsForIdentity": IndexEntry("POST", "/", True),
        "GetId": IndexEntry("POST", "/", True),
        "GetIdentityPoolRoles": IndexEntry("POST", "/"),
        "GetOpenIdToken": IndexEntry("POST", "/", True),
        "GetOpenIdTokenForDeveloperIdentity": IndexEntry("POST", "/"),
        "GetPrincipalTagAttributeMap": IndexEntry("POST", "/"),
        "ListIdentities": IndexEntry("POST", "/"),
        "ListIdentityPools": IndexEntry("POST", "/"),
        "ListTagsForResource": IndexEntry("POST", "/"),
        "LookupDeveloperIdentity": IndexEntry("POST", "/"),
        "MergeDeveloperIdentities": IndexEntry("POST", "/"),
        "SetIdentityPoolRoles": IndexEntry("POST", "/"),
        "SetPrincipalTagAttributeMap": IndexEntry("POST", "/"),
        "TagResource": IndexEntry("POST", "/"),
        "UnlinkDeveloperIdentity": IndexEntry("POST", "/"),
        "UnlinkIdentity": IndexEntry("POST", "/", True),
        "UntagResource": IndexEntry("POST", "/"),
        "UpdateIdentityPool": IndexEntry("POST", "/"),
    },
)

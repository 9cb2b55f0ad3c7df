"""Operations of sts, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="sts",
    signing_name="sts",
    prefix="sts",
    api_version="2011-06-15",
    protocols=("query",),
    target_prefix="",
    json_version="",
    operations={
        "AssumeRole": IndexEntry("POST", "/"),
        "AssumeRoleWithSAML": IndexEntry("POST", "/", True),
        "AssumeRoleWithWebIdentity": IndexEntry("POST", "/", True),
        "AssumeRoot": IndexEntry("POST", "/"),
        "DecodeAuthorizationMessage": IndexEntry("POST", "/"),
        "GetAccessKeyInfo": IndexEntry("POST", "/"),
        "GetCallerIdentity": IndexEntry("POST", "/"),
        "GetDelegatedAccessToken": IndexEntry("POST", "/"),
        "GetFederationToken": IndexEntry("POST", "/"),
        "GetSessionToken": IndexEntry("POST", "/"),
        "GetWebIdentityToken": IndexEntry("POST", "/"),
    },
)

"""What later releases bring says so by its name: operations, and members of the operations that there are."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name

from lambda_answers import parameter, told
from portico.services.lambda_.index import INDEX

Make = Callable[..., Any]
THERE = frozenset(
    [
        "AddLayerVersionPermission",
        "AddPermission",
        "CheckpointDurableExecution",
        "CreateAlias",
        "CreateCodeSigningConfig",
        "CreateEventSourceMapping",
        "CreateFunction",
        "CreateFunctionUrlConfig",
        "DeleteAlias",
        "DeleteCodeSigningConfig",
        "DeleteDurableExecution",
        "DeleteEventSourceMapping",
        "DeleteFunction",
        "DeleteFunctionCodeSigningConfig",
        "DeleteFunctionConcurrency",
        "DeleteFunctionEventInvokeConfig",
        "DeleteFunctionUrlConfig",
        "DeleteLayerVersion",
        "DeleteProvisionedConcurrencyConfig",
        "DeleteResourcePolicy",
        "GetAccountSettings",
        "GetAlias",
        "GetCodeSigningConfig",
        "GetDurableExecution",
        "GetDurableExecutionHistory",
        "GetDurableExecutionState",
        "GetEventSourceMapping",
        "GetFunction",
        "GetFunctionCodeSigningConfig",
        "GetFunctionConcurrency",
        "GetFunctionConfiguration",
        "GetFunctionEventInvokeConfig",
        "GetFunctionRecursionConfig",
        "GetFunctionUrlConfig",
        "GetLayerVersion",
        "GetLayerVersionByArn",
        "GetLayerVersionPolicy",
        "GetPolicy",
        "GetProvisionedConcurrencyConfig",
        "GetResourcePolicy",
        "GetRuntimeManagementConfig",
        "Invoke",
        "InvokeAsync",
        "InvokeWithResponseStream",
        "ListAliases",
        "ListCodeSigningConfigs",
        "ListDurableExecutionsByFunction",
        "ListEventSourceMappings",
        "ListFunctionEventInvokeConfigs",
        "ListFunctionUrlConfigs",
        "ListFunctions",
        "ListFunctionsByCodeSigningConfig",
        "ListLayerVersions",
        "ListLayers",
        "ListProvisionedConcurrencyConfigs",
        "ListTags",
        "ListVersionsByFunction",
        "PauseDurableExecution",
        "PublishLayerVersion",
        "PublishVersion",
        "PutFunctionCodeSigningConfig",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "PutFunctionRecursionConfig",
        "PutProvisionedConcurrencyConfig",
        "PutResourcePolicy",
        "PutRuntimeManagementConfig",
        "RemoveLayerVersionPermission",
        "RemovePermission",
        "ResumeDurableExecution",
        "SendDurableExecutionCallbackFailure",
        "SendDurableExecutionCallbackHeartbeat",
        "SendDurableExecutionCallbackSuccess",
        "StopDurableExecution",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateCodeSigningConfig",
        "UpdateEventSourceMapping",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "UpdateFunctionEventInvokeConfig",
        "UpdateFunctionUrlConfig",
    ]
)


def in_path(lam: Any, operation: str) -> dict[str, Any]:
    """A value for each member that is a part of the operation's path."""
    members = lam.meta.service_model.operation_model(operation).input_shape.members
    return {
        name: 1 if shape.type_name in ("integer", "long") else "x"
        for name, shape in members.items()
        if shape.serialization.get("location") == "uri"
    }


@pytest.mark.parametrize("operation", sorted(set(INDEX.operations) - THERE))
def test_an_operation_that_is_not_there_yet(server: Any, operation: str) -> None:
    lam = server.client("lambda")
    said = told(getattr(lam, xform_name(operation)), **in_path(lam, operation))
    words = f"Portico does not implement lambda:{operation} yet"
    assert said == {"Error": {"Code": "NotImplemented", "Message": words}, "status": 501}


MEMBERS: dict[str, Any] = {
    "AcceleratorConfig": {"AcceleratorMemorySize": 1024},
    "CapacityProviderConfig": {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": "arn:aws:lambda:us-east-1:123456789012:capacity-provider:some"
        }
    },
    "FileSystemConfigs": [
        {
            "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
            "LocalMountPath": "/mnt/some",
        }
    ],
    "PublishTo": "LATEST_PUBLISHED",
    "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
}
IN_UPDATES = ("FileSystemConfigs",)


def unavailable(member: str) -> dict[str, Any]:
    return parameter(f"The parameter {member} is not supported by Portico yet.")


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_of_create_function(create: Make, member: str) -> None:
    assert told(create, name="f", **{member: MEMBERS[member]}) == unavailable(member)


@pytest.mark.parametrize("member", ["S3ObjectStorageMode", "SourceKMSKeyArn"])
def test_a_member_of_the_code(create: Make, package: Make, member: str) -> None:
    value = {
        "S3ObjectStorageMode": "REFERENCE",
        "SourceKMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/some",
    }[member]
    said = told(create, name="f", Code={"ZipFile": package(), member: value})
    assert said == unavailable(member)


def test_members_of_the_updates(client: Make, active: Make, package: Make) -> None:
    active("f")
    lam = client("lambda")
    for member in IN_UPDATES:
        said = told(lam.update_function_configuration, FunctionName="f", **{member: MEMBERS[member]})
        assert said == unavailable(member)
    latest_published = {"PublishTo": MEMBERS["PublishTo"]}
    changed = told(lam.update_function_code, FunctionName="f", ZipFile=package(), **latest_published)
    assert changed == unavailable("PublishTo")
    assert told(lam.publish_version, FunctionName="f", **latest_published) == unavailable("PublishTo")
    pointed = {"FunctionName": "f", "Name": "a", "FunctionVersion": "$LATEST.PUBLISHED"}
    assert told(lam.create_alias, **pointed) == unavailable("FunctionVersion $LATEST.PUBLISHED")


def test_members_of_an_invocation(client: Make, active: Make) -> None:
    active("f")
    assert told(client("lambda").invoke, FunctionName="f", TenantId="some") == unavailable("TenantId")


def test_replicas_at_the_edge(client: Make) -> None:
    said = told(client("lambda").list_functions, MasterRegion="ALL", FunctionVersion="ALL")
    assert said == unavailable("MasterRegion")

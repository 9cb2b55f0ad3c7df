"""Operations of lambda, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="lambda",
    signing_name="lambda",
    prefix="lambda",
    api_version="2015-03-31",
    protocols=("rest-json",),
    target_prefix="",
    json_version="",
    operations={
        "AddLayerVersionPermission": IndexEntry(
            "POST", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"
        ),
        "AddPermission": IndexEntry("POST", "/2015-03-31/functions/{FunctionName}/policy"),
        "CheckpointDurableExecution": IndexEntry(
            "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint"
        ),
        "CreateAlias": IndexEntry("POST", "/2015-03-31/functions/{FunctionName}/aliases"),
        "CreateCapacityProvider": IndexEntry("POST", "/2025-11-30/capacity-providers"),
        "CreateCodeSigningConfig": IndexEntry("POST", "/2020-04-22/code-signing-configs"),
        "CreateEventSourceMapping": IndexEntry("POST", "/2015-03-31/event-source-mappings"),
        "CreateFunction": IndexEntry("POST", "/2015-03-31/functions"),
        "CreateFunctionUrlConfig": IndexEntry("POST", "/2021-10-31/functions/{FunctionName}/url"),
        "DeleteAlias": IndexEntry("DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}"),
        "DeleteCapacityProvider": IndexEntry(
            "DELETE", "/2025-11-30/capacity-providers/{CapacityProviderName}"
        ),
        "DeleteCodeSigningConfig": IndexEntry(
            "DELETE", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"
        ),
        "DeleteDurableExecution": IndexEntry(
            "DELETE", "/2025-12-01/durable-executions/{DurableExecutionArn}"
        ),
        "DeleteEventSourceMapping": IndexEntry("DELETE", "/2015-03-31/event-source-mappings/{UUID}"),
        "DeleteFunction": IndexEntry("DELETE", "/2015-03-31/functions/{FunctionName}"),
        "DeleteFunctionCodeSigningConfig": IndexEntry(
            "DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config"
        ),
        "DeleteFunctionConcurrency": IndexEntry("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency"),
        "DeleteFunctionEventInvokeConfig": IndexEntry(
            "DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config"
        ),
        "DeleteFunctionUrlConfig": IndexEntry("DELETE", "/2021-10-31/functions/{FunctionName}/url"),
        "DeleteLayerVersion": IndexEntry("DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}"),
        "DeleteProvisionedConcurrencyConfig": IndexEntry(
            "DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
        ),
        "DeleteResourcePolicy": IndexEntry("DELETE", "/2026-07-09/resource-policy/{ResourceArn}"),
        "GetAccountSettings": IndexEntry("GET", "/2016-08-19/account-settings"),
        "GetAlias": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}"),
        "GetCapacityProvider": IndexEntry("GET", "/2025-11-30/capacity-providers/{CapacityProviderName}"),
        "GetCodeSigningConfig": IndexEntry("GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
        "GetDurableExecution": IndexEntry("GET", "/2025-12-01/durable-executions/{DurableExecutionArn}"),
        "GetDurableExecutionHistory": IndexEntry(
            "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/history"
        ),
        "GetDurableExecutionState": IndexEntry(
            "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}/state"
        ),
        "GetEventSourceMapping": IndexEntry("GET", "/2015-03-31/event-source-mappings/{UUID}"),
        "GetFunction": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}"),
        "GetFunctionCodeSigningConfig": IndexEntry(
            "GET", "/2020-06-30/functions/{FunctionName}/code-signing-config"
        ),
        "GetFunctionConcurrency": IndexEntry("GET", "/2019-09-30/functions/{FunctionName}/concurrency"),
        "GetFunctionConfiguration": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}/configuration"),
        "GetFunctionEventInvokeConfig": IndexEntry(
            "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config"
        ),
        "GetFunctionRecursionConfig": IndexEntry(
            "GET", "/2024-08-31/functions/{FunctionName}/recursion-config"
        ),
        "GetFunctionScalingConfig": IndexEntry(
            "GET", "/2025-11-30/functions/{FunctionName}/function-scaling-config"
        ),
        "GetFunctionUrlConfig": IndexEntry("GET", "/2021-10-31/functions/{FunctionName}/url"),
        "GetLayerVersion": IndexEntry("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}"),
        "GetLayerVersionByArn": IndexEntry("GET", "/2018-10-31/layers?find=LayerVersion"),
        "GetLayerVersionPolicy": IndexEntry(
            "GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"
        ),
        "GetPolicy": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}/policy"),
        "GetProvisionedConcurrencyConfig": IndexEntry(
            "GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
        ),
        "GetResourcePolicy": IndexEntry("GET", "/2026-07-09/resource-policy/{ResourceArn}"),
        "GetRuntimeManagementConfig": IndexEntry(
            "GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config"
        ),
        "Invoke": IndexEntry("POST", "/2015-03-31/functions/{FunctionName}/invocations"),
        "InvokeAsync": IndexEntry("POST", "/2014-11-13/functions/{FunctionName}/invoke-async"),
        "InvokeWithResponseStream": IndexEntry(
            "POST", "/2021-11-15/functions/{FunctionName}/response-streaming-invocations"
        ),
        "ListAliases": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}/aliases"),
        "ListCapacityProviders": IndexEntry("GET", "/2025-11-30/capacity-providers"),
        "ListCodeSigningConfigs": IndexEntry("GET", "/2020-04-22/code-signing-configs"),
        "ListDurableExecutionsByFunction": IndexEntry(
            "GET", "/2025-12-01/functions/{FunctionName}/durable-executions"
        ),
        "ListEventSourceMappings": IndexEntry("GET", "/2015-03-31/event-source-mappings"),
        "ListFunctionEventInvokeConfigs": IndexEntry(
            "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list"
        ),
        "ListFunctionUrlConfigs": IndexEntry("GET", "/2021-10-31/functions/{FunctionName}/urls"),
        "ListFunctionVersionsByCapacityProvider": IndexEntry(
            "GET", "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions"
        ),
        "ListFunctions": IndexEntry("GET", "/2015-03-31/functions"),
        "ListFunctionsByCodeSigningConfig": IndexEntry(
            "GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions"
        ),
        "ListLayerVersions": IndexEntry("GET", "/2018-10-31/layers/{LayerName}/versions"),
        "ListLayers": IndexEntry("GET", "/2018-10-31/layers"),
        "ListProvisionedConcurrencyConfigs": IndexEntry(
            "GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL"
        ),
        "ListTags": IndexEntry("GET", "/2017-03-31/tags/{Resource}"),
        "ListVersionsByFunction": IndexEntry("GET", "/2015-03-31/functions/{FunctionName}/versions"),
        "PauseDurableExecution": IndexEntry(
            "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/pause"
        ),
        "PublishLayerVersion": IndexEntry("POST", "/2018-10-31/layers/{LayerName}/versions"),
        "PublishVersion": IndexEntry("POST", "/2015-03-31/functions/{FunctionName}/versions"),
        "PutFunctionCodeSigningConfig": IndexEntry(
            "PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config"
        ),
        "PutFunctionConcurrency": IndexEntry("PUT", "/2017-10-31/functions/{FunctionName}/concurrency"),
        "PutFunctionEventInvokeConfig": IndexEntry(
            "PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config"
        ),
        "PutFunctionRecursionConfig": IndexEntry(
            "PUT", "/2024-08-31/functions/{FunctionName}/recursion-config"
        ),
        "PutFunctionScalingConfig": IndexEntry(
            "PUT", "/2025-11-30/functions/{FunctionName}/function-scaling-config"
        ),
        "PutProvisionedConcurrencyConfig": IndexEntry(
            "PUT", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
        ),
        "PutResourcePolicy": IndexEntry("PUT", "/2026-07-09/resource-policy/{ResourceArn}"),
        "PutRuntimeManagementConfig": IndexEntry(
            "PUT", "/2021-07-20/functions/{FunctionName}/runtime-management-config"
        ),
        "RemoveLayerVersionPermission": IndexEntry(
            "DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}"
        ),
        "RemovePermission": IndexEntry("DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}"),
        "ResumeDurableExecution": IndexEntry(
            "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/resume"
        ),
        "SendDurableExecutionCallbackFailure": IndexEntry(
            "POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail"
        ),
        "SendDurableExecutionCallbackHeartbeat": IndexEntry(
            "POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat"
        ),
        "SendDurableExecutionCallbackSuccess": IndexEntry(
            "POST", "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed"
        ),
        "StopDurableExecution": IndexEntry(
            "POST", "/2025-12-01/durable-executions/{DurableExecutionArn}/stop"
        ),
        "TagResource": IndexEntry("POST", "/2017-03-31/tags/{Resource}"),
        "UntagResource": IndexEntry("DELETE", "/2017-03-31/tags/{Resource}"),
        "UpdateAlias": IndexEntry("PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}"),
        "UpdateCapacityProvider": IndexEntry("PUT", "/2025-11-30/capacity-providers/{CapacityProviderName}"),
        "UpdateCodeSigningConfig": IndexEntry(
            "PUT", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"
        ),
        "UpdateEventSourceMapping": IndexEntry("PUT", "/2015-03-31/event-source-mappings/{UUID}"),
        "UpdateFunctionCode": IndexEntry("PUT", "/2015-03-31/functions/{FunctionName}/code"),
        "UpdateFunctionConfiguration": IndexEntry(
            "PUT", "/2015-03-31/functions/{FunctionName}/configuration"
        ),
        "UpdateFunctionEventInvokeConfig": IndexEntry(
            "POST", "/2019-09-25/functions/{FunctionName}/event-invoke-config"
        ),
        "UpdateFunctionUrlConfig": IndexEntry("PUT", "/2021-10-31/functions/{FunctionName}/url"),
    },
)

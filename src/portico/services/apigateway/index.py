"""Operations of apigateway, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="apigateway",
    signing_name="apigateway",
    prefix="apigateway",
    api_version="2015-07-09",
    protocols=("rest-json",),
    target_prefix="",
    json_version="",
    operations={
        "CreateApiKey": IndexEntry("POST", "/apikeys"),
        "CreateAuthorizer": IndexEntry("POST", "/restapis/{restapi_id}/authorizers"),
        "CreateBasePathMapping": IndexEntry("POST", "/domainnames/{domain_name}/basepathmappings"),
        "CreateDeployment": IndexEntry("POST", "/restapis/{restapi_id}/deployments"),
        "CreateDocumentationPart": IndexEntry("POST", "/restapis/{restapi_id}/documentation/parts"),
        "CreateDocumentationVersion": IndexEntry("POST", "/restapis/{restapi_id}/documentation/versions"),
        "CreateDomainName": IndexEntry("POST", "/domainnames"),
        "CreateDomainNameAccessAssociation": IndexEntry("POST", "/domainnameaccessassociations"),
        "CreateModel": IndexEntry("POST", "/restapis/{restapi_id}/models"),
        "CreateRequestValidator": IndexEntry("POST", "/restapis/{restapi_id}/requestvalidators"),
        "CreateResource": IndexEntry("POST", "/restapis/{restapi_id}/resources/{parent_id}"),
        "CreateRestApi": IndexEntry("POST", "/restapis"),
        "CreateStage": IndexEntry("POST", "/restapis/{restapi_id}/stages"),
        "CreateUsagePlan": IndexEntry("POST", "/usageplans"),
        "CreateUsagePlanKey": IndexEntry("POST", "/usageplans/{usageplanId}/keys"),
        "CreateVpcLink": IndexEntry("POST", "/vpclinks"),
        "DeleteApiKey": IndexEntry("DELETE", "/apikeys/{api_Key}"),
        "DeleteAuthorizer": IndexEntry("DELETE", "/restapis/{restapi_id}/authorizers/{authorizer_id}"),
        "DeleteBasePathMapping": IndexEntry(
            "DELETE", "/domainnames/{domain_name}/basepathmappings/{base_path}"
        ),
        "DeleteClientCertificate": IndexEntry("DELETE", "/clientcertificates/{clientcertificate_id}"),
        "DeleteDeployment": IndexEntry("DELETE", "/restapis/{restapi_id}/deployments/{deployment_id}"),
        "DeleteDocumentationPart": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/documentation/parts/{part_id}"
        ),
        "DeleteDocumentationVersion": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/documentation/versions/{doc_version}"
        ),
        "DeleteDomainName": IndexEntry("DELETE", "/domainnames/{domain_name}"),
        "DeleteDomainNameAccessAssociation": IndexEntry(
            "DELETE", "/domainnameaccessassociations/{domain_name_access_association_arn}"
        ),
        "DeleteGatewayResponse": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/gatewayresponses/{response_type}"
        ),
        "DeleteIntegration": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration"
        ),
        "DeleteIntegrationResponse": IndexEntry(
            "DELETE",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}",
        ),
        "DeleteMethod": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"
        ),
        "DeleteMethodResponse": IndexEntry(
            "DELETE",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}",
        ),
        "DeleteModel": IndexEntry("DELETE", "/restapis/{restapi_id}/models/{model_name}"),
        "DeleteRequestValidator": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/requestvalidators/{requestvalidator_id}"
        ),
        "DeleteResource": IndexEntry("DELETE", "/restapis/{restapi_id}/resources/{resource_id}"),
        "DeleteRestApi": IndexEntry("DELETE", "/restapis/{restapi_id}"),
        "DeleteStage": IndexEntry("DELETE", "/restapis/{restapi_id}/stages/{stage_name}"),
        "DeleteUsagePlan": IndexEntry("DELETE", "/usageplans/{usageplanId}"),
        "DeleteUsagePlanKey": IndexEntry("DELETE", "/usageplans/{usageplanId}/keys/{keyId}"),
        "DeleteVpcLink": IndexEntry("DELETE", "/vpclinks/{vpclink_id}"),
        "FlushStageAuthorizersCache": IndexEntry(
            "DELETE", "/restapis/{restapi_id}/stages/{stage_name}/cache/authorizers"
        ),
        "FlushStageCache": IndexEntry("DELETE", "/restapis/{restapi_id}/stages/{stage_name}/cache/data"),
        "GenerateClientCertificate": IndexEntry("POST", "/clientcertificates"),
        "GetAccount": IndexEntry("GET", "/account"),
        "GetApiKey": IndexEntry("GET", "/apikeys/{api_Key}"),
        "GetApiKeys": IndexEntry("GET", "/apikeys"),
        "GetAuthorizer": IndexEntry("GET", "/restapis/{restapi_id}/authorizers/{authorizer_id}"),
        "GetAuthorizers": IndexEntry("GET", "/restapis/{restapi_id}/authorizers"),
        "GetBasePathMapping": IndexEntry("GET", "/domainnames/{domain_name}/basepathmappings/{base_path}"),
        "GetBasePathMappings": IndexEntry("GET", "/domainnames/{domain_name}/basepathmappings"),
        "GetClientCertificate": IndexEntry("GET", "/clientcertificates/{clientcertificate_id}"),
        "GetClientCertificates": IndexEntry("GET", "/clientcertificates"),
        "GetDeployment": IndexEntry("GET", "/restapis/{restapi_id}/deployments/{deployment_id}"),
        "GetDeployments": IndexEntry("GET", "/restapis/{restapi_id}/deployments"),
        "GetDocumentationPart": IndexEntry("GET", "/restapis/{restapi_id}/documentation/parts/{part_id}"),
        "GetDocumentationParts": IndexEntry("GET", "/restapis/{restapi_id}/documentation/parts"),
        "GetDocumentationVersion": IndexEntry(
            "GET", "/restapis/{restapi_id}/documentation/versions/{doc_version}"
        ),
        "GetDocumentationVersions": IndexEntry("GET", "/restapis/{restapi_id}/documentation/versions"),
        "GetDomainName": IndexEntry("GET", "/domainnames/{domain_name}"),
        "GetDomainNameAccessAssociations": IndexEntry("GET", "/domainnameaccessassociations"),
        "GetDomainNames": IndexEntry("GET", "/domainnames"),
        "GetExport": IndexEntry("GET", "/restapis/{restapi_id}/stages/{stage_name}/exports/{export_type}"),
        "GetGatewayResponse": IndexEntry("GET", "/restapis/{restapi_id}/gatewayresponses/{response_type}"),
        "GetGatewayResponses": IndexEntry("GET", "/restapis/{restapi_id}/gatewayresponses"),
        "GetIntegration": IndexEntry(
            "GET", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration"
        ),
        "GetIntegrationResponse": IndexEntry(
            "GET",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}",
        ),
        "GetMethod": IndexEntry(
            "GET", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"
        ),
        "GetMethodResponse": IndexEntry(
            "GET",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}",
        ),
        "GetModel": IndexEntry("GET", "/restapis/{restapi_id}/models/{model_name}"),
        "GetModelTemplate": IndexEntry("GET", "/restapis/{restapi_id}/models/{model_name}/default_template"),
        "GetModels": IndexEntry("GET", "/restapis/{restapi_id}/models"),
        "GetRequestValidator": IndexEntry(
            "GET", "/restapis/{restapi_id}/requestvalidators/{requestvalidator_id}"
        ),
        "GetRequestValidators": IndexEntry("GET", "/restapis/{restapi_id}/requestvalidators"),
        "GetResource": IndexEntry("GET", "/restapis/{restapi_id}/resources/{resource_id}"),
        "GetResources": IndexEntry("GET", "/restapis/{restapi_id}/resources"),
        "GetRestApi": IndexEntry("GET", "/restapis/{restapi_id}"),
        "GetRestApis": IndexEntry("GET", "/restapis"),
        "GetSdk": IndexEntry("GET", "/restapis/{restapi_id}/stages/{stage_name}/sdks/{sdk_type}"),
        "GetSdkType": IndexEntry("GET", "/sdktypes/{sdktype_id}"),
        "GetSdkTypes": IndexEntry("GET", "/sdktypes"),
        "GetStage": IndexEntry("GET", "/restapis/{restapi_id}/stages/{stage_name}"),
        "GetStages": IndexEntry("GET", "/restapis/{restapi_id}/stages"),
        "GetTags": IndexEntry("GET", "/tags/{resource_arn}"),
        "GetUsage": IndexEntry("GET", "/usageplans/{usageplanId}/usage"),
        "GetUsagePlan": IndexEntry("GET", "/usageplans/{usageplanId}"),
        "GetUsagePlanKey": IndexEntry("GET", "/usageplans/{usageplanId}/keys/{keyId}"),
        "GetUsagePlanKeys": IndexEntry("GET", "/usageplans/{usageplanId}/keys"),
        "GetUsagePlans": IndexEntry("GET", "/usageplans"),
        "GetVpcLink": IndexEntry("GET", "/vpclinks/{vpclink_id}"),
        "GetVpcLinks": IndexEntry("GET", "/vpclinks"),
        "ImportApiKeys": IndexEntry("POST", "/apikeys?mode=import"),
        "ImportDocumentationParts": IndexEntry("PUT", "/restapis/{restapi_id}/documentation/parts"),
        "ImportRestApi": IndexEntry("POST", "/restapis?mode=import"),
        "PutGatewayResponse": IndexEntry("PUT", "/restapis/{restapi_id}/gatewayresponses/{response_type}"),
        "PutIntegration": IndexEntry(
            "PUT", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration"
        ),
        "PutIntegrationResponse": IndexEntry(
            "PUT",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}",
        ),
        "PutMethod": IndexEntry(
            "PUT", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"
        ),
        "PutMethodResponse": IndexEntry(
            "PUT",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}",
        ),
        "PutRestApi": IndexEntry("PUT", "/restapis/{restapi_id}"),
        "RejectDomainNameAccessAssociation": IndexEntry("POST", "/rejectdomainnameaccessassociations"),
        "TagResource": IndexEntry("PUT", "/tags/{resource_arn}"),
        "TestInvokeAuthorizer": IndexEntry("POST", "/restapis/{restapi_id}/authorizers/{authorizer_id}"),
        "TestInvokeMethod": IndexEntry(
            "POST", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"
        ),
        "UntagResource": IndexEntry("DELETE", "/tags/{resource_arn}"),
        "UpdateAccount": IndexEntry("PATCH", "/account"),
        "UpdateApiKey": IndexEntry("PATCH", "/apikeys/{api_Key}"),
        "UpdateAuthorizer": IndexEntry("PATCH", "/restapis/{restapi_id}/authorizers/{authorizer_id}"),
        "UpdateBasePathMapping": IndexEntry(
            "PATCH", "/domainnames/{domain_name}/basepathmappings/{base_path}"
        ),
        "UpdateClientCertificate": IndexEntry("PATCH", "/clientcertificates/{clientcertificate_id}"),
        "UpdateDeployment": IndexEntry("PATCH", "/restapis/{restapi_id}/deployments/{deployment_id}"),
        "UpdateDocumentationPart": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/documentation/parts/{part_id}"
        ),
        "UpdateDocumentationVersion": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/documentation/versions/{doc_version}"
        ),
        "UpdateDomainName": IndexEntry("PATCH", "/domainnames/{domain_name}"),
        "UpdateGatewayResponse": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/gatewayresponses/{response_type}"
        ),
        "UpdateIntegration": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration"
        ),
        "UpdateIntegrationResponse": IndexEntry(
            "PATCH",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/integration/responses/{status_code}",
        ),
        "UpdateMethod": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"
        ),
        "UpdateMethodResponse": IndexEntry(
            "PATCH",
            "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}/responses/{status_code}",
        ),
        "UpdateModel": IndexEntry("PATCH", "/restapis/{restapi_id}/models/{model_name}"),
        "UpdateRequestValidator": IndexEntry(
            "PATCH", "/restapis/{restapi_id}/requestvalidators/{requestvalidator_id}"
        ),
        "UpdateResource": IndexEntry("PATCH", "/restapis/{restapi_id}/resources/{resource_id}"),
        "UpdateRestApi": IndexEntry("PATCH", "/restapis/{restapi_id}"),
        "UpdateStage": IndexEntry("PATCH", "/restapis/{restapi_id}/stages/{stage_name}"),
        "UpdateUsage": IndexEntry("PATCH", "/usageplans/{usageplanId}/keys/{keyId}/usage"),
        "UpdateUsagePlan": IndexEntry("PATCH", "/usageplans/{usageplanId}"),
        "UpdateVpcLink": IndexEntry("PATCH", "/vpclinks/{vpclink_id}"),
    },
)

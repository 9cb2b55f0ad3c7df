"""Operations of apigatewayv2, for routing. Written by scripts/shapes from botocore's model; do not edit."""

from portico.calls.operation import IndexEntry, ServiceIndex

INDEX = ServiceIndex(
    service="apigatewayv2",
    signing_name="apigateway",
    prefix="apigateway",
    api_version="2018-11-29",
    protocols=("rest-json",),
    target_prefix="",
    json_version="1.1",
    operations={
        "CreateApi": IndexEntry("POST", "/v2/apis"),
        "CreateApiMapping": IndexEntry("POST", "/v2/domainnames/{domainName}/apimappings"),
        "CreateAuthorizer": IndexEntry("POST", "/v2/apis/{apiId}/authorizers"),
        "CreateDeployment": IndexEntry("POST", "/v2/apis/{apiId}/deployments"),
        "CreateDomainName": IndexEntry("POST", "/v2/domainnames"),
        "CreateIntegration": IndexEntry("POST", "/v2/apis/{apiId}/integrations"),
        "CreateIntegrationResponse": IndexEntry(
            "POST", "/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses"
        ),
        "CreateModel": IndexEntry("POST", "/v2/apis/{apiId}/models"),
        "CreatePortal": IndexEntry("POST", "/v2/portals"),
        "CreatePortalProduct": IndexEntry("POST", "/v2/portalproducts"),
        "CreateProductPage": IndexEntry("POST", "/v2/portalproducts/{portalProductId}/productpages"),
        "CreateProductRestEndpointPage": IndexEntry(
            "POST", "/v2/portalproducts/{portalProductId}/productrestendpointpages"
        ),
        "CreateRoute": IndexEntry("POST", "/v2/apis/{apiId}/routes"),
        "CreateRouteResponse": IndexEntry("POST", "/v2/apis/{apiId}/routes/{routeId}/routeresponses"),
        "CreateRoutingRule": IndexEntry("POST", "/v2/domainnames/{domainName}/routingrules"),
        "CreateStage": IndexEntry("POST", "/v2/apis/{apiId}/stages"),
        "CreateVpcLink": IndexEntry("POST", "/v2/vpclinks"),
        "DeleteAccessLogSettings": IndexEntry(
            "DELETE", "/v2/apis/{apiId}/stages/{stageName}/accesslogsettings"
        ),
        "DeleteApi": IndexEntry("DELETE", "/v2/apis/{apiId}"),
        "DeleteApiMapping": IndexEntry("DELETE", "/v2/domainnames/{domainName}/apimappings/{apiMappingId}"),
        "DeleteAuthorizer": IndexEntry("DELETE", "/v2/apis/{apiId}/authorizers/{authorizerId}"),
        "DeleteCorsConfiguration": IndexEntry("DELETE", "/v2/apis/{apiId}/cors"),
        "DeleteDeployment": IndexEntry("DELETE", "/v2/apis/{apiId}/deployments/{deploymentId}"),
        "DeleteDomainName": IndexEntry("DELETE", "/v2/domainnames/{domainName}"),
        "DeleteIntegration": IndexEntry("DELETE", "/v2/apis/{apiId}/integrations/{integrationId}"),
        "DeleteIntegrationResponse": IndexEntry(
            "DELETE",
            "/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses/{integrationResponseId}",
        ),
        "DeleteModel": IndexEntry("DELETE", "/v2/apis/{apiId}/models/{modelId}"),
        "DeletePortal": IndexEntry("DELETE", "/v2/portals/{portalId}"),
        "DeletePortalProduct": IndexEntry("DELETE", "/v2/portalproducts/{portalProductId}"),
        "DeletePortalProductSharingPolicy": IndexEntry(
            "DELETE", "/v2/portalproducts/{portalProductId}/sharingpolicy"
        ),
        "DeleteProductPage": IndexEntry(
            "DELETE", "/v2/portalproducts/{portalProductId}/productpages/{productPageId}"
        ),
        "DeleteProductRestEndpointPage": IndexEntry(
            "DELETE",
            "/v2/portalproducts/{portalProductId}/productrestendpointpages/{productRestEndpointPageId}",
        ),
        "DeleteRoute": IndexEntry("DELETE", "/v2/apis/{apiId}/routes/{routeId}"),
        "DeleteRouteRequestParameter": IndexEntry(
            "DELETE", "/v2/apis/{apiId}/routes/{routeId}/requestparameters/{requestParameterKey}"
        ),
        "DeleteRouteResponse": IndexEntry(
            "DELETE", "/v2/apis/{apiId}/routes/{routeId}/routeresponses/{routeResponseId}"
        ),
        "DeleteRouteSettings": IndexEntry(
            "DELETE", "/v2/apis/{apiId}/stages/{stageName}/routesettings/{routeKey}"
        ),
        "DeleteRoutingRule": IndexEntry(
            "DELETE", "/v2/domainnames/{domainName}/routingrules/{routingRuleId}"
        ),
        "DeleteStage": IndexEntry("DELETE", "/v2/apis/{apiId}/stages/{stageName}"),
        "DeleteVpcLink": IndexEntry("DELETE", "/v2/vpclinks/{vpcLinkId}"),
        "ExportApi": IndexEntry("GET", "/v2/apis/{apiId}/exports/{specification}"),
        "DisablePortal": IndexEntry("DELETE", "/v2/portals/{portalId}/publish"),
        "ResetAuthorizersCache": IndexEntry(
            "DELETE", "/v2/apis/{apiId}/stages/{stageName}/cache/authorizers"
        ),
        "GetApi": IndexEntry("GET", "/v2/apis/{apiId}"),
        "GetApiMapping": IndexEntry("GET", "/v2/domainnames/{domainName}/apimappings/{apiMappingId}"),
        "GetApiMappings": IndexEntry("GET", "/v2/domainnames/{domainName}/apimappings"),
        "GetApis": IndexEntry("GET", "/v2/apis"),
        "GetAuthorizer": IndexEntry("GET", "/v2/apis/{apiId}/authorizers/{authorizerId}"),
        "GetAuthorizers": IndexEntry("GET", "/v2/apis/{apiId}/authorizers"),
        "GetDeployment": IndexEntry("GET", "/v2/apis/{apiId}/deployments/{deploymentId}"),
        "GetDeployments": IndexEntry("GET", "/v2/apis/{apiId}/deployments"),
        "GetDomainName": IndexEntry("GET", "/v2/domainnames/{domainName}"),
        "GetDomainNames": IndexEntry("GET", "/v2/domainnames"),
        "GetIntegration": IndexEntry("GET", "/v2/apis/{apiId}/integrations/{integrationId}"),
        "GetIntegrationResponse": IndexEntry(
            "GET",
            "/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses/{integrationResponseId}",
        ),
        "GetIntegrationResponses": IndexEntry(
            "GET", "/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses"
        ),
        "GetIntegrations": IndexEntry("GET", "/v2/apis/{apiId}/integrations"),
        "GetModel": IndexEntry("GET", "/v2/apis/{apiId}/models/{modelId}"),
        "GetModelTemplate": IndexEntry("GET", "/v2/apis/{apiId}/models/{modelId}/template"),
        "GetModels": IndexEntry("GET", "/v2/apis/{apiId}/models"),
        "GetPortal": IndexEntry("GET", "/v2/portals/{portalId}"),
        "GetPortalProduct": IndexEntry("GET", "/v2/portalproducts/{portalProductId}"),
        "GetPortalProductSharingPolicy": IndexEntry(
            "GET", "/v2/portalproducts/{portalProductId}/sharingpolicy"
        ),
        "GetProductPage": IndexEntry(
            "GET", "/v2/portalproducts/{portalProductId}/productpages/{productPageId}"
        ),
        "GetProductRestEndpointPage": IndexEntry(
            "GET", "/v2/portalproducts/{portalProductId}/productrestendpointpages/{productRestEndpointPageId}"
        ),
        "GetRoute": IndexEntry("GET", "/v2/apis/{apiId}/routes/{routeId}"),
        "GetRouteResponse": IndexEntry(
            "GET", "/v2/apis/{apiId}/routes/{routeId}/routeresponses/{routeResponseId}"
        ),
        "GetRouteResponses": IndexEntry("GET", "/v2/apis/{apiId}/routes/{routeId}/routeresponses"),
        "GetRoutes": IndexEntry("GET", "/v2/apis/{apiId}/routes"),
        "GetRoutingRule": IndexEntry("GET", "/v2/domainnames/{domainName}/routingrules/{routingRuleId}"),
        "ListRoutingRules": IndexEntry("GET", "/v2/domainnames/{domainName}/routingrules"),
        "GetStage": IndexEntry("GET", "/v2/apis/{apiId}/stages/{stageName}"),
        "GetStages": IndexEntry("GET", "/v2/apis/{apiId}/stages"),
        "GetTags": IndexEntry("GET", "/v2/tags/{resource-arn}"),
        "GetVpcLink": IndexEntry("GET", "/v2/vpclinks/{vpcLinkId}"),
        "GetVpcLinks": IndexEntry("GET", "/v2/vpclinks"),
        "ImportApi": IndexEntry("PUT", "/v2/apis"),
        "ListPortalProducts": IndexEntry("GET", "/v2/portalproducts"),
        "ListPortals": IndexEntry("GET", "/v2/portals"),
        "ListProductPages": IndexEntry("GET", "/v2/portalproducts/{portalProductId}/productpages"),
        "ListProductRestEndpointPages": IndexEntry(
            "GET", "/v2/portalproducts/{portalProductId}/productrestendpointpages"
        ),
        "PreviewPortal": IndexEntry("POST", "/v2/portals/{portalId}/preview"),
        "PublishPortal": IndexEntry("POST", "/v2/portals/{portalId}/publish"),
        "PutPortalProductSharingPolicy": IndexEntry(
            "PUT", "/v2/portalproducts/{portalProductId}/sharingpolicy"
        ),
        "PutRoutingRule": IndexEntry("PUT", "/v2/domainnames/{domainName}/routingrules/{routingRuleId}"),
        "ReimportApi": IndexEntry("PUT", "/v2/apis/{apiId}"),
        "TagResource": IndexEntry("POST", "/v2/tags/{resource-arn}"),
        "UntagResource": IndexEntry("DELETE", "/v2/tags/{resource-arn}"),
        "UpdateApi": IndexEntry("PATCH", "/v2/apis/{apiId}"),
        "UpdateApiMapping": IndexEntry("PATCH", "/v2/domainnames/{domainName}/apimappings/{apiMappingId}"),
        "UpdateAuthorizer": IndexEntry("PATCH", "/v2/apis/{apiId}/authorizers/{authorizerId}"),
        "UpdateDeployment": IndexEntry("PATCH", "/v2/apis/{apiId}/deployments/{deploymentId}"),
        "UpdateDomainName": IndexEntry("PATCH", "/v2/domainnames/{domainName}"),
        "UpdateIntegration": IndexEntry("PATCH", "/v2/apis/{apiId}/integrations/{integrationId}"),
        "UpdateIntegrationResponse": IndexEntry(
            "PATCH",
            "/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses/{integrationResponseId}",
        ),
        "UpdateModel": IndexEntry("PATCH", "/v2/apis/{apiId}/models/{modelId}"),
        "UpdatePortal": IndexEntry("PATCH", "/v2/portals/{portalId}"),
        "UpdatePortalProduct": IndexEntry("PATCH", "/v2/portalproducts/{portalProductId}"),
        "UpdateProductPage": IndexEntry(
            "PATCH", "/v2/portalproducts/{portalProductId}/productpages/{productPageId}"
        ),
        "UpdateProductRestEndpointPage": IndexEntry(
            "PATCH",
            "/v2/portalproducts/{portalProductId}/productrestendpointpages/{productRestEndpointPageId}",
        ),
        "UpdateRoute": IndexEntry("PATCH", "/v2/apis/{apiId}/routes/{routeId}"),
        "UpdateRouteResponse": IndexEntry(
            "PATCH", "/v2/apis/{apiId}/routes/{routeId}/routeresponses/{routeResponseId}"
        ),
        "UpdateStage": IndexEntry("PATCH", "/v2/apis/{apiId}/stages/{stageName}"),
        "UpdateVpcLink": IndexEntry("PATCH", "/v2/vpclinks/{vpcLinkId}"),
    },
)

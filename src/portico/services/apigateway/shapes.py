"""Shapes of the implemented operations of apigateway. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AccessLogSettings(TypedDict):
    format: NotRequired[str]
    destinationArn: NotRequired[str]


class Account(TypedDict):
    cloudwatchRoleArn: NotRequired[str]
    throttleSettings: NotRequired["ThrottleSettings"]
    features: NotRequired[list[str]]
    apiKeyVersion: NotRequired[str]


class ApiKey(TypedDict):
    id: NotRequired[str]
    value: NotRequired[str]
    name: NotRequired[str]
    customerId: NotRequired[str]
    description: NotRequired[str]
    enabled: NotRequired[bool]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]
    stageKeys: NotRequired[list[str]]
    tags: NotRequired[dict[str, str]]


class ApiKeyIds(TypedDict):
    ids: NotRequired[list[str]]
    warnings: NotRequired[list[str]]


class ApiKeys(TypedDict):
    warnings: NotRequired[list[str]]
    position: NotRequired[str]
    items: NotRequired[list["ApiKey"]]


class ApiStage(TypedDict):
    apiId: NotRequired[str]
    stage: NotRequired[str]
    throttle: NotRequired[dict[str, "ThrottleSettings"]]


class Authorizer(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    type: NotRequired[str]
    providerARNs: NotRequired[list[str]]
    authType: NotRequired[str]
    authorizerUri: NotRequired[str]
    authorizerCredentials: NotRequired[str]
    identitySource: NotRequired[str]
    identityValidationExpression: NotRequired[str]
    authorizerResultTtlInSeconds: NotRequired[int]
    jwtConfiguration: NotRequired["JwtConfiguration"]


class Authorizers(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["Authorizer"]]


class BasePathMapping(TypedDict):
    basePath: NotRequired[str]
    restApiId: NotRequired[str]
    stage: NotRequired[str]


class BasePathMappings(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["BasePathMapping"]]


class CanarySettings(TypedDict):
    percentTraffic: NotRequired[float]
    deploymentId: NotRequired[str]
    stageVariableOverrides: NotRequired[dict[str, str]]
    useStageCache: NotRequired[bool]


class ClientCertificate(TypedDict):
    clientCertificateId: NotRequired[str]
    description: NotRequired[str]
    pemEncodedCertificate: NotRequired[str]
    createdDate: NotRequired[float]
    expirationDate: NotRequired[float]
    tags: NotRequired[dict[str, str]]


class ClientCertificates(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["ClientCertificate"]]


class CreateApiKeyRequest(TypedDict):
    name: NotRequired[str]
    description: NotRequired[str]
    enabled: NotRequired[bool]
    generateDistinctId: NotRequired[bool]
    value: NotRequired[str]
    stageKeys: NotRequired[list["StageKey"]]
    customerId: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class CreateAuthorizerRequest(TypedDict):
    restApiId: str
    name: str
    type: str
    providerARNs: NotRequired[list[str]]
    authType: NotRequired[str]
    authorizerUri: NotRequired[str]
    authorizerCredentials: NotRequired[str]
    identitySource: NotRequired[str]
    identityValidationExpression: NotRequired[str]
    authorizerResultTtlInSeconds: NotRequired[int]
    jwtConfiguration: NotRequired["JwtConfigurationInput"]


class CreateBasePathMappingRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    basePath: NotRequired[str]
    restApiId: str
    stage: NotRequired[str]


class CreateDeploymentRequest(TypedDict):
    restApiId: str
    stageName: NotRequired[str]
    stageDescription: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[str]
    variables: NotRequired[dict[str, str]]
    canarySettings: NotRequired["DeploymentCanarySettings"]
    tracingEnabled: NotRequired[bool]


class CreateDocumentationPartRequest(TypedDict):
    restApiId: str
    location: "DocumentationPartLocation"
    properties: str


class CreateDocumentationVersionRequest(TypedDict):
    restApiId: str
    documentationVersion: str
    stageName: NotRequired[str]
    description: NotRequired[str]


class CreateDomainNameAccessAssociationRequest(TypedDict):
    domainNameArn: str
    accessAssociationSourceType: str
    accessAssociationSource: str
    tags: NotRequired[dict[str, str]]


class CreateDomainNameRequest(TypedDict):
    domainName: str
    certificateName: NotRequired[str]
    certificateBody: NotRequired[str]
    certificatePrivateKey: NotRequired[str]
    certificateChain: NotRequired[str]
    certificateArn: NotRequired[str]
    regionalCertificateName: NotRequired[str]
    regionalCertificateArn: NotRequired[str]
    endpointConfiguration: NotRequired["EndpointConfiguration"]
    tags: NotRequired[dict[str, str]]
    securityPolicy: NotRequired[str]
    endpointAccessMode: NotRequired[str]
    mutualTlsAuthentication: NotRequired["MutualTlsAuthenticationInput"]
    ownershipVerificationCertificateArn: NotRequired[str]
    policy: NotRequired[str]
    routingMode: NotRequired[str]


class CreateModelRequest(TypedDict):
    restApiId: str
    name: str
    description: NotRequired[str]
    schema: NotRequired[str]
    contentType: str


class CreateRequestValidatorRequest(TypedDict):
    restApiId: str
    name: NotRequired[str]
    validateRequestBody: NotRequired[bool]
    validateRequestParameters: NotRequired[bool]


class CreateResourceRequest(TypedDict):
    restApiId: str
    parentId: str
    pathPart: str


class CreateRestApiRequest(TypedDict):
    name: str
    description: NotRequired[str]
    version: NotRequired[str]
    cloneFrom: NotRequired[str]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[str]
    endpointConfiguration: NotRequired["EndpointConfiguration"]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    securityPolicy: NotRequired[str]
    endpointAccessMode: NotRequired[str]


class CreateStageRequest(TypedDict):
    restApiId: str
    stageName: str
    deploymentId: str
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[str]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    canarySettings: NotRequired["CanarySettings"]
    tracingEnabled: NotRequired[bool]
    tags: NotRequired[dict[str, str]]


class CreateUsagePlanKeyRequest(TypedDict):
    usagePlanId: str
    keyId: str
    keyType: str


class CreateUsagePlanRequest(TypedDict):
    name: str
    description: NotRequired[str]
    apiStages: NotRequired[list["ApiStage"]]
    throttle: NotRequired["ThrottleSettings"]
    quota: NotRequired["QuotaSettings"]
    tags: NotRequired[dict[str, str]]


class CreateVpcLinkRequest(TypedDict):
    name: str
    description: NotRequired[str]
    targetArns: list[str]
    tags: NotRequired[dict[str, str]]


class DeleteApiKeyRequest(TypedDict):
    apiKey: str


class DeleteAuthorizerRequest(TypedDict):
    restApiId: str
    authorizerId: str


class DeleteBasePathMappingRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    basePath: str


class DeleteClientCertificateRequest(TypedDict):
    clientCertificateId: str


class DeleteDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str


class DeleteDocumentationPartRequest(TypedDict):
    restApiId: str
    documentationPartId: str


class DeleteDocumentationVersionRequest(TypedDict):
    restApiId: str
    documentationVersion: str


class DeleteDomainNameAccessAssociationRequest(TypedDict):
    domainNameAccessAssociationArn: str


class DeleteDomainNameRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]


class DeleteGatewayResponseRequest(TypedDict):
    restApiId: str
    responseType: str


class DeleteIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class DeleteIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class DeleteMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class DeleteMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class DeleteModelRequest(TypedDict):
    restApiId: str
    modelName: str


class DeleteRequestValidatorRequest(TypedDict):
    restApiId: str
    requestValidatorId: str


class DeleteResourceRequest(TypedDict):
    restApiId: str
    resourceId: str


class DeleteRestApiRequest(TypedDict):
    restApiId: str


class DeleteStageRequest(TypedDict):
    restApiId: str
    stageName: str


class DeleteUsagePlanKeyRequest(TypedDict):
    usagePlanId: str
    keyId: str


class DeleteUsagePlanRequest(TypedDict):
    usagePlanId: str


class DeleteVpcLinkRequest(TypedDict):
    vpcLinkId: str


class Deployment(TypedDict):
    id: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    apiSummary: NotRequired[dict[str, dict[str, "MethodSnapshot"]]]


class DeploymentCanarySettings(TypedDict):
    percentTraffic: NotRequired[float]
    stageVariableOverrides: NotRequired[dict[str, str]]
    useStageCache: NotRequired[bool]


class Deployments(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["Deployment"]]


class DocumentationPart(TypedDict):
    id: NotRequired[str]
    location: NotRequired["DocumentationPartLocation"]
    properties: NotRequired[str]


class DocumentationPartIds(TypedDict):
    ids: NotRequired[list[str]]
    warnings: NotRequired[list[str]]


class DocumentationPartLocation(TypedDict):
    type: str
    path: NotRequired[str]
    method: NotRequired[str]
    statusCode: NotRequired[str]
    name: NotRequired[str]


class DocumentationParts(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["DocumentationPart"]]


class DocumentationVersion(TypedDict):
    version: NotRequired[str]
    createdDate: NotRequired[float]
    description: NotRequired[str]


class DocumentationVersions(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["DocumentationVersion"]]


class DomainName(TypedDict):
    domainName: NotRequired[str]
    domainNameId: NotRequired[str]
    domainNameArn: NotRequired[str]
    certificateName: NotRequired[str]
    certificateArn: NotRequired[str]
    certificateUploadDate: NotRequired[float]
    regionalDomainName: NotRequired[str]
    regionalHostedZoneId: NotRequired[str]
    regionalCertificateName: NotRequired[str]
    regionalCertificateArn: NotRequired[str]
    distributionDomainName: NotRequired[str]
    distributionHostedZoneId: NotRequired[str]
    endpointConfiguration: NotRequired["EndpointConfiguration"]
    domainNameStatus: NotRequired[str]
    domainNameStatusMessage: NotRequired[str]
    securityPolicy: NotRequired[str]
    endpointAccessMode: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    mutualTlsAuthentication: NotRequired["MutualTlsAuthentication"]
    ownershipVerificationCertificateArn: NotRequired[str]
    managementPolicy: NotRequired[str]
    policy: NotRequired[str]
    routingMode: NotRequired[str]


class DomainNameAccessAssociation(TypedDict):
    domainNameAccessAssociationArn: NotRequired[str]
    domainNameArn: NotRequired[str]
    accessAssociationSourceType: NotRequired[str]
    accessAssociationSource: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class DomainNameAccessAssociations(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["DomainNameAccessAssociation"]]


class DomainNames(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["DomainName"]]


class EndpointConfiguration(TypedDict):
    types: NotRequired[list[str]]
    ipAddressType: NotRequired[str]
    vpcEndpointIds: NotRequired[list[str]]


class ExportResponse(TypedDict):
    contentType: NotRequired[str]
    contentDisposition: NotRequired[str]
    body: NotRequired[bytes]


class FlushStageAuthorizersCacheRequest(TypedDict):
    restApiId: str
    stageName: str


class FlushStageCacheRequest(TypedDict):
    restApiId: str
    stageName: str


class GatewayResponse(TypedDict):
    responseType: NotRequired[str]
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    defaultResponse: NotRequired[bool]


class GatewayResponses(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["GatewayResponse"]]


class GenerateClientCertificateRequest(TypedDict):
    description: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class GetAccountRequest(TypedDict):
    pass


class GetApiKeyRequest(TypedDict):
    apiKey: str
    includeValue: NotRequired[bool]


class GetApiKeysRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]
    nameQuery: NotRequired[str]
    customerId: NotRequired[str]
    includeValues: NotRequired[bool]


class GetAuthorizerRequest(TypedDict):
    restApiId: str
    authorizerId: str


class GetAuthorizersRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetBasePathMappingRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    basePath: str


class GetBasePathMappingsRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    position: NotRequired[str]
    limit: NotRequired[int]


class GetClientCertificateRequest(TypedDict):
    clientCertificateId: str


class GetClientCertificatesRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]


class GetDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
    embed: NotRequired[list[str]]


class GetDeploymentsRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetDocumentationPartRequest(TypedDict):
    restApiId: str
    documentationPartId: str


class GetDocumentationPartsRequest(TypedDict):
    restApiId: str
    type: NotRequired[str]
    nameQuery: NotRequired[str]
    path: NotRequired[str]
    position: NotRequired[str]
    limit: NotRequired[int]
    locationStatus: NotRequired[str]


class GetDocumentationVersionRequest(TypedDict):
    restApiId: str
    documentationVersion: str


class GetDocumentationVersionsRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetDomainNameAccessAssociationsRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]
    resourceOwner: NotRequired[str]


class GetDomainNameRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]


class GetDomainNamesRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]
    resourceOwner: NotRequired[str]


class GetExportRequest(TypedDict):
    restApiId: str
    stageName: str
    exportType: str
    parameters: NotRequired[dict[str, str]]
    accepts: NotRequired[str]


class GetGatewayResponseRequest(TypedDict):
    restApiId: str
    responseType: str


class GetGatewayResponsesRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class GetIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class GetMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class GetMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class GetModelRequest(TypedDict):
    restApiId: str
    modelName: str
    flatten: NotRequired[bool]


class GetModelTemplateRequest(TypedDict):
    restApiId: str
    modelName: str


class GetModelsRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetRequestValidatorRequest(TypedDict):
    restApiId: str
    requestValidatorId: str


class GetRequestValidatorsRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetResourceRequest(TypedDict):
    restApiId: str
    resourceId: str
    embed: NotRequired[list[str]]


class GetResourcesRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]
    embed: NotRequired[list[str]]


class GetRestApiRequest(TypedDict):
    restApiId: str


class GetRestApisRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]


class GetSdkRequest(TypedDict):
    restApiId: str
    stageName: str
    sdkType: str
    parameters: NotRequired[dict[str, str]]


class GetSdkTypeRequest(TypedDict):
    id: str


class GetSdkTypesRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]


class GetStageRequest(TypedDict):
    restApiId: str
    stageName: str


class GetStagesRequest(TypedDict):
    restApiId: str
    deploymentId: NotRequired[str]


class GetTagsRequest(TypedDict):
    resourceArn: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetUsagePlanKeyRequest(TypedDict):
    usagePlanId: str
    keyId: str


class GetUsagePlanKeysRequest(TypedDict):
    usagePlanId: str
    position: NotRequired[str]
    limit: NotRequired[int]
    nameQuery: NotRequired[str]


class GetUsagePlanRequest(TypedDict):
    usagePlanId: str


class GetUsagePlansRequest(TypedDict):
    position: NotRequired[str]
    keyId: NotRequired[str]
    limit: NotRequired[int]


class GetUsageRequest(TypedDict):
    usagePlanId: str
    keyId: NotRequired[str]
    startDate: str
    endDate: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetVpcLinkRequest(TypedDict):
    vpcLinkId: str


class GetVpcLinksRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]


class ImportApiKeysRequest(TypedDict):
    body: bytes
    format: str
    failOnWarnings: NotRequired[bool]


class ImportDocumentationPartsRequest(TypedDict):
    restApiId: str
    mode: NotRequired[str]
    failOnWarnings: NotRequired[bool]
    body: bytes


class ImportRestApiRequest(TypedDict):
    failOnWarnings: NotRequired[bool]
    parameters: NotRequired[dict[str, str]]
    body: bytes


class Integration(TypedDict):
    type: NotRequired[str]
    httpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[str]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    contentHandling: NotRequired[str]
    timeoutInMillis: NotRequired[int]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    integrationResponses: NotRequired[dict[str, "IntegrationResponse"]]
    tlsConfig: NotRequired["TlsConfig"]
    responseTransferMode: NotRequired[str]
    integrationTarget: NotRequired[str]


class IntegrationResponse(TypedDict):
    statusCode: NotRequired[str]
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[str]


class JwtAdditionalClaim(TypedDict):
    claimName: str
    format: str
    required: NotRequired[bool]
    expectedValues: NotRequired[list[str]]


class JwtConfiguration(TypedDict):
    issuers: NotRequired[list["JwtIssuer"]]
    defaultAlgorithms: NotRequired[list[str]]


class JwtConfigurationInput(TypedDict):
    issuers: list["JwtIssuerInput"]
    defaultAlgorithms: list[str]


class JwtIssuer(TypedDict):
    issuer: NotRequired[str]
    audiences: NotRequired[list[str]]
    additionalClaims: NotRequired[list["JwtAdditionalClaim"]]
    jwksUri: NotRequired[str]


class JwtIssuerInput(TypedDict):
    issuer: str
    audiences: list[str]
    additionalClaims: NotRequired[list["JwtAdditionalClaim"]]


class Method(TypedDict):
    httpMethod: NotRequired[str]
    authorizationType: NotRequired[str]
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    requestValidatorId: NotRequired[str]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    methodResponses: NotRequired[dict[str, "MethodResponse"]]
    methodIntegration: NotRequired["Integration"]
    authorizationScopes: NotRequired[list[str]]


class MethodResponse(TypedDict):
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


class MethodSetting(TypedDict):
    metricsEnabled: NotRequired[bool]
    loggingLevel: NotRequired[str]
    dataTraceEnabled: NotRequired[bool]
    throttlingBurstLimit: NotRequired[int]
    throttlingRateLimit: NotRequired[float]
    cachingEnabled: NotRequired[bool]
    cacheTtlInSeconds: NotRequired[int]
    cacheDataEncrypted: NotRequired[bool]
    requireAuthorizationForCacheControl: NotRequired[bool]
    unauthorizedCacheControlHeaderStrategy: NotRequired[str]


class MethodSnapshot(TypedDict):
    authorizationType: NotRequired[str]
    apiKeyRequired: NotRequired[bool]


class Model(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    schema: NotRequired[str]
    contentType: NotRequired[str]


class Models(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["Model"]]


class MutualTlsAuthentication(TypedDict):
    truststoreUri: NotRequired[str]
    truststoreVersion: NotRequired[str]
    truststoreWarnings: NotRequired[list[str]]


class MutualTlsAuthenticationInput(TypedDict):
    truststoreUri: NotRequired[str]
    truststoreVersion: NotRequired[str]


class PutGatewayResponseRequest(TypedDict):
    restApiId: str
    responseType: str
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]


class PutIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    type: str
    integrationHttpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[str]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    contentHandling: NotRequired[str]
    timeoutInMillis: NotRequired[int]
    tlsConfig: NotRequired["TlsConfig"]
    responseTransferMode: NotRequired[str]
    integrationTarget: NotRequired[str]


class PutIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[str]


class PutMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    authorizationType: str
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    requestValidatorId: NotRequired[str]
    authorizationScopes: NotRequired[list[str]]


class PutMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


class PutRestApiRequest(TypedDict):
    restApiId: str
    mode: NotRequired[str]
    failOnWarnings: NotRequired[bool]
    parameters: NotRequired[dict[str, str]]
    body: bytes


class QuotaSettings(TypedDict):
    limit: NotRequired[int]
    offset: NotRequired[int]
    period: NotRequired[str]


class RejectDomainNameAccessAssociationRequest(TypedDict):
    domainNameAccessAssociationArn: str
    domainNameArn: str


class RequestValidator(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    validateRequestBody: NotRequired[bool]
    validateRequestParameters: NotRequired[bool]


class RequestValidators(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["RequestValidator"]]


class Resource(TypedDict):
    id: NotRequired[str]
    parentId: NotRequired[str]
    pathPart: NotRequired[str]
    path: NotRequired[str]
    resourceMethods: NotRequired[dict[str, "Method"]]


class Resources(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["Resource"]]


class RestApi(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[str]
    endpointConfiguration: NotRequired["EndpointConfiguration"]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[str]
    endpointAccessMode: NotRequired[str]
    apiStatus: NotRequired[str]
    apiStatusMessage: NotRequired[str]


class RestApis(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["RestApi"]]


class SdkConfigurationProperty(TypedDict):
    name: NotRequired[str]
    friendlyName: NotRequired[str]
    description: NotRequired[str]
    required: NotRequired[bool]
    defaultValue: NotRequired[str]


class SdkResponse(TypedDict):
    contentType: NotRequired[str]
    contentDisposition: NotRequired[str]
    body: NotRequired[bytes]


class SdkType(TypedDict):
    id: NotRequired[str]
    friendlyName: NotRequired[str]
    description: NotRequired[str]
    configurationProperties: NotRequired[list["SdkConfigurationProperty"]]


class SdkTypes(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["SdkType"]]


class Stage(TypedDict):
    deploymentId: NotRequired[str]
    clientCertificateId: NotRequired[str]
    stageName: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[str]
    cacheClusterStatus: NotRequired[str]
    methodSettings: NotRequired[dict[str, "MethodSetting"]]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    accessLogSettings: NotRequired["AccessLogSettings"]
    canarySettings: NotRequired["CanarySettings"]
    tracingEnabled: NotRequired[bool]
    webAclArn: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]


class StageKey(TypedDict):
    restApiId: NotRequired[str]
    stageName: NotRequired[str]


class Stages(TypedDict):
    item: NotRequired[list["Stage"]]


class TagResourceRequest(TypedDict):
    resourceArn: str
    tags: dict[str, str]


class Tags(TypedDict):
    tags: NotRequired[dict[str, str]]


class Template(TypedDict):
    value: NotRequired[str]


class TestInvokeAuthorizerRequest(TypedDict):
    restApiId: str
    authorizerId: str
    headers: NotRequired[dict[str, str]]
    multiValueHeaders: NotRequired[dict[str, list[str]]]
    pathWithQueryString: NotRequired[str]
    body: NotRequired[str]
    stageVariables: NotRequired[dict[str, str]]
    additionalContext: NotRequired[dict[str, str]]


class TestInvokeAuthorizerResponse(TypedDict):
    clientStatus: NotRequired[int]
    log: NotRequired[str]
    latency: NotRequired[int]
    principalId: NotRequired[str]
    policy: NotRequired[str]
    authorization: NotRequired[dict[str, list[str]]]
    claims: NotRequired[dict[str, str]]


class TestInvokeMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    pathWithQueryString: NotRequired[str]
    body: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    multiValueHeaders: NotRequired[dict[str, list[str]]]
    clientCertificateId: NotRequired[str]
    stageVariables: NotRequired[dict[str, str]]


class TestInvokeMethodResponse(TypedDict):
    status: NotRequired[int]
    body: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    multiValueHeaders: NotRequired[dict[str, list[str]]]
    log: NotRequired[str]
    latency: NotRequired[int]


class ThrottleSettings(TypedDict):
    burstLimit: NotRequired[int]
    rateLimit: NotRequired[float]


class TlsConfig(TypedDict):
    insecureSkipVerification: NotRequired[bool]


class UntagResourceRequest(TypedDict):
    resourceArn: str
    tagKeys: list[str]


class UpdateAccountRequest(TypedDict):
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateApiKeyRequest(TypedDict):
    apiKey: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateAuthorizerRequest(TypedDict):
    restApiId: str
    authorizerId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateBasePathMappingRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    basePath: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateClientCertificateRequest(TypedDict):
    clientCertificateId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateDocumentationPartRequest(TypedDict):
    restApiId: str
    documentationPartId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateDocumentationVersionRequest(TypedDict):
    restApiId: str
    documentationVersion: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateDomainNameRequest(TypedDict):
    domainName: str
    domainNameId: NotRequired[str]
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateGatewayResponseRequest(TypedDict):
    restApiId: str
    responseType: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateModelRequest(TypedDict):
    restApiId: str
    modelName: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateRequestValidatorRequest(TypedDict):
    restApiId: str
    requestValidatorId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateResourceRequest(TypedDict):
    restApiId: str
    resourceId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateRestApiRequest(TypedDict):
    restApiId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateStageRequest(TypedDict):
    restApiId: str
    stageName: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateUsagePlanRequest(TypedDict):
    usagePlanId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateUsageRequest(TypedDict):
    usagePlanId: str
    keyId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateVpcLinkRequest(TypedDict):
    vpcLinkId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class Usage(TypedDict):
    usagePlanId: NotRequired[str]
    startDate: NotRequired[str]
    endDate: NotRequired[str]
    position: NotRequired[str]
    items: NotRequired[dict[str, list[list[int]]]]


class UsagePlan(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    apiStages: NotRequired[list["ApiStage"]]
    throttle: NotRequired["ThrottleSettings"]
    quota: NotRequired["QuotaSettings"]
    productCode: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class UsagePlanKey(TypedDict):
    id: NotRequired[str]
    type: NotRequired[str]
    value: NotRequired[str]
    name: NotRequired[str]


class UsagePlanKeys(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["UsagePlanKey"]]


class UsagePlans(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["UsagePlan"]]


class VpcLink(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    targetArns: NotRequired[list[str]]
    status: NotRequired[str]
    statusMessage: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class VpcLinks(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list["VpcLink"]]


CreateApiKeyResponse = ApiKey


CreateAuthorizerResponse = Authorizer


CreateBasePathMappingResponse = BasePathMapping


CreateDeploymentResponse = Deployment


CreateDocumentationPartResponse = DocumentationPart


CreateDocumentationVersionResponse = DocumentationVersion


CreateDomainNameAccessAssociationResponse = DomainNameAccessAssociation


CreateDomainNameResponse = DomainName


CreateModelResponse = Model


CreateRequestValidatorResponse = RequestValidator


CreateResourceResponse = Resource


CreateRestApiResponse = RestApi


CreateStageResponse = Stage


CreateUsagePlanKeyResponse = UsagePlanKey


CreateUsagePlanResponse = UsagePlan


CreateVpcLinkResponse = VpcLink


GenerateClientCertificateResponse = ClientCertificate


GetAccountResponse = Account


GetApiKeyResponse = ApiKey


GetApiKeysResponse = ApiKeys


GetAuthorizerResponse = Authorizer


GetAuthorizersResponse = Authorizers


GetBasePathMappingResponse = BasePathMapping


GetBasePathMappingsResponse = BasePathMappings


GetClientCertificateResponse = ClientCertificate


GetClientCertificatesResponse = ClientCertificates


GetDeploymentResponse = Deployment


GetDeploymentsResponse = Deployments


GetDocumentationPartResponse = DocumentationPart


GetDocumentationPartsResponse = DocumentationParts


GetDocumentationVersionResponse = DocumentationVersion


GetDocumentationVersionsResponse = DocumentationVersions


GetDomainNameAccessAssociationsResponse = DomainNameAccessAssociations


GetDomainNameResponse = DomainName


GetDomainNamesResponse = DomainNames


GetExportResponse = ExportResponse


GetGatewayResponseResponse = GatewayResponse


GetGatewayResponsesResponse = GatewayResponses


GetIntegrationResponse = Integration


GetIntegrationResponseResponse = IntegrationResponse


GetMethodResponse = Method


GetMethodResponseResponse = MethodResponse


GetModelResponse = Model


GetModelTemplateResponse = Template


GetModelsResponse = Models


GetRequestValidatorResponse = RequestValidator


GetRequestValidatorsResponse = RequestValidators


GetResourceResponse = Resource


GetResourcesResponse = Resources


GetRestApiResponse = RestApi


GetRestApisResponse = RestApis


GetSdkResponse = SdkResponse


GetSdkTypeResponse = SdkType


GetSdkTypesResponse = SdkTypes


GetStageResponse = Stage


GetStagesResponse = Stages


GetTagsResponse = Tags


GetUsagePlanKeyResponse = UsagePlanKey


GetUsagePlanKeysResponse = UsagePlanKeys


GetUsagePlanResponse = UsagePlan


GetUsagePlansResponse = UsagePlans


GetUsageResponse = Usage


GetVpcLinkResponse = VpcLink


GetVpcLinksResponse = VpcLinks


ImportApiKeysResponse = ApiKeyIds


ImportDocumentationPartsResponse = DocumentationPartIds


ImportRestApiResponse = RestApi


PatchOperation = TypedDict(
    "PatchOperation",
    {"op": NotRequired[str], "path": NotRequired[str], "value": NotRequired[str], "from": NotRequired[str]},
)


PutGatewayResponseResponse = GatewayResponse


PutIntegrationResponse = Integration


PutIntegrationResponseResponse = IntegrationResponse


PutMethodResponse = Method


PutMethodResponseResponse = MethodResponse


PutRestApiResponse = RestApi


UpdateAccountResponse = Account


UpdateApiKeyResponse = ApiKey


UpdateAuthorizerResponse = Authorizer


UpdateBasePathMappingResponse = BasePathMapping


UpdateClientCertificateResponse = ClientCertificate


UpdateDeploymentResponse = Deployment


UpdateDocumentationPartResponse = DocumentationPart


UpdateDocumentationVersionResponse = DocumentationVersion


UpdateDomainNameResponse = DomainName


UpdateGatewayResponseResponse = GatewayResponse


UpdateIntegrationResponse = Integration


UpdateIntegrationResponseResponse = IntegrationResponse


UpdateMethodResponse = Method


UpdateMethodResponseResponse = MethodResponse


UpdateModelResponse = Model


UpdateRequestValidatorResponse = RequestValidator


UpdateResourceResponse = Resource


UpdateRestApiResponse = RestApi


UpdateStageResponse = Stage


UpdateUsagePlanResponse = UsagePlan


UpdateUsageResponse = Usage


UpdateVpcLinkResponse = VpcLink

"""Shapes of the implemented operations of apigateway. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class AccessLogSettings(TypedDict):
    format: NotRequired[str]
    destinationArn: NotRequired[str]


class CanarySettings(TypedDict):
    percentTraffic: NotRequired[float]
    deploymentId: NotRequired[str]
    stageVariableOverrides: NotRequired[dict[str, str]]
    useStageCache: NotRequired[bool]


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


class DeleteDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str


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


class DeleteResourceRequest(TypedDict):
    restApiId: str
    resourceId: str


class DeleteRestApiRequest(TypedDict):
    restApiId: str


class DeleteStageRequest(TypedDict):
    restApiId: str
    stageName: str


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


class EndpointConfiguration(TypedDict):
    types: NotRequired[list[str]]
    ipAddressType: NotRequired[str]
    vpcEndpointIds: NotRequired[list[str]]


class GetDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
    embed: NotRequired[list[str]]


class GetDeploymentsRequest(TypedDict):
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


class GetStageRequest(TypedDict):
    restApiId: str
    stageName: str


class GetStagesRequest(TypedDict):
    restApiId: str
    deploymentId: NotRequired[str]


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


class Stages(TypedDict):
    item: NotRequired[list["Stage"]]


class TlsConfig(TypedDict):
    insecureSkipVerification: NotRequired[bool]


class UpdateDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
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


class UpdateResourceRequest(TypedDict):
    restApiId: str
    resourceId: str
    patchOperations: NotRequired[list["PatchOperation"]]


class UpdateStageRequest(TypedDict):
    restApiId: str
    stageName: str
    patchOperations: NotRequired[list["PatchOperation"]]


CreateDeploymentResponse = Deployment


CreateResourceResponse = Resource


CreateRestApiResponse = RestApi


CreateStageResponse = Stage


GetDeploymentResponse = Deployment


GetDeploymentsResponse = Deployments


GetIntegrationResponse = Integration


GetIntegrationResponseResponse = IntegrationResponse


GetMethodResponse = Method


GetMethodResponseResponse = MethodResponse


GetResourceResponse = Resource


GetResourcesResponse = Resources


GetRestApiResponse = RestApi


GetRestApisResponse = RestApis


GetStageResponse = Stage


GetStagesResponse = Stages


PatchOperation = TypedDict(
    "PatchOperation",
    {"op": NotRequired[str], "path": NotRequired[str], "value": NotRequired[str], "from": NotRequired[str]},
)


PutIntegrationResponse = Integration


PutIntegrationResponseResponse = IntegrationResponse


PutMethodResponse = Method


PutMethodResponseResponse = MethodResponse


UpdateDeploymentResponse = Deployment


UpdateIntegrationResponse = Integration


UpdateIntegrationResponseResponse = IntegrationResponse


UpdateMethodResponse = Method


UpdateMethodResponseResponse = MethodResponse


UpdateResourceResponse = Resource


UpdateStageResponse = Stage

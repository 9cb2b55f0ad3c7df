"""Shapes of the implemented operations of apigatewayv2. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class ACMManaged(TypedDict):
    CertificateArn: str
    DomainName: str


class AccessLogSettings(TypedDict):
    DestinationArn: NotRequired[str]
    Format: NotRequired[str]


class Api(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: str
    ProtocolType: str
    RouteSelectionExpression: str
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class ApiMapping(TypedDict):
    ApiId: str
    ApiMappingId: NotRequired[str]
    ApiMappingKey: NotRequired[str]
    Stage: str


class Authorizer(TypedDict):
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerId: NotRequired[str]
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: NotRequired[str]
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: NotRequired[list[str]]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: str


class CognitoConfig(TypedDict):
    AppClientId: str
    UserPoolArn: str
    UserPoolDomain: str


class Cors(TypedDict):
    AllowCredentials: NotRequired[bool]
    AllowHeaders: NotRequired[list[str]]
    AllowMethods: NotRequired[list[str]]
    AllowOrigins: NotRequired[list[str]]
    ExposeHeaders: NotRequired[list[str]]
    MaxAge: NotRequired[int]


class CreateApiMappingRequest(TypedDict):
    ApiId: str
    ApiMappingKey: NotRequired[str]
    DomainName: str
    Stage: str


class CreateApiMappingResponse(TypedDict):
    ApiId: NotRequired[str]
    ApiMappingId: NotRequired[str]
    ApiMappingKey: NotRequired[str]
    Stage: NotRequired[str]


class CreateApiRequest(TypedDict):
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    IpAddressType: NotRequired[str]
    Name: str
    ProtocolType: str
    RouteKey: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Target: NotRequired[str]
    Version: NotRequired[str]


class CreateApiResponse(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    ProtocolType: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class CreateAuthorizerRequest(TypedDict):
    ApiId: str
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: str
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: list[str]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: str


class CreateAuthorizerResponse(TypedDict):
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerId: NotRequired[str]
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: NotRequired[str]
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: NotRequired[list[str]]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: NotRequired[str]


class CreateDeploymentRequest(TypedDict):
    ApiId: str
    Description: NotRequired[str]
    StageName: NotRequired[str]


class CreateDeploymentResponse(TypedDict):
    AutoDeployed: NotRequired[bool]
    CreatedDate: NotRequired[float]
    DeploymentId: NotRequired[str]
    DeploymentStatus: NotRequired[str]
    DeploymentStatusMessage: NotRequired[str]
    Description: NotRequired[str]


class CreateDomainNameRequest(TypedDict):
    DomainName: str
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthenticationInput"]
    RoutingMode: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class CreateDomainNameResponse(TypedDict):
    ApiMappingSelectionExpression: NotRequired[str]
    DomainName: NotRequired[str]
    DomainNameArn: NotRequired[str]
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthentication"]
    RoutingMode: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class CreateIntegrationRequest(TypedDict):
    ApiId: str
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationMethod: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: str
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfigInput"]


class CreateIntegrationResponseRequest(TypedDict):
    ApiId: str
    ContentHandlingStrategy: NotRequired[str]
    IntegrationId: str
    IntegrationResponseKey: str
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class CreateIntegrationResponseResponse(TypedDict):
    ContentHandlingStrategy: NotRequired[str]
    IntegrationResponseId: NotRequired[str]
    IntegrationResponseKey: NotRequired[str]
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class CreateIntegrationResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationId: NotRequired[str]
    IntegrationMethod: NotRequired[str]
    IntegrationResponseSelectionExpression: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: NotRequired[str]
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfig"]


class CreateModelRequest(TypedDict):
    ApiId: str
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    Name: str
    Schema: str


class CreateModelResponse(TypedDict):
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    ModelId: NotRequired[str]
    Name: NotRequired[str]
    Schema: NotRequired[str]


class CreatePortalProductRequest(TypedDict):
    Description: NotRequired[str]
    DisplayName: str
    Tags: NotRequired[dict[str, str]]


class CreatePortalProductResponse(TypedDict):
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    DisplayOrder: NotRequired["DisplayOrder"]
    LastModified: NotRequired[float]
    PortalProductArn: NotRequired[str]
    PortalProductId: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class CreatePortalRequest(TypedDict):
    Authorization: "Authorization"
    EndpointConfiguration: "EndpointConfigurationRequest"
    IncludedPortalProductArns: NotRequired[list[str]]
    LogoUri: NotRequired[str]
    PortalContent: "PortalContent"
    RumAppMonitorName: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class CreatePortalResponse(TypedDict):
    Authorization: NotRequired["Authorization"]
    EndpointConfiguration: NotRequired["EndpointConfigurationResponse"]
    IncludedPortalProductArns: NotRequired[list[str]]
    LastModified: NotRequired[float]
    LastPublished: NotRequired[float]
    LastPublishedDescription: NotRequired[str]
    PortalArn: NotRequired[str]
    PortalContent: NotRequired["PortalContent"]
    PortalId: NotRequired[str]
    PublishStatus: NotRequired[str]
    RumAppMonitorName: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    Tags: NotRequired[dict[str, str]]


class CreateProductPageRequest(TypedDict):
    DisplayContent: "DisplayContent"
    PortalProductId: str


class CreateProductPageResponse(TypedDict):
    DisplayContent: NotRequired["DisplayContent"]
    LastModified: NotRequired[float]
    ProductPageArn: NotRequired[str]
    ProductPageId: NotRequired[str]


class CreateProductRestEndpointPageRequest(TypedDict):
    DisplayContent: NotRequired["EndpointDisplayContent"]
    PortalProductId: str
    RestEndpointIdentifier: "RestEndpointIdentifier"
    TryItState: NotRequired[str]


class CreateProductRestEndpointPageResponse(TypedDict):
    DisplayContent: NotRequired["EndpointDisplayContentResponse"]
    LastModified: NotRequired[float]
    ProductRestEndpointPageArn: NotRequired[str]
    ProductRestEndpointPageId: NotRequired[str]
    RestEndpointIdentifier: NotRequired["RestEndpointIdentifier"]
    Status: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    TryItState: NotRequired[str]


class CreateRouteRequest(TypedDict):
    ApiId: str
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteKey: str
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class CreateRouteResponseRequest(TypedDict):
    ApiId: str
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: str
    RouteResponseKey: str


class CreateRouteResponseResponse(TypedDict):
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteResponseId: NotRequired[str]
    RouteResponseKey: NotRequired[str]


class CreateRouteResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: NotRequired[str]
    RouteKey: NotRequired[str]
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class CreateRoutingRuleRequest(TypedDict):
    Actions: list["RoutingRuleAction"]
    Conditions: list["RoutingRuleCondition"]
    DomainName: str
    DomainNameId: NotRequired[str]
    Priority: int


class CreateRoutingRuleResponse(TypedDict):
    Actions: NotRequired[list["RoutingRuleAction"]]
    Conditions: NotRequired[list["RoutingRuleCondition"]]
    Priority: NotRequired[int]
    RoutingRuleArn: NotRequired[str]
    RoutingRuleId: NotRequired[str]


class CreateStageRequest(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiId: str
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: str
    StageVariables: NotRequired[dict[str, str]]
    Tags: NotRequired[dict[str, str]]


class CreateStageResponse(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiGatewayManaged: NotRequired[bool]
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    CreatedDate: NotRequired[float]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    LastDeploymentStatusMessage: NotRequired[str]
    LastUpdatedDate: NotRequired[float]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: NotRequired[str]
    StageVariables: NotRequired[dict[str, str]]
    Tags: NotRequired[dict[str, str]]


class CreateVpcLinkRequest(TypedDict):
    Name: str
    SecurityGroupIds: NotRequired[list[str]]
    SubnetIds: list[str]
    Tags: NotRequired[dict[str, str]]


class CreateVpcLinkResponse(TypedDict):
    CreatedDate: NotRequired[float]
    Name: NotRequired[str]
    SecurityGroupIds: NotRequired[list[str]]
    SubnetIds: NotRequired[list[str]]
    Tags: NotRequired[dict[str, str]]
    VpcLinkId: NotRequired[str]
    VpcLinkStatus: NotRequired[str]
    VpcLinkStatusMessage: NotRequired[str]
    VpcLinkVersion: NotRequired[str]


class CustomColors(TypedDict):
    AccentColor: str
    BackgroundColor: str
    ErrorValidationColor: str
    HeaderColor: str
    NavigationColor: str
    TextColor: str


class DeleteAccessLogSettingsRequest(TypedDict):
    ApiId: str
    StageName: str


class DeleteApiMappingRequest(TypedDict):
    ApiMappingId: str
    DomainName: str


class DeleteApiRequest(TypedDict):
    ApiId: str


class DeleteAuthorizerRequest(TypedDict):
    ApiId: str
    AuthorizerId: str


class DeleteCorsConfigurationRequest(TypedDict):
    ApiId: str


class DeleteDeploymentRequest(TypedDict):
    ApiId: str
    DeploymentId: str


class DeleteDomainNameRequest(TypedDict):
    DomainName: str


class DeleteIntegrationRequest(TypedDict):
    ApiId: str
    IntegrationId: str


class DeleteIntegrationResponseRequest(TypedDict):
    ApiId: str
    IntegrationId: str
    IntegrationResponseId: str


class DeleteModelRequest(TypedDict):
    ApiId: str
    ModelId: str


class DeletePortalProductRequest(TypedDict):
    PortalProductId: str


class DeletePortalProductSharingPolicyRequest(TypedDict):
    PortalProductId: str


class DeletePortalRequest(TypedDict):
    PortalId: str


class DeleteProductPageRequest(TypedDict):
    PortalProductId: str
    ProductPageId: str


class DeleteProductRestEndpointPageRequest(TypedDict):
    PortalProductId: str
    ProductRestEndpointPageId: str


class DeleteRouteRequest(TypedDict):
    ApiId: str
    RouteId: str


class DeleteRouteRequestParameterRequest(TypedDict):
    ApiId: str
    RequestParameterKey: str
    RouteId: str


class DeleteRouteResponseRequest(TypedDict):
    ApiId: str
    RouteId: str
    RouteResponseId: str


class DeleteRouteSettingsRequest(TypedDict):
    ApiId: str
    RouteKey: str
    StageName: str


class DeleteRoutingRuleRequest(TypedDict):
    DomainName: str
    DomainNameId: NotRequired[str]
    RoutingRuleId: str


class DeleteStageRequest(TypedDict):
    ApiId: str
    StageName: str


class DeleteVpcLinkRequest(TypedDict):
    VpcLinkId: str


class DeleteVpcLinkResponse(TypedDict):
    pass


class Deployment(TypedDict):
    AutoDeployed: NotRequired[bool]
    CreatedDate: NotRequired[float]
    DeploymentId: NotRequired[str]
    DeploymentStatus: NotRequired[str]
    DeploymentStatusMessage: NotRequired[str]
    Description: NotRequired[str]


class DisablePortalRequest(TypedDict):
    PortalId: str


class DisplayContent(TypedDict):
    Body: str
    Title: str


class DisplayContentOverrides(TypedDict):
    Body: NotRequired[str]
    Endpoint: NotRequired[str]
    OperationName: NotRequired[str]


class DisplayOrder(TypedDict):
    Contents: NotRequired[list["Section"]]
    OverviewPageArn: NotRequired[str]
    ProductPageArns: NotRequired[list[str]]


class DomainName(TypedDict):
    ApiMappingSelectionExpression: NotRequired[str]
    DomainName: str
    DomainNameArn: NotRequired[str]
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthentication"]
    RoutingMode: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class DomainNameConfiguration(TypedDict):
    ApiGatewayDomainName: NotRequired[str]
    CertificateArn: NotRequired[str]
    CertificateName: NotRequired[str]
    CertificateUploadDate: NotRequired[float]
    DomainNameStatus: NotRequired[str]
    DomainNameStatusMessage: NotRequired[str]
    EndpointType: NotRequired[str]
    HostedZoneId: NotRequired[str]
    IpAddressType: NotRequired[str]
    SecurityPolicy: NotRequired[str]
    OwnershipVerificationCertificateArn: NotRequired[str]


class EndpointConfigurationResponse(TypedDict):
    CertificateArn: NotRequired[str]
    DomainName: NotRequired[str]
    PortalDefaultDomainName: str
    PortalDomainHostedZoneId: str


class EndpointDisplayContentResponse(TypedDict):
    Body: NotRequired[str]
    Endpoint: str
    OperationName: NotRequired[str]


class ExportApiRequest(TypedDict):
    ApiId: str
    ExportVersion: NotRequired[str]
    IncludeExtensions: NotRequired[bool]
    OutputType: str
    Specification: str
    StageName: NotRequired[str]


class ExportApiResponse(TypedDict):
    body: NotRequired[bytes]


class GetApiMappingRequest(TypedDict):
    ApiMappingId: str
    DomainName: str


class GetApiMappingResponse(TypedDict):
    ApiId: NotRequired[str]
    ApiMappingId: NotRequired[str]
    ApiMappingKey: NotRequired[str]
    Stage: NotRequired[str]


class GetApiMappingsRequest(TypedDict):
    DomainName: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetApiMappingsResponse(TypedDict):
    Items: NotRequired[list["ApiMapping"]]
    NextToken: NotRequired[str]


class GetApiRequest(TypedDict):
    ApiId: str


class GetApiResponse(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    ProtocolType: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class GetApisRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetApisResponse(TypedDict):
    Items: NotRequired[list["Api"]]
    NextToken: NotRequired[str]


class GetAuthorizerRequest(TypedDict):
    ApiId: str
    AuthorizerId: str


class GetAuthorizerResponse(TypedDict):
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerId: NotRequired[str]
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: NotRequired[str]
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: NotRequired[list[str]]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: NotRequired[str]


class GetAuthorizersRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetAuthorizersResponse(TypedDict):
    Items: NotRequired[list["Authorizer"]]
    NextToken: NotRequired[str]


class GetDeploymentRequest(TypedDict):
    ApiId: str
    DeploymentId: str


class GetDeploymentResponse(TypedDict):
    AutoDeployed: NotRequired[bool]
    CreatedDate: NotRequired[float]
    DeploymentId: NotRequired[str]
    DeploymentStatus: NotRequired[str]
    DeploymentStatusMessage: NotRequired[str]
    Description: NotRequired[str]


class GetDeploymentsRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetDeploymentsResponse(TypedDict):
    Items: NotRequired[list["Deployment"]]
    NextToken: NotRequired[str]


class GetDomainNameRequest(TypedDict):
    DomainName: str


class GetDomainNameResponse(TypedDict):
    ApiMappingSelectionExpression: NotRequired[str]
    DomainName: NotRequired[str]
    DomainNameArn: NotRequired[str]
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthentication"]
    RoutingMode: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class GetDomainNamesRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetDomainNamesResponse(TypedDict):
    Items: NotRequired[list["DomainName"]]
    NextToken: NotRequired[str]


class GetIntegrationRequest(TypedDict):
    ApiId: str
    IntegrationId: str


class GetIntegrationResponseRequest(TypedDict):
    ApiId: str
    IntegrationId: str
    IntegrationResponseId: str


class GetIntegrationResponseResponse(TypedDict):
    ContentHandlingStrategy: NotRequired[str]
    IntegrationResponseId: NotRequired[str]
    IntegrationResponseKey: NotRequired[str]
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class GetIntegrationResponsesRequest(TypedDict):
    ApiId: str
    IntegrationId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetIntegrationResponsesResponse(TypedDict):
    Items: NotRequired[list["IntegrationResponse"]]
    NextToken: NotRequired[str]


class GetIntegrationResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationId: NotRequired[str]
    IntegrationMethod: NotRequired[str]
    IntegrationResponseSelectionExpression: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: NotRequired[str]
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfig"]


class GetIntegrationsRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetIntegrationsResponse(TypedDict):
    Items: NotRequired[list["Integration"]]
    NextToken: NotRequired[str]


class GetModelRequest(TypedDict):
    ApiId: str
    ModelId: str


class GetModelResponse(TypedDict):
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    ModelId: NotRequired[str]
    Name: NotRequired[str]
    Schema: NotRequired[str]


class GetModelTemplateRequest(TypedDict):
    ApiId: str
    ModelId: str


class GetModelTemplateResponse(TypedDict):
    Value: NotRequired[str]


class GetModelsRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetModelsResponse(TypedDict):
    Items: NotRequired[list["Model"]]
    NextToken: NotRequired[str]


class GetPortalProductRequest(TypedDict):
    PortalProductId: str
    ResourceOwnerAccountId: NotRequired[str]


class GetPortalProductResponse(TypedDict):
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    DisplayOrder: NotRequired["DisplayOrder"]
    LastModified: NotRequired[float]
    PortalProductArn: NotRequired[str]
    PortalProductId: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class GetPortalProductSharingPolicyRequest(TypedDict):
    PortalProductId: str


class GetPortalProductSharingPolicyResponse(TypedDict):
    PolicyDocument: NotRequired[str]
    PortalProductId: NotRequired[str]


class GetPortalRequest(TypedDict):
    PortalId: str


class GetPortalResponse(TypedDict):
    Authorization: NotRequired["Authorization"]
    EndpointConfiguration: NotRequired["EndpointConfigurationResponse"]
    IncludedPortalProductArns: NotRequired[list[str]]
    LastModified: NotRequired[float]
    LastPublished: NotRequired[float]
    LastPublishedDescription: NotRequired[str]
    PortalArn: NotRequired[str]
    PortalContent: NotRequired["PortalContent"]
    PortalId: NotRequired[str]
    Preview: NotRequired["Preview"]
    PublishStatus: NotRequired[str]
    RumAppMonitorName: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    Tags: NotRequired[dict[str, str]]


class GetProductPageRequest(TypedDict):
    PortalProductId: str
    ProductPageId: str
    ResourceOwnerAccountId: NotRequired[str]


class GetProductPageResponse(TypedDict):
    DisplayContent: NotRequired["DisplayContent"]
    LastModified: NotRequired[float]
    ProductPageArn: NotRequired[str]
    ProductPageId: NotRequired[str]


class GetProductRestEndpointPageRequest(TypedDict):
    IncludeRawDisplayContent: NotRequired[str]
    PortalProductId: str
    ProductRestEndpointPageId: str
    ResourceOwnerAccountId: NotRequired[str]


class GetProductRestEndpointPageResponse(TypedDict):
    DisplayContent: NotRequired["EndpointDisplayContentResponse"]
    LastModified: NotRequired[float]
    ProductRestEndpointPageArn: NotRequired[str]
    ProductRestEndpointPageId: NotRequired[str]
    RawDisplayContent: NotRequired[str]
    RestEndpointIdentifier: NotRequired["RestEndpointIdentifier"]
    Status: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    TryItState: NotRequired[str]


class GetRouteRequest(TypedDict):
    ApiId: str
    RouteId: str


class GetRouteResponseRequest(TypedDict):
    ApiId: str
    RouteId: str
    RouteResponseId: str


class GetRouteResponseResponse(TypedDict):
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteResponseId: NotRequired[str]
    RouteResponseKey: NotRequired[str]


class GetRouteResponsesRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]
    RouteId: str


class GetRouteResponsesResponse(TypedDict):
    Items: NotRequired[list["RouteResponse"]]
    NextToken: NotRequired[str]


class GetRouteResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: NotRequired[str]
    RouteKey: NotRequired[str]
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class GetRoutesRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetRoutesResponse(TypedDict):
    Items: NotRequired[list["Route"]]
    NextToken: NotRequired[str]


class GetRoutingRuleRequest(TypedDict):
    DomainName: str
    DomainNameId: NotRequired[str]
    RoutingRuleId: str


class GetRoutingRuleResponse(TypedDict):
    Actions: NotRequired[list["RoutingRuleAction"]]
    Conditions: NotRequired[list["RoutingRuleCondition"]]
    Priority: NotRequired[int]
    RoutingRuleArn: NotRequired[str]
    RoutingRuleId: NotRequired[str]


class GetStageRequest(TypedDict):
    ApiId: str
    StageName: str


class GetStageResponse(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiGatewayManaged: NotRequired[bool]
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    CreatedDate: NotRequired[float]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    LastDeploymentStatusMessage: NotRequired[str]
    LastUpdatedDate: NotRequired[float]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: NotRequired[str]
    StageVariables: NotRequired[dict[str, str]]
    Tags: NotRequired[dict[str, str]]


class GetStagesRequest(TypedDict):
    ApiId: str
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetStagesResponse(TypedDict):
    Items: NotRequired[list["Stage"]]
    NextToken: NotRequired[str]


class GetTagsRequest(TypedDict):
    ResourceArn: str


class GetTagsResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class GetVpcLinkRequest(TypedDict):
    VpcLinkId: str


class GetVpcLinkResponse(TypedDict):
    CreatedDate: NotRequired[float]
    Name: NotRequired[str]
    SecurityGroupIds: NotRequired[list[str]]
    SubnetIds: NotRequired[list[str]]
    Tags: NotRequired[dict[str, str]]
    VpcLinkId: NotRequired[str]
    VpcLinkStatus: NotRequired[str]
    VpcLinkStatusMessage: NotRequired[str]
    VpcLinkVersion: NotRequired[str]


class GetVpcLinksRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class GetVpcLinksResponse(TypedDict):
    Items: NotRequired[list["VpcLink"]]
    NextToken: NotRequired[str]


class IdentifierParts(TypedDict):
    Method: str
    Path: str
    RestApiId: str
    Stage: str


class ImportApiRequest(TypedDict):
    Basepath: NotRequired[str]
    Body: str
    FailOnWarnings: NotRequired[bool]


class ImportApiResponse(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    ProtocolType: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class Integration(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationId: NotRequired[str]
    IntegrationMethod: NotRequired[str]
    IntegrationResponseSelectionExpression: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: NotRequired[str]
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfig"]


class IntegrationResponse(TypedDict):
    ContentHandlingStrategy: NotRequired[str]
    IntegrationResponseId: NotRequired[str]
    IntegrationResponseKey: str
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class JWTConfiguration(TypedDict):
    Audience: NotRequired[list[str]]
    Issuer: NotRequired[str]


class ListPortalProductsRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]
    ResourceOwner: NotRequired[str]


class ListPortalProductsResponse(TypedDict):
    Items: NotRequired[list["PortalProductSummary"]]
    NextToken: NotRequired[str]


class ListPortalsRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]


class ListPortalsResponse(TypedDict):
    Items: NotRequired[list["PortalSummary"]]
    NextToken: NotRequired[str]


class ListProductPagesRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]
    PortalProductId: str
    ResourceOwnerAccountId: NotRequired[str]


class ListProductPagesResponse(TypedDict):
    Items: NotRequired[list["ProductPageSummaryNoBody"]]
    NextToken: NotRequired[str]


class ListProductRestEndpointPagesRequest(TypedDict):
    MaxResults: NotRequired[str]
    NextToken: NotRequired[str]
    PortalProductId: str
    ResourceOwnerAccountId: NotRequired[str]


class ListProductRestEndpointPagesResponse(TypedDict):
    Items: NotRequired[list["ProductRestEndpointPageSummaryNoBody"]]
    NextToken: NotRequired[str]


class ListRoutingRulesRequest(TypedDict):
    DomainName: str
    DomainNameId: NotRequired[str]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListRoutingRulesResponse(TypedDict):
    NextToken: NotRequired[str]
    RoutingRules: NotRequired[list["RoutingRule"]]


class Model(TypedDict):
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    ModelId: NotRequired[str]
    Name: str
    Schema: NotRequired[str]


class MutualTlsAuthentication(TypedDict):
    TruststoreUri: NotRequired[str]
    TruststoreVersion: NotRequired[str]
    TruststoreWarnings: NotRequired[list[str]]


class MutualTlsAuthenticationInput(TypedDict):
    TruststoreUri: NotRequired[str]
    TruststoreVersion: NotRequired[str]


class None_(TypedDict):
    pass


class ParameterConstraints(TypedDict):
    Required: NotRequired[bool]


class PortalContent(TypedDict):
    Description: NotRequired[str]
    DisplayName: str
    Theme: "PortalTheme"


class PortalProductSummary(TypedDict):
    Description: str
    DisplayName: str
    LastModified: float
    PortalProductArn: str
    PortalProductId: str
    Tags: NotRequired[dict[str, str]]


class PortalSummary(TypedDict):
    Authorization: "Authorization"
    EndpointConfiguration: "EndpointConfigurationResponse"
    IncludedPortalProductArns: list[str]
    LastModified: float
    LastPublished: NotRequired[float]
    LastPublishedDescription: NotRequired[str]
    PortalArn: str
    PortalContent: "PortalContent"
    PortalId: str
    Preview: NotRequired["Preview"]
    PublishStatus: NotRequired[str]
    RumAppMonitorName: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    Tags: NotRequired[dict[str, str]]


class PortalTheme(TypedDict):
    CustomColors: "CustomColors"
    LogoLastUploaded: NotRequired[float]


class Preview(TypedDict):
    PreviewStatus: str
    PreviewUrl: NotRequired[str]
    StatusException: NotRequired["StatusException"]


class PreviewPortalRequest(TypedDict):
    PortalId: str


class PreviewPortalResponse(TypedDict):
    pass


class ProductPageSummaryNoBody(TypedDict):
    LastModified: float
    PageTitle: str
    ProductPageArn: str
    ProductPageId: str


class ProductRestEndpointPageSummaryNoBody(TypedDict):
    Endpoint: str
    LastModified: float
    OperationName: NotRequired[str]
    ProductRestEndpointPageArn: str
    ProductRestEndpointPageId: str
    RestEndpointIdentifier: "RestEndpointIdentifier"
    Status: str
    StatusException: NotRequired["StatusException"]
    TryItState: str


class PublishPortalRequest(TypedDict):
    Description: NotRequired[str]
    PortalId: str


class PublishPortalResponse(TypedDict):
    pass


class PutPortalProductSharingPolicyRequest(TypedDict):
    PolicyDocument: str
    PortalProductId: str


class PutPortalProductSharingPolicyResponse(TypedDict):
    pass


class PutRoutingRuleRequest(TypedDict):
    Actions: list["RoutingRuleAction"]
    Conditions: list["RoutingRuleCondition"]
    DomainName: str
    DomainNameId: NotRequired[str]
    Priority: int
    RoutingRuleId: str


class PutRoutingRuleResponse(TypedDict):
    Actions: NotRequired[list["RoutingRuleAction"]]
    Conditions: NotRequired[list["RoutingRuleCondition"]]
    Priority: NotRequired[int]
    RoutingRuleArn: NotRequired[str]
    RoutingRuleId: NotRequired[str]


class ReimportApiRequest(TypedDict):
    ApiId: str
    Basepath: NotRequired[str]
    Body: str
    FailOnWarnings: NotRequired[bool]


class ReimportApiResponse(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    ProtocolType: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class ResetAuthorizersCacheRequest(TypedDict):
    ApiId: str
    StageName: str


class RestEndpointIdentifier(TypedDict):
    IdentifierParts: NotRequired["IdentifierParts"]


class Route(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: NotRequired[str]
    RouteKey: str
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class RouteResponse(TypedDict):
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteResponseId: NotRequired[str]
    RouteResponseKey: str


class RouteSettings(TypedDict):
    DataTraceEnabled: NotRequired[bool]
    DetailedMetricsEnabled: NotRequired[bool]
    LoggingLevel: NotRequired[str]
    ThrottlingBurstLimit: NotRequired[int]
    ThrottlingRateLimit: NotRequired[float]


class RoutingRule(TypedDict):
    Actions: NotRequired[list["RoutingRuleAction"]]
    Conditions: NotRequired[list["RoutingRuleCondition"]]
    Priority: NotRequired[int]
    RoutingRuleArn: NotRequired[str]
    RoutingRuleId: NotRequired[str]


class RoutingRuleAction(TypedDict):
    InvokeApi: "RoutingRuleActionInvokeApi"


class RoutingRuleActionInvokeApi(TypedDict):
    ApiId: str
    Stage: str
    StripBasePath: NotRequired[bool]


class RoutingRuleCondition(TypedDict):
    MatchBasePaths: NotRequired["RoutingRuleMatchBasePaths"]
    MatchHeaders: NotRequired["RoutingRuleMatchHeaders"]


class RoutingRuleMatchBasePaths(TypedDict):
    AnyOf: list[str]


class RoutingRuleMatchHeaderValue(TypedDict):
    Header: str
    ValueGlob: str


class RoutingRuleMatchHeaders(TypedDict):
    AnyOf: list["RoutingRuleMatchHeaderValue"]


class Section(TypedDict):
    ProductRestEndpointPageArns: list[str]
    SectionName: str


class Stage(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiGatewayManaged: NotRequired[bool]
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    CreatedDate: NotRequired[float]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    LastDeploymentStatusMessage: NotRequired[str]
    LastUpdatedDate: NotRequired[float]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: str
    StageVariables: NotRequired[dict[str, str]]
    Tags: NotRequired[dict[str, str]]


class StatusException(TypedDict):
    Exception: NotRequired[str]
    Message: NotRequired[str]


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: NotRequired[dict[str, str]]


class TagResourceResponse(TypedDict):
    pass


class TlsConfig(TypedDict):
    ServerNameToVerify: NotRequired[str]


class TlsConfigInput(TypedDict):
    ServerNameToVerify: NotRequired[str]


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UpdateApiMappingRequest(TypedDict):
    ApiId: str
    ApiMappingId: str
    ApiMappingKey: NotRequired[str]
    DomainName: str
    Stage: NotRequired[str]


class UpdateApiMappingResponse(TypedDict):
    ApiId: NotRequired[str]
    ApiMappingId: NotRequired[str]
    ApiMappingKey: NotRequired[str]
    Stage: NotRequired[str]


class UpdateApiRequest(TypedDict):
    ApiId: str
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    RouteKey: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Target: NotRequired[str]
    Version: NotRequired[str]


class UpdateApiResponse(TypedDict):
    ApiEndpoint: NotRequired[str]
    ApiGatewayManaged: NotRequired[bool]
    ApiId: NotRequired[str]
    ApiKeySelectionExpression: NotRequired[str]
    CorsConfiguration: NotRequired["Cors"]
    CreatedDate: NotRequired[float]
    Description: NotRequired[str]
    DisableSchemaValidation: NotRequired[bool]
    DisableExecuteApiEndpoint: NotRequired[bool]
    ImportInfo: NotRequired[list[str]]
    IpAddressType: NotRequired[str]
    Name: NotRequired[str]
    ProtocolType: NotRequired[str]
    RouteSelectionExpression: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Version: NotRequired[str]
    Warnings: NotRequired[list[str]]


class UpdateAuthorizerRequest(TypedDict):
    ApiId: str
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerId: str
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: NotRequired[str]
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: NotRequired[list[str]]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: NotRequired[str]


class UpdateAuthorizerResponse(TypedDict):
    AuthorizerCredentialsArn: NotRequired[str]
    AuthorizerId: NotRequired[str]
    AuthorizerPayloadFormatVersion: NotRequired[str]
    AuthorizerResultTtlInSeconds: NotRequired[int]
    AuthorizerType: NotRequired[str]
    AuthorizerUri: NotRequired[str]
    EnableSimpleResponses: NotRequired[bool]
    IdentitySource: NotRequired[list[str]]
    IdentityValidationExpression: NotRequired[str]
    JwtConfiguration: NotRequired["JWTConfiguration"]
    Name: NotRequired[str]


class UpdateDeploymentRequest(TypedDict):
    ApiId: str
    DeploymentId: str
    Description: NotRequired[str]


class UpdateDeploymentResponse(TypedDict):
    AutoDeployed: NotRequired[bool]
    CreatedDate: NotRequired[float]
    DeploymentId: NotRequired[str]
    DeploymentStatus: NotRequired[str]
    DeploymentStatusMessage: NotRequired[str]
    Description: NotRequired[str]


class UpdateDomainNameRequest(TypedDict):
    DomainName: str
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthenticationInput"]
    RoutingMode: NotRequired[str]


class UpdateDomainNameResponse(TypedDict):
    ApiMappingSelectionExpression: NotRequired[str]
    DomainName: NotRequired[str]
    DomainNameArn: NotRequired[str]
    DomainNameConfigurations: NotRequired[list["DomainNameConfiguration"]]
    MutualTlsAuthentication: NotRequired["MutualTlsAuthentication"]
    RoutingMode: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class UpdateIntegrationRequest(TypedDict):
    ApiId: str
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationId: str
    IntegrationMethod: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: NotRequired[str]
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfigInput"]


class UpdateIntegrationResponseRequest(TypedDict):
    ApiId: str
    ContentHandlingStrategy: NotRequired[str]
    IntegrationId: str
    IntegrationResponseId: str
    IntegrationResponseKey: NotRequired[str]
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class UpdateIntegrationResponseResponse(TypedDict):
    ContentHandlingStrategy: NotRequired[str]
    IntegrationResponseId: NotRequired[str]
    IntegrationResponseKey: NotRequired[str]
    ResponseParameters: NotRequired[dict[str, str]]
    ResponseTemplates: NotRequired[dict[str, str]]
    TemplateSelectionExpression: NotRequired[str]


class UpdateIntegrationResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ConnectionId: NotRequired[str]
    ConnectionType: NotRequired[str]
    ContentHandlingStrategy: NotRequired[str]
    CredentialsArn: NotRequired[str]
    Description: NotRequired[str]
    IntegrationId: NotRequired[str]
    IntegrationMethod: NotRequired[str]
    IntegrationResponseSelectionExpression: NotRequired[str]
    IntegrationSubtype: NotRequired[str]
    IntegrationType: NotRequired[str]
    IntegrationUri: NotRequired[str]
    PassthroughBehavior: NotRequired[str]
    PayloadFormatVersion: NotRequired[str]
    RequestParameters: NotRequired[dict[str, str]]
    RequestTemplates: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, dict[str, str]]]
    TemplateSelectionExpression: NotRequired[str]
    TimeoutInMillis: NotRequired[int]
    TlsConfig: NotRequired["TlsConfig"]


class UpdateModelRequest(TypedDict):
    ApiId: str
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    ModelId: str
    Name: NotRequired[str]
    Schema: NotRequired[str]


class UpdateModelResponse(TypedDict):
    ContentType: NotRequired[str]
    Description: NotRequired[str]
    ModelId: NotRequired[str]
    Name: NotRequired[str]
    Schema: NotRequired[str]


class UpdatePortalProductRequest(TypedDict):
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    DisplayOrder: NotRequired["DisplayOrder"]
    PortalProductId: str


class UpdatePortalProductResponse(TypedDict):
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    DisplayOrder: NotRequired["DisplayOrder"]
    LastModified: NotRequired[float]
    PortalProductArn: NotRequired[str]
    PortalProductId: NotRequired[str]
    Tags: NotRequired[dict[str, str]]


class UpdatePortalRequest(TypedDict):
    Authorization: NotRequired["Authorization"]
    EndpointConfiguration: NotRequired["EndpointConfigurationRequest"]
    IncludedPortalProductArns: NotRequired[list[str]]
    LogoUri: NotRequired[str]
    PortalContent: NotRequired["PortalContent"]
    PortalId: str
    RumAppMonitorName: NotRequired[str]


class UpdatePortalResponse(TypedDict):
    Authorization: NotRequired["Authorization"]
    EndpointConfiguration: NotRequired["EndpointConfigurationResponse"]
    IncludedPortalProductArns: NotRequired[list[str]]
    LastModified: NotRequired[float]
    LastPublished: NotRequired[float]
    LastPublishedDescription: NotRequired[str]
    PortalArn: NotRequired[str]
    PortalContent: NotRequired["PortalContent"]
    PortalId: NotRequired[str]
    Preview: NotRequired["Preview"]
    PublishStatus: NotRequired[str]
    RumAppMonitorName: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    Tags: NotRequired[dict[str, str]]


class UpdateProductPageRequest(TypedDict):
    DisplayContent: NotRequired["DisplayContent"]
    PortalProductId: str
    ProductPageId: str


class UpdateProductPageResponse(TypedDict):
    DisplayContent: NotRequired["DisplayContent"]
    LastModified: NotRequired[float]
    ProductPageArn: NotRequired[str]
    ProductPageId: NotRequired[str]


class UpdateProductRestEndpointPageRequest(TypedDict):
    DisplayContent: NotRequired["EndpointDisplayContent"]
    PortalProductId: str
    ProductRestEndpointPageId: str
    TryItState: NotRequired[str]


class UpdateProductRestEndpointPageResponse(TypedDict):
    DisplayContent: NotRequired["EndpointDisplayContentResponse"]
    LastModified: NotRequired[float]
    ProductRestEndpointPageArn: NotRequired[str]
    ProductRestEndpointPageId: NotRequired[str]
    RestEndpointIdentifier: NotRequired["RestEndpointIdentifier"]
    Status: NotRequired[str]
    StatusException: NotRequired["StatusException"]
    TryItState: NotRequired[str]


class UpdateRouteRequest(TypedDict):
    ApiId: str
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: str
    RouteKey: NotRequired[str]
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class UpdateRouteResponseRequest(TypedDict):
    ApiId: str
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: str
    RouteResponseId: str
    RouteResponseKey: NotRequired[str]


class UpdateRouteResponseResponse(TypedDict):
    ModelSelectionExpression: NotRequired[str]
    ResponseModels: NotRequired[dict[str, str]]
    ResponseParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteResponseId: NotRequired[str]
    RouteResponseKey: NotRequired[str]


class UpdateRouteResult(TypedDict):
    ApiGatewayManaged: NotRequired[bool]
    ApiKeyRequired: NotRequired[bool]
    AuthorizationScopes: NotRequired[list[str]]
    AuthorizationType: NotRequired[str]
    AuthorizerId: NotRequired[str]
    ModelSelectionExpression: NotRequired[str]
    OperationName: NotRequired[str]
    RequestModels: NotRequired[dict[str, str]]
    RequestParameters: NotRequired[dict[str, "ParameterConstraints"]]
    RouteId: NotRequired[str]
    RouteKey: NotRequired[str]
    RouteResponseSelectionExpression: NotRequired[str]
    Target: NotRequired[str]


class UpdateStageRequest(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiId: str
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: str
    StageVariables: NotRequired[dict[str, str]]


class UpdateStageResponse(TypedDict):
    AccessLogSettings: NotRequired["AccessLogSettings"]
    ApiGatewayManaged: NotRequired[bool]
    AutoDeploy: NotRequired[bool]
    ClientCertificateId: NotRequired[str]
    CreatedDate: NotRequired[float]
    DefaultRouteSettings: NotRequired["RouteSettings"]
    DeploymentId: NotRequired[str]
    Description: NotRequired[str]
    LastDeploymentStatusMessage: NotRequired[str]
    LastUpdatedDate: NotRequired[float]
    RouteSettings: NotRequired[dict[str, "RouteSettings"]]
    StageName: NotRequired[str]
    StageVariables: NotRequired[dict[str, str]]
    Tags: NotRequired[dict[str, str]]


class UpdateVpcLinkRequest(TypedDict):
    Name: NotRequired[str]
    VpcLinkId: str


class UpdateVpcLinkResponse(TypedDict):
    CreatedDate: NotRequired[float]
    Name: NotRequired[str]
    SecurityGroupIds: NotRequired[list[str]]
    SubnetIds: NotRequired[list[str]]
    Tags: NotRequired[dict[str, str]]
    VpcLinkId: NotRequired[str]
    VpcLinkStatus: NotRequired[str]
    VpcLinkStatusMessage: NotRequired[str]
    VpcLinkVersion: NotRequired[str]


class VpcLink(TypedDict):
    CreatedDate: NotRequired[float]
    Name: str
    SecurityGroupIds: list[str]
    SubnetIds: list[str]
    Tags: NotRequired[dict[str, str]]
    VpcLinkId: str
    VpcLinkStatus: NotRequired[str]
    VpcLinkStatusMessage: NotRequired[str]
    VpcLinkVersion: NotRequired[str]


Authorization = TypedDict(
    "Authorization", {"CognitoConfig": NotRequired["CognitoConfig"], "None": NotRequired["None_"]}
)


CreateIntegrationResponse = CreateIntegrationResult


CreateRouteResponse = CreateRouteResult


EndpointConfigurationRequest = TypedDict(
    "EndpointConfigurationRequest", {"AcmManaged": NotRequired["ACMManaged"], "None": NotRequired["None_"]}
)


EndpointDisplayContent = TypedDict(
    "EndpointDisplayContent",
    {"None": NotRequired["None_"], "Overrides": NotRequired["DisplayContentOverrides"]},
)


GetIntegrationResponse = GetIntegrationResult


GetRouteResponse = GetRouteResult


UpdateIntegrationResponse = UpdateIntegrationResult


UpdateRouteResponse = UpdateRouteResult

"""What definitions call the members of integrations, authorizers and CORS configurations."""

ANY = "x-amazon-apigateway-any-method"
AUTHORIZER = "x-amazon-apigateway-authorizer"
CORS = "x-amazon-apigateway-cors"
INTEGRATION = "x-amazon-apigateway-integration"
VERSION = "x-amazon-apigateway-importexport-version"

INTEGRATION_MEMBERS = {
    "uri": "IntegrationUri",
    "httpMethod": "IntegrationMethod",
    "payloadFormatVersion": "PayloadFormatVersion",
    "credentials": "CredentialsArn",
    "connectionId": "ConnectionId",
    "connectionType": "ConnectionType",
    "timeoutInMillis": "TimeoutInMillis",
    "requestParameters": "RequestParameters",
    "responseParameters": "ResponseParameters",
    "integrationSubtype": "IntegrationSubtype",
    "description": "Description",
}
AUTHORIZER_MEMBERS = {
    "authorizerUri": "AuthorizerUri",
    "authorizerCredentials": "AuthorizerCredentialsArn",
    "authorizerPayloadFormatVersion": "AuthorizerPayloadFormatVersion",
    "authorizerResultTtlInSeconds": "AuthorizerResultTtlInSeconds",
    "enableSimpleResponses": "EnableSimpleResponses",
    "identityValidationExpression": "IdentityValidationExpression",
}


def small(member: str) -> str:
    """A member's name as definitions write it."""
    return member[:1].lower() + member[1:]

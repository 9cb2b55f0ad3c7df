"""What definitions call the members of integrations, authorizers and CORS configurations."""

from typing import Any

from portico.services.apigatewayv2 import errors

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


def text(value: Any) -> str:
    """A value that is to be a text. (Lists are not: in YAML, a few lines can stand for more than memory holds.)

    Raises:
        AwsError: BadRequestException, it is a list or an object.
    """
    if not isinstance(value, str | int | float):
        raise errors.bad_request("Invalid OpenAPI input. A text was expected")
    return str(value)


def small(member: str) -> str:
    """A member's name as definitions write it."""
    return member[:1].lower() + member[1:]

"""Definitions that tests import: small ones, each with what one recorded case is about."""

from typing import Any

_X = "x-amazon-apigateway-"
ORIGIN = "method.response.header.Access-Control-Allow-Origin"


def function_uri(name: str) -> str:
    """The integration URI of a function."""
    return (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        f"arn:aws:lambda:us-east-1:111111111111:function:{name}/invocations"
    )


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def _authorizer(**more: Any) -> dict[str, Any]:
    return {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        f"{_X}authtype": "oauth2",
        f"{_X}authorizer": {
            "type": "token",
            "authorizerUri": function_uri("auth"),
            "authorizerCredentials": "arn:aws:iam::111111111111:role/auth",
            "identityValidationExpression": "^x-[a-z]+",
            **more,
        },
    }


def _response(model: str | None = None, *headers: str) -> dict[str, Any]:
    return {
        "200": {
            "description": "200 response",
            **({"schema": _ref(model)} if model else {}),
            "headers": {name: {"type": "string"} for name in headers},
        }
    }


def _http(uri: str, method: str = "GET", parameters: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "type": "http",
        "httpMethod": method,
        "uri": uri,
        "passthroughBehavior": "when_no_match",
        **({"requestParameters": parameters} if parameters else {}),
        "responses": {"default": {"statusCode": "200", "responseParameters": {ORIGIN: "'*'"}}},
    }


def _mock(response: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "mock",
        "passthroughBehavior": "when_no_match",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", **response}},
    }


def _options(methods: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    names = ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers")
    values = ("'*'", f"'{methods}'", "'Content-Type'")
    mapped = {f"method.response.header.{n}": value for n, value in zip(names, values, strict=True)}
    return {
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "parameters": list(parameters),
        "security": [],
        "responses": _response("Empty", *names),
        f"{_X}integration": _mock({"responseParameters": mapped}),
    }


_PET_ID = {"name": "petId", "in": "path", "required": True, "type": "string"}
_BACKEND = "http://petstore.example.com/pets"

PETSTORE: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "PetStore", "description": "Pets by HTTP", "version": "1.0"},
    "schemes": ["https"],
    "paths": {
        "/": {
            "get": {
                "consumes": ["application/json"],
                "produces": ["text/html"],
                "security": [{"test-authorizer": []}],
                "responses": _response(None, "Content-Type"),
                f"{_X}integration": _mock(
                    {
                        "responseParameters": {"method.response.header.Content-Type": "'text/html'"},
                        "responseTemplates": {"text/html": "<html></html>"},
                    }
                ),
            }
        },
        "/pets": {
            "get": {
                "produces": ["application/json"],
                "parameters": [
                    {"name": name, "in": "query", "required": False, "type": "string"}
                    for name in ("type", "page")
                ],
                "responses": _response("Pets", "Access-Control-Allow-Origin"),
                f"{_X}integration": _http(
                    _BACKEND,
                    parameters={
                        f"integration.request.querystring.{name}": f"method.request.querystring.{name}"
                        for name in ("page", "type")
                    },
                ),
            },
            "post": {
                "operationId": "CreatePet",
                "consumes": ["application/json"],
                "produces": ["application/json"],
                "parameters": [{"in": "body", "name": "NewPet", "required": True, "schema": _ref("NewPet")}],
                "responses": _response("NewPetResponse", "Access-Control-Allow-Origin"),
                f"{_X}integration": _http(_BACKEND, "POST"),
            },
            "options": _options("POST,GET,OPTIONS"),
        },
        "/pets/{petId}": {
            "get": {
                "operationId": "GetPet",
                "produces": ["application/json"],
                "parameters": [_PET_ID],
                "responses": _response("Pet", "Access-Control-Allow-Origin"),
                f"{_X}integration": _http(
                    f"{_BACKEND}/{{petId}}",
                    parameters={"integration.request.path.petId": "method.request.path.petId"},
                ),
            },
            "options": _options("GET,OPTIONS", _PET_ID),
        },
    },
    "securityDefinitions": {
        "test-authorizer": _authorizer(authorizerResultTtlInSeconds=60),
        "test-authorizer-not-used": _authorizer(),
    },
    "definitions": {
        "Pets": {"type": "array", "items": _ref("Pet")},
        "Empty": {"type": "object"},
        "NewPetResponse": {
            "type": "object",
            "properties": {"pet": _ref("Pet"), "message": {"type": "string"}},
        },
        "Pet": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "type": {"type": "string"},
                "price": {"type": "number"},
            },
        },
        "NewPet": {
            "type": "object",
            "properties": {"type": _ref("PetType"), "price": {"type": "number"}},
        },
        "PetType": {"type": "string", "enum": ["dog", "cat", "fish", "bird", "gecko"]},
    },
}


def _plain_http(uri: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "httpMethod": "GET",
        "uri": uri,
        "passthroughBehavior": "when_no_match",
        "responses": {"default": {"statusCode": "200"}},
        **more,
    }


PETS: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Simple PetStore (Swagger)", "version": "1.0.0"},
    f"{_X}binary-media-types": ["image/png", "image/jpg"],
    "paths": {
        "/pets": {
            "get": {
                "responses": {"200": {"description": "200 response"}},
                f"{_X}integration": _plain_http(_BACKEND),
            }
        },
        "/pets/{petId}": {
            "get": {
                "parameters": [_PET_ID],
                "responses": {"200": {"description": "200 response"}},
                f"{_X}integration": _plain_http(
                    f"{_BACKEND}/{{id}}",
                    requestParameters={"integration.request.path.id": "method.request.path.petId"},
                ),
            }
        },
    },
}


def _proxy(name: str) -> dict[str, Any]:
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": function_uri(name)}


def _cors_options() -> dict[str, Any]:
    names = ("Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin")
    values = ("'Content-Type'", "'OPTIONS,POST,GET'", "'http://localhost:8080'")
    mapped = {f"method.response.header.{n}": value for n, value in zip(names, values, strict=True)}
    return {
        "responses": _response(None, *names),
        f"{_X}integration": _mock(
            {"responseParameters": mapped, "responseTemplates": {"application/json": "{}\n"}}
        ),
    }


CORS: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "cors", "version": "1.0"},
    "paths": {
        "/product": {
            "get": {"responses": {}, f"{_X}integration": _proxy("products:live")},
            "options": _cors_options(),
        },
        "/product/{product_id}": {
            "parameters": [{"name": "product_id", "in": "path", "required": True, "type": "string"}],
            "get": {"responses": {}, f"{_X}integration": _proxy("product:live")},
            "options": _cors_options(),
        },
    },
}

MOCK: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "mock", "version": "2"},
    "paths": {
        "/test": {
            "get": {
                "responses": _response(None, "Access-Control-Allow-Origin"),
                f"{_X}integration": _mock({"responseParameters": {ORIGIN: "'*'"}}),
            }
        }
    },
}
OAS_MOCK: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "mock", "version": "2.0"},
    "paths": {
        "/test": {
            "get": {
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"Access-Control-Allow-Origin": {"schema": {"type": "string"}}},
                    }
                },
                f"{_X}integration": _mock({"responseParameters": {ORIGIN: "'*'"}}),
            }
        }
    },
}


def _schema(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


CIRCULAR: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"title": "Circular model reference", "version": "1.0"},
    f"{_X}request-validators": {"basic": {"validateRequestBody": True, "validateRequestParameters": True}},
    f"{_X}request-validator": "basic",
    "paths": {
        "/person": {
            "post": {
                "operationId": "CreatePerson",
                "requestBody": {"content": _schema("Person")},
                "responses": {"200": {"description": "ok", "content": _schema("Empty")}},
                f"{_X}integration": {
                    "type": "mock",
                    "passthroughBehavior": "when_no_templates",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {
                        "default": {
                            "statusCode": "200",
                            "responseTemplates": {"application/json": "{\"echo\": $input.json('$')}"},
                        }
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Empty": {"title": "Empty Schema", "type": "object"},
            "House": {
                "type": "object",
                "description": "Where a Person can live",
                "properties": {
                    "randomProperty": {"type": "string", "description": "Random property", "format": "byte"},
                    "contains": {
                        "type": "array",
                        "description": "Who is living in the house",
                        "items": {"$ref": "#/components/schemas/Person"},
                        "minItems": 1,
                    },
                },
            },
            "Person": {
                "type": "object",
                "description": "Random person schema.",
                "properties": {
                    "name": {"type": "string", "example": "Jane"},
                    "b": {"type": "number"},
                    "house": {"$ref": "#/components/schemas/House"},
                },
                "required": ["name", "b"],
            },
        }
    },
}


def _pool() -> dict[str, Any]:
    return {
        "type": "apiKey",
        "name": "TestHeaderAuth",
        "in": "header",
        f"{_X}authtype": "cognito_user_pools",
        f"{_X}authorizer": {
            "type": "cognito_user_pools",
            "providerARNs": ["arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_ABC123"],
        },
    }


def _secured(*security: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "get": {
            **({"security": list(security)} if security else {}),
            "responses": {"200": {"description": "ok"}},
            f"{_X}integration": _plain_http(_BACKEND),
        }
    }


_FIRST, _SECOND = "cognito-test-identity-source", "extra-test-identity-source"
COGNITO: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Example Pet Store", "description": "A Pet Store API.", "version": "1.0"},
    "security": [{_FIRST: []}],
    "paths": {
        "/default-no-scope": _secured(),
        "/default-scope-override": _secured({_FIRST: ["openid"]}),
        "/non-default-authorizer": _secured({_SECOND: ["email", "openid"]}),
    },
    "components": {"securitySchemes": {_FIRST: _pool(), _SECOND: _pool()}},
}

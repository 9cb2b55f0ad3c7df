# The function of examples/hello, behind an HTTP API that asks for a user pool's token, and at an address of its own.
#
# In a shell where `eval "$(portico env)"` has been:
#   zip -j hello.zip ../hello/app.py && terraform init && terraform apply

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {} # the endpoint, the keys and the region are in the environment

resource "aws_iam_role" "hello" {
  name = "hello-terraform"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "log" {
  role       = aws_iam_role.hello.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "hello" {
  function_name    = "hello-terraform"
  role             = aws_iam_role.hello.arn
  runtime          = "python3.13"
  handler          = "app.handler"
  filename         = "hello.zip"
  source_code_hash = filebase64sha256("hello.zip")
}

resource "aws_cognito_user_pool" "people" {
  name = "people-terraform"
}

resource "aws_cognito_user_pool_client" "app" {
  name                = "app"
  user_pool_id        = aws_cognito_user_pool.people.id
  explicit_auth_flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
}

resource "aws_apigatewayv2_api" "hello" {
  name          = "hello-terraform"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_authorizer" "people" {
  api_id           = aws_apigatewayv2_api.hello.id
  name             = "people"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    audience = [aws_cognito_user_pool_client.app.id]
    issuer   = "https://${aws_cognito_user_pool.people.endpoint}"
  }
}

resource "aws_apigatewayv2_integration" "hello" {
  api_id                 = aws_apigatewayv2_api.hello.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.hello.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "hello" {
  api_id             = aws_apigatewayv2_api.hello.id
  route_key          = "GET /hello"
  target             = "integrations/${aws_apigatewayv2_integration.hello.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.people.id
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.hello.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_lambda_permission" "api" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hello.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.hello.execution_arn}/*/*/hello"
}

resource "aws_lambda_function_url" "hello" {
  function_name      = aws_lambda_function.hello.function_name
  authorization_type = "AWS_IAM"
}

output "api" {
  value = "${aws_apigatewayv2_api.hello.api_endpoint}/hello"
}

output "url" {
  value = aws_lambda_function_url.hello.function_url
}

output "client" {
  value = aws_cognito_user_pool_client.app.id
}

output "pool" {
  value = aws_cognito_user_pool.people.id
}

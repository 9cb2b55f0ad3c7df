"""OpenAPI definitions (2.0 and 3.0) with API Gateway's extensions: read into records, and written of them."""

"""What routes lead to, a module for each kind: Lambda functions, HTTP backends, other services, and nothing (`MOCK`)."""

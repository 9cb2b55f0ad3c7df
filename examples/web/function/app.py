"""Tells whom it sees, whichever way it was called."""


def handler(event, context):
    request = event.get("requestContext", {})
    authorizer = request.get("authorizer", {})
    if "jwt" in authorizer:
        claims = authorizer["jwt"]["claims"]
        return {
            "way": "HTTP API, with a JWT",
            "who": claims["cognito:username"],
            "email": claims.get("email"),
        }
    if "iam" in authorizer:
        iam = authorizer["iam"]
        cognito = iam.get("cognitoIdentity") or {}
        return {
            "way": "function URL, signed",
            "who": cognito.get("identityId"),
            "role": iam["userArn"].split("/")[1],
        }
    identity = context.identity
    return {
        "way": "Lambda's own API, signed",
        "who": identity.cognito_identity_id if identity else None,
        "pool": identity.cognito_identity_pool_id if identity else None,
    }

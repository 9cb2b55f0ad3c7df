"""Sign in with Apple: its secret is a token that is made for each request, and it sends users back with a form.

Source: Apple Developer Documentation, "Creating a client secret", "Request an authorization to the Sign in with Apple server"; Cognito API
reference, CreateIdentityProvider (ProviderDetails).
"""

import textwrap
from collections.abc import Mapping

KIND = "SignInWithApple"
RESPONSE_MODE = "form_post"
_VALID_S = 300


def client_secret(details: Mapping[str, str], now: float) -> str:
    """The secret for a request at `now` (seconds, wall clock), signed with the team's private key: PEM, or what stands between its first
    and last line.

    Raises:
        ValueError: it is no such key.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    claims = {
        "iss": details["team_id"], "iat": int(now), "exp": int(now) + _VALID_S, "aud": details["oidc_issuer"], "sub": details["client_id"],
    }  # fmt: skip
    try:
        key = ECKey.import_key(_pem(details.get("private_key", "")))
        return jwt.encode({"alg": "ES256", "kid": details["key_id"]}, claims, key, algorithms=["ES256"])
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("private_key is not a key that Apple gives") from error


def _pem(text: str) -> str:
    if "-----BEGIN" in text:
        return text
    body = "\n".join(textwrap.wrap("".join(text.split()), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"

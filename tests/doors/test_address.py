"""Front doors by Host and raw path."""

import pytest

from portico.doors.address import Address, of_host, of_path


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a1b2.execute-api.localhost", Address("api", "a1b2", "/x%2F")),
        ("a1b2.execute-api.eu-west-1.localhost", Address("api", "a1b2", "/x%2F", region="eu-west-1")),
        ("u1.lambda-url.us-gov-east-1.example.com", Address("url", "u1", "/x%2F", region="us-gov-east-1")),
        ("my-app.auth.us-east-1.localhost", Address("auth", "my-app", "/x%2F", region="us-east-1")),
        ("p-a1.apigw-portal.us-east-1.localhost", Address("portal", "p-a1", "/x%2F", region="us-east-1")),
        ("execute-api.localhost", None),
        ("execute-api.us-east-1.localhost", None),
        (".execute-api.localhost", None),
        ("a_b.execute-api.localhost", None),
        ("lambda.us-east-1.localhost", None),
        ("localhost", None),
    ],
)
def test_names(name: str, wanted: Address | None) -> None:
    assert of_host(name, "/x%2F") == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/_portico/apis/a1/prod/pets/1", Address("api", "a1", "/prod/pets/1", shared=True)),
        ("/_portico/apis/a1/prod", Address("api", "a1", "/prod", shared=True)),
        ("/_portico/apis/a1/$default/", Address("api", "a1", "/$default/", shared=True)),
        ("/_portico/apis/a1/", Address("api", "a1", "/", shared=True)),
        ("/_portico/apis/a1", Address("api", "a1", "/", shared=True)),
        ("/_portico/apis/a1//x", Address("api", "a1", "//x", shared=True)),
        ("/_portico/apis/..%2f/x", None),
        ("/_aws/execute-api/a1/prod/pets//x", Address("api", "a1", "/prod/pets//x", shared=True)),
        ("/restapis/a1/prod/_user_request_/pets", Address("api", "a1", "/pets", stage="prod", shared=True)),
        ("/restapis/a1/prod/_user_request_", Address("api", "a1", "/", stage="prod", shared=True)),
        ("/restapis/a1/prod/_user_request_x", None),
        ("/restapis/a1/stages/prod", None),
        ("/restapis/a1/../_user_request_/x", Address("api", "a1", "/x", stage="..", shared=True)),
        ("/_portico/urls/u1/a/b/c%20d", Address("url", "u1", "/a/b/c%20d", shared=True)),
        ("/_portico/urls/u1", Address("url", "u1", "/", shared=True)),
        ("/_portico/urls/..%2f/x", None),
        ("/_portico/auth/my-app/oauth2/token", Address("auth", "my-app", "/oauth2/token")),
        ("/_portico/portals/a1/products/p", Address("portal", "p-a1", "/products/p")),
        ("/_portico/portals/a1", Address("portal", "p-a1", "/")),
        ("/_portico/portals/..%2f/x", None),
        ("/_portico/health", None),
        (
            "/eu-west-1_Abc123/.well-known/jwks.json",
            Address("pool", "eu-west-1_Abc123", "/.well-known/jwks.json"),
        ),
        ("/x/eu-west-1_Abc123/.well-known/jwks.json", None),
        ("/2015-03-31/functions/f/invocations", None),
    ],
)
def test_paths(path: str, wanted: Address | None) -> None:
    assert of_path(path) == wanted

"""REST APIs: making, reading, changing and removing them."""

from collections.abc import Callable
from typing import Any


def test_created_with_defaults(client: Callable[..., Any]) -> None:
    """Recorded as test_create_rest_api_verify_defaults."""
    api = client("apigateway").create_rest_api(name="pets")
    api.pop("ResponseMetadata")
    assert len(api.pop("id")) == 10
    assert len(api.pop("rootResourceId")) == 10
    assert api.pop("createdDate")
    assert api == {
        "name": "pets",
        "apiKeySource": "HEADER",
        "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
    }

"""OpenID Connect providers."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., tuple[int, str, str]]

URL = "https://token.example.com/tenant"
THUMBPRINT = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"


@pytest.fixture
def arn(iam: Any) -> str:
    made: str = iam.create_open_id_connect_provider(Url=URL, ClientIDList=["a"], ThumbprintList=[THUMBPRINT])[
        "OpenIDConnectProviderArn"
    ]
    return made


class TestValidation:
    @pytest.mark.parametrize(
        "url",
        [
            "http://id.example.com",
            "id.example.com",
            "https://",
            "https://id.example.com/?tenant=1",
            "https://[::1",
        ],
    )
    def test_addresses_that_are_none(self, iam: Any, refusal: Refusal, url: str) -> None:
        assert refusal(iam.create_open_id_connect_provider, Url=url)[:2] == (400, "ValidationError")

    def test_six_thumbprints(self, iam: Any, refusal: Refusal) -> None:
        request = {"Url": URL, "ThumbprintList": [THUMBPRINT] * 6}
        assert refusal(iam.create_open_id_connect_provider, **request) == (
            400,
            "InvalidInput",
            "Thumbprint list must contain fewer than 5 entries.",
        )


class TestBehaviour:
    def test_created_and_read(self, iam: Any, arn: str, account: str, refusal: Refusal) -> None:
        assert arn == f"arn:aws:iam::{account}:oidc-provider/token.example.com/tenant"
        got = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        assert (got["Url"], got["ClientIDList"], got["ThumbprintList"], got["Tags"]) == (
            "token.example.com/tenant",
            ["a"],
            [THUMBPRINT],
            [],
        )
        assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": arn}]
        assert refusal(iam.create_open_id_connect_provider, Url=URL) == (
            409,
            "EntityAlreadyExists",
            f"Provider with url {URL} already exists.",
        )

    def test_client_ids_and_thumbprints(self, iam: Any, arn: str) -> None:
        which = {"OpenIDConnectProviderArn": arn}
        for _ in range(2):
            iam.add_client_id_to_open_id_connect_provider(**which, ClientID="b")
        iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="a")
        iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="never")
        iam.update_open_id_connect_provider_thumbprint(**which, ThumbprintList=["f" * 40])
        got = iam.get_open_id_connect_provider(**which)
        assert (got["ClientIDList"], got["ThumbprintList"]) == (["b"], ["f" * 40])

    def test_deleted_twice(self, iam: Any, arn: str, refusal: Refusal) -> None:
        for _ in range(2):
            iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        assert refusal(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == (
            404,
            "NoSuchEntity",
            f"OpenIDConnect Provider not found for arn {arn}",
        )

"""Functions whose code is a container image: how they are shown, and what their environments are started from."""

from types import SimpleNamespace
from typing import Any

import pytest

from portico.environments.runtimes.available import Runtimes
from portico.environments.work import Image
from portico.invoke.records import ImageConfig, UsedLayer, Version
from portico.invoke.resolve import spec_of
from portico.services.lambda_ import code, code_location, settings, shown
from portico.wire.errors import AwsError

REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/some"
DIGEST = "a" * 64


def image_version(uri: str = f"{REPOSITORY}:latest", **fields: Any) -> Version:
    made: dict[str, Any] = {
        "function": "f", "account": "111111111111", "region": "us-east-1", "version": "$LATEST", "role": "",
        "runtime": "", "handler": "", "code_digest": "", "code_sha256": "", "code_size": 0, "modified_at": 0.0,
        "revision_id": "", "package_type": "Image", "image_uri": uri,
    }  # fmt: skip
    return Version(**{**made, **fields})


def test_what_is_not_of_an_image_is_not_shown() -> None:
    """TestLambdaImages::test_lambda_image_crud"""
    found = shown.configuration(image_version())
    assert found["PackageType"] == "Image"
    assert not {"Runtime", "Handler", "RuntimeVersionConfig", "ImageConfigResponse", "Layers"} & found.keys()


def test_the_image_configuration_is_shown_as_far_as_it_goes() -> None:
    """TestLambdaImages::test_lambda_image_and_image_config_crud"""
    config = ImageConfig(("sh",), ("-c", "echo test"), "/app1")
    assert shown.configuration(image_version(image_config=config))["ImageConfigResponse"] == {
        "ImageConfig": {"Command": ["-c", "echo test"], "EntryPoint": ["sh"], "WorkingDirectory": "/app1"}
    }
    command = image_version(image_config=ImageConfig(command=("x",)))
    assert shown.configuration(command)["ImageConfigResponse"] == {"ImageConfig": {"Command": ["x"]}}
    assert settings.fields_of({"ImageConfig": {}}) == {"image_config": None}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"{REPOSITORY}:latest", {}),
        (
            f"{REPOSITORY}:latest@sha256:{DIGEST}",
            {"ResolvedImageUri": f"{REPOSITORY}@sha256:{DIGEST}"},
        ),
        (
            f"localhost:5000/some@sha256:{DIGEST}",
            {"ResolvedImageUri": f"localhost:5000/some@sha256:{DIGEST}"},
        ),
    ],
)
def test_where_the_code_is(uri: str, expected: dict[str, str]) -> None:
    package = code.image({"ImageUri": uri})
    version = image_version(uri, code_sha256=package.sha256)
    nobody: Any = SimpleNamespace()
    assert code_location.of(nobody, nobody, version) == {
        "RepositoryType": "ECR",
        "ImageUri": uri,
        **expected,
    }


def test_an_environment_is_started_from_the_image() -> None:
    config = ImageConfig(command=("app.handler",), working_directory="/srv")
    spec = spec_of(image_version(image_config=config))
    assert spec.image == Image(f"{REPOSITORY}:latest", None, ("app.handler",), "/srv")


def test_an_image_must_be_named() -> None:
    """TestLambdaImages::test_lambda_image_crud, image-to-zipfile-error"""
    with pytest.raises(AwsError) as refused:
        code.image({"ZipFile": b""})
    words = "Please provide ImageUri when updating a function with packageType Image."
    assert refused.value.message == words


def test_a_new_image_has_neither_runtime_nor_handler(tmp_path: Any) -> None:
    (tmp_path / "podman").touch(mode=0o755)
    here: Any = SimpleNamespace(runtimes=Runtimes(root=tmp_path, path=str(tmp_path)))
    assert settings.of_new(here, {"PackageType": "Image", "Timeout": 5}) == {
        "runtime": "",
        "handler": "",
        "package_type": "Image",
        "timeout_s": 5,
    }


@pytest.mark.parametrize(
    "changed",
    [{"runtime": "python3.12"}, {"handler": "app.handler"}, {"layers": (UsedLayer("", "", 0, 0),)}],
)
def test_an_image_gets_nothing_of_a_zip(changed: dict[str, Any]) -> None:
    settings.require_possible(image_version())
    with pytest.raises(AwsError, match="Please don't provide Handler or Runtime or Layer"):
        settings.require_possible(image_version(**changed))

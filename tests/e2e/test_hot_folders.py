"""Functions whose code is a folder of this machine: never stale, warm in between, and only where that is allowed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from harness import TRUST_LAMBDA, Server, running
from portico.cli.main import main

SOURCE = (
    "import os\ncalls = 0\ndef handler(e, c):\n    global calls\n    calls += 1\n    return [{!r}, calls]\n"
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hot")
    (folder / "roots").mkdir()
    return folder


@pytest.fixture(scope="module")
def hot(base: Path) -> Iterator[Server]:
    with running(base / "roots" / "data", "--code-roots", str(base / "roots")) as server:
        server.client("iam").create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)
        yield server


@pytest.fixture
def app(base: Path, request: pytest.FixtureRequest) -> Path:
    folder = base / "roots" / request.node.name
    folder.mkdir()
    (folder / "app.py").write_text(SOURCE.format("one"))
    return folder


def create(server: Server, folder: str, **options: Any) -> Any:
    client = server.client("lambda", **options)
    return client.create_function(
        FunctionName=Path(folder).name[:64],
        Role="arn:aws:iam::000000000000:role/run",
        Runtime="python3.12",
        Handler="app.handler",
        Code={"S3Bucket": "hot-reload", "S3Key": folder},
    )


def call(server: Server, folder: Path) -> Any:
    return json.load(server.client("lambda").invoke(FunctionName=folder.name[:64])["Payload"])


def test_what_is_saved_is_run_by_the_next_call_and_warm_starts_stay(hot: Server, app: Path) -> None:
    create(hot, str(app))
    assert call(hot, app) == ["one", 1]
    assert call(hot, app) == ["one", 2]
    for word in ("two", "three", "four"):
        (app / "app.py").write_text(SOURCE.format(word))
        assert call(hot, app) == [word, 1]
        assert call(hot, app) == [word, 2]


def test_a_module_beside_the_handler_counts_too(hot: Server, app: Path) -> None:
    (app / "lib").mkdir()
    (app / "lib" / "words.py").write_text("word = 'one'")
    (app / "app.py").write_text("from lib.words import word\ndef handler(e, c):\n    return word")
    create(hot, str(app))
    assert call(hot, app) == "one"
    (app / "lib" / "words.py").write_text("word = 'two'")
    assert call(hot, app) == "two"


def test_the_folder_can_not_be_written(hot: Server, app: Path) -> None:
    (app / "app.py").write_text(
        "import os\ndef handler(e, c):\n    open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'x'), 'w')"
    )
    create(hot, str(app))
    assert call(hot, app)["errorType"] in ("OSError", "PermissionError")
    assert not (app / "x").exists()


@pytest.mark.parametrize(
    "where", ["/etc", "{base}/roots/../elsewhere", "{base}/roots/data", "{base}/roots", "relative"]
)
def test_where_no_code_may_be(hot: Server, base: Path, where: str) -> None:
    with pytest.raises(hot.client("lambda").exceptions.InvalidParameterValueException):
        create(hot, where.format(base=base))


def test_a_link_is_not_followed(hot: Server, base: Path) -> None:
    (base / "roots" / "link").symlink_to("/etc")
    with pytest.raises(hot.client("lambda").exceptions.InvalidParameterValueException, match="link"):
        create(hot, f"{base}/roots/link")


def test_a_link_that_comes_later_is_not_followed_either(hot: Server, app: Path, base: Path) -> None:
    create(hot, str(app))
    assert call(hot, app) == ["one", 1]
    app.rename(base / "moved")
    app.symlink_to("/etc")
    with pytest.raises(ClientError) as refused:
        call(hot, app)
    assert refused.value.response["Error"]["Code"] == "InvalidZipFileException"


def test_who_may_create_functions_may_not_mount_for_that(hot: Server, app: Path) -> None:
    iam = hot.client("iam")
    iam.create_user(UserName="maker")
    statements = [{"Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    with pytest.raises(ClientError) as refused:
        create(hot, str(app), key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "portico:MountFolder" in refused.value.response["Error"]["Message"]


def test_without_roots_there_is_no_mounting(
    server: Server, role: str, client: Callable[..., Any], tmp_path: Path
) -> None:
    with pytest.raises(client("lambda").exceptions.InvalidParameterValueException, match="--code-roots"):
        client("lambda").create_function(
            FunctionName="f",
            Role=role,
            Runtime="python3.12",
            Handler="app.handler",
            Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path)},
        )


def test_it_is_not_published(hot: Server, app: Path) -> None:
    name = create(hot, str(app))["FunctionName"]
    with pytest.raises(hot.client("lambda").exceptions.InvalidParameterValueException, match="folder"):
        hot.client("lambda").publish_version(FunctionName=name)


def test_deploy_watch_mounts_where_it_may(hot: Server, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": hot.url,
    }.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["deploy", str(app), "--name", app.name, "--watch"])
    assert done.exit_code == 0, done.output
    assert "is its code" in done.output
    assert call(hot, app) == ["one", 1]

"""Container images, with a program named `docker` that runs an image's entry point as a plain process of this machine."""

import json
import os
from pathlib import Path

import msgspec
import pytest

import programs
from portico.environments.launchers.container import command
from portico.environments.launchers.port import Layout
from portico.environments.work import Image, PreparationFailed


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the engine, which is first on the path."""
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "docker").write_text(programs.ENGINE)
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.fixture
def image(workshop, tmp_path: Path, engine: Path):
    """`image(source)`: a function of an image whose entry point is this."""

    def make(source: str, **changes: object):
        file = tmp_path / "entry"
        file.write_text(programs.python(source))
        file.chmod(0o755)
        given = {"uri": str(file), **changes}
        return workshop.function("p", "", runtime="", image=Image(**given))

    return make


async def test_events_go_in_and_answers_come_out(workshop, image, engine) -> None:
    source = "while True:\n    id, value, _ = event()\n    print('at work', flush=True)\n    answer(id, [value, dict(os.environ)])"
    spec = image(source)
    first = await workshop.invoke(spec, 1)
    value, variables = json.loads(first.payload)
    assert value == 1
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "p"
    assert variables["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert [line.text for line in first.lines] == ["at work"]
    assert first.max_memory_mb > 1
    assert (await workshop.answer(spec, 2))[0] == 2
    assert len(workshop.prepared) == 1


async def test_what_the_function_says_in_place_of_the_image(workshop, image, tmp_path) -> None:
    spec = image("while True:\n    answer(event()[0], sys.argv[1:])", command=("app.handler", "more"))
    assert await workshop.answer(spec) == ["app.handler", "more"]


async def test_one_that_exits(workshop, image) -> None:
    spec = image("event()\nsys.exit(3)")
    _, document = await workshop.error(spec, request_id="abc")
    assert document["errorMessage"] == "RequestId: abc Error: Runtime exited with error: exit status 3"


async def test_one_that_never_answers_is_killed(workshop, image, tmp_path, alive) -> None:
    spec = image("event()\nimport select\nselect.select([], [], [])")
    outcome, _ = await workshop.error(msgspec.structs.replace(spec, timeout_s=1))
    assert outcome.timed_out
    assert alive(str(tmp_path / "entry")) == []


async def test_an_image_that_does_not_start(workshop, image, caplog) -> None:
    spec = image("", uri="broken")
    with pytest.raises(PreparationFailed, match=r"the container did not start: .*docker ended with 125$"):
        await workshop.invoke(spec)
    assert "docker ended with 125: no such image\n" in caplog.text


async def test_what_a_container_has_written_before_it_failed_is_not_for_callers(
    workshop, image, caplog
) -> None:
    spec = image("", uri="tells")
    with pytest.raises(PreparationFailed) as caught:
        await workshop.invoke(spec)
    assert "swordfish" not in str(caught.value)
    assert "swordfish" in caplog.text


async def test_without_an_engine_it_is_said_what_is_missing(workshop, image, monkeypatch, tmp_path) -> None:
    spec = image("")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(PreparationFailed, match="need Docker or Podman"):
        await workshop.invoke(spec)


def test_the_command() -> None:
    image = Image("repo/some:1", ("/entry", "first"), ("app.handler",), "/work")
    variables = {"A": "1", "B": "two\nlines"}
    run = command.run("docker", "some", image, Layout(tmp_mb=600, memory_mb=256), variables, "/file")
    assert run[:4] == ["docker", "run", "--rm", "--name=some"]
    assert run[-3:] == ["repo/some:1", "first", "app.handler"]
    assert {
        "--read-only", "--network=host", "--memory=256m", "--cap-drop=ALL", "--security-opt=no-new-privileges",
        "--tmpfs=/tmp:rw,exec,nosuid,nodev,size=600m", "--entrypoint=/entry", "--workdir=/work", "--env=B=two\nlines",
    } <= set(run)  # fmt: skip
    assert command.in_file(variables) == b"A=1\n"

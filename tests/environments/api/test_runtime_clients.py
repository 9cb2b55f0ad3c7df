"""Java, Ruby and .NET on AWS's clients: the commands, what is missing, and a client in Java that really runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from portico.environments.launchers.port import LaunchFailed
from portico.environments.plan import Fault
from portico.environments.runtimes.clients.commands import Clients
from portico.environments.work import EnvironmentSpec, Prepared

CLIENT = """
package com.amazonaws.services.lambda.runtime.api.client;
import java.net.URI;
import java.net.http.*;
public class AWSLambda {
    public static void main(String[] given) throws Exception {
        String api = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/";
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        while (true) {
            HttpRequest next = HttpRequest.newBuilder(URI.create(api + "next")).build();
            HttpResponse<String> event = client.send(next, HttpResponse.BodyHandlers.ofString());
            String id = event.headers().firstValue("Lambda-Runtime-Aws-Request-Id").get();
            String answer = "[\\"" + given[0] + "\\"," + event.body() + "]";
            client.send(HttpRequest.newBuilder(URI.create(api + id + "/response"))
                .POST(HttpRequest.BodyPublishers.ofString(answer)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
"""


def spec(runtime: str, handler: str = "a.B::c") -> EnvironmentSpec:
    return EnvironmentSpec(
        "f:1", "1", "eu-west-1", "f", "1", "arn", runtime, handler, "", "", 256, 3, 512, "/aws/lambda/f"
    )


def prepared(folder: Path, opt_dir: str = "") -> Prepared:
    return Prepared(str(folder), (), 0.0, opt_dir)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine that has the programs of all three languages, and no clients."""
    (tmp_path / "bin").mkdir()
    for name in ("java", "ruby", "dotnet"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def clients(machine: Path) -> Clients:
    return Clients(root=machine, path=str(machine / "bin"))


@pytest.mark.parametrize(
    ("runtime", "program", "words"),
    [
        ("java21", "java", "Java is not installed"),
        ("ruby3.4", "ruby", "Ruby is not installed"),
        ("dotnet8", "dotnet", r"\.NET is not installed"),
    ],
)
def test_a_language_that_is_missing_is_named(machine: Path, runtime: str, program: str, words: str) -> None:
    (machine / "bin" / program).unlink()
    with pytest.raises(LaunchFailed, match=words):
        clients(machine).command(spec(runtime), prepared(machine))


@pytest.mark.parametrize(
    ("runtime", "client"),
    [
        ("java21", "aws-lambda-java-runtime-interface-client, AWS's client for Java,"),
        ("ruby3.4", "aws_lambda_ric, AWS's client for Ruby,"),
        ("dotnet8", "Amazon.Lambda.RuntimeSupport, AWS's client for .NET,"),
    ],
)
def test_a_client_that_is_missing_is_the_functions_fault(machine: Path, runtime: str, client: str) -> None:
    with pytest.raises(Fault) as raised:
        clients(machine).command(spec(runtime), prepared(machine))
    assert str(raised.value) == f"{client} is neither installed nor in the function's package"
    assert raised.value.kind == "Runtime.InvalidEntrypoint"


def test_a_gem_in_the_package(machine: Path, tmp_path: Path) -> None:
    gem = tmp_path / "code/vendor/bundle/ruby/3.4.0/gems/aws_lambda_ric-3.0.0"
    gem.mkdir(parents=True)
    command = clients(machine).command(spec("ruby3.4", "app.handler"), prepared(tmp_path / "code"))
    assert command == (str(machine / "bin/ruby"), f"-I{gem}/lib", f"{gem}/bin/aws_lambda_ric", "app.handler")


def test_a_gem_in_a_layer(machine: Path, tmp_path: Path) -> None:
    gem = tmp_path / "opt/ruby/gems/3.4.0/gems/aws_lambda_ric-3.0.0"
    gem.mkdir(parents=True)
    command = clients(machine).command(spec("ruby3.4"), prepared(tmp_path / "code", str(tmp_path / "opt")))
    assert command[2] == f"{gem}/bin/aws_lambda_ric"


def test_an_assembly_in_the_package(machine: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "Amazon.Lambda.RuntimeSupport.dll").touch()
    command = clients(machine).command(spec("dotnet8", "App::App.F::Run"), prepared(code))
    assert command[-2:] == (f"{code}/Amazon.Lambda.RuntimeSupport.dll", "App::App.F::Run")
    (code / "App.dll").touch()
    assert clients(machine).command(spec("dotnet8", "App"), prepared(code)) == (
        str(machine / "bin/dotnet"),
        f"{code}/App.dll",
    )


def test_java(machine: Path) -> None:
    folder = machine / "var/runtime/lib"
    folder.mkdir(parents=True)
    for name in ("runtime-interface-client-2.8.2", "core-1.3.0", "serialization-1.1.5"):
        (folder / f"aws-lambda-java-{name}.jar").write_bytes(b"")
    command = clients(machine).command(spec("java21"), prepared(Path("/task"), "/layers"))
    assert command[0] == str(machine / "bin/java")
    path = command[command.index("-cp") + 1].split(":")
    assert [Path(entry).name for entry in path[:3]] == [
        "aws-lambda-java-runtime-interface-client-2.8.2.jar",
        "aws-lambda-java-core-1.3.0.jar",
        "aws-lambda-java-serialization-1.1.5.jar",
    ]
    assert path[3:] == ["/task", "/task/lib/*", "/layers/java/lib/*"]
    assert command[-2:] == ("com.amazonaws.services.lambda.runtime.api.client.AWSLambda", "a.B::c")


def test_ruby(machine: Path) -> None:
    (machine / "bin/aws_lambda_ric").write_text("#!/bin/sh\n")
    (machine / "bin/aws_lambda_ric").chmod(0o755)
    command = clients(machine).command(spec("ruby3.4", "app.handler"), prepared(machine))
    assert command == (str(machine / "bin/aws_lambda_ric"), "app.handler")


def test_dotnet(machine: Path) -> None:
    client = machine / "var/runtime/Amazon.Lambda.RuntimeSupport.dll"
    client.parent.mkdir(parents=True)
    client.write_bytes(b"")
    command = clients(machine).command(spec("dotnet8", "App::App.F::Run"), prepared(Path("/task")))
    assert command == (
        str(machine / "bin/dotnet"),
        "exec",
        "--depsfile",
        "/task/App.deps.json",
        "--runtimeconfig",
        "/task/App.runtimeconfig.json",
        str(client),
        "App::App.F::Run",
    )
    with pytest.raises(Fault, match="ASSEMBLY::TYPE::METHOD"):
        clients(machine).command(spec("dotnet8", "App"), prepared(Path("/task")))


@pytest.fixture
def jar(tmp_path: Path) -> bytes:
    """A client in Java, as small as can be."""
    if shutil.which("javac") is None:
        pytest.skip("there is no Java compiler here")
    source, classes, jar = tmp_path / "AWSLambda.java", tmp_path / "classes", tmp_path / "client.jar"
    source.write_text(CLIENT)
    subprocess.run(["javac", "-d", str(classes), str(source)], check=True, timeout=60)
    subprocess.run(["jar", "cf", str(jar), "-C", str(classes), "."], check=True, timeout=60)
    return jar.read_bytes()


async def test_a_function_brings_its_client_along(workshop, jar: bytes) -> None:
    """As a package that was built with the client among its dependencies does."""
    made = workshop.function("f", "", runtime="java17", handler="app.Handler::run", memory_mb=512)
    lib = workshop.root / "f" / "lib"
    lib.mkdir()
    (lib / "aws-lambda-java-runtime-interface-client-1.jar").write_bytes(jar)
    assert await workshop.answer(made, {"n": 1}) == ["app.Handler::run", {"n": 1}]
    assert await workshop.answer(made, 2) == ["app.Handler::run", 2]
    assert len(workshop.prepared) == 1

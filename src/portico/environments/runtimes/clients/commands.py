"""What an environment of such a runtime executes: the language's program with AWS's client, which speaks the Runtime API.

A client is the machine's, or one that the function's package or a layer brings along.

Source: the start scripts of AWS's base images; "Using a runtime interface client" in the Lambda Developer Guide; how each language's
packages are laid out: "Deploy ... functions with .zip file archives".
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from portico.environments.launchers.port import LaunchFailed
from portico.environments.plan import Fault
from portico.environments.work import EnvironmentSpec, Prepared

Command = tuple[str, ...]

_JAVA_CLIENT = "aws-lambda-java-runtime-interface-client*.jar"
_JAVA_FOLDERS = ("usr/share/java", "var/runtime/lib")
_JAVA_MAIN = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
FAMILIES = ("java", "ruby", "dotnet")
_DOTNET_CLIENT = "Amazon.Lambda.RuntimeSupport.dll"
_RUBY_CLIENT = "aws_lambda_ric"
_RUBY_GEMS = ("vendor/bundle/ruby/*/gems/aws_lambda_ric-*", "ruby/gems/*/gems/aws_lambda_ric-*")


class Clients:
    """Finds the clients of the machine whose files are below `root` and whose programs are on `path` (None: the process's)."""

    def __init__(self, *, root: Path = Path("/"), path: str | None = None) -> None:
        self._root = root
        self._path = path
        self._families: dict[str, Callable[[EnvironmentSpec, Prepared], Command]] = {
            "java": self._java,
            "ruby": self._ruby,
            "dotnet": self._dotnet,
        }

    def command(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        """The command of an environment.

        Raises:
            LaunchFailed: the language is not installed; the message names what is missing.
            Fault: neither the machine nor the function has AWS's client, or the handler does not say what it needs.
        """
        family = next(name for name in self._families if spec.runtime.startswith(name))
        try:
            return self._families[family](spec, prepared)
        except LaunchFailed as missing:
            raise LaunchFailed(f"{spec.runtime} can't be run: {missing}") from missing

    def _java(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        java = self._program("java", "Java")
        folders = [Path(prepared.code_dir) / "lib", *(self._root / name for name in _JAVA_FOLDERS)]
        if prepared.opt_dir:
            folders.append(Path(prepared.opt_dir) / "java" / "lib")
        client = next((jar for folder in folders for jar in sorted(folder.glob(_JAVA_CLIENT))), None)
        if client is None:
            raise _no_client("aws-lambda-java-runtime-interface-client", "Java")
        jars = [str(client), *map(str, sorted(client.parent.glob("aws-lambda-java-[cs]*.jar")))]
        own = [prepared.code_dir, os.path.join(prepared.code_dir, "lib", "*")]
        if prepared.opt_dir:
            own.append(os.path.join(prepared.opt_dir, "java", "lib", "*"))
        heap_mb = max(spec.memory_mb * 4 // 5, 16)
        flags = (f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
        return (java, *flags, "-cp", ":".join([*jars, *own]), _JAVA_MAIN, spec.handler)

    def _ruby(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        ruby = self._program("ruby", "Ruby")
        folders = [Path(folder) for folder in (prepared.code_dir, prepared.opt_dir) if folder]
        gem = next(
            (gem for folder in folders for name in _RUBY_GEMS for gem in sorted(folder.glob(name))), None
        )
        if gem is not None:
            return (ruby, f"-I{gem / 'lib'}", str(gem / "bin" / _RUBY_CLIENT), spec.handler)
        installed = shutil.which(_RUBY_CLIENT, path=self._path)
        if installed is None:
            raise _no_client(_RUBY_CLIENT, "Ruby")
        return (os.path.realpath(installed), spec.handler)

    def _dotnet(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        dotnet = self._program("dotnet", ".NET")
        assembly, found, _ = spec.handler.partition("::")
        program = Path(prepared.code_dir, f"{assembly}.dll")
        if not found and program.is_file():  # an assembly that has the client in it, and its own beginning
            return (dotnet, str(program))
        places = (Path(prepared.code_dir, _DOTNET_CLIENT), self._root / "var/runtime" / _DOTNET_CLIENT)
        client = next((place for place in places if place.is_file()), None)
        if client is None:
            raise _no_client("Amazon.Lambda.RuntimeSupport", ".NET")
        if not found:
            words = f"The handler {spec.handler} is not of the form ASSEMBLY::TYPE::METHOD"
            raise Fault("Runtime.MalformedHandlerName", words)
        own = os.path.join(prepared.code_dir, assembly)
        settings = ("--depsfile", f"{own}.deps.json", "--runtimeconfig", f"{own}.runtimeconfig.json")
        return (dotnet, "exec", *settings, str(client), spec.handler)

    def _program(self, name: str, shown: str) -> str:
        found = shutil.which(name, path=self._path)
        if found is None:
            raise LaunchFailed(f"{shown} is not installed")
        return os.path.realpath(found)


def _no_client(name: str, language: str) -> Fault:
    words = f"{name}, AWS's client for {language}, is neither installed nor in the function's package"
    return Fault("Runtime.InvalidEntrypoint", words)

"""What an environment of such a runtime executes: the language's program with AWS's client, which speaks the Runtime API.

Source: the start scripts of AWS's base images; "Using a runtime interface client" in the Lambda Developer Guide. Where the clients are
looked for is also said in `runtimes/available.py`, which refuses what is missing when a function is made.
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
_DOTNET_CLIENT = "var/runtime/Amazon.Lambda.RuntimeSupport.dll"


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
            LaunchFailed: the language or AWS's client for it is not installed; the message names what is missing.
            Fault: the handler does not say what a client needs.
        """
        family = next(name for name in self._families if spec.runtime.startswith(name))
        try:
            return self._families[family](spec, prepared)
        except LaunchFailed as missing:
            raise LaunchFailed(f"{spec.runtime} can't be run: {missing}") from missing

    def _java(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        java = self._program("java", "Java")
        folders = [*(self._root / name for name in _JAVA_FOLDERS), Path(prepared.code_dir) / "lib"]
        client = next((jar for folder in folders for jar in sorted(folder.glob(_JAVA_CLIENT))), None)
        if client is None:
            raise LaunchFailed(
                "aws-lambda-java-runtime-interface-client, AWS's client for Java, is not installed"
            )
        jars = [str(client), *map(str, sorted(client.parent.glob("aws-lambda-java-[cs]*.jar")))]
        own = [prepared.code_dir, os.path.join(prepared.code_dir, "lib", "*")]
        if prepared.opt_dir:
            own.append(os.path.join(prepared.opt_dir, "java", "lib", "*"))
        heap_mb = max(spec.memory_mb * 4 // 5, 16)
        flags = (f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
        return (java, *flags, "-cp", ":".join([*jars, *own]), _JAVA_MAIN, spec.handler)

    def _ruby(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        self._program("ruby", "Ruby")
        return (self._program("aws_lambda_ric", "aws_lambda_ric, AWS's client for Ruby,"), spec.handler)

    def _dotnet(self, spec: EnvironmentSpec, prepared: Prepared) -> Command:
        dotnet = self._program("dotnet", ".NET")
        client = self._root / _DOTNET_CLIENT
        if not client.is_file():
            raise LaunchFailed("Amazon.Lambda.RuntimeSupport, AWS's client for .NET, is not installed")
        assembly, found, _ = spec.handler.partition("::")
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

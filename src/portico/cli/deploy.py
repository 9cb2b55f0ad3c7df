"""`portico deploy`."""

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import click

from portico.cli.connection import Connection, connects, explained
from portico.cli.package import Stamp, doubt, handler_of, is_for_node, stamp, zipped
from portico.cli.terminal import until_interrupted, working

_WATCH_S = 0.5
_NODE = "nodejs22.x"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class Deployment:
    """One function, made from one path."""

    def __init__(self, connection: Connection, path: Path, name: str, options: dict[str, Any]) -> None:
        self._connection = connection
        self._path = path
        self._name = name
        self._options = options
        self._lambda = connection.client("lambda")
        self._iam = connection.client("iam")

    def run(self) -> str:
        """Create the function or bring it up to date; what was done, in words."""
        with working(f"Zipping {self._path} ..."):
            code = zipped(self._path)
        done = self._deploy({"ZipFile": code}, f"{len(code):,} bytes")
        return f"{done} {self._name} ({len(code):,} bytes zipped)"

    def mount(self) -> str:
        """Create or update the function with the folder itself as its code; what was done, or "" where the server does not allow
        it (see `--code-roots`)."""
        source = {"S3Bucket": "hot-reload", "S3Key": os.path.realpath(self._path)}
        try:
            done = self._deploy(source, "mounted")
        except self._lambda.exceptions.InvalidParameterValueException:
            return ""
        return (
            f"{done} {self._name}: {self._path} is its code, and what is saved there is run by the next call"
        )

    def _deploy(self, code: dict[str, Any], size: str) -> str:
        with working(f"Deploying {self._name} ({size}) ..."):
            current = self._current()
            done = self._create(code) if current is None else self._update(code, current)
            self._lambda.get_waiter("function_active_v2").wait(
                FunctionName=self._name, WaiterConfig={"Delay": 1}
            )
        self._warn()
        return done

    def _warn(self) -> None:
        """Tell of a handler that is hardly there before a call fails of it."""
        deployed = self._current() or {}
        if deployed.get("Runtime", "").startswith("python") and (
            why := doubt(self._path, deployed["Handler"])
        ):
            click.echo(f"{click.style('Warning:', fg='yellow')} {why}", err=True)

    def _current(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._lambda.get_function_configuration(FunctionName=self._name)
        except self._lambda.exceptions.ResourceNotFoundException:
            return None
        return found

    def _create(self, code: dict[str, Any]) -> str:
        handler = self._options["handler"] or handler_of(self._path)
        if not handler:
            raise click.ClickException(
                f"no handler found in {self._path}: name it with --handler module.function"
            )
        self._lambda.create_function(
            FunctionName=self._name,
            Runtime=self._options["runtime"] or (_NODE if is_for_node(self._path, handler) else _runtime()),
            Handler=handler,
            Role=self._options["role"] or self._role(),
            Code=code,
            **self._given(),
        )
        return "Created"

    def _update(self, code: dict[str, Any], current: dict[str, Any]) -> str:
        wanted = {
            **self._given(),
            "Handler": self._options["handler"],
            "Runtime": self._options["runtime"],
            "Role": self._options["role"],
        }
        changed = {key: value for key, value in wanted.items() if value and current.get(key) != value}
        if changed:
            self._lambda.update_function_configuration(FunctionName=self._name, **changed)
            self._lambda.get_waiter("function_updated_v2").wait(
                FunctionName=self._name, WaiterConfig={"Delay": 1}
            )
        answer = self._lambda.update_function_code(FunctionName=self._name, **code)
        self._lambda.get_waiter("function_updated_v2").wait(
            FunctionName=self._name, WaiterConfig={"Delay": 1}
        )
        same = answer["CodeSha256"] == current["CodeSha256"] and not changed
        return "Unchanged:" if same else "Updated"

    def _given(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if self._options["timeout"]:
            given["Timeout"] = self._options["timeout"]
        if self._options["memory"]:
            given["MemorySize"] = self._options["memory"]
        if self._options["variables"]:
            given["Environment"] = {"Variables": self._options["variables"]}
        return given

    def _role(self) -> str:
        """A role of the function's own that may write the function's own log and nothing else."""
        name = f"portico-{self._name}"[:64]
        try:
            arn: str = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))[
                "Role"
            ]["Arn"]
        except self._iam.exceptions.EntityAlreadyExistsException:
            arn = self._iam.get_role(RoleName=name)["Role"]["Arn"]
        account = arn.split(":")[4]
        group = f"arn:aws:logs:{self._connection.region}:{account}:log-group:/aws/lambda/{self._name}"
        actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        statement = {"Effect": "Allow", "Action": actions, "Resource": [group, f"{group}:*"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._iam.put_role_policy(RoleName=name, PolicyName="own-log", PolicyDocument=document)
        return arn


def _runtime() -> str:
    return f"python3.{min(max(sys.version_info.minor, 9), 14)}"


def _variables(pairs: tuple[str, ...]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise click.ClickException(f"--env takes NAME=VALUE, not {wrong[0]!r}")
    return dict(pair.split("=", 1) for pair in pairs)


def _default_name(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", path.resolve().stem).strip("-")[:64]


@click.command("deploy")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="The function's name; the folder's otherwise.")
@click.option(
    "--runtime",
    help="Runtime, such as python3.13; this Python's otherwise, of a script for Node.js nodejs22.x.",
)
@click.option(
    "--handler",
    help="Handler, such as app.handler; looked for in lambda_function, app, handler, main, index otherwise.",
)
@click.option(
    "--role",
    help="ARN of an existing execution role; one that may only write the function's log is made otherwise.",
)
@click.option("--timeout", type=int, help="Timeout in seconds.")
@click.option("--memory", type=int, help="Memory in MB.")
@click.option(
    "--env", "variables", multiple=True, metavar="NAME=VALUE", help="Environment variable; may be repeated."
)
@click.option(
    "--watch",
    is_flag=True,
    help="Keep the function up to date with what is saved: the folder is mounted where the server allows it, else deployed again.",
)
@connects
def command(
    connection: Connection,
    path: Path,
    name: str | None,
    variables: tuple[str, ...],
    watch: bool,
    **options: Any,
) -> None:
    """Zip PATH (a folder, a .py file or a .zip) and create or update a function from it."""
    options["variables"] = _variables(variables)
    deployment = Deployment(connection, path, name or _default_name(path), options)
    seen = stamp(path)
    if watch and path.is_dir() and (done := deployment.mount()):
        click.echo(click.style(done, fg="green"))
        return
    _once(deployment, keep_going=watch)
    if watch:
        with until_interrupted():
            click.echo(f"Watching {path}: what is saved there is deployed (Ctrl-C ends it)", err=True)
            _watch(deployment, path, seen)


def _watch(deployment: Deployment, path: Path, seen: Stamp) -> None:
    while True:
        time.sleep(_WATCH_S)
        now = stamp(path)
        if now != seen:
            seen = now
            _once(deployment, keep_going=True)


def _once(deployment: Deployment, *, keep_going: bool) -> None:
    started = time.monotonic()
    try:
        done = deployment.run()
    except click.ClickException:
        raise
    except Exception as error:
        if not keep_going:
            raise explained(error) from error
        click.echo(click.style(explained(error).message, fg="red"), err=True)
        return
    click.echo(f"{click.style(done, fg='green')} in {time.monotonic() - started:.1f} s")

"""`portico invoke`."""

import base64
import sys
from pathlib import Path

import click

from portico.cli.connection import Connection, connects, explained

_DAY_S = 86_400


@click.command("invoke")
@click.argument("name")
@click.option(
    "-p",
    "--payload",
    default="{}",
    show_default=True,
    help="The event: JSON, or @FILE (@- for standard input).",
)
@click.option(
    "--event", "asynchronous", is_flag=True, help="Invoke asynchronously: only hand over the event."
)
@click.option("--log", "tail", is_flag=True, help="Show the end of the log too (on standard error).")
@click.option(
    "--debug",
    is_flag=True,
    help="Run it in an environment of its own that waits for a debugger (Python, Node.js).",
)
@click.option("--debug-port", type=int, default=5678, show_default=True, help="Where the debugger connects.")
@connects
def command(
    connection: Connection,
    name: str,
    payload: str,
    asynchronous: bool,
    tail: bool,
    debug: bool,
    debug_port: int,
) -> None:
    """Call function NAME and print its answer; the exit status is 1 if the function failed."""
    if debug:
        _debug(connection, name, _read(payload), debug_port, tail=tail)
        return
    client = connection.client("lambda", read_timeout=910, retries={"max_attempts": 0})
    kind = "Event" if asynchronous else "RequestResponse"
    try:
        answer = client.invoke(
            FunctionName=name,
            Payload=_read(payload),
            InvocationType=kind,
            LogType="Tail" if tail and not asynchronous else "None",
        )
    except Exception as error:
        raise explained(error) from error
    if answer.get("LogResult"):
        click.echo(base64.b64decode(answer["LogResult"]).decode(errors="replace").rstrip(), err=True)
    if asynchronous:
        click.echo(f"accepted as {answer['ResponseMetadata']['RequestId']}", err=True)
        return
    _tell(name, answer["Payload"].read(), answer.get("FunctionError", ""))


def _debug(connection: Connection, name: str, payload: bytes, port: int, *, tail: bool) -> None:
    """Invoke and wait for as long as somebody debugs. Other invocations of the function go on meanwhile."""
    try:
        found = connection.client("lambda").get_function_configuration(FunctionName=name)
    except Exception as error:
        raise explained(error) from error
    how = (
        "debugpy, any client of the Debug Adapter Protocol"
        if found["Runtime"].startswith("python")
        else "--inspect"
    )
    click.echo(f"{name} waits for a debugger at 127.0.0.1:{port} ({how}).", err=True)
    arn = found["FunctionArn"].split(":")
    wanted = {
        "function": ":".join(arn[:7]),
        "qualifier": "".join(arn[7:]),
        "payload": base64.b64encode(payload).decode(),
        "port": port,
    }
    answer = connection.own("POST", "/_portico/debug", wanted, read_timeout_s=_DAY_S)
    if tail:
        click.echo(base64.b64decode(answer["log"]).decode(errors="replace").rstrip(), err=True)
    _tell(name, base64.b64decode(answer["payload"]), answer["function_error"])


def _tell(name: str, payload: bytes, function_error: str) -> None:
    click.echo(payload.decode(errors="replace"))
    if function_error:
        click.echo(f"{name} failed ({function_error})", err=True)
        sys.exit(1)


def _read(payload: str) -> bytes:
    if not payload.startswith("@"):
        return payload.encode()
    if payload == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(payload[1:]).read_bytes()
    except OSError as error:
        raise click.ClickException(f"{payload[1:]} can't be read: {error.strerror}") from error

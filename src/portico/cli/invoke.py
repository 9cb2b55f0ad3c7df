"""`portico invoke`."""

import base64
import sys
from pathlib import Path

import click

from portico.cli.connection import Connection, connects, explained


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
@connects
def command(connection: Connection, name: str, payload: str, asynchronous: bool, tail: bool) -> None:
    """Call function NAME and print its answer; the exit status is 1 if the function failed."""
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
    click.echo(answer["Payload"].read().decode(errors="replace"))
    if answer.get("FunctionError"):
        click.echo(f"{name} failed ({answer['FunctionError']})", err=True)
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

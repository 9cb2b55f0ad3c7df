"""`portico doors`."""

import re
from typing import Any
from urllib.parse import quote

import click

from portico.cli.connection import Connection, connects


@click.command("doors")
@click.argument("name")
@connects
def command(connection: Connection, name: str) -> None:
    """List every way to the function NAME (or its ARN), and who may use each."""
    answer = connection.own("GET", f"/_portico/doors?function={quote(_arn(connection, name), safe='')}")
    click.echo(answer["function"])
    for door in answer["doors"]:
        _show(door)


def _arn(connection: Connection, name: str) -> str:
    if re.fullmatch(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+", name):
        return name
    return f"arn:aws:lambda:{connection.region}:{connection.account}:function:{name}"


def _show(door: dict[str, Any]) -> None:
    way = click.style(door["way"], bold=True)
    click.echo(f"\n{way}  {door['address']}")
    if door["open"]:
        click.secho("  open to the world", fg="yellow")
    for who in door["who"] or ["nobody"]:
        click.echo(f"  {who}")

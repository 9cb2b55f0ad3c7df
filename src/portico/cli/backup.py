"""`portico backup`."""

from urllib.parse import quote

import click

from portico.cli.connection import Connection, connects
from portico.cli.terminal import working


@click.command("backup")
@click.argument("file", type=click.Path(resolve_path=True))
@connects
def command(connection: Connection, file: str) -> None:
    """Copy everything that a running server keeps into FILE (which must not exist), on the server's machine."""
    with working(f"Copying what {connection.url} keeps ..."):
        answer = connection.own("POST", f"/_portico/backup?file={quote(file, safe='')}")
    click.echo(f"{answer['file']}: {answer['bytes']:,} bytes")

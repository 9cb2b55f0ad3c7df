"""`portico reset`."""

import click

from portico.cli.connection import Connection, connects


@click.command("reset")
@click.option("--yes", is_flag=True, help="Don't ask.")
@connects
def command(connection: Connection, yes: bool) -> None:
    """Forget everything that the server keeps (development mode only)."""
    if not yes:
        click.confirm(f"Forget everything that {connection.url} keeps?", abort=True)
    connection.own("POST", "/_portico/reset")
    click.echo("Everything is forgotten.")

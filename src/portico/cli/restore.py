"""`portico restore`."""

from pathlib import Path

import click

from portico.cli.terminal import working
from portico.store.port import StoreError
from portico.store.restore import restore


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data",
    default=".portico",
    show_default=True,
    help="Data directory to make; it must be empty or absent.",
)
def command(file: Path, data: str) -> None:
    """Make a data directory from the backup FILE. Start the server on it afterwards."""
    try:
        with working(f"Restoring {file} into {data} ..."):
            restore(file, Path(data))
    except (StoreError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored into {data}. Start the server with: portico start --data {data}")

"""`portico clock`."""

import time

import click

from portico.base.duration import seconds_of
from portico.cli.connection import Connection, connects


@click.command("clock")
@click.argument("action", type=click.Choice(["show", "advance"]))
@click.argument("duration", required=False)
@connects
def command(connection: Connection, action: str, duration: str | None) -> None:
    """Show Portico's own time, which retries, schedules, delays and expiries follow, or advance it by DURATION (90s, 3m, 1h30m, 2d).

    In development mode only. There is no way back.
    """
    if (action == "advance") != (duration is not None):
        raise click.UsageError(
            "say by how much: portico clock advance 3m" if action == "advance" else "show takes nothing more"
        )
    try:
        body = {"advance": seconds_of(duration)} if duration is not None else None
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    _tell(connection.own("POST", "/_portico/clock", body))


def _tell(answer: dict[str, float]) -> None:
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(answer["now"]))
    click.echo(f"It is {now} UTC for Portico, {answer['offset_s']:,.0f} s ahead of the machine.")

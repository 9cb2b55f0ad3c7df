"""`portico budget`."""

import re
import time
from typing import Any

import click

from portico.cli.connection import Connection, connects

_DAY_S = 86_400


@click.command("budget")
@click.argument("action", type=click.Choice(["set", "list", "remove"]))
@click.argument("name", required=False)
@click.option("--per-minute", type=click.IntRange(min=0), help="Invocations in a minute.")
@click.option("--per-day", type=click.IntRange(min=0), help="Invocations in a day (UTC).")
@click.option("--usd", type=click.FloatRange(min=0), help="US dollars in a day, at AWS's prices.")
@connects
def command(
    connection: Connection,
    action: str,
    name: str | None,
    per_minute: int | None,
    per_day: int | None,
    usd: float | None,
) -> None:
    """Say how much a function may be invoked: beyond its budget calls are answered with 429, and events wait.

    NAME is a function's name or ARN, or a 12-digit account, whose budget is for all its functions together.
    """
    limits = {"per_minute": per_minute, "per_day": per_day, "usd": usd}
    given = any(value is not None for value in limits.values())
    if (action == "list") == (name is not None):
        raise click.UsageError("list takes no name" if name else f"say whose: portico budget {action} NAME")
    if given != (action == "set"):
        raise click.UsageError(
            f"{action} takes no limits" if given else "say at least one of --per-minute, --per-day and --usd"
        )
    if name is None:
        _show(connection.own("GET", "/_portico/budgets"))
        return
    connection.own("POST", "/_portico/budget", _place(connection, name) | limits)
    click.echo(f"The budget of {name} is {'set' if given else 'gone'}.")


def _place(connection: Connection, name: str) -> dict[str, str]:
    """Whose budget it is: members of the endpoint's document."""
    if re.fullmatch(r"\d{12}", name):
        return {"account": name}
    found = re.fullmatch(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)", name)
    if found is not None:
        return {"account": found[2], "region": found[1], "function": found[3]}
    return {"account": connection.account, "region": connection.region, "function": name}


def _show(answer: dict[str, Any]) -> None:
    today = int(time.time() // _DAY_S)
    for budget in answer["budgets"]:
        whose = f"{budget['function']} ({budget['region']}, {budget['account']})"
        spent = budget["spent"] if budget["spent"]["day"] >= today else {"invocations": 0, "usd": 0.0}
        limits = [
            f"{budget['per_minute']:,} a minute" if budget["per_minute"] is not None else "",
            f"{spent['invocations']:,} of {budget['per_day']:,} a day"
            if budget["per_day"] is not None
            else "",
            f"{spent['usd']:.6f} of {budget['usd']:g} USD a day" if budget["usd"] is not None else "",
        ]
        click.echo(f"{whose if budget['function'] else budget['account']}: {', '.join(filter(None, limits))}")

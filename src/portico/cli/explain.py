"""`portico explain`."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import click

from portico.cli.connection import Connection, connects

_OF_AN_API = re.compile(r"[\w-]{15}=").fullmatch


class _Explain(click.Command):
    """Takes ids of API Gateway that begin with a hyphen for what they are, not for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ids = [arg for arg in args if _OF_AN_API(arg)]
        return super().parse_args(
            ctx, [*(arg for arg in args if arg not in ids), *(["--", *ids] if ids else [])]
        )


@click.command("explain", cls=_Explain)
@click.argument("request_id")
@connects
def command(connection: Connection, request_id: str) -> None:
    """Say why the call REQUEST_ID (x-amzn-RequestId, apigw-requestid) was allowed or refused, by which statements."""
    answer = connection.own("GET", f"/_portico/explain?request_id={quote(request_id, safe='')}")
    if not answer["decisions"]:
        raise click.ClickException(
            f"no decision is known under {request_id}: refusals are kept a week, allowed calls for a while"
        )
    for decision in answer["decisions"]:
        _show(decision)


def _show(decision: dict[str, Any]) -> None:
    word = (
        click.style("allowed", fg="green")
        if decision["allowed"]
        else click.style("refused", fg="red", bold=True)
    )
    at = datetime.fromtimestamp(decision["at"], UTC).isoformat(timespec="milliseconds")
    click.echo(f"{word}  {decision['action']} on {decision['resource']}")
    click.echo(f"  to   {decision['principal']}")
    click.echo(f"  at   {at}")
    if decision["message"]:
        click.echo(f"  told {decision['message']}")
    for line in decision["why"]:
        click.echo(f"  because {line}")

"""`portico logs`."""

import time
from datetime import UTC, datetime
from typing import Any

import click

from portico.cli.connection import Connection, connects, explained
from portico.cli.terminal import until_interrupted

_POLL_S = 0.5


@click.command("logs")
@click.argument("name")
@click.option("-f", "--follow", is_flag=True, help="Go on as more is written.")
@click.option("--since", default=60, show_default=True, help="Minutes to look back.")
@click.option("--filter", "pattern", default="", help="Filter pattern of CloudWatch Logs.")
@connects
def command(connection: Connection, name: str, follow: bool, since: int, pattern: str) -> None:
    """Show what function NAME has logged."""
    client = connection.client("logs")
    group = name if name.startswith("/") else f"/aws/lambda/{name}"
    request: dict[str, Any] = {"logGroupName": group, "startTime": int((time.time() - since * 60) * 1000)}
    if pattern:
        request["filterPattern"] = pattern
    seen: set[str] = set()
    if not follow:
        _show_new(client, request, seen, follow=False)
        return
    with until_interrupted():
        while True:
            _show_new(client, request, seen, follow=True)
            time.sleep(_POLL_S)


def _show_new(client: Any, request: dict[str, Any], seen: set[str], *, follow: bool) -> None:
    try:
        for page in client.get_paginator("filter_log_events").paginate(**request):
            for event in page["events"]:
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    _show(event)
    except client.exceptions.ResourceNotFoundException as error:
        if not follow:
            raise click.ClickException(f"there is no log group {request['logGroupName']} (yet)") from error
    except BrokenPipeError:
        raise  # whoever read the output (`| head`) has had enough: click ends without a word
    except Exception as error:
        raise explained(error) from error


def _show(event: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    message = event["message"].rstrip("\n")
    dim = message.startswith(("START RequestId", "END RequestId", "REPORT RequestId"))
    click.echo(f"{click.style(at, fg='cyan')}  {click.style(message, dim=True) if dim else message}")

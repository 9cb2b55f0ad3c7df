"""`portico start`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import click

from portico.settings import Settings, SettingsError, load


@click.command("start")
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one (4566).")
@click.option("--data", help="Directory that holds everything Portico keeps (.portico).")
@click.option("--ephemeral", is_flag=True, default=None, help="Keep everything in memory.")
@click.option(
    "--iam",
    type=click.Choice(["enforce", "audit", "off"]),
    help="What becomes of a call that is not allowed (enforce).",
)
@click.option("--region", help="Region of unsigned calls and of `deploy` (us-east-1).")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="Form of the log lines (text).")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="Lowest level that is logged (info).",
)
@click.option(
    "--tls",
    type=click.Choice(["off", "auto"]),
    help="`auto` makes a local authority and a certificate (off).",
)
@click.option("--tls-cert", help="Certificate (PEM).")
@click.option("--tls-key", help="Private key (PEM).")
@click.option("--hostnames", help="Further host names of the control plane, separated by commas.")
@click.option("--origins", help="Origins whose pages may call from a browser, separated by commas.")
@click.option("--endpoint-url", help="URL under which functions reach Portico.")
@click.option(
    "--trust-proxy",
    is_flag=True,
    default=None,
    help="Believe X-Forwarded-For and -Proto; ends development mode.",
)
@click.option("--code-storage-bytes", type=int, help="Bytes of zips in an account and region (300 GB).")
@click.option(
    "--concurrent-executions", type=int, help="Invocations at once in an account and region (1000)."
)
@click.option("--environments-max", type=int, help="Environments kept at most (1000).")
@click.option("--idle-timeout", type=int, help="Seconds after which an idle environment ends (600).")
@click.option(
    "--cpu",
    type=click.Choice(["shared", "proportional"]),
    help="CPU in proportion to MemorySize only when scarce, or never more (shared).",
)
@click.option(
    "--code-roots",
    help="Folders below which functions may be mounted instead of uploaded, separated by commas.",
)
@click.option(
    "--stream-bytes-per-s", type=int, help="Pace of a streamed answer after its first 6 MB (2097152); 0: any."
)
@click.option(
    "--runtimes", type=click.Choice(["any", "strict"]), help="Whether another version may stand in (any)."
)
@click.option(
    "--network",
    type=click.Choice(["auto", "host", "internet", "portico", "none"]),
    help="What functions can reach (auto).",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "A", "B", "C"]),
    help="Walls around functions; docs/isolation.md (auto).",
)
@click.option("--smtp", help="Mail server for mails of SNS and Cognito, smtp://USER:PASSWORD@HOST:PORT.")
@click.option(
    "--outbound-allow", help="Loopback or private hosts that Portico may connect to, separated by commas."
)
@click.option(
    "--sqs-endpoint", help="Where queues are that are event sources but not here; docs/event-sources.md."
)
@click.option("--vpc-targets", help="What is behind VPC links: ARN=URL, separated by commas.")
@click.option(
    "--cognito-issuer",
    type=click.Choice(["own", "aws"]),
    help="Issuer in the tokens of user pools: this server's address, or AWS's form (own).",
)
@click.option(
    "--cognito-rates",
    type=click.Choice(["off", "aws"]),
    help="Requests per second to user pools: as many as there come, or AWS's default quotas (off).",
)
@click.option("--body-bytes-max", type=int, help="Largest request body in bytes (104857600).")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings from a TOML file.")
def command(config: Path | None, **flags: Any) -> None:
    """Start the server and run it until SIGINT or SIGTERM, which let running calls finish.

    Every option is also a PORTICO_* variable (PORTICO_PORT=4567) and a line of the --config file.
    """
    try:
        settings = load(flags, os.environ, config)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(_run(settings))


def _run(settings: Settings) -> int:
    import uvloop

    from portico.environments.launchers.port import LaunchFailed
    from portico.gateway.serve import ListenError
    from portico.gateway.tls import TlsError
    from portico.runner import run
    from portico.store.port import StoreError

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(run(settings))
    except (StoreError, ListenError, TlsError, LaunchFailed) as error:
        click.echo(f"portico: {error}", err=True)
        return 1

"""`portico env`."""

import shlex

import click

from portico.cli.connection import Connection, connects


@click.command("env")
@click.option("--unset", is_flag=True, help="Print the lines that undo it.")
@connects
def command(connection: Connection, unset: bool) -> None:
    """Print the exports that point AWS tools at Portico: eval "$(portico env)"."""
    key, secret, token = connection.keys
    variables = {
        "AWS_ENDPOINT_URL": connection.url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_DEFAULT_REGION": connection.region,
        "AWS_REGION": connection.region,
        "AWS_CA_BUNDLE": connection.file.ca_bundle if connection.file else "",
    }
    for name, value in variables.items():
        if unset:
            click.echo(f"unset {name}")
        elif value:
            click.echo(f"export {name}={shlex.quote(value)}")

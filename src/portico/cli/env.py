"""`portico env`."""

import os
import shlex
from collections.abc import Mapping

import click

from portico.cli.connection import Connection, connects

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NODE = "NODE_EXTRA_CA_CERTS"
"""What the SDK for JavaScript trusts: it does not look at `AWS_CA_BUNDLE`."""
_HERE = ("127.0.0.1", "localhost", ".localhost")


@click.command("env")
@click.option("--unset", is_flag=True, help="Print the lines that undo it.")
@connects
def command(connection: Connection, unset: bool) -> None:
    """Print the exports that point AWS tools at Portico: eval "$(portico env)"."""
    key, secret, token = connection.keys
    authority = connection.file.ca_bundle if connection.file else ""
    variables = {
        "AWS_ENDPOINT_URL": connection.url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_DEFAULT_REGION": connection.region,
        "AWS_REGION": connection.region,
        "AWS_CA_BUNDLE": authority,
    }
    if os.environ.get(_NODE, authority) == authority:
        variables[_NODE] = authority
    elif authority and not unset:  # it is there for other reasons than ours
        click.echo(f"{_NODE} is set already: Node.js will not trust {authority} until it says that", err=True)
    if connection.past_proxies and not unset:
        variables |= _direct(os.environ)
    for name, value in variables.items():
        if unset:
            click.echo(f"unset {name}")
        elif value:
            click.echo(f"export {name}={shlex.quote(value)}")


def _direct(environment: Mapping[str, str]) -> dict[str, str]:
    """What keeps tools from asking the environment's proxy for this machine, if there is a proxy."""
    if not any(environment.get(name) for proxy in _PROXIES for name in (proxy, proxy.upper())):
        return {}
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    missing = [host for host in _HERE if host not in known.split(",")]
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(filter(None, [known, *missing])))

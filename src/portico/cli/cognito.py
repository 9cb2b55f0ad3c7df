"""`portico cognito`."""

import contextlib
import re
from typing import Any
from urllib.parse import quote

import click

from portico.cli.connection import Connection, connects, explained


@click.command("cognito")
@click.argument("action", type=click.Choice(["create-user"]))
@click.argument("pool")
@click.argument("username")
@click.option("--password", help="The user's own password; otherwise a temporary one is sent.")
@click.option("--email", help="E-mail address, taken as verified.")
@click.option("--phone", help="Telephone number (+15555550100), taken as verified.")
@click.option("--group", multiple=True, help="Group to put the user into, made if it is not there.")
@connects
def command(
    connection: Connection,
    action: str,
    pool: str,
    username: str,
    password: str | None,
    email: str | None,
    phone: str | None,
    group: tuple[str, ...],
) -> None:
    """Make a user of a user pool.

    POOL is the pool's id or its name. With a password the user can sign in at once.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    client = connection.client("cognito-idp")
    try:
        pool_id = _pool_id(client, pool)
        user = _create(client, pool_id, username, email=email, phone=phone, quiet=password is not None)
        if password is not None:
            client.admin_set_user_password(
                UserPoolId=pool_id, Username=user["Username"], Password=password, Permanent=True
            )
        for name in group:
            _join(client, pool_id, user["Username"], name)
    except (ClientError, BotoCoreError) as error:
        raise explained(error) from error
    sub = next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub")
    click.echo(f"{username} is a user of {pool_id}; its sub is {sub}.")
    if password is None:
        click.echo(_sent(connection.url, email or phone))


def _sent(url: str, to: str | None) -> str:
    """Where the temporary password is."""
    if to is None:
        return (
            "Nobody was sent its temporary password: `aws cognito-idp admin-set-user-password` sets another."
        )
    return f"Its temporary password was sent to {to}; where no mail server is set it is at {url}/_portico/mailbox?to={quote(to)}"


def _pool_id(client: Any, pool: str) -> str:
    """The id of a pool that is named by its id or its name."""
    if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d_[0-9A-Za-z]+", pool):
        return pool
    pages = client.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
    found = [each["Id"] for page in pages for each in page["UserPools"] if each["Name"] == pool]
    if len(found) != 1:
        raise click.ClickException(
            f"{len(found)} user pools are named {pool!r}; say the pool's id"
            if found
            else f"no user pool is named {pool!r}"
        )
    return str(found[0])


def _create(
    client: Any, pool_id: str, username: str, *, email: str | None, phone: str | None, quiet: bool
) -> dict[str, Any]:
    attributes = []
    for name, value in (("email", email), ("phone_number", phone)):
        if value:
            attributes += [{"Name": name, "Value": value}, {"Name": f"{name}_verified", "Value": "true"}]
    media = ["EMAIL"] if email else ["SMS"] if phone else []
    options: dict[str, Any] = {"DesiredDeliveryMediums": media} if media else {}
    if quiet:
        options["MessageAction"] = "SUPPRESS"
    answer = client.admin_create_user(
        UserPoolId=pool_id, Username=username, UserAttributes=attributes, **options
    )
    user: dict[str, Any] = answer["User"]
    return user


def _join(client: Any, pool_id: str, username: str, group: str) -> None:
    with contextlib.suppress(client.exceptions.GroupExistsException):
        client.create_group(UserPoolId=pool_id, GroupName=group)
    client.admin_add_user_to_group(UserPoolId=pool_id, Username=username, GroupName=group)

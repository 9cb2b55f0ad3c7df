"""How the commands reach a running server: its address and the credentials to sign with."""

import json
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
import msgspec

from portico.server_file import SERVER_FILE, ServerFile

F = TypeVar("F", bound=Callable[..., Any])


class Connection:
    """A server to talk to: from `--endpoint`, AWS_ENDPOINT_URL, or what the data directory says."""

    def __init__(self, endpoint: str | None, data: str, region: str | None) -> None:
        self.data = Path(data)
        self._given = endpoint or os.environ.get("AWS_ENDPOINT_URL")
        self._region = region
        if self._given and not self._given.startswith(("http://", "https://")):
            raise click.ClickException(f"{self._given} is no address of a server: write http://{self._given}")

    @cached_property
    def file(self) -> ServerFile | None:
        """The server file of the data directory, if a server has written one."""
        try:
            return msgspec.json.decode((self.data / SERVER_FILE).read_bytes(), type=ServerFile)
        except (OSError, msgspec.DecodeError):
            return None

    @property
    def url(self) -> str:
        """Where the server is."""
        return (self._given or (self.file.url if self.file else "http://127.0.0.1:4566")).rstrip("/")

    @property
    def region(self) -> str:
        """The region to call in."""
        named = self._region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return named or (self.file.region if self.file else "us-east-1")

    @property
    def ca_bundle(self) -> str:
        """The authority's certificate of a server with `--tls auto`, else the environment's bundle; empty if there is neither."""
        return (self.file.ca_bundle if self.file else "") or os.environ.get("AWS_CA_BUNDLE", "")

    @cached_property
    def keys(self) -> tuple[str, str, str | None]:
        """Key id, secret and session token.

        The environment's, if it (or `--endpoint`) also says where the server is: keys that are exported without an address are
        probably AWS's own, and no business of this server. Else those that the server has left; else the development keys.
        """
        exported = os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY")
        if exported and (self._given or not self.file):
            token = os.environ.get("AWS_SESSION_TOKEN")
            return os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], token
        if self.file:
            return self.file.access_key_id, self.file.secret_access_key, None
        return "test", "test", None

    @cached_property
    def session(self) -> Any:
        """A boto3 session with these credentials; profiles and files of AWS's tools are about other servers."""
        import boto3
        from botocore.session import Session

        key, secret, token = self.keys
        nowhere = (None, None, os.devnull, None)
        own = Session({"profile": (None,) * 4, "config_file": nowhere, "credentials_file": nowhere})
        return boto3.Session(key, secret, token, region_name=self.region, botocore_session=own)

    @property
    def account(self) -> str:
        """The account whose keys these are.

        Raises:
            click.ClickException: no server answers, or it refuses.
        """
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except Exception as error:
            raise explained(error) from error

    @property
    def past_proxies(self) -> bool:
        """Whether the server is on this machine, where no proxy leads to."""
        host = urlsplit(self.url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1"

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client of this server."""
        from botocore.config import Config

        direct = Config(proxies={}) if self.past_proxies else Config()
        return self.session.client(
            service,
            endpoint_url=self.url,
            config=direct.merge(Config(**config)),
            verify=self.ca_bundle or None,
        )

    def own(self, method: str, path: str, body: Any = None, *, read_timeout_s: int = 60) -> Any:
        """Call one of Portico's own endpoints, signed, with `body` as JSON, and return its JSON.

        Raises:
            click.ClickException: no server answers, or it refuses.
        """
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.httpsession import URLLib3Session

        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method, f"{self.url}{path}", data=data)
        SigV4Auth(self.session.get_credentials(), "portico", self.region).add_auth(request)
        try:
            verify: Any = self.ca_bundle or True  # a bundle's path is taken too
            answer = URLLib3Session(verify=verify, timeout=read_timeout_s).send(request.prepare())
        except Exception as error:
            raise silent(self.url, error) from error
        body = json.loads(answer.content or b"{}")
        if answer.status_code >= 400:
            raise click.ClickException(
                body.get("message") or f"{self.url}{path} answered {answer.status_code}"
            )
        return body


def connects(command: F) -> F:
    """The options that say which server a command talks to; the command gets `connection`."""

    def with_connection(endpoint: str | None, data: str, region: str | None, **rest: Any) -> Any:
        return command(connection=Connection(endpoint, data, region), **rest)

    with_connection.__doc__ = command.__doc__
    with_connection.__name__ = command.__name__
    with_connection.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--region", help="Region to call in; AWS_REGION or the server's otherwise."),
        click.option(
            "--data",
            envvar="PORTICO_DATA",
            default=".portico",
            show_default=True,
            help="Data directory of the server; PORTICO_DATA's otherwise.",
        ),
        click.option(
            "--endpoint", help="URL of the server; AWS_ENDPOINT_URL or the data directory's otherwise."
        ),
    ):
        with_connection = option(with_connection)
    return with_connection  # type: ignore[return-value]


def silent(url: str, error: Exception) -> click.ClickException:
    """No server answers at `url`: what to do about it."""
    from botocore.exceptions import EndpointConnectionError

    why = "" if isinstance(error, EndpointConnectionError) else f" ({error})"
    return click.ClickException(
        f"no Portico server answers at {url}{why}: start one with `portico start`, or name another with --endpoint"
    )


def explained(error: Exception) -> click.ClickException:
    """An AWS client's error in one line, for a person."""
    from botocore.exceptions import EndpointConnectionError

    if isinstance(error, EndpointConnectionError):
        at = urlsplit(str(error.kwargs["endpoint_url"]))
        return silent(f"{at.scheme}://{at.netloc}", error)
    response: dict[str, Any] = getattr(error, "response", {})
    if not response:
        return click.ClickException(str(error))
    detail = response.get("Error", {})
    request_id = response.get("ResponseMetadata", {}).get("RequestId", "")
    message = f"{detail.get('Code', 'error')}: {detail.get('Message') or ''}"
    if detail.get("Code", "").startswith("AccessDenied") and request_id:
        message += f"\nWhy: portico explain {request_id}"
    return click.ClickException(message)

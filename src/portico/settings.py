"""Everything that can be set, read once at start and passed in.

Later sources win: defaults, the file named by `--config` (TOML), `PORTICO_*` variables, flags. The comment above each field is
its documentation (docs/settings.md is checked against it).
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec


class SettingsError(Exception):
    """A setting that can't be used; the message names it and what it may be."""


class Settings(msgspec.Struct, frozen=True):
    """The settings of one server."""

    # Address to listen on. Anything but loopback ends development mode: the well-known `test` keys are gone then.
    host: str = "127.0.0.1"
    # Port to listen on; 0 takes a free one.
    port: int = 4566
    # Directory that holds everything Portico keeps.
    data: str = ".portico"
    # Keep everything in memory and forget it at the end.
    ephemeral: bool = False
    # What becomes of a call that no policy allows: `enforce` refuses it, `audit` lets it pass and records it, `off` asks nobody.
    iam: Literal["enforce", "audit", "off"] = "enforce"
    # Log lines for operators: `text` or `json`, one object a line.
    log_format: Literal["text", "json"] = "text"
    # Lowest level that is logged.
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    # Region of calls that are not signed, and the one that `portico deploy` uses.
    region: str = "us-east-1"
    # Certificate (PEM) for TLS.
    tls_cert: str = ""
    # Private key (PEM) for TLS.
    tls_key: str = ""
    # `auto` makes a local authority in the data directory and a certificate signed by it.
    tls: Literal["off", "auto"] = "off"
    # Further host names under which the control plane answers, separated by commas.
    hostnames: str = ""
    # Origins (scheme://host:port) whose pages may call from a browser, separated by commas.
    origins: str = ""
    # URL under which functions reach Portico; empty means the listening address.
    endpoint_url: str = ""
    # A proxy in front sets X-Forwarded-For and X-Forwarded-Proto; ends development mode.
    trust_proxy: bool = False
    # Invocations that may run at once in one account and region.
    concurrent_executions: int = 1000
    # Bytes that the zips of functions, of their versions and of layers may have together in one account and region (AWS: 300 GB).
    code_storage_bytes: int = 300 * 1024**3
    # Environments (idle and busy) kept at most, over all functions.
    environments_max: int = 1000
    # Seconds after which an idle environment is ended.
    idle_timeout: int = 600
    # CPU of a function: `shared` lets it have what is free and its share in proportion to MemorySize when CPUs are scarce,
    # `proportional` never more than that share (1,769 MB are one CPU), as on AWS. Needs control groups.
    cpu: Literal["shared", "proportional"] = "shared"
    # Folders below which a function's code may be a folder of this machine (development mode only), separated by commas.
    code_roots: str = ""
    # Bytes per second of a streamed answer beyond its first 6 MB (AWS: 2 MB/s); 0 is no limit.
    stream_bytes_per_s: int = 2 * 1024 * 1024
    # Which interpreter runs a function: `any` lets another version of the language stand in where the runtime's own is not
    # installed, `strict` refuses such a runtime.
    runtimes: Literal["any", "strict"] = "any"
    # What functions reach: `host` the machine's network, `internet` Portico and the internet but nothing nearer, `portico` nothing but
    # Portico, `none` nothing at all; `auto` is `host` in development mode, else `internet`, without which the server does not start.
    network: Literal["auto", "host", "internet", "portico", "none"] = "auto"
    # Walls around functions: `A` namespaces, Landlock and seccomp, `B` the last two, `C` none (loopback only), `auto` the best that
    # this machine gives, and A or nothing off loopback. A named one that is not to be had ends the start.
    isolation: Literal["auto", "A", "B", "C"] = "auto"
    # Mail server for mails of SNS and Cognito, smtp://USER:PASSWORD@HOST:PORT or smtps://...; empty keeps mails for /_portico/mailbox.
    smtp: str = ""
    # Hosts and networks that Portico itself may connect to although they are loopback or private (issuers), separated by commas.
    outbound_allow: str = ""
    # Where queues are that are polled as event sources but are not here: `URL` for all, `ACCOUNT=URL` for those of an account,
    # `ARN=URL` for one, separated by commas. They are polled with the credentials of the server's own environment.
    sqs_endpoint: str = ""
    # What is behind VPC links: `ARN=URL` for a load balancer, its listener or a Cloud Map service, separated by commas. Where it is
    # on a private address, `outbound_allow` has to have it.
    vpc_targets: str = ""
    # Issuer in the tokens of user pools: `own` is this server's address, where any library finds the keys, `aws` AWS's form.
    cognito_issuer: Literal["own", "aws"] = "own"
    # Requests per second to user pools: `off` as many as there come, `aws` AWS's default quotas for each category of operations, account
    # and region.
    cognito_rates: Literal["off", "aws"] = "off"
    # Largest request body in bytes.
    body_bytes_max: int = 100 * 1024 * 1024

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def development(self) -> bool:
        """Whether the well-known development keys, `reset` and `clock` exist."""
        return self.loopback and not self.trust_proxy

    @property
    def functions_network(self) -> Literal["host", "internet", "portico", "none"]:
        """What functions reach."""
        if self.network == "auto":
            return "host" if self.development else "internet"
        return self.network

    @property
    def isolation_tiers(self) -> str:
        """The tiers of isolation that may be used, best first."""
        if self.isolation == "auto":
            return "ABC" if self.development else "A"
        return self.isolation

    @property
    def secure(self) -> bool:
        """Whether the listener speaks TLS."""
        return self.tls == "auto" or bool(self.tls_cert)

    @property
    def data_directory(self) -> Path | None:
        """Where the data is; None for an ephemeral server."""
        return None if self.ephemeral else Path(self.data).absolute()


def listed(value: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def load(flags: Mapping[str, Any], environment: Mapping[str, str], config: Path | None = None) -> Settings:
    """The settings from all sources.

    Raises:
        SettingsError: an unknown name in the file, a value of the wrong kind, flags that exclude each other.
    """
    values: dict[str, Any] = {}
    if config is not None:
        values |= _from_file(config)
    for name in Settings.__struct_fields__:
        given = environment.get(f"PORTICO_{name.upper()}")
        if given is not None:
            values[name] = given
    values |= {name: value for name, value in flags.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        said, _, name = str(error).rstrip("`").partition(" - at `$.")
        raise SettingsError(f"{name} can't be {values.get(name)!r}: {said}") from error
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise SettingsError("tls_cert and tls_key belong together: give both or neither")
    if settings.isolation == "C" and not settings.development:
        raise SettingsError(
            "isolation C is for loopback only: off it functions need walls around them, A, or B by name"
        )
    if not all("=http" in part for part in listed(settings.vpc_targets)):
        raise SettingsError(f"vpc_targets is ARN=URL, ARN=URL, ..., not {settings.vpc_targets!r}")
    if not 0 <= settings.port <= 65535:
        raise SettingsError(f"port must be from 0 to 65535, not {settings.port}")
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} can't be read as TOML: {error}") from error
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(f"{path} has settings that don't exist: {', '.join(unknown)}")
    return values

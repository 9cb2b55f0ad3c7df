"""A real server in a process of its own, and AWS clients that talk to it. What every test against the running server uses."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
TRUST_LAMBDA = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


@cache
def session() -> boto3.Session:
    """One session for all clients: a new one costs 50 ms."""
    return boto3.Session(region_name=REGION)


class Server:
    """A server process. `url` is where it listens; `data` its data directory (None: ephemeral)."""

    def __init__(
        self,
        data: Path | None,
        *flags: str,
        env: dict[str, str] | None = None,
        python: Sequence[str] = (sys.executable,),
    ) -> None:
        where = ["--ephemeral"] if data is None else ["--data", str(data)]
        command = [*python, "-m", "portico", "start", "--port", "0", *where, *flags]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PORTICO_"))}
        self.data = data
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**clean, **(env or {})},
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._keep, daemon=True)
        self._reader.start()
        self.url = self._announced()

    def _keep(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)

    def _announced(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http" in line:
                return next(word for word in line.split() if word.startswith("http"))
        self.process.wait(30)
        self._reader.join(5)
        raise RuntimeError(f"the server did not start: {''.join(self.log)}")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    def client(self, service: str, account: str = "000000000000", **options: Any) -> Any:
        """A boto3 client that signs as the root of `account` (or with `key`, `secret`, `token`)."""
        config = Config(
            retries={"max_attempts": options.pop("attempts", 0)},
            parameter_validation=options.pop("validate", False),
            read_timeout=options.pop("read_timeout", 60),
            signature_version=options.pop("signature_version", None),
        )
        return session().client(
            service,
            endpoint_url=self.url,
            region_name=options.pop("region", REGION),
            aws_access_key_id=options.pop("key", account),
            aws_secret_access_key=options.pop("secret", "test"),
            aws_session_token=options.pop("token", None),
            verify=options.pop("verify", None),
            config=config,
        )

    def advance(self, by: str | float) -> None:
        """Jump the server's clock: so many seconds, or `10m`, `5h`, `1d`."""
        body = json.dumps({"advance": by}).encode()
        request = urllib.request.Request(f"{self.url}/_portico/clock", body, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.process.kill()
        self._ended()

    def stop(self) -> int:
        """SIGTERM, and wait for the graceful end; its exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        status = self.process.wait(30)
        self._reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


@contextlib.contextmanager
def running(
    data: Path | None,
    *flags: str,
    env: dict[str, str] | None = None,
    python: Sequence[str] = (sys.executable,),
) -> Iterator[Server]:
    """A server for a `with` block; `python` is the command of its interpreter."""
    server = Server(data, *flags, env=env, python=python)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def portico(server: Server, *arguments: str, account: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the root of `account`."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = [sys.executable, "-m", "portico", *arguments]
    return subprocess.run(command, check=False, env=variables, capture_output=True, text=True)


def new_account() -> str:
    """A random account, so that nothing needs to be reset between tests."""
    return f"{secrets.randbelow(10**12 - 1) + 1:012d}"

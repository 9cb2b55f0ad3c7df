"""What a running server leaves in its data directory, so that the `portico` command finds it."""

from pathlib import Path

import msgspec

SERVER_FILE = "server.json"


class ServerFile(msgspec.Struct, frozen=True):
    """Where the server is and the root key to sign with; the file's mode is 0600."""

    url: str
    pid: int
    access_key_id: str
    secret_access_key: str
    region: str
    ca_bundle: str = ""


def leave(directory: Path, file: ServerFile) -> None:
    """Write the file, whole or not at all."""
    fresh = directory / f"{SERVER_FILE}.new"
    fresh.touch(0o600)
    fresh.write_bytes(msgspec.json.encode(file))
    fresh.rename(directory / SERVER_FILE)


def forget(directory: Path | None) -> None:
    """Remove the file: nobody answers there any more."""
    if directory is not None:
        (directory / SERVER_FILE).unlink(missing_ok=True)

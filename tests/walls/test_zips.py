"""Deployment packages that no one should unpack, through the API."""

import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fuzz import footprint
from harness import Server

Make = Callable[..., Any]
UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
EMPTY = "Uploaded file must be a non-empty zip"
TOO_LARGE = "Unzipped size must be smaller than 262144000 bytes"
GOOD = ("app.py", stat.S_IFREG | 0o644, b"def handler(e, c): return 1\n")

Entry = tuple[str, int, bytes]


def _zip(*entries: Entry) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, mode, content in entries:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def _link(target: str) -> Entry:
    return ("link", stat.S_IFLNK | 0o777, target.encode())


def _hard_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("hard")
        info.extra = struct.pack("<HH", 0x000D, 12 + 5) + bytes(12) + b"other"
        archive.writestr(info, b"")
    return buffer.getvalue()


def _bomb() -> bytes:
    zeros = bytes(30_000_000)
    return _zip(*[(f"z{n}", stat.S_IFREG | 0o644, zeros) for n in range(10)])


def _many() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(100_001):
            archive.writestr(zipfile.ZipInfo(f"d/{n}"), b"")
    return buffer.getvalue()


def _lying() -> bytes:
    """One file that says it has 10 bytes and has 300 MB."""
    data = bytearray(_zip(("z", stat.S_IFREG | 0o644, bytes(300_000_000))))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no bytes": (lambda: b"", EMPTY),
    "no entries": (_zip, EMPTY),
    "no zip": (lambda: b"#!/bin/sh\nrm -rf /\n", UNZIP),
    "truncated": (lambda: _zip(GOOD)[:-30], UNZIP),
    "cut in the middle": (
        lambda: _zip(GOOD, ("x", stat.S_IFREG | 0o644, bytes(range(256)) * 40))[40:],
        UNZIP,
    ),
    "climbs": (lambda: _zip(GOOD, ("../../etc/cron.d/x", stat.S_IFREG | 0o644, b"")), UNZIP),
    "absolute": (lambda: _zip(GOOD, ("/etc/passwd", stat.S_IFREG | 0o644, b"")), UNZIP),
    "same name with a dot": (lambda: _zip(GOOD, ("./app.py", stat.S_IFREG | 0o644, b"")), UNZIP),
    "link out": (lambda: _zip(GOOD, _link("../../secret")), UNZIP),
    "link to an absolute path": (lambda: _zip(GOOD, _link("/etc/passwd")), UNZIP),
    "file below a link": (lambda: _zip(GOOD, _link("."), ("link/x", stat.S_IFREG | 0o644, b"")), UNZIP),
    "hard link": (_hard_link, UNZIP),
    "device": (lambda: _zip(GOOD, ("sda", stat.S_IFBLK | 0o644, b"")), UNZIP),
    "fifo": (lambda: _zip(GOOD, ("pipe", stat.S_IFIFO | 0o644, b"")), UNZIP),
    "set-user-id": (lambda: _zip(GOOD, ("su", stat.S_IFREG | 0o4755, b"")), UNZIP),
    "bomb": (_bomb, TOO_LARGE),
    "too many files": (_many, UNZIP),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_zip_is_refused_in_aws_words_and_costs_little(
    client: Make, role: str, server: Server, kind: str
) -> None:
    make, words = BAD[kind]
    package = make()
    before = footprint(server.process.pid)
    begun = time.monotonic()
    with pytest.raises(ClientError) as raised:
        client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": package},
        )
    assert time.monotonic() - begun < 20
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidParameterValueException", words)
    after = footprint(server.process.pid)
    assert after.resident_bytes < before.resident_bytes + 60_000_000
    assert client("lambda").list_functions()["Functions"] == []


def test_a_size_that_is_a_lie_unpacks_no_more_than_it_says_or_nothing(client: Make, role: str) -> None:
    with pytest.raises(ClientError) as raised:
        client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": _lying()},
        )
    assert raised.value.response["Error"]["Message"] in (UNZIP, TOO_LARGE)


def test_a_zip_over_fifty_megabytes(client: Make, role: str, server: Server) -> None:
    with pytest.raises(ClientError) as raised:
        client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": bytes(52_500_000)},
        )
    answer = raised.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert answer["Error"]["Code"] in ("RequestEntityTooLargeException", "RequestTooLargeException")


def test_a_bad_update_leaves_the_function_as_it_was(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    return 'first'\n")
    lam = client("lambda")
    sha = lam.get_function_configuration(FunctionName=name)["CodeSha256"]
    with pytest.raises(ClientError, match="Could not unzip"):
        lam.update_function_code(FunctionName=name, ZipFile=_zip(GOOD, _link("/etc/passwd")))
    assert lam.get_function_configuration(FunctionName=name)["CodeSha256"] == sha
    assert lam.invoke(FunctionName=name)["Payload"].read() == b'"first"'

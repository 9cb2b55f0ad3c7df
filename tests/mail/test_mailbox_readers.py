"""Who reads the mailbox, which has everybody's codes: the developer at this machine, and nobody who only seems to be."""

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Server, running

Make = Callable[..., Any]
LISTED = "https://app.example.com"
PATH = "/_portico/mailbox"


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that answers to a name of its own, and that pages of one origin may call."""
    data = tmp_path_factory.mktemp("listing") / "data"
    with running(data, "--origins", LISTED, "--hostnames", "portico.example") as server:
        yield server


def asked(server: Server, **headers: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("GET", PATH, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": LISTED, "Sec_Fetch_Site": "cross-site"},
        {"Origin": LISTED},  # a browser that says no more, or that does not think the name trustworthy
        {"Origin": LISTED, "Host": "portico.example"},
    ],
)
def test_pages_and_machines_that_are_not_the_developer(listing: Server, headers: dict[str, str]) -> None:
    assert asked(listing, **headers)[0] == 403


def test_the_developer(listing: Server) -> None:
    for headers in (
        {},
        {"Host": "portico.example"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "same-origin", "Origin": listing.url},
    ):
        status, told = asked(listing, **headers)
        assert (status, told["cache-control"], told["x-content-type-options"]) == (200, "no-store", "nosniff")
    status, told = asked(listing, Accept="application/json")
    assert (status, told["cache-control"]) == (200, "no-store")


def test_off_loopback_nobody_reads_it_unsigned(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--host", "0.0.0.0") as server:
        assert asked(server)[0] in (403, 404)


FUNCTION = """
import os, subprocess, sys, urllib.error, urllib.request

CALL = '''
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Accept": "application/json"})).status)
except urllib.error.HTTPError as error:
    print(error.code)
'''

def handler(event, context):
    url = os.environ["AWS_ENDPOINT_URL"] + "/_portico/mailbox"
    return [
        subprocess.run([sys.executable, "-c", CALL, url], capture_output=True, text=True, start_new_session=apart).stdout.strip()
        for apart in (False, True)
    ]
"""


def test_a_function_does_not_read_it(client: Make, deploy: Make) -> None:
    name = deploy(FUNCTION, Timeout=30)
    assert json.loads(client("lambda").invoke(FunctionName=name)["Payload"].read()) == ["403", "403"]

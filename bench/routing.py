"""Requests to 1,000 REST APIs of 100 resources each, against requests to one API of 10.

    python -m bench.routing [--apis 1000] [--resources 100] [--seconds 3]

One server in this process, on a store in memory; wrk asks for a method of an API at random, which a mock integration answers. Prints
the server's microseconds of CPU for each request, and their ratio (at most 1.2).
"""

import argparse
import asyncio
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import uvloop

from portico.app import Server
from portico.base.clock import Clock
from portico.doors.records import API_POINTERS, ApiPointer
from portico.gateway.serve import listen, serve
from portico.gateway.traffic import Traffic
from portico.services.apigateway.records import (
    STAGES,
    EndpointConfiguration,
    Integration,
    IntegrationResponse,
    Method,
    MethodResponse,
    Resource,
    RestApi,
    Stage,
)
from portico.services.apigateway.snapshot import SNAPSHOTS, Snapshot
from portico.settings import Settings
from portico.store.open import open_store
from portico.store.port import Put, Store, StoreFailed

REGION = "us-east-1"
_SCRIPT = """
math.randomseed(1)
request = function()
  wrk.headers["Host"] = "%s" .. math.random(0, %d) .. ".execute-api.localhost"
  return wrk.format("GET", "/prod/v1/things/7/part" .. math.random(0, %d))
end
"""
_ROUNDS = 5


def _failed(error: StoreFailed) -> None:
    raise error


def _snapshot(api_id: str, resources: int) -> Snapshot:
    integration = Integration(
        "MOCK",
        "WHEN_NO_MATCH",
        29_000,
        "",
        (),
        request_templates={"application/json": '{"statusCode": 200}'},
        integration_responses={"200": IntegrationResponse("200")},
    )
    method = Method(
        "GET",
        "NONE",
        api_key_required=False,
        method_responses={"200": MethodResponse("200")},
        method_integration=integration,
    )
    api = RestApi(api_id, api_id, 0.0, "HEADER", EndpointConfiguration(("REGIONAL",)), False, "root")
    paths = [f"/v1/things/{{id}}/part{number}" for number in range(resources)]
    made = [Resource(f"r{path}", path, resource_methods={"GET": method}) for path in paths]
    return Snapshot("d1", api, tuple(made))


async def populate(store: Store, name: str, apis: int, resources: int) -> None:
    """Write so many deployed APIs of so many resources, each in an account of its own."""
    stage = Stage("prod", "d1", 0.0, 0.0, False, "NOT_AVAILABLE", {}, False)
    for number in range(apis):
        api_id = f"{name}{number}"
        pointer = ApiPointer("rest", f"{number:012d}", REGION)
        await store.commit(
            [
                Put(API_POINTERS.key(api_id), API_POINTERS.encode(pointer)),
                Put(STAGES.key(api_id, "prod"), STAGES.encode(stage)),
                Put(SNAPSHOTS.key(api_id, "d1"), SNAPSHOTS.encode(_snapshot(api_id, resources))),
            ]
        )


def cost_us(url: str, script: str, seconds: int) -> float:
    """The CPU time of this process for each of the requests that wrk sends meanwhile."""
    begun = time.process_time()
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", script, url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+) requests in", text)
    assert found is not None
    return (time.process_time() - begun) / int(found[1]) * 1e6


async def measure(apis: int, resources: int, seconds: int) -> None:
    """Measure both in turn and print."""
    clock, ended = Clock(), asyncio.Event()
    store = await open_store(None, clock=clock, failed=_failed)
    await populate(store, "few", 1, 10)
    await populate(store, "many", apis, resources)
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = Server(Settings(ephemeral=True), store, clock, url)
    await server.start()
    serving = asyncio.create_task(serve(Traffic(server.handler), listener, stop=ended))
    costs: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.lua", Path(folder) / "many.lua"
        few.write_text(_SCRIPT % ("few", 0, 9))
        many.write_text(_SCRIPT % ("many", apis - 1, resources - 1))
        await asyncio.to_thread(
            cost_us, url, str(many), 10
        )  # every method is compiled when it is first called
        for _ in range(_ROUNDS):
            one = await asyncio.to_thread(cost_us, url, str(few), seconds)
            costs.append((one, await asyncio.to_thread(cost_us, url, str(many), seconds)))
    ended.set()
    await serving
    await server.close()
    print(f"{'one API of 10':26} {statistics.median(a for a, _ in costs):8.1f} us")
    print(f"{f'{apis} APIs of {resources}':26} {statistics.median(b for _, b in costs):8.1f} us")
    print(f"{'ratio':26} {statistics.median(b / a for a, b in costs):8.2f}    (at most 1.2)")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apis", type=int, default=1_000)
    parser.add_argument("--resources", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    uvloop.run(measure(options.apis, options.resources, options.seconds))


if __name__ == "__main__":
    main()

"""Twenty thousand requests at the whole server, most of them past authentication, none of them right."""

from pathlib import Path

from fuzz import footprint
from walls.siege import besieged, check_grown, check_well, storm


def test_twenty_thousand_requests_at_the_whole_server(tmp_path: Path) -> None:
    with besieged(tmp_path / "data") as server:
        storm(server, requests=6_000, seed=100)
        check_well(server)
        before = footprint(server.process.pid)
        report = storm(server, requests=20_000, seed=1)
        check_well(server)
        check_grown(before, footprint(server.process.pid))
    assert {200, 400, 403, 404, 409, 501} <= set(report.statuses)
    assert report.statuses[200] > 1_000, "a good part must come through to the services"

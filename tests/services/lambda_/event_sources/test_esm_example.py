"""The example of docs/event-sources.md is run as it stands there."""

import subprocess
import sys

from harness import REGION
from pages import code
from stages import Stage


def test_the_example(stage: Stage) -> None:
    ((_, body),) = code("event-sources.md", "python")
    environment = {
        "AWS_ENDPOINT_URL": stage.server.url,
        "AWS_ACCESS_KEY_ID": stage.account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }
    done = subprocess.run(
        [sys.executable, "-c", body],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    stage.emptied(stage.found("orders"))
    events = stage.client("logs")

    def written() -> bool:
        found = events.filter_log_events(logGroupName="/aws/lambda/orders", filterPattern="order")["events"]
        return [event["message"] for event in found] == ["one order\n"]

    stage.until(written)

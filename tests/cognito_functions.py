"""Functions that are triggers of user pools, and what they have seen."""

import json
from collections.abc import Callable
from typing import Any

from harness import REGION


class Functions:
    """Functions of the test's account, and what they have seen."""

    def __init__(self, client: Callable[..., Any], deploy: Callable[..., str], account: str) -> None:
        self._client = client
        self._deploy = deploy
        self._account = account

    def arn(self, name: str) -> str:
        """A function's ARN."""
        return f"arn:aws:lambda:{REGION}:{self._account}:function:{name}"

    def make(self, source: str, *, allowed: bool = True, **options: Any) -> str:
        """A function that pools of the account may call; its ARN."""
        name = self._deploy(source, **options)
        if allowed:
            self._client("lambda").add_permission(
                FunctionName=name,
                StatementId="pools",
                Action="lambda:InvokeFunction",
                Principal="cognito-idp.amazonaws.com",
                SourceArn=f"arn:aws:cognito-idp:{REGION}:{self._account}:userpool/*",
                SourceAccount=self._account,
            )
        return self.arn(name)

    def seen(self, arn: str, count: int = 1) -> list[dict[str, Any]]:
        """The events that a function has printed, once there are so many."""
        logs, name = self._client("logs"), arn.rpartition(":")[2]
        for _ in range(2_000):
            try:
                lines = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="EVENT")[
                    "events"
                ]
            except logs.exceptions.ResourceNotFoundException:
                continue
            if len(lines) >= count:
                return [json.loads(line["message"].partition("EVENT ")[2]) for line in lines]
        raise AssertionError(f"{name} has not been called {count} times")

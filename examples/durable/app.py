"""An order that takes days: charged with retries, approved by somebody, sent after a while, and both sides told at once.

Needs AWS's SDK for durable functions beside it: pip install --target examples/durable --no-deps aws-durable-execution-sdk-python
"""

from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration, StepConfig, WaitForCallbackConfig
from aws_durable_execution_sdk_python.retries import RetryStrategyConfig, create_retry_strategy

PATIENT = StepConfig(
    retry_strategy=create_retry_strategy(
        RetryStrategyConfig(max_attempts=5, initial_delay=Duration.from_minutes(1))
    )
)
A_WEEK = WaitForCallbackConfig(timeout=Duration.from_days(7))


def charge(order: dict[str, Any]) -> str:
    """Pretend to take the money."""
    return f"charged {order['amount']}"


@durable_execution
def handler(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    """One order. Each step runs once, however often this function is invoked on the way."""
    receipt = context.step(lambda _: charge(event), name="charge", config=PATIENT)
    approval = context.wait_for_callback(
        lambda callback_id, _: print("approve with", callback_id), name="approval", config=A_WEEK
    )
    context.wait(Duration.from_days(2), name="packing")
    told = context.parallel(
        [
            lambda inner: inner.step(lambda _: f"told {event['customer']}", name="customer"),
            lambda inner: inner.step(lambda _: "told the shop", name="shop"),
        ],
        name="tell",
    )
    return {"receipt": receipt, "approval": approval, "told": told.get_results()}

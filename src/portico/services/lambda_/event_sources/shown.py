"""A mapping as it is answered."""

from typing import Any

from portico.services.lambda_.event_sources.records import EventSourceMapping, Result

REASON = "USER_INITIATED"


def shown(mapping: EventSourceMapping, result: Result | None = None) -> dict[str, Any]:
    """`EventSourceMappingConfiguration`. `LastProcessingResult` is there while something is wrong."""
    found: dict[str, Any] = {
        "UUID": mapping.uuid,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window_s,
        "EventSourceArn": mapping.source_arn,
        "FunctionArn": mapping.name.asked_arn,
        "LastModified": mapping.modified_at,
        "State": mapping.state,
        "StateTransitionReason": REASON,
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if mapping.reports_failures else [],
        "EventSourceMappingArn": mapping.arn,
    }
    if mapping.filters:
        found["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in mapping.filters]}
    if mapping.concurrency_max is not None:
        found["ScalingConfig"] = {"MaximumConcurrency": mapping.concurrency_max}
    if mapping.pollers is not None:
        found["ProvisionedPollerConfig"] = {
            "MinimumPollers": mapping.pollers.least,
            "MaximumPollers": mapping.pollers.most,
        }
    if mapping.metrics is not None:
        found["MetricsConfig"] = {"Metrics": list(mapping.metrics)}
    if result is not None:
        found["LastProcessingResult"] = result.text
    return found

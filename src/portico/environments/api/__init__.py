"""The documented APIs that a runtime or an extension inside an environment talks: Runtime, Extensions and Telemetry API.

`server` listens and finds out which environment calls; `http` is the protocol; `session` is one environment's; `runtime`, `extensions`
and `telemetry` are the three APIs; `states` (pure) says what may follow what.
"""

"""When a delivery that has failed is tried again: phases, and the back-off functions between them. Pure.

Source: SNS Developer Guide, "Amazon SNS message delivery retries" (phases, back-off functions, and what holds for which endpoints).
"""

import msgspec


class Phases(msgspec.Struct, frozen=True, gc=False):
    """How a delivery is tried again: so many times at once, at the least delay, in a back-off from the least to the greatest, at the
    greatest. Delays are in seconds."""

    no_delay: int
    min_delay: int
    backoff: int
    max_delay: int
    least_s: float
    greatest_s: float
    function: str = "linear"

    def delay_s(self, failures: int) -> float | None:
        """How long to wait after so many failed tries (from 1), or None when that was the last."""
        at = failures - 1
        if at < self.no_delay:
            return 0.0
        at -= self.no_delay
        if at < self.min_delay:
            return self.least_s
        at -= self.min_delay
        if at < self.backoff:
            return _between(self.function, self.least_s, self.greatest_s, at, self.backoff)
        return self.greatest_s if at - self.backoff < self.max_delay else None


AWS_ENDPOINTS = Phases(3, 2, 10, 100_000, 1.0, 20.0, "exponential")
"""How deliveries to Lambda are retried."""

CUSTOMER_ENDPOINTS = Phases(0, 2, 10, 38, 10.0, 600.0, "exponential")
"""How deliveries by mail are retried."""


def _between(function: str, least: float, greatest: float, at: int, steps: int) -> float:
    """The delay at step `at` (from 0) of a back-off that reaches `greatest` at its last step."""
    share = (at + 1) / steps
    if function == "arithmetic":
        share = (at + 1) * (at + 2) / (steps * (steps + 1))
    elif function == "geometric":
        share = share * share
    elif function == "exponential":
        return (
            float(min(least * (greatest / max(least, 1e-9)) ** share, greatest))
            if least
            else greatest * share
        )
    return least + (greatest - least) * share

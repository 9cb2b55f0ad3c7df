"""What happens at each queue, counted since the server's start: what metrics are made of."""

import msgspec


class Counts(msgspec.Struct):
    """Of one queue, since the start; `sent_bytes` is the sum of the sent messages' sizes. `least_bytes` and `most_bytes` are the
    smallest and the largest of them since metrics were last made (0: none)."""

    sent: int = 0
    sent_bytes: int = 0
    least_bytes: int = 0
    most_bytes: int = 0
    deduplicated: int = 0
    received: int = 0
    empty_receives: int = 0
    deleted: int = 0

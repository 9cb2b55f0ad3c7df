"""The trace header `X-Amzn-Trace-Id`, and the lineage in it: how often each function has run in the chain of calls that this one continues.

    Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:fe460cdd:3|68fd508a:2

A function's mark is followed by how often it had run before. What has another form is passed over, so that a header from anywhere can do no
harm.

Source: X-Ray Developer Guide, "Tracing header"; the lineage as functions at AWS have seen it.
"""

import zlib
from functools import lru_cache

_NAME = "Lineage="
_MARKS_MAX = 32
_COUNT_MAX = 999

Lineage = dict[str, int]


@lru_cache(maxsize=4096)
def mark_of(arn: str) -> str:
    """What stands for a function in a lineage."""
    return f"{zlib.crc32(arn.encode()):08x}"


def lineage_of(trace: str) -> Lineage:
    """How often each function, by its mark, had run before."""
    _, found, rest = trace.partition(_NAME)
    lineage: Lineage = {}
    for entry in rest.partition(";")[0].split("|") if found else ():
        parts = entry.split(":")
        if len(parts) in (2, 3) and len(parts[-2]) == 8 and parts[-1].isdecimal() and len(parts[-1]) <= 3:
            lineage[parts[-2]] = max(int(parts[-1]), lineage.get(parts[-2], 0))
    return lineage


def entered(trace: str, mark: str) -> tuple[str, int]:
    """The trace inside the function `mark` that is called with `trace`, and how often it has run in this chain before."""
    if _NAME not in trace:
        return (f"{trace};Lineage=1:{mark}:0" if trace else f"Lineage=1:{mark}:0"), 0
    lineage = lineage_of(trace)
    count = min(lineage[mark] + 1, _COUNT_MAX) if mark in lineage else 0
    return _with(trace, {**lineage, mark: count}), count


def carried(trace: str, inside: str) -> str:
    """The trace that a call made `inside` another trace continues, whatever header it came with: the lineage is at least that
    of where it was made."""
    if not trace:
        return inside
    lineage = lineage_of(inside)
    if not lineage:
        return trace
    own = lineage_of(trace)
    return _with(trace, own | {mark: max(count, own.get(mark, 0)) for mark, count in lineage.items()})


def furthest(traces: list[str]) -> str:
    """Of several traces that one call continues, the first one, with the lineage of all."""
    whole = traces[0] if traces else ""
    for trace in traces[1:]:
        whole = carried(whole, trace)
    return whole


def _with(trace: str, lineage: Lineage) -> str:
    """The trace with this lineage in place of its own; of very long ones the functions that have run most often are kept."""
    before, found, rest = trace.partition(_NAME)
    others = [
        part for part in (before.split(";") + rest.split(";")[1:] if found else before.split(";")) if part
    ]
    kept = sorted(lineage.items(), key=lambda entry: -entry[1])[:_MARKS_MAX]
    return ";".join([*others, f"{_NAME}1:{'|'.join(f'{mark}:{count}' for mark, count in kept)}"])

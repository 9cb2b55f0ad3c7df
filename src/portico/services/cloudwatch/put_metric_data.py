"""PutMetricData."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cloudwatch import access, errors
from portico.services.cloudwatch.data import DATA_MAX, Datum, checked, point_of
from portico.services.cloudwatch.service import CloudWatch, reaching_metrics

if TYPE_CHECKING:
    from portico.services.cloudwatch import shapes

_RESERVED = "AWS/"
_ENTITIES_MAX = 2


@operation(keys=access.namespace)
async def put_metric_data(
    cw: CloudWatch, call: Call, request: "shapes.PutMetricDataRequest"
) -> dict[str, Any]:
    """Take up to 1,000 data, durably, all or none. Those with an entity are kept without it.

    Raises:
        InvalidParameterValue: a value, a name or a time can't be used; the namespace is reserved.
        InvalidParameterCombination, MissingParameter: what is given does not go together, or is not all.
        ServiceUnavailable: the disk is full or has failed; nothing was taken.
    """
    namespace = request["Namespace"]
    if namespace.startswith(_RESERVED):
        raise errors.invalid(f"The value {_RESERVED} for parameter Namespace is invalid.")
    if not namespace.isascii() or not namespace.isprintable() or not namespace.strip():
        raise errors.invalid(f"The value {namespace} for parameter Namespace is invalid.")
    groups = dict(_groups(request))
    data = [datum for group in groups.values() for datum in group]
    if not data:
        raise errors.none_of(("MetricData", "EntityMetricData"))
    if len(data) > DATA_MAX:
        raise errors.invalid(f"The collection MetricData must not have a size greater than {DATA_MAX}.")
    for parameter, group in groups.items():
        checked(group, parameter, call.now)
    points = [point_of(call.scope, namespace, datum, call.now) for datum in data]
    with reaching_metrics():
        await cw.metrics.put(points)
    return {}


def _groups(request: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Datum]]]:
    """The lists of data, with where the request has them."""
    yield "MetricData", request.get("MetricData") or ()
    entities = request.get("EntityMetricData") or ()
    if len(entities) > _ENTITIES_MAX:
        raise errors.invalid(
            f"The collection EntityMetricData must not have a size greater than {_ENTITIES_MAX}."
        )
    for place, each in enumerate(entities, 1):
        yield f"EntityMetricData.member.{place}.MetricData", each.get("MetricData") or ()

"""The queries of a GetMetricData: checked, read into trees, and put in the order in which they need each other.

Source: CloudWatch API reference, GetMetricData and MetricDataQuery; messages as reported by users of AWS.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from portico.services.cloudwatch import errors
from portico.services.cloudwatch.expressions import (
    Apply,
    Node,
    Number,
    Text,
    Unreadable,
    names,
    parse,
    within,
)
from portico.services.cloudwatch.periods import is_period
from portico.services.cloudwatch.search import Search, parse_search
from portico.services.cloudwatch.statistics import statistic

QUERIES_MAX = 500
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_ELSEWHERE = {
    "ANOMALY_DETECTION_BAND",
    "DB_PERF_INSIGHTS",
    "INSIGHT_RULE_METRIC",
    "LAMBDA",
    "SERVICE_QUOTA",
}
_INSIGHTS = re.compile(r"\s*SELECT\s", re.I)


class Searched(msgspec.Struct, frozen=True):
    """A SEARCH of an expression: what it looks for, and the statistic and the period (seconds) of what it finds."""

    search: Search
    statistic: str
    period: int


class Query(msgspec.Struct, frozen=True):
    """A query that was checked: of a metric (`tree` is None) or of an expression, with the searches in it by their place."""

    id: str
    given: Mapping[str, Any]
    tree: Node | None = None
    searches: tuple[tuple[Node, Searched], ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether its result is in the answer."""
        return self.given.get("ReturnData") is not False


def queries_of(given: Sequence[Mapping[str, Any]]) -> list[Query]:
    """The queries in the order in which they can be carried out.

    Raises:
        AwsError: ValidationError.
    """
    if not given:
        raise errors.refused("The parameter MetricDataQueries is required.")
    if len(given) > QUERIES_MAX:
        raise errors.refused(
            f"The collection MetricDataQueries must not have a size greater than {QUERIES_MAX}."
        )
    wrong = [message for at, each in enumerate(given, 1) for message in _wrong(each, at)]
    if wrong:
        raise errors.refused(*wrong)
    if len({each["Id"] for each in given}) < len(given):
        raise errors.refused("The values for parameter id in MetricDataQueries are not unique.")
    return _in_order([_query(each) for each in given])


def _wrong(given: Mapping[str, Any], at: int) -> Iterator[str]:
    name = f"MetricDataQueries.member.{at}"
    stat, expression = given.get("MetricStat"), given.get("Expression")
    if not _ID.fullmatch(given["Id"]):
        yield (
            f"The value {given['Id']} for parameter {name}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    if stat is None and expression is None:
        yield f"The parameter {name} must have either MetricStat or Expression specified."
    if stat is not None and expression is not None:
        yield (
            f"The parameters {name}.Expression and {name}.MetricStat are mutually exclusive "
            "and you have specified both."
        )
    if stat is not None:
        metric = stat["Metric"]
        for member in ("Namespace", "MetricName"):
            if not metric.get(member):
                yield f"The parameter {name}.MetricStat.Metric.{member} is required."
        if statistic(stat["Stat"]) is None:
            yield f"The value {stat['Stat']} for parameter {name}.MetricStat.Stat is not a valid statistic."
    period = stat["Period"] if stat is not None else given.get("Period")
    if period is not None and not is_period(period):
        yield f"The value {period} for parameter {name}.Period must be 1, 5, 10, 20, 30 or a multiple of 60."


def _query(given: Mapping[str, Any]) -> Query:
    expression = given.get("Expression")
    if expression is None:
        return Query(given["Id"], given)
    if _INSIGHTS.match(expression):
        raise errors.unsupported("GetMetricData", "queries of Metrics Insights (SELECT)")
    try:
        tree = parse(expression)
        applied = [node for node in within(tree) if isinstance(node, Apply)]
        for node in applied:
            if node.function in _ELSEWHERE:
                raise errors.unsupported("GetMetricData", f"the function {node.function}")
        searches = tuple((node, _searched(node)) for node in applied if node.function == "SEARCH")
    except Unreadable as error:
        raise in_expression(given["Id"], str(error)) from None
    return Query(given["Id"], given, tree, searches)


def in_expression(name: str, why: str) -> Exception:
    """An expression can't be read or carried out."""
    return errors.refused(f"Error in expression '{name}' [{why}]")


def _searched(node: Apply) -> Searched:
    arguments = node.arguments
    if len(arguments) not in (2, 3) or not all(isinstance(each, Text) for each in arguments[:2]):
        raise Unreadable("SEARCH takes what to look for, a statistic and a period")
    words, stat = (each.value for each in arguments[:2] if isinstance(each, Text))
    period = arguments[2] if len(arguments) > 2 else Number(300.0)
    if statistic(stat) is None:
        raise Unreadable(f"'{stat}' is not a valid statistic")
    if not isinstance(period, Number) or period.value % 1 or not is_period(int(period.value)):
        raise Unreadable("The period of SEARCH must be 1, 5, 10, 20, 30 or a multiple of 60")
    return Searched(parse_search(words), stat, int(period.value))


def _in_order(queries: Sequence[Query]) -> list[Query]:
    """Each behind those that its expression names.

    Raises:
        AwsError: some name each other in a circle.
    """
    known = {query.id for query in queries}
    waiting = {
        query.id: {name for name in names(query.tree) if name in known} if query.tree is not None else set()
        for query in queries
    }
    ordered: list[Query] = []
    left = list(queries)
    while left:
        ready = [query for query in left if not waiting[query.id]]
        if not ready:
            raise errors.refused("The expressions of MetricDataQueries refer to each other in a circle.")
        ordered += ready
        done = {query.id for query in ready}
        left = [query for query in left if query.id not in done]
        for query in left:
            waiting[query.id] -= done
    return ordered

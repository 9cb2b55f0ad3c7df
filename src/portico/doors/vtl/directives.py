"""The directives: `#if`, `#set`, `#foreach`, macros. Conditions are decided as far as needed, maps are iterated by value.

Source: Velocity 1.7 user guide; API Gateway quotas ("Iterations in a #foreach ... #end loop").
"""

import re
from itertools import islice
from typing import Any

from portico.doors.vtl import methods, values
from portico.doors.vtl.elements import NAME, variable, within
from portico.doors.vtl.engine import Run, airspeed, replace
from portico.doors.vtl.values import Failed

FOREACH_ROUNDS_MAX = 1_000


@replace
class IfDirective(airspeed.IfDirective):  # type: ignore[misc]
    """Conditions hold as `vtl_values.is_true` says."""

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        for branch in (self, *self.elseifs):
            if values.is_true(branch.condition.calculate(namespace, run)):
                branch.block.evaluate(stream, namespace, run)
                return
        self.else_block.evaluate(stream, namespace, run)


@replace
class SetDirective(airspeed.SetDirective):  # type: ignore[misc]
    """`#set($a = 1)`, `#set($a.b.c-d = 1)`, `#set($a["b"] = 1)`."""

    DOTTED = re.compile(rf"\s*\$!?(\{{)?({NAME}(?:\.[_a-z][\w-]*)*)(?(1)\}})(?=\s*=)", re.I | re.S | re.ASCII)
    SPACE = re.compile(r"\s*")

    def parse(self) -> None:
        self.identity_match(self.START)
        dotted = self.next_match(self.DOTTED)
        self.place: Any = None
        if dotted is not None:
            self.terms = dotted[1].split(".")
        else:
            self.require_match(self.SPACE, "place")
            self.place = self.require_next_element(airspeed.FormalReference, "place")
        self.require_match(self.EQUALS, "=")
        self.value = self.require_next_element(airspeed.Expression, "expression")
        self.require_match(self.END, "closing paren")

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        value = self.value.calculate(namespace, run)
        if self.place is not None:
            _put_at(self.place, value, namespace, run)
        elif len(self.terms) == 1:
            namespace.set_inherited(self.terms[0], value)
        else:
            held = variable(namespace, self.terms[0])
            for term in self.terms[1:-1]:
                held = methods.member(held, term)
            _put(held, self.terms[-1], value)


def _put_at(place: Any, value: Any, namespace: Any, run: Run) -> None:
    """`$a.b["c"] = value`: everything up to the last index is read, and the value put there."""
    expression = place.expression
    part, chain = expression.part, expression.subexpression
    held = variable(namespace, part.name)
    index = part.index
    while chain is not None:
        held = held if index is None else methods.item(held, index.calculate(namespace, run))
        if isinstance(chain.expression, airspeed.ArrayIndex):
            index, chain = chain.expression, chain.subexpression
        else:
            inner = chain.expression
            held, index, chain = methods.member(held, inner.part.name), inner.part.index, inner.subexpression
    if index is None:
        raise Failed(f"nothing can be set at {place.my_text()}")
    _put(held, index.calculate(namespace, run), value)


def _put(held: Any, key: Any, value: Any) -> None:
    if isinstance(held, dict) or (isinstance(held, list) and isinstance(key, int) and 0 <= key < len(held)):
        held[key] = value
    elif held is not None:
        raise Failed(f"a value of {values.text(held)[:40]!r} can't be set")


@replace
class ForeachDirective(airspeed.ForeachDirective):  # type: ignore[misc]
    """A map is iterated by value; what can't be iterated is nothing; after `FOREACH_ROUNDS_MAX` rounds it ends."""

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        given = self.value.calculate(namespace, run)
        items = list(given.values()) if isinstance(given, dict) else given
        if not isinstance(items, list | range):
            return
        count = min(len(items), FOREACH_ROUNDS_MAX)
        outer = variable(namespace, "foreach")
        for index, item in enumerate(islice(items, count)):
            run.step()
            local = airspeed.LocalNamespace(namespace)
            last = index + 1 == count
            local.update(velocityCount=index + 1, velocityHasNext=not last)
            local["foreach"] = {
                "count": index + 1,
                "index": index,
                "hasNext": not last,
                "first": index == 0,
                "last": last,
                "parent": outer,
            }
            local[self.loop_var_name] = item
            self.block.evaluate(stream, local, run)


@replace
class MacroCall(airspeed.MacroCall):  # type: ignore[misc]
    """A macro's call; what is no macro's is just text."""

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        macro = variable(namespace, f"#{self.macro_name}")
        if macro is None:
            stream.write(self.my_text())
            return
        arguments = [argument.calculate(namespace, run) for argument in self.args]
        within(run, lambda: macro.execute_function(stream, namespace, arguments, run))


class Refused(airspeed._Element):  # type: ignore[misc]
    """`#include`, `#parse` and `#evaluate`, which API Gateway has not."""

    START = re.compile(r"#(?:include|parse|evaluate)\b", re.I)

    def parse(self) -> None:
        self.identity_match(self.START)
        raise self.syntax_error("a directive of API Gateway")


@replace
class IncludeDirective(Refused):
    """See `Refused`."""


@replace
class ParseDirective(Refused):
    """See `Refused`."""


@replace
class EvaluateDirective(Refused):
    """See `Refused`."""

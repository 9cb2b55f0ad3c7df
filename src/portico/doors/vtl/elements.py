"""What is read and printed: texts, lists, variables and what is below them.

airspeed reads attributes of Python objects, and so a template could run any code; here a value's members are those that `methods`
lists. Texts keep their backslashes (regular expressions need them), what there is not prints as nothing (only a variable that was never
set prints its own name), and every element costs a step of the run's budget.
"""

import re
from collections.abc import Callable
from typing import Any

from portico.doors.java_regex import is_quick
from portico.doors.vtl import methods, values
from portico.doors.vtl.engine import (
    DEPTH_MAX,
    Output,
    OverBudget,
    Run,
    airspeed,
    replace,
)

NAME = r"[_a-z][a-z0-9_]*"


@replace
class Block(airspeed.Block):  # type: ignore[misc]
    """Costs a step for each of its children."""

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        for child in self.children:
            run.step()
            child.evaluate(stream, namespace, run)


@replace
class StringLiteral(airspeed.StringLiteral):  # type: ignore[misc]
    """A text in single quotes is what it is; a quote in it is written twice."""

    STRING = re.compile(r"'((?:''|[^'])*)'", re.S)

    def parse(self) -> None:
        (raw,) = self.identity_match(self.STRING)
        self.value = raw.replace("''", "'")


@replace
class InterpolatedStringLiteral(airspeed.InterpolatedStringLiteral):  # type: ignore[misc]
    """A text in double quotes is rendered; `\\"` and `""` in it are quotes, other backslashes stay."""

    STRING = re.compile(r'"((?:\\["\\]|""|[^"])*)"', re.S)
    QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"|""')

    def parse(self) -> None:
        (raw,) = self.identity_match(self.STRING)
        self.value = self.QUOTE.sub(lambda found: f'{found[1] or ""}"', raw)
        plain = "$" not in self.value and "#" not in self.value
        self.block = None if plain else airspeed.Block(self.filename, self.value, 0)

    def calculate(self, namespace: Any, run: Run) -> str:
        if self.block is None:
            return str(self.value)
        output = Output(run)
        self.block.evaluate(output, namespace, run)
        return str(output.getvalue())


@replace
class ArrayLiteral(airspeed.ArrayLiteral):  # type: ignore[misc]
    """Looks whether it is a range before it reads: trying both ways doubles the work with each level of nesting."""

    RANGE = re.compile(r"\[\s*(?:\$!?\{?[\w.()]+\}?|-?\d+)\s*\.\.", re.S)

    def parse(self) -> None:
        ranged = self.RANGE.match(self._full_text, self.end) is not None
        self.identity_match(self.START)
        self.values = self.next_element(airspeed.Range if ranged else airspeed.ValueList)
        self.require_match(self.END, "]")

    def calculate(self, namespace: Any, run: Run) -> Any:
        run.step()
        made = self.values.calculate(namespace, run)
        return made if isinstance(made, range) else values.Listed(made)


@replace
class NameOrCall(airspeed.NameOrCall):  # type: ignore[misc]
    """A variable, a member or a method, of those that the values have. Names may have hyphens before letters (`header.x-api-key`)."""

    NAME = re.compile(rf"({NAME}(?:-[_a-z][a-z0-9_]*)*)", re.I)

    def calculate(self, current: Any, run: Run, top: Any) -> Any:
        run.step()
        root = isinstance(current, airspeed.LocalNamespace)
        if self.parameters is not None and not root:
            arguments = self.parameters.calculate(top, run)
            _spare(run, self.name, current, arguments)
            return methods.call(current, self.name, arguments)
        found = variable(current, self.name) if root else _member(current, self.name)
        if isinstance(found, airspeed._FunctionDefinition):
            return _defined(found, top, run)
        if self.parameters is not None:
            return None
        return found if self.index is None else methods.item(found, self.index.calculate(top, run))


_PATTERNS = frozenset(("matches", "replaceAll", "replaceFirst", "split"))
_QUICK_CHARS = 1_024


def _spare(run: Run, name: str, current: Any, arguments: list[Any]) -> None:
    """Have what may take long done elsewhere than on the loop."""
    if run.quick and not _is_quick(name, current, arguments):
        raise OverBudget(f"{name} is not done on the loop")
    if isinstance(current, values.Methods):
        run.step(current.cost(arguments))
    elif isinstance(current, str | list | dict):
        run.step(len(current) // 1_000)


def _is_quick(name: str, current: Any, arguments: list[Any]) -> bool:
    if isinstance(current, values.Methods):
        return (
            current.is_quick(arguments)
            and sum(len(given) for given in arguments if isinstance(given, str)) <= _QUICK_CHARS
        )
    if name in _PATTERNS and isinstance(current, str) and arguments:
        return is_quick(str(arguments[0]), current)
    return True


def variable(namespace: Any, name: str) -> Any:
    try:
        return namespace[name]
    except KeyError:
        return _hyphenated(name, lambda short: namespace[short] if short in names_in(namespace) else None)


def _member(current: Any, name: str) -> Any:
    found = methods.member(current, name)
    return (
        _hyphenated(name, lambda short: methods.member(current, short))
        if found is None and "-" in name
        else found
    )


def _hyphenated(name: str, look: Callable[[str], Any]) -> Any:
    """`$a-b` where there is `a` only is what it is, and the text `-b`."""
    short, hyphen, rest = name.partition("-")
    found = look(short) if hyphen else None
    return None if found is None else f"{values.text(found)}-{rest}"


def names_in(namespace: Any) -> set[str]:
    found: set[str] = set()
    while namespace is not None:
        found |= set(namespace)
        namespace = getattr(namespace, "parent", None)
    return found


def _defined(block: Any, top: Any, run: Run) -> str:
    output = Output(run)
    within(run, lambda: block.execute_function(output, top, [], run))
    return str(output.getvalue())


def within(run: Run, act: Callable[[], None]) -> None:
    run.depth += 1
    if run.depth > DEPTH_MAX:
        raise OverBudget("macros are nested too deeply")
    act()
    run.depth -= 1


@replace
class SubExpression(airspeed.SubExpression):  # type: ignore[misc]
    """`.name` or `[index]` of a value."""

    def calculate(self, current: Any, run: Run, top: Any) -> Any:
        if not isinstance(self.expression, airspeed.ArrayIndex):
            return self.expression.calculate(current, run, top)
        found = methods.item(current, self.expression.calculate(top, run))
        return self.subexpression.calculate(found, run, top) if self.subexpression else found


@replace
class FormalReference(airspeed.FormalReference):  # type: ignore[misc]
    """Prints nothing for null, unless the variable was never set: then it is just text."""

    def evaluate_raw(self, stream: Any, namespace: Any, run: Run) -> None:
        value = None if self.expression is None else self.expression.calculate(namespace, run)
        if value is None and self.alternate is not None:
            value = self.alternate.calculate(namespace, run)
        if value is not None:
            stream.write(values.text(value))
        elif self.expression is None or not (self.silent or self._is_set(namespace)):
            stream.write(self.my_text())

    def _is_set(self, namespace: Any) -> bool:
        return self.expression.part.name in names_in(namespace)


@replace
class ParameterList(airspeed.ParameterList):  # type: ignore[misc]
    """Arguments may be any expression."""

    def parse(self) -> None:
        self.identity_match(self.START)
        self.values = []
        if self.optional_match(self.END):
            return
        while True:
            self.values.append(self.require_next_element(airspeed.Expression, "argument"))
            if not self.optional_match(self.COMMA):
                break
        self.require_match(self.END, ")")

    def calculate(self, namespace: Any, run: Run) -> list[Any]:
        return [value.calculate(namespace, run) for value in self.values]

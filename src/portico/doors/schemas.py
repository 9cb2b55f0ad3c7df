"""Bodies against an API's models (JSON Schema, draft 4), which name each other by addresses below `base`.

Any caller may have written what a schema is asked of, and schemas that name themselves can double the work with each level of a body. So
judging begins on the loop with a small budget, goes on in another thread, and gives up after a time; so do regular expressions.

Source: API Gateway Developer Guide, "Data models for REST APIs"; JSON Schema, draft 4.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from time import monotonic
from typing import Any

import msgspec

from portico.doors.aside import aside
from portico.doors.java_regex import BadPattern, found_in

_QUICK_BYTES = 4_096
_QUICK_STEPS = 1_000
_SECONDS = 1.0
_STEPS_BETWEEN_LOOKS = 128


class SchemaFailed(Exception):
    """A model is no schema; the message says why."""


class _TooMuch(Exception):
    """Judging takes longer than it may."""


class _Work:
    """What judging one body may still cost: rules that are asked (None: any number), and time."""

    __slots__ = ("_steps_max", "_taken", "_until")

    def __init__(self, steps_max: int | None) -> None:
        self._steps_max, self._taken, self._until = steps_max, 0, monotonic() + _SECONDS

    def step(self) -> None:
        """Pay for a rule.

        Raises:
            _TooMuch: there is nothing left.
        """
        self._taken += 1
        if self._steps_max is not None and self._taken > self._steps_max:
            raise _TooMuch
        if self._taken % _STEPS_BETWEEN_LOOKS == 0 and monotonic() > self._until:
            raise _TooMuch


_work: ContextVar[_Work] = ContextVar("judging")


class Schemas:
    """The models of an API by their names, compiled when the first body comes."""

    __slots__ = ("_base", "_models", "_patterns", "_registry", "_validators")

    def __init__(self, base: str, models: Mapping[str, str]) -> None:
        self._base = base
        self._models = models
        self._patterns = any('"pattern' in text or "\\u" in text for text in models.values())
        self._registry: Any = None
        self._validators: dict[str, Any] = {}

    async def wrong_in(self, name: str, body: bytes) -> str:
        """What of a body is not as the model `name` says, "" if nothing. An empty body counts as an empty object.

        Raises:
            SchemaFailed: the model is no schema.
        """
        if name in self._validators and len(body) <= _QUICK_BYTES and not self._patterns:
            try:
                return self._judged(name, body, _QUICK_STEPS)
            except _TooMuch:
                pass  # is begun again, where it holds nobody up
        try:
            return await aside(self._judged, name, body)
        except _TooMuch:
            return "the body takes too long to be judged"

    def _judged(self, name: str, body: bytes, steps_max: int | None = None) -> str:
        try:
            document = msgspec.json.decode(body or b"{}")
        except (msgspec.DecodeError, RecursionError) as error:
            return f"the body is not JSON: {error}"
        validator = self._validators.get(name)
        if validator is None:
            validator = self._validators[name] = self._compiled(name)
        _work.set(_Work(steps_max))
        try:
            wrong = next(validator.iter_errors(document), None)
        except RecursionError:
            return "the body is nested too deeply"
        except _TooMuch:
            raise
        except Exception as error:  # whatever a schema that is none makes of a document
            raise SchemaFailed(f"the model {name} can't be used: {error}") from error
        return "" if wrong is None else str(wrong.message)

    def _compiled(self, name: str) -> Any:
        if self._registry is None:
            self._registry = self._registered()
        return _validator_class()({"$ref": self._base + name}, registry=self._registry)

    def _registered(self) -> Any:
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT4

        resource: Any = Resource
        resources = [
            (self._base + name, resource(self._schema(name, text), DRAFT4))
            for name, text in self._models.items()
        ]
        registry: Any = Registry()
        return registry.with_resources(resources)

    def _schema(self, name: str, text: str) -> Any:
        """A model's schema; what it names relative to itself is below its own address."""
        try:
            schema = msgspec.json.decode(text or "{}")
        except (msgspec.DecodeError, RecursionError):
            return False
        if isinstance(schema, dict):
            schema.pop("$schema", None)
            schema["id"] = self._base + name
        return schema


_classes: list[Any] = []


def _validator_class() -> Any:
    """Draft 4, with what a hostile body could make slow done otherwise."""
    if not _classes:
        import jsonschema

        draft = jsonschema.Draft4Validator
        own = {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique_items}
        rules = {name: _paid(rule) for name, rule in {**draft.VALIDATORS, **own}.items()}
        _classes.append(jsonschema.validators.extend(draft, rules))
    return _classes[0]


Rule = Callable[[Any, Any, Any, Any], Any]


def _paid(rule: Rule) -> Rule:
    """`rule`, which costs a step each time."""

    def asked(validator: Any, wanted: Any, value: Any, schema: Any) -> Any:
        _work.get().step()
        return rule(validator, wanted, value, schema)

    return asked


def _error(message: str) -> Exception:
    import jsonschema

    error: Exception = jsonschema.ValidationError(message)
    return error


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Exception]:
    if isinstance(value, str) and not _found(pattern, value):
        yield _error(f"a text does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, schema: Any) -> Iterator[Exception]:
    if isinstance(value, dict):
        for pattern, below in patterns.items():
            for name, item in value.items():
                if _found(pattern, name):
                    yield from validator.descend(item, below, path=name, schema_path=pattern)


def _found(pattern: str, value: str) -> bool:
    try:
        return found_in(pattern, value)
    except BadPattern:
        return False


def _unique_items(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Exception]:
    if not wanted or not isinstance(value, list):
        return
    if len({msgspec.json.encode(item, order="sorted") for item in value}) < len(value):
        yield _error("items are not unique")

"""A mapping template: compiled once, rendered for each request, with bounds on what a rendering may do.

A rendering is tried on the loop with a small budget; one that wants more is begun again in another thread, with all that it may have.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portico.doors.aside import aside
from portico.doors.vtl.values import Failed

if TYPE_CHECKING:
    pass

TEMPLATE_BYTES_MAX = 300 * 1024  # API Gateway quotas: "Mapping template size"
_STEPS_MAX = 250_000
_STEPS_QUICK = 1_500
_CHARS_MAX = 10 * 1024 * 1024
_CHARS_QUICK = 128 * 1024
_SECONDS_QUICK, _SECONDS_MAX = 0.05, 3.0
_PARSED_QUICK = 8 * 1024
_NESTING_MAX = 64


class TemplateFailed(Exception):
    """The text is no template, or can't be rendered with what this request has. `cause` is what stood in its way."""

    def __init__(self, message: str, cause: BaseException | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class Template:
    """A template. `render` gets a maker of its variables, as it may have to begin again."""

    __slots__ = ("_root", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._root: Any = None

    async def render(self, variables: Callable[[], dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        """The text that the template makes, and the variables afterwards (`$context.responseOverride` may have been set).

        Raises:
            TemplateFailed: see there.
        """
        if "$" not in self.text and "#" not in self.text:
            return self.text, variables()
        if self._root is None:
            large = len(self.text) > _PARSED_QUICK
            self._root = await aside(_parsed, self.text) if large else _parsed(self.text)
        quick = _rendered(self._root, variables(), quick=True)
        return quick if quick is not None else await aside(self._whole, variables)

    def _whole(self, variables: Callable[[], dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        done = _rendered(self._root, variables(), quick=False)
        if done is None:
            raise TemplateFailed("the template takes too many steps or too long, or makes too much text")
        return done


def _parsed(text: str) -> Any:
    from portico.doors.vtl.elements_in_place import airspeed

    if len(text.encode(errors="surrogatepass")) > TEMPLATE_BYTES_MAX or _nesting(text) > _NESTING_MAX:
        raise TemplateFailed("the template is too large, or nested too deeply")
    try:
        return airspeed.TemplateBody("template", text)
    except (airspeed.TemplateError, airspeed.NoMatch, RecursionError) as error:
        raise TemplateFailed(f"not a template: {error}", error) from error


def _nesting(text: str) -> int:
    """How deeply brackets are nested, which reading a template recurses by."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}" and depth:
            depth -= 1
    return deepest


def _rendered(root: Any, variables: dict[str, Any], *, quick: bool) -> tuple[str, dict[str, Any]] | None:
    """The text and the variables; None if the budget is used up."""
    from portico.doors.vtl.engine import Output, OverBudget, Run, airspeed

    run = (
        Run(steps=_STEPS_QUICK, chars=_CHARS_QUICK, seconds=_SECONDS_QUICK, quick=True)
        if quick
        else Run(steps=_STEPS_MAX, chars=_CHARS_MAX, seconds=_SECONDS_MAX, quick=False)
    )
    output = Output(run)
    try:
        root.evaluate(output, variables, run)
    except airspeed.TemplateExecutionError as error:
        cause = _cause(error)
        if isinstance(cause, OverBudget):
            return None
        raise TemplateFailed(_words(cause), cause) from error
    return output.getvalue(), variables


def _cause(error: BaseException) -> BaseException:
    """What an element failed with (airspeed chains its own errors)."""
    while type(error).__name__ == "TemplateExecutionError" and error.__cause__ is not None:
        error = error.__cause__
    return error


def _words(cause: BaseException) -> str:
    return str(cause) if isinstance(cause, Failed) else f"{type(cause).__name__}: {cause}"

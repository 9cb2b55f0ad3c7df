"""airspeed, in a copy of our own, and what one rendering may still do.

The elements of airspeed know each other as globals of its module, so they are replaced in this copy of it (`replace`), which nobody else
sees. airspeed hands a `loader` of included files, which there are none here, through all elements: that is the `Run` here.
"""

import importlib.util
from time import monotonic
from types import ModuleType
from typing import Any

DEPTH_MAX = 40
_STEPS_BETWEEN_LOOKS = 16


def _copy() -> ModuleType:
    spec = importlib.util.find_spec("airspeed")
    if spec is None or spec.loader is None:
        raise ImportError("airspeed is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


airspeed: Any = _copy()


def replace(element: type) -> type:
    """Have an element stand in for airspeed's of the same name."""
    setattr(airspeed, element.__name__, element)
    return element


class OverBudget(Exception):
    """A run has taken more steps, or written more, than it may."""


class Run:
    """What a rendering may still do: `steps` is how many elements, `chars` how much text, `seconds` how long it may take. `quick`: it is
    on the loop, so that nothing that may take long is to be begun."""

    __slots__ = ("chars", "depth", "quick", "steps", "until")

    def __init__(self, *, steps: int, chars: int, seconds: float, quick: bool) -> None:
        self.steps, self.chars, self.quick, self.depth = steps, chars, quick, 0
        self.until = monotonic() + seconds

    def step(self, cost: int = 1) -> None:
        """Pay for an element.

        Raises:
            OverBudget: there is nothing left.
        """
        self.steps -= cost
        if self.steps < 0:
            raise OverBudget("the template takes too many steps")
        if self.steps % _STEPS_BETWEEN_LOOKS == 0 and monotonic() > self.until:
            raise OverBudget("the template takes too long")


class Output(airspeed.StoppableStream):  # type: ignore[misc]  # airspeed is untyped
    """The text that a run makes, of bounded length."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def write(self, piece: str) -> int:
        self._run.chars -= len(piece)
        if self._run.chars < 0:
            raise OverBudget("the template makes too much text")
        super().write(piece)
        return len(piece)

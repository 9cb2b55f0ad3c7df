"""What a person sees while something takes its time."""

import contextlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager


def working(what: str) -> AbstractContextManager[object]:
    """A moving line that says what is being done, on standard error; nothing where no terminal is."""
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what)


@contextlib.contextmanager
def until_interrupted() -> Iterator[None]:
    """For what goes on until somebody has seen enough: Ctrl-C is its end, and no failure."""
    with contextlib.suppress(KeyboardInterrupt):
        yield

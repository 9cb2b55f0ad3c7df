"""What AWS's Python runtime offers functions with SnapStart: functions to be called before the snapshot and after each restore.

Source: Lambda Developer Guide, "Implement code before or after Lambda function snapshots" (Python): hooks before a snapshot run in the
opposite order of their registration, hooks after a restore in the order of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

_before: list[partial[Any]] = []
_after: list[partial[Any]] = []


def register_before_snapshot(func: _F, *args: Any, **kwargs: Any) -> _F:
    """Have `func` called before the snapshot is taken. Also a decorator."""
    _before.insert(0, partial(func, *args, **kwargs))
    return func


def register_after_restore(func: _F, *args: Any, **kwargs: Any) -> _F:
    """Have `func` called whenever an environment has been restored. Also a decorator."""
    _after.append(partial(func, *args, **kwargs))
    return func


def get_before_snapshot() -> list[partial[Any]]:
    """The hooks before a snapshot, in the order in which they are called."""
    return _before


def get_after_restore() -> list[partial[Any]]:
    """The hooks after a restore, in the order in which they are called."""
    return _after

"""The processes of an environment's external extensions: begun before its runtime, and ended after it."""

import os
from collections.abc import Callable, Mapping, Sequence

from portico.environments.api.programs import FOLDER, variables_of_extensions
from portico.environments.api.session import Session
from portico.environments.control import Control


class Companions:
    """`ending` says whether the environment was told to end; `lost` is called when the function's process is gone although it was not;
    `done` when nobody has anything left to do at its end."""

    __slots__ = ("_control", "_done", "_ending", "_lost", "_session")

    def __init__(
        self,
        session: Session,
        control: Control,
        *,
        ending: Callable[[], bool],
        lost: Callable[[], None],
        done: Callable[[], None],
    ) -> None:
        self._session = session
        self._control = control
        self._ending, self._lost, self._done = ending, lost, done
        control.on_ended = self._function_ended

    def start(
        self,
        names: Sequence[str],
        layers_dir: str,
        variables: Mapping[str, str],
        registered: Callable[[], None],
    ) -> None:
        """Start those programs of the layers; `registered` is called once all have registered."""
        self._session.expect(names, registered)
        self._control.on_extension = self._extension_ended
        programs = [os.path.join(layers_dir, FOLDER, name) for name in names]
        self._control.start_extensions(programs, variables_of_extensions(variables))

    def _extension_ended(self, name: str, status: int) -> None:
        self._session.extensions.ended(name, status)
        self._look()

    def _function_ended(self, _: int) -> None:
        if not self._session.extensions.any:
            return  # the environment ends by itself
        if not self._ending():
            self._lost()
        self._look()

    def _look(self) -> None:
        """Wait no longer for the end than for those who have something to do in it."""
        if self._ending() and self._control.status is not None and not self._session.extensions.awaited:
            self._done()

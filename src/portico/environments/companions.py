"""The processes of an environment's external extensions: begun before its runtime, and ended after it."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

from portico.base.clock import Clock
from portico.environments.api.programs import FOLDER, variables_of_extensions
from portico.environments.api.session import Session
from portico.environments.control import Control
from portico.environments.launchers.port import Layout
from portico.environments.logpipe import LogPipe
from portico.environments.work import LogLine


class Companions:
    """`ending` says whether the environment was told to end; `lost` is called when the function's process is gone although it was not;
    `done` when nobody has anything left to do at its end."""

    __slots__ = ("_control", "_done", "_ending", "_log", "_lost", "_session")

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
        self._log: LogPipe | None = None  # of what they write
        control.on_ended = self._function_ended

    def start(
        self,
        names: Sequence[str],
        layout: Layout,
        variables: Mapping[str, str],
        clock: Clock,
        registered: Callable[[], None],
    ) -> None:
        """Start those programs of the layers; `registered` is called once all have registered.

        Raises:
            OSError: no descriptors are left.
        """
        self._session.expect(names, registered)
        self._control.on_extension = self._extension_ended
        programs = [os.path.join(layout.layers_dir, FOLDER, name) for name in names]
        log_fd, their_log_fd = os.pipe()
        self._log = LogPipe(asyncio.get_running_loop(), clock, log_fd, self._session.extension_line)
        try:
            if layout.uid:
                os.fchown(
                    their_log_fd, layout.uid, layout.uid
                )  # so that it can be opened again (`/dev/stdout`)
            self._control.start_extensions(programs, variables_of_extensions(variables), their_log_fd)
        finally:
            os.close(their_log_fd)

    def take_lines(self) -> tuple[LogLine, ...]:
        """What they have written since the last call."""
        return () if self._log is None else self._log.take()

    def close(self) -> None:
        """They are gone."""
        if self._log is not None:
            self._log.close()
            self._log = None

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

"""What functions of a real server wait at until the test lets them go: nothing sleeps in the hope that it is long enough."""

import socket
import threading

_PATIENCE_S = 60


class Gate:
    """A function comes to it, and waits, with the Python of `wait`. Who comes after it was opened does not wait."""

    def __init__(self) -> None:
        self._waiting: list[socket.socket] = []
        self._changed = threading.Condition()
        self._is_open = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.wait = f"import socket; socket.create_connection({self._listener.getsockname()!r}).recv(1)"
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def until_there(self, count: int = 1) -> None:
        """Wait until as many functions as that have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._waiting) >= count, _PATIENCE_S), self._waiting

    def open(self) -> None:
        """Let everybody go."""
        with self._changed:
            self._is_open = True
            for waiting in self._waiting:
                waiting.close()

    def close(self) -> None:
        """Let everybody go, and listen no more."""
        self.open()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _receive(self) -> None:
        while True:
            try:
                came, _ = self._listener.accept()
            except OSError:  # closed
                return
            with self._changed:
                self._waiting.append(came)
                if self._is_open:
                    came.close()
                self._changed.notify_all()

"""A mail server for tests."""

import socket
import threading
from typing import Any


class MailServer:
    """A mail server of one thread: keeps what it takes, refuses recipients at `nobody.test`."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.messages: list[str] = []
        self.greeting = b"220 ready\r\n"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as stream:
                self._talk(stream)

    def _talk(self, stream: Any) -> None:
        stream.write(self.greeting)
        while line := stream.readline():
            command = line.strip().upper()
            if command.startswith(b"RCPT") and b"NOBODY.TEST" in command:
                stream.write(b"550 no such user\r\n")
            elif command == b"DATA":
                stream.write(b"354 go on\r\n")
                lines: list[bytes] = []
                while (text := stream.readline()) != b".\r\n":
                    lines.append(text)
                self.messages.append(b"".join(lines).decode())
                stream.write(b"250 taken\r\n")
            else:
                stream.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")

    def close(self) -> None:
        self._listener.close()

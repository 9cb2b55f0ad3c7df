"""A body that is there already, for requests that are made here."""

from portico.wire.errors import AwsError


class Ready:
    """`content`, as `doors.port.Body` has it."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self, limit: int | None = None) -> bytes:
        """All of it; raises AwsError when it is longer than `limit` bytes (413)."""
        if limit is not None and len(self._content) > limit:
            raise AwsError("RequestEntityTooLargeException", "Request Entity Too Large", 413)
        return self._content

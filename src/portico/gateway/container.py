"""The endpoint that environments from a snapshot fetch their credentials from."""

import msgspec

from portico.gateway.own import Endpoint
from portico.invoke.container_credentials import PATH, ContainerCredentials, Refused
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply


class Container:
    """Answers whoever shows a token that this server has given."""

    def __init__(self, credentials: ContainerCredentials) -> None:
        self._credentials = credentials

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {PATH: Endpoint("GET", self._answer, "portico:Credentials", "anyone")}

    async def _answer(self, head: Head, body: bytes) -> Reply:
        try:
            found = self._credentials.answer(head.header("authorization"))
        except Refused as error:
            raise AwsError("AccessDeniedException", str(error), 403) from error
        headers = (("content-type", "application/json"), ("cache-control", "no-store"))
        return Reply(200, headers, msgspec.json.encode(found))

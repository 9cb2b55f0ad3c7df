"""Credentials that an environment fetches instead of holding them: those of SnapStart, which would all have had the same ones.

The token that an environment shows is sealed and names its role, and the key that it shares with all copies of its snapshot; it ends
with the server that gave it.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
"""

import secrets
import time

import msgspec

from portico.environments.work import EnvironmentSpec
from portico.identity.sealing import Sealer, SealError
from portico.invoke.roles import CannotAssume, ExecutionRoles

PATH = "/_portico/credentials"


class _Holder(msgspec.Struct, frozen=True, array_like=True):
    role: str
    account: str
    session_name: str
    environment: str


class Refused(Exception):
    """The token is none of ours, or its role can't be assumed any more; the message says which."""


class ContainerCredentials:
    """Gives tokens, and credentials for them."""

    def __init__(self, *, sealer: Sealer, roles: ExecutionRoles, endpoint_url: str) -> None:
        self._sealer = sealer
        self._roles = roles
        self._purpose = f"container credentials {secrets.token_hex(16)}"
        self._uri = f"{endpoint_url}{PATH}"

    def variables(self, spec: EnvironmentSpec) -> dict[str, str]:
        """What tells the SDKs where an environment's credentials are."""
        holder = msgspec.json.encode(_Holder(spec.role, spec.account, spec.function, spec.key))
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self._uri,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._sealer.seal(self._purpose, holder),
        }

    def answer(self, token: str) -> dict[str, str]:
        """The document that the SDKs expect, with fresh credentials.

        Raises:
            Refused: see there.
        """
        try:
            holder = msgspec.json.decode(self._sealer.unseal(self._purpose, token), type=_Holder)
            keys = self._roles.credentials(
                holder.role, holder.account, holder.session_name, holder.environment
            )
        except SealError as error:
            raise Refused("The authorization token is not valid") from error
        except CannotAssume as error:
            raise Refused(f"The role {error} can't be assumed by Lambda") from error
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(keys.expires_at))
        return {
            "RoleArn": holder.role,
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret,
            "Token": keys.token,
            "Expiration": expires,
        }

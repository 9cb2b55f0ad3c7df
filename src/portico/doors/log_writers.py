"""Who writes the logs of API Gateway's stages: the role that an account has set for it, for REST and WebSocket APIs alike.

Source: API Gateway Developer Guide, "Permissions for CloudWatch logging".
"""

from collections.abc import Callable

import msgspec

from portico.doors.roles import DoorRoles
from portico.identity.principal import Principal
from portico.store.cache import RecordCache
from portico.store.table import Table

_SESSION = "APIGatewayLogs"


class Account(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Settings of an account in a region. `cloudwatch_role_arn` is the role that logs are written as."""

    cloudwatch_role_arn: str = ""


ACCOUNTS = Table("apigateway-account", Account)  # (account, region)


class LogWriters:
    """Makes the principals that write logs."""

    __slots__ = ("_cache", "_roles")

    def __init__(self, cache: RecordCache, roles: DoorRoles) -> None:
        self._cache = cache
        self._roles = roles

    def of(self, account: str, region: str, api: str) -> Callable[[], Principal | None]:
        """What finds who writes the logs of an API, when they are written: None where no role is set, or none that may be."""

        def writer() -> Principal | None:
            held = self._cache.peek(ACCOUNTS, account, region)
            if held is None or not held.value.cloudwatch_role_arn:
                return None
            source = f"arn:aws:execute-api:{region}:{account}:{api}"
            return self._roles.session(
                held.value.cloudwatch_role_arn, _SESSION, source_arn=source, source_account=account
            )

        return writer

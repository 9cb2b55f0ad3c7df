"""Whose credentials these are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from portico.base.ids import account_of_key
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import ACCESS_KEYS
from portico.services.sts import errors
from portico.services.sts.service import Sts

if TYPE_CHECKING:
    from portico.services.sts.shapes import (
        GetAccessKeyInfoRequest,
        GetAccessKeyInfoResponse,
        GetCallerIdentityRequest,
        GetCallerIdentityResponse,
    )


@operation(action=None)
async def get_caller_identity(
    _sts: Sts, call: Call, _request: "GetCallerIdentityRequest"
) -> "GetCallerIdentityResponse":
    """Who the caller is. It needs no permission, and none can forbid it.

    Source: STS API Reference, GetCallerIdentity.
    """
    principal = call.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


def _anything(_call: Call, _request: "GetAccessKeyInfoRequest") -> Iterable[str]:
    return ("*",)


@operation(on=_anything)
async def get_access_key_info(
    _sts: Sts, call: Call, request: "GetAccessKeyInfoRequest"
) -> "GetAccessKeyInfoResponse":
    """The account that a key id belongs to, whether or not the key exists still.

    Raises:
        ValidationError: the id carries no account.

    Source: STS API Reference, GetAccessKeyInfo.
    """
    key_id = request["AccessKeyId"]
    key = await call.tx.get(ACCESS_KEYS, key_id)
    account = key.account if key is not None else account_of_key(key_id)
    if account is None:
        raise errors.validation(f"Invalid access key id: {key_id}")
    return {"Account": account}

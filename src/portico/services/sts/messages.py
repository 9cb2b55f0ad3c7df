"""DecodeAuthorizationMessage: what an encoded refusal says."""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.authorization_message import decode
from portico.identity.sealing import SealError
from portico.services.sts import errors
from portico.services.sts.service import Sts

if TYPE_CHECKING:
    from portico.services.sts.shapes import (
        DecodeAuthorizationMessageRequest,
        DecodeAuthorizationMessageResponse,
    )


@operation()
async def decode_authorization_message(
    sts: Sts, _call: Call, request: "DecodeAuthorizationMessageRequest"
) -> "DecodeAuthorizationMessageResponse":
    """The details of a refusal that were given to the caller in a form that it can't read.

    Raises:
        InvalidAuthorizationMessageException: the message was not made by this server.

    Source: STS API Reference, DecodeAuthorizationMessage.
    """
    try:
        return {"DecodedMessage": decode(sts.sealer, request["EncodedMessage"])}
    except SealError as error:
        raise errors.invalid_authorization_message() from error

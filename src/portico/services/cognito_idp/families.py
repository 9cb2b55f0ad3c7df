"""Refresh tokens and their families: all tokens that one sign-in led to.

A refresh token is a sealed reference to its family, whose record says whether it still holds. So revocation and sign-out are on disk, and a
refresh token says nothing to whoever reads it.

Source: Cognito Developer Guide, "Refresh tokens", "Ending user sessions with token revocation".
"""

import msgspec

from portico.calls.call import Call
from portico.identity.sealing import SealError
from portico.services.cognito_idp.records import REFRESH, RefreshFamily
from portico.services.cognito_idp.service import CognitoIdp
from portico.store.table import Table

_PURPOSE = "cognito-idp refresh token"
_URL_SAFE = str.maketrans("+/", "-_")
_FROM_URL_SAFE = str.maketrans("-_", "+/")
_AFTERLIFE_S = 24 * 3600  # access tokens outlive their family by no more


class RefreshReference(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a refresh token says: its family's key, and which of the family's tokens it is."""

    pool: str
    user: str
    family: str
    token: str


class FamilyEnd(msgspec.Struct, frozen=True, gc=False):
    """That a family can be forgotten; its key says which one and when."""


REFRESH_ENDS = Table("cognito-idp.refresh-end", FamilyEnd)  # when (seconds), pool id, name, family
_REFERENCE = msgspec.msgpack.Decoder(RefreshReference)


def begin(call: Call, family: RefreshFamily) -> None:
    """Write a new family, and when it can be forgotten."""
    put_family(call, family)
    ends_at = int(family.expires_at) + _AFTERLIFE_S
    call.tx.put(REFRESH_ENDS, FamilyEnd(), ends_at, *family_key(family))


def family_key(family: RefreshFamily) -> tuple[str, str, str]:
    """By what a family is kept."""
    return family.pool, family.user, family.id


def put_family(call: Call, family: RefreshFamily) -> None:
    """Write a family."""
    call.tx.put(REFRESH, family, *family_key(family))


def refresh_token(idp: CognitoIdp, family: RefreshFamily) -> str:
    """The family's current refresh token."""
    reference = RefreshReference(*family_key(family), family.current)
    return idp.sealer.seal(_PURPOSE, msgspec.msgpack.encode(reference)).translate(_URL_SAFE)


def refresh_reference(idp: CognitoIdp, text: str) -> RefreshReference | None:
    """What a refresh token says, or None if it is none of ours."""
    try:
        return _REFERENCE.decode(idp.sealer.unseal(_PURPOSE, text.translate(_FROM_URL_SAFE)))
    except (SealError, msgspec.DecodeError):
        return None

"""Accounts at identity providers, linked to users.

Source: Cognito Developer Guide, "Linking federated users to an existing user profile".
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors, user_records
from portico.services.cognito_idp.records import IDENTITIES, PROVIDERS, USERS, Identity, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of, user_key, user_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_LINKED_MAX = 5
_SUBJECT = "Cognito_Subject"
_OWN = "Cognito"


async def user_of_identity(call: Call, pool: Pool, provider: str, subject: str) -> User | None:
    """The user that an account at an identity provider is linked to."""
    pointer = await call.tx.get(IDENTITIES, pool.id, provider, subject)
    return None if pointer is None else await call.tx.get(USERS, pool.id, pointer.key)


@of_pool
async def admin_link_provider_for_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminLinkProviderForUserRequest"
) -> dict[str, Any]:
    """Link an account at an identity provider (`SourceUser`) to a user (`DestinationUser`), who can from then on sign in with it.

    Raises:
        InvalidParameterException: a provider that is not there, or the account is another user's. LimitExceededException: the user has
            five. UserNotFoundException: no such user.
    """
    pool = await pool_of(call, request["UserPoolId"])
    source, target = request["SourceUser"], request["DestinationUser"]
    name, subject = source.get("ProviderName", ""), source.get("ProviderAttributeValue", "")
    if source.get("ProviderAttributeName") != _SUBJECT or not subject:
        raise errors.unavailable("linking by another attribute than Cognito_Subject")
    provider = await call.tx.get(PROVIDERS, pool.id, name)
    if provider is None:
        raise errors.invalid(
            f"Invalid SourceUser: The provider {name} does not exist for User Pool {pool.id}."
        )
    if target.get("ProviderName", _OWN) != _OWN or not target.get("ProviderAttributeValue"):
        raise errors.invalid("Invalid DestinationUser: only native users can be linked to.")
    user = await user_of(call, pool, target["ProviderAttributeValue"])
    holder = await user_of_identity(call, pool, name, subject)
    if holder is not None:
        if user_key(pool, holder) == user_key(pool, user):
            return {}
        raise errors.invalid(
            "Merging is not currently supported, provide a SourceUser that has not been signed up"
        )
    if len(user.identities) >= _LINKED_MAX:
        raise errors.limit_exceeded(f"A user can be linked to at most {_LINKED_MAX} identities.")
    linked = Identity(name, subject, provider.kind, provider.details.get("oidc_issuer", ""), False, call.now)
    after = msgspec.structs.replace(user, identities=(*user.identities, linked))
    user_records.save(call, pool, user, after)
    return {}


@of_pool
async def admin_disable_provider_for_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminDisableProviderForUserRequest"
) -> dict[str, Any]:
    """Keep an account at an identity provider from signing in as a user: unlink it.

    Raises:
        InvalidParameterException: which account is not said. UserNotFoundException: it is nobody's.
    """
    pool = await pool_of(call, request["UserPoolId"])
    given = request["User"]
    name, subject = given.get("ProviderName", ""), given.get("ProviderAttributeValue", "")
    if not name or not subject:
        raise errors.invalid("ProviderName and ProviderAttributeValue are required.")
    user = await user_of_identity(call, pool, name, subject)
    if user is None:
        raise errors.no_user()
    left = tuple(each for each in user.identities if (each.provider, each.subject) != (name, subject))
    user_records.save(call, pool, user, msgspec.structs.replace(user, identities=left))
    return {}

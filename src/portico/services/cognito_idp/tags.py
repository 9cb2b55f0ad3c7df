"""Tags of user pools."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import POOLS, Pool
from portico.services.cognito_idp.service import CognitoIdp, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_TAGS_MAX = 50


def check_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that a pool is to have.

    Raises:
        AwsError: UserPoolTaggingException, they are too many, or one is AWS's own.
    """
    if len(tags) > _TAGS_MAX:
        raise errors.bad_tags(f"User pool can have at most {_TAGS_MAX} tags.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise errors.bad_tags("Tag keys must not begin with aws:")
    return dict(tags)


def _on_resource(call: Call, request: Mapping[str, Any]) -> list[str]:
    return [request["ResourceArn"]]


async def _keys(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    tags: Mapping[str, str] = request.get("Tags") or {}
    named = tuple(tags) or tuple(request.get("TagKeys") or ())
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    parsed = arns.parse(request["ResourceArn"])
    pool = await call.tx.get(POOLS, parsed.resource.rpartition("/")[2]) if parsed else None
    if pool is not None:
        keys |= {f"aws:ResourceTag/{key}": value for key, value in pool.tags.items()}
    return keys | ({"aws:TagKeys": named} if named else {})


async def _pool(call: Call, arn: str) -> Pool:
    parsed = arns.parse(arn)
    kind, _, name = (parsed.resource if parsed else "").partition("/")
    if parsed is None or parsed.service != "cognito-idp" or kind != "userpool":
        raise errors.invalid(f"Invalid ARN: {arn}")
    pool = await pool_of(call, name)
    if pool.arn != arn:
        raise errors.no_pool(name)
    return pool


@operation(on=_on_resource, keys=_keys)
async def tag_resource(idp: CognitoIdp, call: Call, request: "shapes.TagResourceRequest") -> dict[str, Any]:
    """Add or change tags of a pool.

    Raises:
        ResourceNotFoundException: there is no such pool. UserPoolTaggingException: more than 50, or AWS's own.
    """
    pool = await _pool(call, request["ResourceArn"])
    tags = check_tags({**pool.tags, **request["Tags"]})
    call.tx.put(POOLS, msgspec.structs.replace(pool, tags=tags), pool.id)
    return {}


@operation(on=_on_resource, keys=_keys)
async def untag_resource(
    idp: CognitoIdp, call: Call, request: "shapes.UntagResourceRequest"
) -> dict[str, Any]:
    """Remove tags of a pool; those that are not there do not matter.

    Raises:
        ResourceNotFoundException: there is no such pool.
    """
    pool, gone = await _pool(call, request["ResourceArn"]), frozenset(request["TagKeys"])
    left = {key: value for key, value in pool.tags.items() if key not in gone}
    call.tx.put(POOLS, msgspec.structs.replace(pool, tags=left), pool.id)
    return {}


@operation(on=_on_resource, keys=_keys)
async def list_tags_for_resource(
    idp: CognitoIdp, call: Call, request: "shapes.ListTagsForResourceRequest"
) -> dict[str, Any]:
    """A pool's tags.

    Raises:
        ResourceNotFoundException: there is no such pool.
    """
    return {"Tags": dict((await _pool(call, request["ResourceArn"])).tags)}

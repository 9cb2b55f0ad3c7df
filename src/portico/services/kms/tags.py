"""Tags of keys.

Source: KMS API reference, TagResource; Developer Guide, "Resource quotas" (50 for a key).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.kms import access, errors
from portico.services.kms.addresses import managed, put
from portico.services.kms.paging import cut, marker_after, page_of
from portico.services.kms.service import Kms
from portico.services.kms.states import require_kept

if TYPE_CHECKING:
    from portico.services.kms import shapes

_TAGS_MAX = 50


def checked(before: Mapping[str, str], given: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The tags with those that are given.

    Raises:
        AwsError: TagException, a name is AWS's own or is given twice. LimitExceededException: too many.
    """
    given = list(given)
    added = {tag["TagKey"]: tag["TagValue"] for tag in given}
    if len(added) != len(given):
        raise errors.bad_tag("Duplicate tag keys")
    if any(name.lower().startswith("aws:") for name in added):
        raise errors.bad_tag("aws: prefixed tag key names are not allowed for external use.")
    tags = {**before, **added}
    if len(tags) > _TAGS_MAX:
        raise errors.too_many(f"A key can have at most {_TAGS_MAX} tags.")
    return tags


@access.own(access.keys_of_tags)
async def tag_resource(kms: Kms, call: Call, request: "shapes.TagResourceRequest") -> dict[str, Any]:
    """Add or change tags.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted. TagException, LimitExceededException: the
            tags.
    """
    key = await managed(call, request)
    require_kept(key)
    put(call, msgspec.structs.replace(key, tags=checked(key.tags, request["Tags"])))
    return {}


@access.own(access.keys_of_tags)
async def untag_resource(kms: Kms, call: Call, request: "shapes.UntagResourceRequest") -> dict[str, Any]:
    """Remove tags; those that are not there do not matter.

    Raises:
        NotFoundException: there is no such key. KMSInvalidStateException: it is to be deleted.
    """
    key, gone = await managed(call, request), frozenset(request["TagKeys"])
    require_kept(key)
    left = {name: value for name, value in key.tags.items() if name not in gone}
    put(call, msgspec.structs.replace(key, tags=left))
    return {}


@access.own()
async def list_resource_tags(
    kms: Kms, call: Call, request: "shapes.ListResourceTagsRequest"
) -> dict[str, Any]:
    """The key's tags, by name.

    Raises:
        NotFoundException: there is no such key. InvalidMarkerException: the marker is not one of ours.
    """
    page = page_of(request, default=50, most=50, parts=1)
    tags = (await managed(call, request)).tags
    behind = "" if page.after is None else str(page.after[0])
    found, more = cut([name for name in sorted(tags) if name > behind], page.limit)
    answer: dict[str, Any] = {
        "Tags": [{"TagKey": name, "TagValue": tags[name]} for name in found],
        "Truncated": more,
    }
    return answer | ({"NextMarker": marker_after(found[-1])} if more else {})

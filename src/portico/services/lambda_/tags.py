"""Tags of functions, code signing configurations and event source mappings.

Source: API reference; recorded answers.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.arn import Arn
from portico.base.arn import parse as parse_arn
from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.invoke.records import FUNCTIONS, LATEST, VERSIONS, Function
from portico.services.lambda_ import access, errors, names
from portico.services.lambda_.code_signing_records import CONFIGS, CodeSigningConfig, config_of, place_of
from portico.services.lambda_.event_sources.records import MAPPINGS, EventSourceMapping
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        ListTagsRequest,
        ListTagsResponse,
        TagResourceRequest,
        UntagResourceRequest,
    )

TAGS_MAX = 50
_SIGNING = "code-signing-config"
_MAPPING = "event-source-mapping"
_OTHERS = {"capacity-provider": "Capacity provider"}
_KEY = re.compile(r"[\w\s_.:/=+\-@]{1,128}")
_VALUE_CHARS_MAX = 256


def check(tags: Mapping[str, str]) -> None:
    """Refuse tags that AWS does not take.

    Raises:
        InvalidParameterValueException: too many, a key or value that is malformed, or one of AWS's own.
    """
    if len(tags) > TAGS_MAX:
        raise errors.invalid("Number of tags exceeds resource tag limit.")
    for key, value in tags.items():
        if not _KEY.fullmatch(key) or len(value) > _VALUE_CHARS_MAX:
            raise errors.invalid(
                f"The tag {key!r} is malformed: keys have 1 to 128, values at most 256 characters."
            )
        if key.lower().startswith("aws:"):
            raise errors.invalid("System tags cannot be added/updated by requester")


def _on(call: Call, request: Mapping[str, Any]) -> tuple[str]:
    return (request["Resource"],)


class _Tagged(msgspec.Struct, frozen=True, gc=False):
    """What has tags: its tags, and how it is written with others."""

    tags: dict[str, str]
    retag: Callable[[dict[str, str]], Awaitable[None]]


async def _keys(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    keys: dict[str, Values] = access.tag_keys(request.get("Tags") or {})
    if request.get("TagKeys"):
        keys["aws:TagKeys"] = tuple(request["TagKeys"])
    for key, value in (await _tags_of(call, request["Resource"])).items():
        keys[f"aws:ResourceTag/{key}"] = value
    return keys


async def _tags_of(call: Call, resource: str) -> Mapping[str, str]:
    """The tags of what the ARN names, none for what there is not."""
    arn = parse_arn(resource)
    kind, _, name = arn.resource.partition(":") if arn is not None else ("", "", "")
    found: Function | CodeSigningConfig | EventSourceMapping | None = None
    if arn is not None and kind == "function":
        found = await call.tx.get(FUNCTIONS, arn.account, arn.region, name.partition(":")[0])
    elif arn is not None and kind == _SIGNING:
        found = await call.tx.get(CONFIGS, arn.account, arn.region, name)
    elif arn is not None and kind == _MAPPING:
        found = await call.tx.get(MAPPINGS, arn.account, arn.region, name)
    return found.tags if found is not None else {}


async def _tagged(call: Call, resource: str) -> _Tagged:
    """What the ARN names."""
    arn = parse_arn(resource)
    kind, _, rest = arn.resource.partition(":") if arn is not None else ("", "", "")
    if kind in _OTHERS:
        raise errors.not_found(f"{_OTHERS[kind]} not found: {resource}")
    if kind == _SIGNING:
        return await _tagged_config(call, resource)
    if arn is not None and kind == _MAPPING:
        return await _tagged_mapping(call, arn)
    if kind != "function":
        raise errors.not_found(f"Resource not found: {resource}")
    name = names.parse(call.scope, resource)
    if ":" in rest:
        raise errors.invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.arn)
    return _Tagged(function.tags, lambda tags: _retag(call, name, function, tags))


async def _tagged_config(call: Call, resource: str) -> _Tagged:
    config = await config_of(call, resource)

    async def retag(tags: dict[str, str]) -> None:
        call.tx.put(CONFIGS, msgspec.structs.replace(config, tags=tags), *place_of(config.arn))

    return _Tagged(config.tags, retag)


async def _tagged_mapping(call: Call, arn: Arn) -> _Tagged:
    place = (arn.account, arn.region, arn.resource.partition(":")[2])
    mapping = await call.tx.get(MAPPINGS, *place)
    if mapping is None:
        raise errors.not_found(f"Event source mapping not found: {arn}")

    async def retag(tags: dict[str, str]) -> None:
        call.tx.put(MAPPINGS, msgspec.structs.replace(mapping, tags=tags), *place)

    return _Tagged(mapping.tags, retag)


@operation(on=_on, keys=_keys)
async def tag_resource(lam: Lambda, call: Call, request: "TagResourceRequest") -> None:
    """Add tags, or change their values.

    Raises:
        ResourceNotFoundException: no such function, code signing configuration or event source mapping.
        InvalidParameterValueException: no tags, too many, malformed ones, or an ARN with a qualifier.
    """
    tagged = await _tagged(call, request["Resource"])
    if not request["Tags"]:
        raise errors.invalid("An error occurred and the request cannot be processed.")
    tags = {**tagged.tags, **request["Tags"]}
    check(tags)
    await tagged.retag(tags)


@operation(on=_on, keys=_keys)
async def untag_resource(lam: Lambda, call: Call, request: "UntagResourceRequest") -> None:
    """Remove tags; keys that are not there are no error.

    Raises:
        ResourceNotFoundException, InvalidParameterValueException: as for TagResource.
    """
    tagged = await _tagged(call, request["Resource"])
    gone = set(request["TagKeys"])
    await tagged.retag({key: value for key, value in tagged.tags.items() if key not in gone})


@operation(on=_on, keys=_keys)
async def list_tags(lam: Lambda, call: Call, request: "ListTagsRequest") -> "ListTagsResponse":
    """The tags.

    Raises:
        ResourceNotFoundException, InvalidParameterValueException: as for TagResource.
    """
    return {"Tags": (await _tagged(call, request["Resource"])).tags}


async def _retag(call: Call, name: Name, function: Function, tags: dict[str, str]) -> None:
    """Tags belong to the function, and changing them gives it a new revision."""
    call.tx.put(FUNCTIONS, msgspec.structs.replace(function, tags=tags), *name.key)
    latest = await call.tx.get(VERSIONS, *name.key, LATEST)
    if latest is not None:
        call.tx.put(VERSIONS, msgspec.structs.replace(latest, revision_id=uuid()), *name.key, LATEST)

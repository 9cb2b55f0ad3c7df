"""Patch operations: what an update asks for, and the refusals that several kinds of things have in common.

A path's segments are separated by slashes; in a segment `~1` stands for a slash and `~0` for a tilde (RFC 6901).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from portico.services.apigateway import errors

_OPERATIONS_MAX = 1_000  # each of which looks at all that a record has
T = TypeVar("T")
V = TypeVar("V")


class Patch(msgspec.Struct, frozen=True, gc=False):
    """One operation: `path` as it was given (None if it was not), `parts` its segments. `value` is None if it has none."""

    op: str
    path: str | None
    value: str | None
    source: str | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The segments of the path."""
        return segments(self.path)

    @property
    def text(self) -> str:
        """The value, "" if there is none."""
        return self.value or ""

    @property
    def flag(self) -> bool:
        """The value as API Gateway reads truth: `true` in any case is, everything else is not."""
        return self.text.lower() == "true"


def segments(path: str | None) -> tuple[str, ...]:
    """The segments of a path, unescaped."""
    if not path:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.removeprefix("/").split("/"))


def patches(request: Mapping[str, Any]) -> list[Patch]:
    """The operations of a request, in order.

    Raises:
        AwsError: BadRequestException, there are too many.
    """
    found: Sequence[Mapping[str, Any]] = request.get("patchOperations") or ()
    if len(found) > _OPERATIONS_MAX:
        raise errors.bad_request(f"Too many patch operations: at most {_OPERATIONS_MAX} are allowed")
    return [Patch(one.get("op") or "", one.get("path"), one.get("value"), one.get("from")) for one in found]


def supported(patch: Patch, paths: Mapping[str, Sequence[str]]) -> None:
    """Check an operation against the `paths` that each op has.

    Raises:
        AwsError: BadRequestException, the op has no paths, or not this one.
    """
    allowed = paths.get(patch.op)
    start = f"Invalid patch path  '{patch.path}' specified for op '{patch.op}'. "
    if allowed is None:
        raise errors.bad_request(f"{start}Please choose supported operations")
    if patch.path not in allowed:
        raise errors.bad_request(f"{start}Must be one of: [{', '.join(allowed)}]")


def bad_path(patch: Patch) -> Exception:
    """400 for a path that nothing has."""
    return errors.bad_request(f"Invalid patch path {'null' if patch.path is None else patch.path}")


def only_replace(patch: Patch) -> None:
    """Check that a single value is replaced.

    Raises:
        AwsError: BadRequestException.
    """
    if patch.op != "replace":
        raise errors.bad_request("Invalid patch operation specified. Must be one of: [replace]")


Change = Callable[[T, Patch], T]


def changed(
    record: T,
    operations: Sequence[Patch],
    single: Mapping[str, Change[T]],
    nested: Mapping[str, Change[T]],
    groups: Mapping[str, Change[T]] = {},
) -> T:
    """`record` after `operations`: `single` members by path, which are replaced only; `nested` ones (entries of maps) by the first segment
    of paths that have two; `groups` by the first segment of any path, for those that look at the rest, and at the operation, themselves.

    Raises:
        AwsError: BadRequestException, no such path or operation.
    """
    for patch in operations:
        path, first = patch.path or "", patch.parts[0] if patch.parts else ""
        if path in single:
            only_replace(patch)
            record = single[path](record, patch)
        elif first in nested and len(patch.parts) == 2:
            record = nested[first](record, patch)
        elif first in groups:
            record = groups[first](record, patch)
        else:
            raise bad_path(patch)
    return record


def entry(held: Mapping[str, V] | None, patch: Patch, value: V, missing: str) -> dict[str, V] | None:
    """A map after an operation on one of its entries (`/requestParameters/name`); None when it has none left.

    Raises:
        AwsError: NotFoundException (`missing`), what is replaced or removed is not there. BadRequestException, the operation is none.
    """
    found, name = dict(held or {}), patch.parts[1]
    if patch.op in ("replace", "remove") and name not in found:
        raise errors.not_found(missing)
    if patch.op == "remove":
        del found[name]
    elif patch.op in ("add", "replace"):
        found[name] = value
    else:
        raise bad_path(patch)
    return found or None

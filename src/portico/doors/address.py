"""Which front door a request is for, from its Host and raw path. Pure: whether there is such a thing, the records tell.

An API answers at `{id}.execute-api[.{region}].<a name of ours>/{stage}/…`, a function URL at `{id}.lambda-url[.{region}].<…>`, sign-in
pages at `{prefix}.auth[.{region}].<…>`, a developer portal at `p-{id}.apigw-portal[.{region}].<…>`; and for clients that can't resolve
those, below the control plane's own names: `/_portico/apis/{id}/{stage}/…`, `/_portico/urls/{id}/…`, `/_portico/auth/{prefix}/…`,
`/_portico/portals/{id}/…`, and the paths that other tools of this kind use (`/restapis/{id}/{stage}/_user_request_/…`,
`/_aws/execute-api/{id}/{stage}/…`). A pool's keys are at `/{pool}/.well-known/…`.
"""

import re
from typing import Literal

import msgspec

Kind = Literal["api", "url", "auth", "pool", "domain", "portal"]

_LABELS: dict[str, Kind] = {
    "execute-api": "api",
    "lambda-url": "url",
    "auth": "auth",
    "apigw-portal": "portal",
}
_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}").fullmatch
_ID = re.compile(r"[A-Za-z0-9-]{1,63}").fullmatch
_POOL_PATH = re.compile(r"/([a-z0-9-]{1,30}_[0-9A-Za-z]{1,55})(/\.well-known/[a-z.-]+)").fullmatch
_PREFIXES = ("/_portico/", "/restapis/", "/_aws/execute-api/")


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where a request goes.

    `path` is what follows the address, raw, with its leading slash. `stage` is the API's stage where the address names it apart from
    the path; None where the path's first segment is, or may be, the stage. `region` is "" where the address names none. `shared`: the
    address is below a name of the control plane, so what a function answers must get no origin there. Of a `domain` that was found to lead
    to an API, `id`, `stage` and `path` are the API's, and `base` is what its mapping took from the path (`/v1`, or "").
    """

    kind: Kind
    id: str
    path: str
    stage: str | None = None
    region: str = ""
    shared: bool = False
    base: str = ""


def of_host(name: str, path: str) -> Address | None:
    """The address that a host name (lower case, without port) makes; None if the name is not one of a front door's."""
    labels = name.split(".", 3)
    if len(labels) < 3 or labels[1] not in _LABELS or not _ID(labels[0]):
        return None
    region = labels[2] if _REGION(labels[2]) else ""
    return Address(_LABELS[labels[1]], labels[0], path or "/", region=region)


def of_path(path: str) -> Address | None:
    """The address that a raw path below one of the control plane's names makes; None if it is none of a front door's."""
    if not path.startswith(_PREFIXES):
        pool = _POOL_PATH(path) if "/.well-known/" in path else None
        return Address("pool", pool[1], pool[2]) if pool else None
    parts = path.split("/", 4)
    match parts[1:]:
        case ["_portico", "apis", api, *rest] | ["_aws", "execute-api", api, *rest]:
            return Address("api", api, "/" + "".join(rest), shared=True) if _ID(api) else None
        case ["restapis", api, stage, rest] if rest == "_user_request_" or rest.startswith("_user_request_/"):
            path = rest.removeprefix("_user_request_") or "/"
            return Address("api", api, path, stage=stage, shared=True) if _ID(api) and stage else None
        case ["_portico", "urls", url, *rest]:
            return Address("url", url, "/" + "".join(rest), shared=True) if _ID(url) else None
        case ["_portico", "auth" | "portals" as kind, prefix, *rest] if _ID(prefix):
            path = "/" + "".join(rest)
            return Address("auth", prefix, path) if kind == "auth" else Address("portal", f"p-{prefix}", path)
    return None

"""What a definition's base path does to its paths: ignored, put before them, or that without its first segment. Pure.

Source: API Gateway developer guide, "Set the OpenAPI basePath property".
"""

import re
from urllib.parse import urlsplit

from portico.services.apigateway.openapi.document import Document, mapping

MODES = ("ignore", "prepend", "split")
_VARIABLE = re.compile(r"\{([^{}]+)\}")


def prefix(document: Document, mode: str) -> str:
    """What paths are to begin with: "" or `/a/b`."""
    base = _base(document).strip("/")
    if mode == "ignore" or not base:
        return ""
    if mode == "split":
        base = base.partition("/")[2]
    return f"/{base}" if base else ""


def _base(document: Document) -> str:
    if document.version == 2:
        return str(document.root.get("basePath") or "")
    servers = document.root.get("servers")
    server = mapping(servers[0]) if isinstance(servers, list) and servers else {}
    variables = mapping(server.get("variables"))
    url = _VARIABLE.sub(
        lambda name: str(mapping(variables.get(name[1])).get("default") or ""), str(server.get("url") or "")
    )
    try:
        return urlsplit(url).path
    except ValueError:
        return ""

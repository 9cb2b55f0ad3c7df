"""Compressed payloads: requests are decoded before anything looks at them, answers encoded as their caller accepts.

Source: API Gateway Developer Guide, "Payload compression for REST APIs in API Gateway"; RFC 9110, section 12.5.3.
"""

import zlib

import msgspec

from portico.doors.aside import aside
from portico.services.apigateway.transform.compile import ApiRules
from portico.services.apigateway.transform.media import header
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, Pairs, RequestContext

BODY_BYTES_MAX = 10 * 1024 * 1024
_LARGE_BYTES = 64 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15
_LEVEL = 6
_ENCODINGS = ("gzip", "deflate")


async def received(rules: ApiRules, headers: Pairs, body: bytes) -> tuple[Pairs, bytes]:
    """A request's headers and body without its content coding, if the API has compression.

    Raises:
        GatewayRefusal: `UNSUPPORTED_MEDIA_TYPE`, `BAD_REQUEST_BODY`, `REQUEST_TOO_LARGE`.
    """
    if rules.compress_from is None:
        return headers, body
    coding = header(headers, "content-encoding").strip().lower()
    if coding in ("", "identity"):
        return headers, body
    if coding not in _ENCODINGS:
        raise GatewayRefusal("UNSUPPORTED_MEDIA_TYPE")
    rest = tuple(pair for pair in headers if pair[0].lower() not in ("content-encoding", "content-length"))
    large = len(body) > _LARGE_BYTES
    return rest, await aside(_inflated, body, coding) if large else _inflated(body, coding)


async def sent(rules: ApiRules, request: RequestContext, answer: GatewayAnswer) -> GatewayAnswer:
    """An answer, encoded if the API says so for its size and the caller accepts it; not if the backend has encoded it already."""
    if (
        rules.compress_from is None
        or answer.chunks is not None
        or len(answer.body) < max(rules.compress_from, 1)
    ):
        return answer
    if header(answer.headers, "content-encoding"):
        return answer
    coding = accepted(header(request.headers, "accept-encoding"))
    if not coding:
        return answer
    headers = (*answer.headers, ("Content-Encoding", coding))
    large = len(answer.body) > _LARGE_BYTES
    body = await aside(_deflated, answer.body, coding) if large else _deflated(answer.body, coding)
    return msgspec.structs.replace(answer, headers=headers, body=body)


def accepted(header_value: str) -> str:
    """The content coding that a caller would have, "" for none."""
    weights: dict[str, float] = {}
    for part in header_value.lower().split(","):
        name, _, rest = part.strip().partition(";")
        quality = rest.strip().removeprefix("q=")
        try:
            weights[name.strip()] = float(quality) if quality else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    best = max(_ENCODINGS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else ""


def _inflated(body: bytes, coding: str) -> bytes:
    """The decoded body: `deflate` is zlib's format, but some send it without its frame."""
    for window in (_GZIP,) if coding == "gzip" else (_ZLIB, _RAW):
        inflater = zlib.decompressobj(window)
        try:
            found = inflater.decompress(body, BODY_BYTES_MAX + 1)
        except zlib.error:
            continue
        if len(found) > BODY_BYTES_MAX:
            raise GatewayRefusal("REQUEST_TOO_LARGE")
        if inflater.eof:
            return found
    raise GatewayRefusal("BAD_REQUEST_BODY", "Could not decompress the request body")


def _deflated(body: bytes, coding: str) -> bytes:
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP if coding == "gzip" else _ZLIB)
    return deflater.compress(body) + deflater.flush()

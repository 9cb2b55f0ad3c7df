"""Bodies that clients have compressed before they signed them: SDKs do so for the operations whose model says that they may.

Source: Smithy, trait `requestCompression`.
"""

import zlib

from portico.wire.errors import AwsError
from portico.wire.http import Head

_GZIP = 16 + zlib.MAX_WBITS


def inflated(head: Head, body: bytes, limit: int) -> bytes:
    """The body as it was before it was compressed with gzip; as it is, if it was not.

    Raises:
        AwsError: it is not gzip (400), or more than `limit` bytes (413).
    """
    if head.header("content-encoding").strip().lower() != "gzip":
        return body
    stream = zlib.decompressobj(_GZIP)
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error:
        raise AwsError("SerializationException", "The body is not compressed with gzip.") from None
    if len(found) > limit:
        raise AwsError("RequestEntityTooLargeException", f"The body has more than {limit} bytes.", 413)
    if not stream.eof or stream.unused_data:
        raise AwsError("SerializationException", "The compressed body is cut short, or something follows it.")
    return found

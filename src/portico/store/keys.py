"""Keys as text that sorts as their tuples do.

An encoded key is text without NUL whose UTF-8 bytes (and code points, which sort alike) are in the order of the tuples: part by
part, and at one position bytes before integers before text. It is text and not raw bytes so that it can travel in a JSON
parameter, and be read in the sqlite3 shell.

| part | encoding |
|---|---|
| bytes | `b`, lower-case hexadecimal, U+0001 |
| integer below 0 | `n`, then length and digits as below, each hexadecimal digit turned into 15 minus itself |
| integer from 0 | `p`, the number of hexadecimal digits (one digit, or from 15 on `f` and eight), the digits |
| text | `s`, the text with U+0000 to U+0002 and U+D7FF to U+DFFF escaped, U+0001 |

Every part ends itself, so the keys that begin with a prefix are exactly those between its encoding and `prefix_end` of it.
"""

import re
from collections.abc import Callable

from portico.store.port import Key, KeyPart

_END = "\x01"
_AFTER_EVERY_TAG = "\x7f"
_HEX = "0123456789abcdef"
_MIRRORED = str.maketrans(_HEX, _HEX[::-1])

# Below: the end mark and what sorts around it. Above: surrogates, which UTF-8 can't carry, and the character just before them, which
# stands for them. Each is written as its range's mark and a second character that keeps the order.
_TO_ESCAPE = re.compile("[\x00-\x02\ud7ff-\udfff]")
_ESCAPED = re.compile("(?:\x02|\ud7ff)(.)", re.DOTALL)
_LOW, _HIGH, _SECOND_FROM = "\x02", "\ud7ff", 0x03


def encode(key: Key) -> str:
    """The text of `key`.

    Raises:
        TypeError: a part is neither text nor an integer nor bytes.
    """
    return "".join([_ENCODERS.get(type(part), _refuse)(part) for part in key])


def prefix_end(encoded: str) -> str:
    """The first text after all keys that begin with the encoded prefix."""
    return encoded + _AFTER_EVERY_TAG


def just_after(encoded: str) -> str:
    """The first text after this one key: "after" it becomes "from" this text, "up to" it "below" this text."""
    return encoded + _END


def decode(encoded: str) -> Key:
    """The key of an encoded text.

    Raises:
        ValueError: `encode` does not make such a text.
    """
    parts: list[KeyPart] = []
    position = 0
    while position < len(encoded):
        try:
            part, position = _DECODERS[encoded[position]](encoded, position + 1)
        except (KeyError, IndexError):
            raise ValueError(f"not an encoded key: {encoded!r}") from None
        parts.append(part)
    return tuple(parts)


def _encode_text(part: str) -> str:
    if _TO_ESCAPE.search(part):
        part = _TO_ESCAPE.sub(_escape, part)
    return f"s{part}{_END}"


def _encode_bytes(part: bytes) -> str:
    return f"b{part.hex()}{_END}"


def _encode_int(part: int) -> str:
    digits = f"{abs(part):x}"
    count = len(digits)
    sized = f"{count:x}{digits}" if count < 15 else f"f{count:08x}{digits}"
    return f"p{sized}" if part >= 0 else f"n{sized.translate(_MIRRORED)}"


def _refuse(part: object) -> str:
    raise TypeError(f"a key is made of text, integers and bytes, not {type(part).__name__}")


def _escape(found: re.Match[str]) -> str:
    character = ord(found[0])
    if character <= 0x02:
        return _LOW + chr(_SECOND_FROM + character)
    return _HIGH + chr(_SECOND_FROM + character - 0xD7FF)


def _unescape(found: re.Match[str]) -> str:
    first = 0 if found[0][0] == _LOW else 0xD7FF
    return chr(first + ord(found[1]) - _SECOND_FROM)


def _decode_text(encoded: str, start: int) -> tuple[str, int]:
    end = encoded.index(_END, start)
    return _ESCAPED.sub(_unescape, encoded[start:end]), end + 1


def _decode_bytes(encoded: str, start: int) -> tuple[bytes, int]:
    end = encoded.index(_END, start)
    return bytes.fromhex(encoded[start:end]), end + 1


def _decode_positive(encoded: str, start: int) -> tuple[int, int]:
    first = start + (1 if encoded[start] != "f" else 9)
    count = int(encoded[start], 16) if encoded[start] != "f" else int(encoded[start + 1 : first], 16)
    end = first + count
    if end > len(encoded):
        raise IndexError
    return int(encoded[first:end], 16), end


def _decode_negative(encoded: str, start: int) -> tuple[int, int]:
    # The whole rest is mirrored although only this part is wanted: keys are short and negative parts rare.
    mirrored = encoded[:start] + encoded[start:].translate(_MIRRORED)
    value, end = _decode_positive(mirrored, start)
    return -value, end


_ENCODERS: dict[type, Callable[..., str]] = {
    str: _encode_text,
    int: _encode_int,
    bool: _encode_int,
    bytes: _encode_bytes,
}
_DECODERS: dict[str, Callable[[str, int], tuple[KeyPart, int]]] = {
    "b": _decode_bytes,
    "n": _decode_negative,
    "p": _decode_positive,
    "s": _decode_text,
}

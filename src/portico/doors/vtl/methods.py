"""The methods that templates may call on values, and the members that they may read. Nothing else of a value can be reached.

Source: java.lang.String, Number, java.util.List, Map, Map.Entry.
"""

from collections.abc import Callable, Mapping
from typing import Any

from portico.doors import java_regex
from portico.doors.vtl.values import (
    CHARS_MAX,
    NODES_MAX,
    Entry,
    Failed,
    Listed,
    Methods,
    json_text,
    same,
    text,
)

Table = Mapping[str, Callable[..., Any]]


def member(value: Any, name: str) -> Any:
    """`$value.name`: a map's entry, or what a getter gives; None if there is none."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
    elif isinstance(value, Methods):
        return value.member(name)
    table = _table(value)
    getter = table.get(f"get{name[:1].upper()}{name[1:]}") or table.get(f"is{name[:1].upper()}{name[1:]}")
    return getter(value) if getter is not None and name not in ("", "bytes") else None


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    """`$value.name(arguments)`; None for a method that there is not.

    Raises:
        Failed: it can't be done with these arguments.
    """
    own = isinstance(value, Methods)
    method = (value.methods if own else _table(value)).get(name)
    if method is None:
        return None
    try:
        return method(*arguments) if own else method(value, *arguments)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError) as error:
        raise Failed(f"{name}() can't be called so: {error}") from error
    except java_regex.BadPattern as error:
        raise Failed(str(error)) from error


def item(value: Any, index: Any) -> Any:
    """`$value[index]`; None where there is nothing."""
    if isinstance(value, dict):
        return value.get(index)
    if isinstance(value, list | range) and isinstance(index, int) and not isinstance(index, bool):
        return value[index] if 0 <= index < len(value) else None
    return None


def _put(self: dict[Any, Any], key: Any, value: Any) -> Any:
    before = self.get(key)
    self[key] = value
    return before


def _set(self: list[Any], index: int, value: Any) -> Any:
    before = self[index]
    self[index] = value
    return before


def _get(self: list[Any], index: int) -> Any:
    if index < 0:
        raise IndexError(index)
    return self[index]


def _add(self: list[Any], *arguments: Any) -> bool:
    if len(arguments) == 2:
        self.insert(arguments[0], arguments[1])
    else:
        self.append(*arguments)
    return True


def _remove(self: list[Any], what: Any) -> Any:
    if isinstance(what, int) and not isinstance(what, bool):
        return self.pop(what)
    index = _index_of(self, what)
    if index >= 0:
        self.pop(index)
    return index >= 0


def _substring(self: str, start: int, end: int | None = None) -> str:
    last = len(self) if end is None else end
    if not 0 <= start <= last <= len(self):
        raise IndexError(f"{start} to {last} of {len(self)} characters")
    return self[start:last]


def _char_at(self: str, index: int) -> str:
    return _substring(self, index, index + 1)


def _joined(self: list[Any], separator: str) -> str:
    _within_bounds(len(separator) * len(self), CHARS_MAX)
    return separator.join([text(entry) for entry in self])


def _java_hash(self: str) -> int:
    total = 0
    for character in self:
        total = (31 * total + ord(character)) & 0xFFFFFFFF
    return total - (1 << 32) if total >= 1 << 31 else total


def _within_bounds(count: int, most: int) -> None:
    if count > most:
        raise Failed("a value becomes too large")


def _replaced(self: str, old: Any, new: Any) -> str:
    before, after = text(old), text(new)
    _within_bounds(len(self) + self.count(before) * len(after), CHARS_MAX)
    return self.replace(before, after)


def _add_all(self: list[Any], other: Any) -> bool:
    _within_bounds(len(self) + len(other), NODES_MAX)
    self.extend(list(other))
    return bool(other)


def _index_of(self: list[Any], entry: Any) -> int:
    if not isinstance(entry, list | dict):
        return next((index for index, item in enumerate(self) if same(item, entry)), -1)
    wanted, chars = json_text(entry), 0
    for index, item in enumerate(self):
        if type(item) is type(entry) and len(item) == len(entry):
            found = json_text(item)
            chars += len(found)
            _within_bounds(chars, CHARS_MAX)
            if found == wanted:
                return index
    return -1


def _concatenated(self: str, other: Any) -> str:
    added = text(other)
    _within_bounds(len(self) + len(added), CHARS_MAX)
    return self + added


_ANY: Table = {"toString": text, "equals": same}

_TEXT: Table = {
    **_ANY,
    "length": len,
    "isEmpty": lambda self: not self,
    "isBlank": lambda self: not self.strip(),
    "charAt": _char_at,
    "concat": _concatenated,
    "contains": lambda self, part: text(part) in self,
    "startsWith": lambda self, part, start=0: self.startswith(part, start),
    "endsWith": lambda self, part: self.endswith(part),
    "indexOf": lambda self, part, start=0: self.find(text(part), start),
    "lastIndexOf": lambda self, part: self.rfind(text(part)),
    "equalsIgnoreCase": lambda self, other: isinstance(other, str) and self.lower() == other.lower(),
    "compareTo": lambda self, other: (self > other) - (self < other),
    "matches": lambda self, pattern: java_regex.matches(pattern, self),
    "replace": _replaced,
    "replaceAll": lambda self, pattern, new: java_regex.replaced(pattern, new, self),
    "replaceFirst": lambda self, pattern, new: java_regex.replaced(pattern, new, self, all_of_them=False),
    "split": lambda self, pattern, limit=0: Listed(java_regex.split(pattern, self, limit)),
    "substring": _substring,
    "toLowerCase": lambda self: self.lower(),
    "toUpperCase": lambda self: self.upper(),
    "trim": lambda self: self.strip("".join(map(chr, range(33)))),
    "strip": lambda self: self.strip(),
    "hashCode": _java_hash,
}

_LIST: Table = {
    **_ANY,
    "size": len,
    "isEmpty": lambda self: not self,
    "get": _get,
    "contains": lambda self, entry: _index_of(self, entry) >= 0,
    "indexOf": _index_of,
    "add": _add,
    "addAll": _add_all,
    "set": _set,
    "remove": _remove,
    "clear": lambda self: self.clear(),
    "subList": lambda self, start, end: type(self)(self[start:end]),
    "iterator": lambda self: self,
    "join": _joined,
}

_MAP: Table = {
    **_ANY,
    "size": len,
    "isEmpty": lambda self: not self,
    "get": lambda self, key: self.get(key),
    "getOrDefault": lambda self, key, default: self.get(key, default),
    "put": _put,
    "putAll": lambda self, other: self.update(dict(other)),
    "remove": lambda self, key: self.pop(key, None),
    "clear": lambda self: self.clear(),
    "containsKey": lambda self, key: key in self,
    "containsValue": lambda self, value: _index_of(list(self.values()), value) >= 0,
    "keySet": Listed,
    "values": lambda self: Listed(self.values()),
    "entrySet": lambda self: Listed(Entry(key, value) for key, value in self.items()),
}

_NUMBER: Table = {
    **_ANY,
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
    "floatValue": float,
    "compareTo": lambda self, other: (self > other) - (self < other),
    "parseInt": lambda self, digits: int(digits),
    "parseDouble": lambda self, digits: float(digits),
}

_ENTRY: Table = {**_ANY, "getKey": lambda self: self.key, "getValue": lambda self: self.value}

_TABLES: tuple[tuple[Any, Table], ...] = (
    (str, _TEXT),
    (dict, _MAP),
    ((list, range), _LIST),
    (bool, _ANY),
    ((int, float), _NUMBER),
    (Entry, _ENTRY),
)


def _table(value: Any) -> Table:
    return next((table for kind, table in _TABLES if isinstance(value, kind)), {})

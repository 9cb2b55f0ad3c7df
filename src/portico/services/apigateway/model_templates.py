"""Mapping templates made of models: each member of the schema, taken from the same place of a body. Pure.

Source: API reference, GetModelTemplate.
"""

from typing import Any

_START = "#set($inputRoot = $input.path('$'))\n"


def template(schema: Any) -> str:
    """The template of a schema."""
    return _START + _value(schema, "$inputRoot", 0)


def _value(schema: Any, path: str, depth: int) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "object":
        return _object(schema, path, depth)
    if kind == "array":
        return _array(schema, path, depth)
    return f'"{path}"' if kind == "string" else path


def _object(schema: dict[str, Any], path: str, depth: int) -> str:
    indent = "  " * (depth + 1)
    members = [
        f'{indent}"{name}" : {_value(inner, f"{path}.{name}", depth + 1)}'
        for name, inner in schema.get("properties", {}).items()
    ]
    return "{\n" + ",\n".join(members) + ("\n" if members else "") + "  " * depth + "}"


def _array(schema: dict[str, Any], path: str, depth: int) -> str:
    indent = "  " * (depth + 1)
    item = _value(schema.get("items", {}), "$elem", depth + 1)
    return f"[\n#foreach($elem in {path})\n{indent}{item}#if($foreach.hasNext),#end\n\n#end\n{'  ' * depth}]"

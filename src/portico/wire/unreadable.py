"""What AWS answers to a request that can't be read at all, or holds a value of the wrong type: per protocol, in its words."""

from portico.wire.dialects import dialect
from portico.wire.errors import AwsError
from portico.wire.scalars import JAVA_NAME, Malformed, WrongType

_TOKENS: dict[type, str] = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}
_CLASSES: dict[type, str] = {
    str: "java.lang.String",
    int: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    float: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    bool: "java.lang.Boolean",
    bytes: "java.nio.ByteBuffer",
}
_STARTS: dict[type, str] = {
    list: "Start of list found where not expected",
    dict: "Start of structure or map found where not expected",
}


def unreadable(protocol: str, service: str, wrong: Malformed) -> AwsError:
    """The error for `wrong`, which a reader of `protocol` raised."""
    return _PROTOCOLS.get(protocol, _json)(service, wrong)


def _json(service: str, wrong: Malformed) -> AwsError:
    return AwsError(
        "SerializationException", _by_token(wrong) if isinstance(wrong, WrongType) else str(wrong)
    )


def _rest_json(service: str, wrong: Malformed) -> AwsError:
    if isinstance(wrong, WrongType):
        return AwsError("SerializationException", _by_class(wrong))
    code = dialect(service).unreadable_code or "SerializationException"
    words = (
        f"Could not parse request body into json: {wrong}" if dialect(service).unreadable_code else str(wrong)
    )
    return AwsError(code, words)


def _query(service: str, wrong: Malformed) -> AwsError:
    if isinstance(wrong, WrongType):
        return AwsError("MalformedInput", _by_class(wrong))
    return AwsError("MalformedQueryString", str(wrong), 404)


def _rest_xml(service: str, wrong: Malformed) -> AwsError:
    if isinstance(wrong, WrongType):
        return AwsError("InvalidArgument", _by_class(wrong))
    return AwsError("MalformedXML", str(wrong))


_PROTOCOLS = {"rest-json": _rest_json, "query": _query, "rest-xml": _rest_xml}


def _by_token(wrong: WrongType) -> str:
    """By the parser's name for what it met (`NUMBER_VALUE`), as json services say it."""
    kind = type(wrong.found)
    if wrong.expected not in JAVA_NAME:
        return _STARTS.get(kind) or f"Unrecognized collection type {_class_of(wrong.found)}"
    if kind in _STARTS:
        return _STARTS[kind]
    token = str(wrong.found).upper() + "_VALUE" if kind is bool else _TOKENS.get(kind, "VALUE")
    return (
        f"{token} can not be converted to a{'n' * (wrong.expected == 'integer')} {JAVA_NAME[wrong.expected]}"
    )


def _by_class(wrong: WrongType) -> str:
    """By the Java class of what was met, as API Gateway says it ("an" before everything)."""
    kind = type(wrong.found)
    if kind in _STARTS:
        return _STARTS[kind]
    if wrong.expected not in JAVA_NAME:
        return f"Unrecognized collection type {_class_of(wrong.found)}"
    return f"{_class_of(wrong.found)} can not be converted to an {JAVA_NAME[wrong.expected]}"


def _class_of(found: object) -> str:
    return f"class {_CLASSES.get(type(found), 'java.lang.Object')}"

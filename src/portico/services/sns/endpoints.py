"""Protocols and their endpoints: what each may look like, and which subscriptions have to be confirmed. Pure.

Source: SNS API reference, Subscribe.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from portico.base import arn
from portico.services.sns import errors

_URL_CHARS_MAX = 2_048
_PHONE = re.compile(r"\+?[0-9]+(?:[-./ ][0-9]+)*").fullmatch
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f,;<>\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*").fullmatch
_FUNCTION = re.compile(r"function:[A-Za-z0-9_-]+(?::[A-Za-z0-9_$-]+)?").fullmatch


def _of_service(text: str, service: str) -> arn.Arn | None:
    parsed = arn.parse(text)
    return parsed if parsed is not None and parsed.service == service and parsed.account else None


def _queue(text: str) -> bool:
    found = _of_service(text, "sqs")
    return found is not None and bool(found.resource) and ":" not in found.resource


def _function(text: str) -> bool:
    found = _of_service(text, "lambda")
    return found is not None and _FUNCTION(found.resource) is not None


def _stream(text: str) -> bool:
    found = _of_service(text, "firehose")
    return found is not None and found.resource.startswith("deliverystream/")


def _device(text: str) -> bool:
    found = _of_service(text, "sns")
    return found is not None and found.resource.startswith("endpoint/")


def _url(scheme: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            parts = urlsplit(text)
            port_fits = parts.port != 0
        except ValueError:
            return False
        return parts.scheme == scheme and bool(parts.hostname) and port_fits and len(text) <= _URL_CHARS_MAX

    return fits


_WORDS_OF_URLS = "Invalid parameter: Endpoint must match the specified protocol"
_WORDS_OF_MAIL = "Invalid parameter: Email address"
ENDPOINTS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "http": (_url("http"), _WORDS_OF_URLS),
    "https": (_url("https"), _WORDS_OF_URLS),
    "email": (lambda text: _EMAIL(text) is not None, _WORDS_OF_MAIL),
    "email-json": (lambda text: _EMAIL(text) is not None, _WORDS_OF_MAIL),
    "sms": (lambda text: _PHONE(text) is not None, "Invalid SMS endpoint: {}"),
    "sqs": (_queue, "Invalid parameter: SQS endpoint ARN"),
    "lambda": (_function, "Invalid parameter: Lambda endpoint ARN"),
    "application": (_device, "Invalid parameter: Application endpoint arn invalid"),
    "firehose": (_stream, "Invalid parameter: Firehose endpoint ARN"),
}
"""Each protocol's form of endpoint, and the words in which others are refused."""

_CONFIRMED_BY_OWNER = frozenset({"http", "https", "email", "email-json"})


def check_endpoint(protocol: str, endpoint: str | None, *, fifo: bool) -> str:
    """The endpoint, once a topic (a FIFO one or not) may deliver to it.

    Raises:
        AwsError: InvalidParameter, there is no such protocol, this kind of topic does not have it, or the endpoint is not of its form.
    """
    if protocol not in ENDPOINTS:
        raise errors.invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if fifo and protocol != "sqs":
        raise errors.invalid(f"Invalid protocol type: {protocol}")
    if endpoint is None:
        raise errors.invalid("Endpoint")
    fits, words = ENDPOINTS[protocol]
    if not fits(endpoint):
        raise errors.refused_words(words.format(endpoint))
    if protocol == "sqs" and endpoint.endswith(".fifo") and not fifo:
        reason = "FIFO SQS Queues can not be subscribed to standard SNS topics"
        raise errors.invalid(f"Invalid parameter: Endpoint Reason: {reason}")
    return endpoint


def without_password(endpoint: str) -> str:
    """An endpoint as it is shown: the password of an address is not."""
    scheme, found, rest = endpoint.partition("://")
    credentials, at, host = rest.partition("/")[0].rpartition("@")
    name, colon, password = credentials.partition(":")
    if not (found and at and colon and password):
        return endpoint
    return f"{scheme}://{name}:****@{host}{rest[len(credentials) + 1 + len(host) :]}"


def needs_confirmation(protocol: str, endpoint: str, account: str) -> bool:
    """Whether the endpoint's owner has to agree first when `account` subscribes it."""
    if protocol in _CONFIRMED_BY_OWNER:
        return True
    if protocol != "sqs":
        return False
    parsed = arn.parse(endpoint)
    return parsed is not None and parsed.account != account

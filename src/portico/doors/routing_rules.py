"""Routing rules of custom domain names: which API a request goes to by its headers and its path, before any mapping.

Rules are tried by priority, the lowest number first; one applies if all of its conditions do, each of which has alternatives.

Source: API Gateway Developer Guide, "Routing rules to connect API stages to a custom domain name".
"""

import msgspec

from portico.doors.address import Address
from portico.store.table import Table
from portico.wire.http import Head

RULE_ONLY = "ROUTING_RULE_ONLY"
NO_RULES = ("", "BASE_PATH_MAPPING_ONLY")


class RoutingRule(msgspec.Struct, frozen=True, gc=False):
    """A rule. `headers`: for each condition its alternatives, a header's name in lower case and a glob of its value; `base_paths` are the
    alternatives of the one condition on the path (without slashes around them), none if there is no such condition."""

    id: str
    priority: int
    api_id: str
    stage: str
    strips_base_path: bool = False
    headers: tuple[tuple[tuple[str, str], ...], ...] = ()
    base_paths: tuple[str, ...] = ()


class RoutingRules(msgspec.Struct, frozen=True, gc=False):
    """The rules of a domain name, by priority."""

    rules: tuple[RoutingRule, ...] = ()


ROUTING_RULES = Table("custom-domain-rules", RoutingRules)  # (name)


def matches(glob: str, value: str) -> bool:
    """Whether a value is as a glob says, in which only the first and the last character can be `*`."""
    inner = glob.removeprefix("*").removesuffix("*") if glob != "*" else ""
    if glob.startswith("*") and glob.endswith("*"):
        return inner in value
    if glob.startswith("*"):
        return value.endswith(inner)
    return value.startswith(inner) if glob.endswith("*") else value == glob


def ruled(rules: tuple[RoutingRule, ...], head: Head, path: str) -> Address | None:
    """The address of the API that the rules send a request to; None if none of them applies."""
    for rule in rules:
        if not all(_has_one(head, alternatives) for alternatives in rule.headers):
            continue
        base = _base(rule, path)
        if base is not None:
            rest = path.removeprefix(base) or "/" if rule.strips_base_path else path
            stripped = base if rule.strips_base_path else ""
            return Address("domain", rule.api_id, rest, stage=rule.stage, base=stripped)
    return None


def _has_one(head: Head, alternatives: tuple[tuple[str, str], ...]) -> bool:
    return any(matches(glob, head.header(name)) for name, glob in alternatives if name in head.values)


def _base(rule: RoutingRule, path: str) -> str | None:
    """The base path of a rule that a path begins with; "" if the rule does not ask for any, None if it begins with none."""
    if not rule.base_paths:
        return ""
    for base_path in sorted(rule.base_paths, key=len, reverse=True):
        base = f"/{base_path}"
        if path == base or path.startswith(f"{base}/"):
            return base
    return None

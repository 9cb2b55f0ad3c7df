"""Routing rules of custom domain names: which API a request goes to by its headers and its path.

Source: API Gateway Developer Guide, "Routing rules to connect API stages to a custom domain name".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors.routing_rules import ROUTING_RULES, RoutingRule, RoutingRules
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named
from portico.services.apigatewayv2.api_mappings import check_target
from portico.services.apigatewayv2.domain_names import domain_of
from portico.services.apigatewayv2.paging import page_of
from portico.services.apigatewayv2.records import Values
from portico.services.apigatewayv2.service import HttpApis, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_PRIORITY_MAX = 1_000_000
_RULES_MAX = 50
_HEADER_CONDITIONS_MAX = 2
_HEADER_MAX, _GLOB_MAX, _BASE_PATH_MAX = 40, 128, 128


def shown_rule(call: Call, domain: str, rule: RoutingRule) -> Values:
    """A rule as AWS shows it."""
    conditions: list[Values] = [
        {"MatchHeaders": {"AnyOf": [{"Header": name, "ValueGlob": glob} for name, glob in alternatives]}}
        for alternatives in rule.headers
    ]
    if rule.base_paths:
        conditions.append({"MatchBasePaths": {"AnyOf": list(rule.base_paths)}})
    action = {"ApiId": rule.api_id, "Stage": rule.stage, "StripBasePath": rule.strips_base_path}
    where = f"arn:{call.scope.partition}:apigateway:{call.scope.region}:{call.scope.account}"
    return {
        "Actions": [{"InvokeApi": action}],
        "Conditions": conditions,
        "Priority": rule.priority,
        "RoutingRuleArn": f"{where}:/domainnames/{domain}/routingrules/{rule.id}",
        "RoutingRuleId": rule.id,
    }


@managed_as_named
async def create_routing_rule(
    service: HttpApis, call: Call, request: "shapes.CreateRoutingRuleRequest"
) -> Values:
    """Add a rule to a domain name. It counts where the name's routing mode says so.

    Raises:
        NotFoundException: there is no such domain name or API. BadRequestException: an action, a condition or the priority can't be used.
        ConflictException: another rule has this priority.
    """
    domain = await domain_of(call, request)
    rule = _rule(new_id(8), {**request})
    await _put(call, domain.name, rule)
    return shown_rule(call, domain.name, rule)


@managed_as_named
async def put_routing_rule(service: HttpApis, call: Call, request: "shapes.PutRoutingRuleRequest") -> Values:
    """Replace a rule.

    Raises:
        NotFoundException: there is no such domain name, rule or API. BadRequestException, ConflictException: as of CreateRoutingRule.
    """
    domain, before = await domain_of(call, request), await _requested(call, request)
    rule = _rule(before.id, {**request})
    await _put(call, domain.name, rule)
    return shown_rule(call, domain.name, rule)


@managed_as_named
async def get_routing_rule(service: HttpApis, call: Call, request: "shapes.GetRoutingRuleRequest") -> Values:
    """A rule.

    Raises:
        NotFoundException: there is no such domain name or rule.
    """
    domain = await domain_of(call, request)
    return shown_rule(call, domain.name, await _requested(call, request))


@managed_as_named
async def list_routing_rules(
    service: HttpApis, call: Call, request: "shapes.ListRoutingRulesRequest"
) -> Values:
    """The domain name's rules, by priority.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    domain = await domain_of(call, request)
    values: Values = {**request}
    if "MaxResults" in values:
        values["MaxResults"] = str(values["MaxResults"])
    found = await _rules(call, domain.name)
    some, token = page_of(values, found, lambda one: f"{one.priority:07d}")
    shown = {"RoutingRules": [shown_rule(call, domain.name, rule) for rule in some]}
    return shown | ({"NextToken": token} if token else {})


@managed_as_named
async def delete_routing_rule(
    service: HttpApis, call: Call, request: "shapes.DeleteRoutingRuleRequest"
) -> Values:
    """Delete a rule.

    Raises:
        NotFoundException: there is no such domain name or rule.
    """
    domain, rule = await domain_of(call, request), await _requested(call, request)
    left = tuple(one for one in await _rules(call, domain.name) if one.id != rule.id)
    call.tx.put(ROUTING_RULES, RoutingRules(left), domain.name)
    return {}


async def _rules(call: Call, domain: str) -> tuple[RoutingRule, ...]:
    return (await call.tx.get(ROUTING_RULES, domain) or RoutingRules()).rules


async def _requested(call: Call, request: Mapping[str, Any]) -> RoutingRule:
    domain = await domain_of(call, request)
    for rule in await _rules(call, domain.name):
        if rule.id == request["RoutingRuleId"]:
            return rule
    raise errors.not_found("Invalid routing rule identifier specified")


async def _put(call: Call, domain: str, rule: RoutingRule) -> None:
    await check_target(call, rule.api_id, rule.stage)
    others = [one for one in await _rules(call, domain) if one.id != rule.id]
    if any(one.priority == rule.priority for one in others):
        raise errors.conflict("A routing rule with this priority already exists for this domain name")
    if len(others) >= _RULES_MAX:
        raise errors.bad_request(f"A domain name can have at most {_RULES_MAX} routing rules")
    ordered = sorted((*others, rule), key=lambda one: one.priority)
    call.tx.put(ROUTING_RULES, RoutingRules(tuple(ordered)), domain)


def _rule(identifier: str, values: Values) -> RoutingRule:
    """The rule that a request describes.

    Raises:
        AwsError: BadRequestException.
    """
    if not 1 <= values["Priority"] <= _PRIORITY_MAX:
        raise errors.bad_request(f"Priority must be between 1 and {_PRIORITY_MAX}")
    actions = values["Actions"]
    if len(actions) != 1:
        raise errors.bad_request("A routing rule must have exactly one action")
    headers, base_paths = _conditions(values["Conditions"])
    action = actions[0]["InvokeApi"]
    return RoutingRule(
        identifier,
        values["Priority"],
        action["ApiId"],
        action["Stage"],
        bool(action.get("StripBasePath")),
        headers,
        base_paths,
    )


def _conditions(given: list[Values]) -> tuple[tuple[tuple[tuple[str, str], ...], ...], tuple[str, ...]]:
    headers = [one["MatchHeaders"]["AnyOf"] for one in given if one.get("MatchHeaders")]
    paths = [one["MatchBasePaths"]["AnyOf"] for one in given if one.get("MatchBasePaths")]
    if len(headers) > _HEADER_CONDITIONS_MAX or len(paths) > 1:
        raise errors.bad_request(
            "A routing rule can have up to two MatchHeaders conditions and one MatchBasePaths condition"
        )
    for one in [one for alternatives in headers for one in alternatives]:
        name, glob = one["Header"], one["ValueGlob"]
        if len(name) >= _HEADER_MAX or len(glob) >= _GLOB_MAX or "*" in glob[1:-1]:
            raise errors.bad_request(f"Invalid header condition: {name}")
    for path in [path for alternatives in paths for path in alternatives]:
        if len(path) >= _BASE_PATH_MAX or path.startswith("/") or path.endswith("/"):
            raise errors.bad_request(f"Invalid base path condition: {path}")
    pairs = tuple(
        tuple((one["Header"].lower(), one["ValueGlob"]) for one in alternatives) for alternatives in headers
    )
    return pairs, tuple(paths[0]) if paths else ()

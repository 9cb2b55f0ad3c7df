"""The ways to a function that Lambda itself has, and who may use them: Invoke, function URLs, event source mappings."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from portico.calls.operation import Check
from portico.doors.leading import Census, Function, Leading
from portico.invoke.records import FUNCTIONS
from portico.services.lambda_.event_sources.records import MAPPINGS
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.services.lambda_.urls.records import URLS, UrlConfig

_INVOKE = "lambda:InvokeFunction"


class Ways:
    """Tells of one server's functions."""

    def __init__(self, lam: Lambda, census: Census, origin: str) -> None:
        self._lam = lam
        self._census = census
        self._origin = origin

    async def __call__(self, function: Function) -> Iterable[Leading]:
        """The ways to `function`; none if there is no such function."""
        held = await self._lam.cache.get(FUNCTIONS, *function.key)
        if held is None:
            return ()
        policies = held.value.policies
        found = [await self._invoke(function, policies)]
        for row in await self._lam.store.scan((URLS.name, *function.key)):
            found.append(await self._url(function, URLS.decode(row.value), policies))
        for row in await self._lam.store.scan((MAPPINGS.name, function.account, function.region)):
            mapping = MAPPINGS.decode(row.value)
            if mapping.function == function.name:
                who = (f"Lambda, which polls as the function's role ({mapping.state})",)
                found.append(Leading("event source mapping", mapping.source_arn, who))
        return found

    async def _invoke(self, function: Function, policies: dict[str, str]) -> Leading:
        check = Check(_INVOKE, function.arn, {}, policies.get(""))
        who = await self._census.allowed(function.account, function.region, check)
        address = f"{self._origin}/2015-03-31/functions/{function.name}/invocations"
        public = self._census.anyone(function.region, check)
        return Leading("Invoke", address, (*who, *_others(policies)), public)

    async def _url(self, function: Function, config: UrlConfig, policies: dict[str, str]) -> Leading:
        name = Name(*function.key, config.qualifier)
        auth = {"lambda:FunctionUrlAuthType": config.auth}
        policy = policies.get(config.qualifier)
        checks = (
            Check("lambda:InvokeFunctionUrl", name.asked_arn, auth, policy),
            Check(_INVOKE, name.asked_arn, {**auth, "lambda:InvokedViaFunctionUrl": "true"}, policy),
        )
        address = self._lam.public.function_url(config.id, function.region)
        way = f"function URL of {config.qualifier}" if config.qualifier else "function URL"
        if config.auth == "NONE":
            public = self._census.anyone(function.region, *checks)
            nobody = "nobody: the function's policy lets no unsigned caller in"
            return Leading(way, address, ("anybody, unsigned" if public else nobody,), public)
        who = await self._census.allowed(function.account, function.region, *checks)
        return Leading(way, address, tuple(f"{one}, signed" for one in who) or ("nobody",))


def _others(policies: dict[str, str]) -> Iterator[str]:
    """Services and other accounts that the function's policies let invoke it, with their conditions."""
    for qualifier, policy in policies.items():
        for statement in json.loads(policy)["Statement"]:
            actions = statement.get("Action", ())
            listed = [actions] if isinstance(actions, str) else actions
            if statement["Effect"] != "Allow" or not {_INVOKE, "lambda:*", "*"} & set(listed):
                continue
            alias = f" by {qualifier}" if qualifier else ""
            yield f"{_principal(statement.get('Principal'))}{alias}{_condition(statement)}"


def _principal(principal: Any) -> str:
    if not isinstance(principal, dict):
        return "anybody"
    (kind, members), *_ = principal.items()
    listed = [members] if isinstance(members, str) else members
    return "anybody" if listed == ["*"] else ", ".join(listed if kind != "AWS" else map(str, listed))


def _condition(statement: dict[str, Any]) -> str:
    wanted = [
        f"{key} {operator} {value}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    ]
    return f" where {' and '.join(wanted)}" if wanted else ""
